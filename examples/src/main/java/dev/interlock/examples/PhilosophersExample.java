package dev.interlock.examples;

import dev.interlock.atomic.Backoff;
import dev.interlock.diagnostics.DeadlockDetector;
import dev.interlock.diagnostics.DeadlockException;
import dev.interlock.diagnostics.DeadlockReport;
import dev.interlock.sync.Mutex;
import dev.interlock.sync.MutexGuard;
import dev.interlock.sync.Semaphore;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.atomic.AtomicInteger;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/**
 * The dining philosophers: a deadlock that is certain, seen by the detector and ended by it; and three cures.
 */
@Command(
    name = "philosophers",
    description = "Deadlock of the dining philosophers: detected, ended, and cured in three ways.")
public final class PhilosophersExample extends Example {
  @Option(
      names = "--seats",
      paramLabel = "N",
      defaultValue = "5",
      description = "How many philosophers, and forks.")
  private int seats;

  @Option(
      names = "--meals",
      paramLabel = "N",
      defaultValue = "200",
      description = "How often each of them eats.")
  private int meals;

  /** How a philosopher comes to two forks. */
  private interface Manners {
    /** Eats once. */
    void eat(List<Mutex<int[]>> forks, int seat) throws InterruptedException;
  }

  /** For the launcher. */
  public PhilosophersExample() {
    super("D11", "X22");
  }

  @Override
  protected void run() throws InterruptedException {
    requireBetween(2, 100, "--seats", seats);
    requireAtLeast(1, "--meals", meals);

    deadlock();

    Tables table = new Tables().text("cure", 26).number("meals").number("deadlocks");
    dine(table, "an order of the forks", PhilosophersExample::inOrder);
    dine(table, "try and back off", PhilosophersExample::tryAndBackOff);
    Semaphore waiter = Semaphore.of(seats - 1);
    dine(table, "a waiter: one sits out", (forks, seat) -> askTheWaiter(waiter, forks, seat));
    out().println(table);
  }

  /** Each has the left fork in hand before any of them reaches for the right one. */
  private void deadlock() throws InterruptedException {
    List<DeadlockReport> reports = new CopyOnWriteArrayList<>();
    DeadlockDetector detector =
        DeadlockDetector.builder().captureStacks().throwInCloser().onDeadlock(reports::add).build();
    List<Mutex<int[]>> forks = forks(detector);
    CyclicBarrier allHaveOne = new CyclicBarrier(seats);
    AtomicInteger ate = new AtomicInteger();
    AtomicInteger refused = new AtomicInteger();
    List<Thread> philosophers = new ArrayList<>();
    for (int i = 0; i < seats; i++) {
      int seat = i;
      philosophers.add(
          Threads.startPlatform(
              "philosopher-" + i,
              () -> {
                try (MutexGuard<int[]> left = forks.get(seat).lock()) {
                  allHaveOne.await();
                  try (MutexGuard<int[]> right = forks.get((seat + 1) % seats).lock()) {
                    left.get()[0]++;
                    right.get()[0]++;
                    ate.incrementAndGet();
                  }
                } catch (DeadlockException e) {
                  refused.incrementAndGet();
                } catch (Exception e) {
                  throw new IllegalStateException(e);
                }
              }));
    }
    for (Thread t : philosophers) {
      t.join();
    }
    out().println("The naive order, all in step:");
    out().println();
    reports.forEach(out()::println);
    out().println();
    check(reports.size() == 1, "the deadlock was reported once");
    check(
        reports.get(0).links().size() == seats,
        "with all " + seats + " who hold a fork and wait for one");
    check(refused.get() == 1, "the one who closed the cycle was refused and put its fork back");
    check(ate.get() == seats - 1, "so that the other " + (seats - 1) + " could eat");
    out().println();
  }

  private void dine(Tables table, String cure, Manners manners) throws InterruptedException {
    List<DeadlockReport> reports = new CopyOnWriteArrayList<>();
    List<Mutex<int[]>> forks = forks(DeadlockDetector.builder().onDeadlock(reports::add).build());
    AtomicInteger ate = new AtomicInteger();
    List<Thread> philosophers = new ArrayList<>();
    for (int i = 0; i < seats; i++) {
      int seat = i;
      philosophers.add(
          Threads.startPlatform(
              "philosopher-" + i,
              () -> {
                try {
                  for (int meal = 0; meal < meals; meal++) {
                    manners.eat(forks, seat);
                    ate.incrementAndGet();
                  }
                } catch (InterruptedException e) {
                  throw new IllegalStateException(e);
                }
              }));
    }
    for (Thread t : philosophers) {
      t.join();
    }
    table.row(cure, ate.get(), reports.size());
    int used = 0;
    for (Mutex<int[]> fork : forks) {
      try (MutexGuard<int[]> guard = fork.lock()) {
        used += guard.get()[0];
      }
    }
    check(
        ate.get() == seats * meals && used == 2 * seats * meals && reports.isEmpty(),
        cure + ": everybody had " + meals + " meals, each with two forks");
  }

  private List<Mutex<int[]>> forks(DeadlockDetector detector) {
    List<Mutex<int[]>> forks = new ArrayList<>();
    for (int i = 0; i < seats; i++) {
      forks.add(Mutex.builder().name("fork " + i).detector(detector).of(new int[1]));
    }
    return forks;
  }

  private static void eatWith(MutexGuard<int[]> one, MutexGuard<int[]> two) {
    one.get()[0]++;
    two.get()[0]++;
    for (int bite = 0; bite < 100; bite++) {
      Thread.onSpinWait(); // so that the neighbours come for the forks
    }
  }

  /** The fork with the smaller number first: the last one reaches to the right first. */
  private static void inOrder(List<Mutex<int[]>> forks, int seat) throws InterruptedException {
    int right = (seat + 1) % forks.size();
    try (MutexGuard<int[]> one = forks.get(Math.min(seat, right)).lock();
        MutexGuard<int[]> two = forks.get(Math.max(seat, right)).lock()) {
      eatWith(one, two);
    }
  }

  /**
   * Nobody waits with a fork in hand. Back-off of random length: those who begin again in step find each other in
   * the way for ever, which is a livelock.
   */
  private static void tryAndBackOff(List<Mutex<int[]>> forks, int seat)
      throws InterruptedException {
    Backoff backoff = Backoff.randomised();
    for (; ; ) {
      try (MutexGuard<int[]> one = forks.get(seat).lock();
          MutexGuard<int[]> two = forks.get((seat + 1) % forks.size()).tryLock()) {
        if (two != null) {
          eatWith(one, two);
          return;
        }
      }
      if (!backoff.pause()) {
        backoff.reset();
      }
    }
  }

  /** With one guest less than forks somebody always has both. */
  private static void askTheWaiter(Semaphore waiter, List<Mutex<int[]>> forks, int seat)
      throws InterruptedException {
    waiter.acquire();
    try (MutexGuard<int[]> one = forks.get(seat).lock();
        MutexGuard<int[]> two = forks.get((seat + 1) % forks.size()).lock()) {
      eatWith(one, two);
    } finally {
      waiter.release();
    }
  }
}
