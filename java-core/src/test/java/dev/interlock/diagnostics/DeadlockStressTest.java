package dev.interlock.diagnostics;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.interlock.future.Context;
import dev.interlock.future.PollFuture;
import dev.interlock.sync.Mutex;
import dev.interlock.sync.MutexGuard;
import dev.interlock.sync.Semaphore;
import dev.interlock.testing.Kind;
import dev.interlock.testing.Polls;
import dev.interlock.testing.Running;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * No deadlock is invented, and none is missed, whatever else goes on. Each test runs about a
 * second.
 */
class DeadlockStressTest {
  private static final int LOCKS = 5;

  private final List<DeadlockReport> reports = new CopyOnWriteArrayList<>();

  private static List<Mutex<int[]>> mutexes(DeadlockDetector detector) {
    List<Mutex<int[]>> all = new ArrayList<>();
    for (int i = 0; i < LOCKS; i++) {
      // Every other one hands over to its head at once.
      all.add(
          Mutex.builder()
              .name("m" + i)
              .bypassBound(i % 2 == 0 ? 0 : 3)
              .detector(detector)
              .of(new int[1]));
    }
    return all;
  }

  /**
   * Waits for ever go upwards only; against the order there are only time-outs, attempts and
   * futures that are cancelled. So nothing is a deadlock, although the walk meets half-finished
   * waits all the time.
   */
  @ParameterizedTest
  @EnumSource
  void orderedWaitsAmongTimeOutsAndCancels_nothingReported(Kind kind) {
    DeadlockDetector detector = DeadlockDetector.builder().onDeadlock(reports::add).build();
    List<Mutex<int[]>> all = mutexes(detector);
    AtomicInteger sections = new AtomicInteger();
    StressRuns.disturb(
        StressRuns.start(kind, random -> () -> step(all, random, sections)), detector);
    assertEquals(List.of(), reports);
    assertEquals(0, detector.waiting());
    int counted = 0;
    for (Mutex<int[]> m : all) {
      assertEquals(0, m.waiting());
      counted += m.lockUninterruptibly().get()[0];
    }
    assertEquals(sections.get(), counted);
    assertTrue(counted > 0);
  }

  private static boolean step(
      List<Mutex<int[]>> all, SplittableRandom random, AtomicInteger sections)
      throws InterruptedException {
    int first = random.nextInt(LOCKS);
    int second = random.nextInt(LOCKS);
    try (MutexGuard<int[]> one = all.get(first).lock()) {
      one.get()[0]++;
      sections.incrementAndGet();
      MutexGuard<int[]> two;
      if (second > first) {
        two = all.get(second).lock();
      } else if (random.nextBoolean()) {
        two = all.get(second).tryLock(Duration.ofNanos(random.nextInt(50_000)));
      } else {
        two = cancelledSoon(all.get(second), Party.named("task"));
      }
      if (two != null) {
        two.get()[0]++;
        sections.incrementAndGet();
        two.close();
      }
      return true;
    }
  }

  private static <T> MutexGuard<T> cancelledSoon(Mutex<T> mutex, Party party) {
    PollFuture<MutexGuard<T>> wanted = mutex.lockAsync(party);
    Context cx = Polls.IGNORED;
    var poll = wanted.poll(cx);
    if (poll.isReady()) {
      return poll.get();
    }
    wanted.cancel();
    return null;
  }

  /**
   * Any order, for ever: each deadlock is refused in the one that closes it, so that everybody
   * ends.
   */
  @ParameterizedTest
  @EnumSource
  void anyOrder_throwInCloser_everybodyEnds(Kind kind) {
    AtomicInteger refused = new AtomicInteger();
    DeadlockDetector detector =
        DeadlockDetector.builder().throwInCloser().onDeadlock(r -> {}).build();
    List<Mutex<int[]>> all = mutexes(detector);
    List<Running<Boolean>> runs =
        StressRuns.start(
            kind,
            random ->
                () -> {
                  try (MutexGuard<int[]> one = all.get(random.nextInt(LOCKS)).lock()) {
                    Thread.yield();
                    try (MutexGuard<int[]> two = all.get(random.nextInt(LOCKS)).lock();
                        MutexGuard<int[]> three = all.get(random.nextInt(LOCKS)).lock()) {
                      three.get()[0]++;
                      return true;
                    }
                  } catch (DeadlockException e) {
                    assertTrue(e.report().links().get(0).party() == Thread.currentThread());
                    refused.incrementAndGet();
                    return false;
                  }
                });
    runs.forEach(Running::get);
    assertTrue(refused.get() > 0, "three of five in any order: some of them are the same");
    assertEquals(0, detector.waiting());
    for (Mutex<int[]> m : all) {
      assertEquals(0, m.waiting());
      assertTrue(!m.isLocked());
    }
  }

  /** A permit that is given back the moment that it comes is given back by who has it. */
  @Test
  void semaphore_returnedAtOnce_stillBelieved() {
    DeadlockDetector detector = DeadlockDetector.builder().onDeadlock(reports::add).build();
    Semaphore lock = Semaphore.lock("s", detector);
    Party task = Party.named("task");
    long end = System.nanoTime() + StressRuns.NANOS / 2;
    Running<Boolean> other =
        Kind.PLATFORM.start(
            () -> {
              while (System.nanoTime() < end) {
                lock.acquire();
                lock.release();
              }
              return true;
            });
    while (!other.isDone()) {
      PollFuture<?> permit = lock.acquireAsync(1, task);
      while (!permit.poll(Polls.IGNORED).isReady()) {
        Thread.onSpinWait();
      }
      lock.release();
    }
    other.get();
    assertEquals(List.of(), reports);
    lock.acquireUninterruptibly(1);
    Polls.pending(lock.acquireAsync(1, Thread.currentThread())).cancel();
    assertEquals(1, reports.size(), "it waits for itself");
    lock.release();
  }

  /**
   * Rounds in which two close a cycle at the same moment: one of them, and one alone, reports it.
   */
  @Test
  void closedByTwoAtOnce_reportedOnce() {
    DeadlockDetector detector = DeadlockDetector.builder().onDeadlock(reports::add).build();
    long end = System.nanoTime() + StressRuns.NANOS;
    for (int round = 1; System.nanoTime() < end; round++) {
      Mutex<String> a = Mutex.builder().name("a").detector(detector).of("a");
      Mutex<String> b = Mutex.builder().name("b").detector(detector).of("b");
      AtomicInteger ready = new AtomicInteger();
      List<Running<Boolean>> both = List.of(takesTwo(a, b, ready), takesTwo(b, a, ready));
      int expected = round;
      dev.interlock.testing.Conditions.await(() -> reports.size() >= expected);
      both.get(0).interrupt();
      both.get(0).failure(InterruptedException.class);
      both.get(1).get();
      assertEquals(expected, reports.size());
      assertEquals(0, detector.waiting());
    }
  }

  private static Running<Boolean> takesTwo(Mutex<?> one, Mutex<?> two, AtomicInteger ready) {
    return Kind.PLATFORM.start(
        () -> {
          try (MutexGuard<?> first = one.lock()) {
            ready.incrementAndGet();
            while (ready.get() < 2) {
              Thread.onSpinWait();
            }
            two.lock().close();
            return true;
          }
        });
  }
}
