package dev.interlock.lincheck.broken;

import dev.interlock.internal.wait.ThreadWaiter;
import dev.interlock.internal.wait.WaitQueue;
import dev.interlock.internal.wait.Waiter;
import dev.interlock.internal.wait.WakeList;
import dev.interlock.sync.Mutex;
import dev.interlock.sync.MutexGuard;

/**
 * A condition that loses a wake-up.
 *
 * <p><b>The fault:</b> the mutex is released before the waiter stands in line. A signal between the two
 * finds nobody, and the waiter sleeps for a change that has been.
 */
public final class EarlyReleaseCondition {
  private final Mutex<Integer> mutex;
  private final WaitQueue line = new WaitQueue();

  public EarlyReleaseCondition(Mutex<Integer> mutex) {
    this.mutex = mutex;
  }

  /** Returns the guard to go on with. */
  public MutexGuard<Integer> await(MutexGuard<Integer> guard) {
    guard.close();
    ThreadWaiter w = new ThreadWaiter(1, null);
    line.lock(); // has to come before the line above
    line.waiters().add(w);
    line.unlock();
    w.await(this, false, ThreadWaiter.FOREVER, 0);
    return mutex.lockUninterruptibly();
  }

  public void signal() {
    line.lock();
    Waiter first = line.head();
    if (first != null) {
      line.waiters().remove(first);
      first.grant();
    }
    line.unlock();
    if (first != null) {
      WakeList.wake(first);
    }
  }
}
