package dev.interlock.examples;

import dev.interlock.diagnostics.DeadlockDetector;
import dev.interlock.diagnostics.DeadlockException;
import dev.interlock.diagnostics.DeadlockReport;
import dev.interlock.diagnostics.SharedWatch;
import dev.interlock.diagnostics.Wait;
import dev.interlock.diagnostics.Watch;
import dev.interlock.sync.Mutex;
import dev.interlock.sync.MutexGuard;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import picocli.CommandLine.Command;

/**
 * A deadlock over locks of the JDK, which know no detector, and a mutex, which does: what the users of a foreign
 * lock tell its watch.
 */
@Command(
    name = "foreign-locks",
    description = "A deadlock over a read-write lock and a semaphore of the JDK, made visible.")
public final class ForeignLocksExample extends Example {
  /** A step of somebody's work, with what it needs already in hand. */
  private interface Step {
    void run() throws Exception;
  }

  /** For the launcher. */
  public ForeignLocksExample() {
    super("D11");
  }

  /**
   * A read-write lock of the JDK that can be seen. It is fair, so that readers do not overtake writers that wait,
   * which is what a {@link SharedWatch} says of a lock. Who asks tells that it waits a moment before it joins the
   * queue, since the lock itself tells nobody: good enough for finding deadlocks; a writer may be taken for
   * one that waits a moment too early.
   */
  private static final class VisibleReadWriteLock {
    private final ReentrantReadWriteLock lock = new ReentrantReadWriteLock(true);
    private final SharedWatch watch;

    VisibleReadWriteLock(DeadlockDetector detector, String name) {
      watch = detector.watchShared(lock, name, 0); // no cells: readers have no numbers here
    }

    void reading(Step step) throws Exception {
      Thread me = Thread.currentThread();
      try (Wait wait = watch.waitsToRead(me, () -> true)) {
        refuse(wait);
        lock.readLock().lockInterruptibly();
      }
      watch.sharedBy(me, true);
      try {
        step.run();
      } finally {
        watch.releasedBy(me); // before it is
        lock.readLock().unlock();
      }
    }

    void writing(Step step) throws Exception {
      Thread me = Thread.currentThread();
      try (Wait wait = watch.waits(me, () -> true)) {
        refuse(wait);
        lock.writeLock().lockInterruptibly();
      }
      watch.acquired(me);
      try {
        step.run();
      } finally {
        watch.released();
        lock.writeLock().unlock();
      }
    }
  }

  /** A semaphore of the JDK with one permit, which whoever took it gives back. */
  private static final class VisiblePermit {
    private final Semaphore permit = new Semaphore(1);
    private final Watch watch;

    VisiblePermit(DeadlockDetector detector, String name) {
      watch = detector.watch(permit, name);
    }

    void holding(Step step) throws Exception {
      Thread me = Thread.currentThread();
      try (Wait wait = watch.waits(me, () -> true)) {
        refuse(wait);
        permit.acquire();
      }
      watch.acquired(me);
      try {
        step.run();
      } finally {
        watch.released();
        permit.release();
      }
    }
  }

  private static void refuse(Wait wait) {
    if (wait.isRefused()) {
      throw wait.refusal();
    }
  }

  @Override
  protected void run() throws InterruptedException {
    List<DeadlockReport> reports = new CopyOnWriteArrayList<>();
    DeadlockDetector detector =
        DeadlockDetector.builder().throwInCloser().onDeadlock(reports::add).build();
    VisibleReadWriteLock catalogue = new VisibleReadWriteLock(detector, "catalogue");
    VisiblePermit printer = new VisiblePermit(detector, "printer");
    Mutex<int[]> till = Mutex.builder().name("till").detector(detector).of(new int[1]);

    CyclicBarrier allHaveOne = new CyclicBarrier(3);
    AtomicInteger done = new AtomicInteger();
    AtomicInteger refused = new AtomicInteger();
    List<Thread> staff = new ArrayList<>();
    staff.add(
        start(
            "reader",
            refused,
            () ->
                catalogue.reading(
                    () -> {
                      allHaveOne.await();
                      printer.holding(done::incrementAndGet);
                    })));
    staff.add(
        start(
            "printing",
            refused,
            () ->
                printer.holding(
                    () -> {
                      allHaveOne.await();
                      try (MutexGuard<int[]> guard = till.lock()) {
                        guard.get()[0] = done.incrementAndGet();
                      }
                    })));
    staff.add(
        start(
            "clerk",
            refused,
            () -> {
              try (MutexGuard<int[]> guard = till.lock()) {
                allHaveOne.await();
                catalogue.writing(() -> guard.get()[0] = done.incrementAndGet());
              }
            }));
    for (Thread t : staff) {
      t.join();
    }

    reports.forEach(out()::println);
    out().println();
    check(reports.size() == 1, "the deadlock was reported once");
    check(reports.get(0).links().size() == 3, "over two locks of the JDK and a mutex");
    check(refused.get() == 1, "the one who closed the cycle was refused and went home");
    check(done.get() == 2, "so that the other two finished");
    check(detector.waiting() == 0 && detector.check().isEmpty(), "and nobody waits any more");
  }

  private static Thread start(String name, AtomicInteger refused, Step work) {
    return Threads.startPlatform(
        name,
        () -> {
          try {
            work.run();
          } catch (DeadlockException e) {
            refused.incrementAndGet();
          } catch (Exception e) {
            throw new IllegalStateException(e);
          }
        });
  }
}
