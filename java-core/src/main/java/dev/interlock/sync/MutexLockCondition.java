package dev.interlock.sync;

import dev.interlock.internal.wait.ThreadWaiter;
import dev.interlock.internal.wait.ThreadWaiter.Outcome;
import java.util.Date;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import org.jspecify.annotations.Nullable;

/**
 * A condition of the {@link MutexLockView}. The view knows no owners, so what it can say is that nobody
 * holds the lock.
 */
final class MutexLockCondition<T extends @Nullable Object> implements Condition {
  /** As good as for ever, and far from an overflow of the clock. */
  private static final long LONGEST = Long.MAX_VALUE >> 1;

  private final Mutex<T> mutex;
  private final dev.interlock.sync.Condition<T> condition;

  MutexLockCondition(Mutex<T> mutex) {
    this.mutex = mutex;
    this.condition = mutex.newCondition();
  }

  @Override
  public void await() throws InterruptedException {
    releaseAndAwait(ThreadWaiter.FOREVER);
  }

  @Override
  public void awaitUninterruptibly() {
    checkLocked("await");
    condition.releaseAndAwait(false, ThreadWaiter.FOREVER);
  }

  @Override
  public long awaitNanos(long nanosTimeout) throws InterruptedException {
    long start = System.nanoTime();
    releaseAndAwait(ThreadWaiter.deadlineAfter(bounded(nanosTimeout)));
    return Math.max(nanosTimeout, -LONGEST) - (System.nanoTime() - start);
  }

  @Override
  public boolean await(long time, TimeUnit unit) throws InterruptedException {
    return releaseAndAwait(ThreadWaiter.deadlineAfter(bounded(unit.toNanos(time))));
  }

  /** Follows the clock of the system, which may be set while this waits: at the latest when the time ends. */
  @Override
  @SuppressWarnings("JavaUtilDate") // the interface takes nothing else
  public boolean awaitUntil(Date deadline) throws InterruptedException {
    long until = deadline.getTime();
    while (true) {
      long millis = until - Math.min(until, System.currentTimeMillis());
      if (releaseAndAwait(
          ThreadWaiter.deadlineAfter(bounded(TimeUnit.MILLISECONDS.toNanos(millis))))) {
        return true;
      }
      if (System.currentTimeMillis() >= until) {
        return false;
      }
    }
  }

  @Override
  public void signal() {
    checkLocked("signal");
    condition.signalHeld();
  }

  @Override
  public void signalAll() {
    checkLocked("signalAll");
    condition.signalAllHeld();
  }

  private boolean releaseAndAwait(long deadline) throws InterruptedException {
    checkLocked("await");
    if (Thread.interrupted()) {
      throw new InterruptedException("interrupted before waiting for " + this);
    }
    Outcome outcome = condition.releaseAndAwait(true, deadline);
    return condition.signalled(outcome);
  }

  private static long bounded(long nanos) {
    return Math.min(LONGEST, Math.max(0, nanos));
  }

  private void checkLocked(String what) {
    if (!mutex.isLocked()) {
      throw new IllegalMonitorStateException(
          what + " without a lock: " + mutex + "; lock it, and signal or wait before the unlock");
    }
  }

  @Override
  public String toString() {
    return "Condition view of " + condition;
  }
}
