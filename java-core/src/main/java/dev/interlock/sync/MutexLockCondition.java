package dev.interlock.sync;

import dev.interlock.internal.wait.ThreadWaiter;
import dev.interlock.internal.wait.ThreadWaiter.Outcome;
import java.util.Date;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import org.jspecify.annotations.Nullable;

/**
 * A condition of the {@link MutexLockView}, of a mutex that cannot be poisoned: so a wait always ends with
 * the lock.
 */
final class MutexLockCondition<T extends @Nullable Object> implements Condition {
  /** As good as for ever, and far from an overflow of the clock. */
  private static final long LONGEST = Long.MAX_VALUE >> 1;

  private final MutexLockView view;
  private final dev.interlock.sync.Condition<T> condition;

  MutexLockCondition(Mutex<T> mutex, MutexLockView view) {
    this.view = view;
    this.condition = mutex.newCondition();
  }

  @Override
  public void await() throws InterruptedException {
    releaseAndAwait(ThreadWaiter.FOREVER);
  }

  @Override
  public void awaitUninterruptibly() {
    view.checkHeld("await");
    releaseAndAwait(false, ThreadWaiter.FOREVER);
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
    view.checkHeld("signal");
    condition.signalHeld();
  }

  @Override
  public void signalAll() {
    view.checkHeld("signalAll");
    condition.signalAllHeld();
  }

  private boolean releaseAndAwait(long deadline) throws InterruptedException {
    view.checkHeld("await");
    if (Thread.interrupted()) {
      throw new InterruptedException("interrupted before waiting for " + this);
    }
    return condition.signalled(releaseAndAwait(true, deadline));
  }

  private Outcome releaseAndAwait(boolean interruptible, long deadline) {
    view.leave();
    Outcome outcome = condition.releaseAndAwait(interruptible, deadline);
    view.enter();
    return outcome;
  }

  private static long bounded(long nanos) {
    return Math.min(LONGEST, Math.max(0, nanos));
  }

  @Override
  public String toString() {
    return "Condition view of " + condition;
  }
}
