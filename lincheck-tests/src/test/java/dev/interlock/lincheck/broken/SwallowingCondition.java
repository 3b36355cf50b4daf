package dev.interlock.lincheck.broken;

import dev.interlock.future.PollFuture;
import dev.interlock.internal.op.Operation;
import dev.interlock.internal.wait.WaitQueue;
import dev.interlock.internal.wait.Waiter;
import dev.interlock.internal.wait.WakeList;
import dev.interlock.sync.Mutex;
import dev.interlock.sync.MutexGuard;

/**
 * A condition whose cancelled waiter swallows a signal. After its signal a waiter locks the mutex by
 * itself.
 *
 * <p><b>The fault:</b> a waiter that is cancelled after it was signalled does not hand the signal on, so
 * that the next one sleeps although a signal was made for one of the two.
 */
public final class SwallowingCondition {
  private final Mutex<Integer> mutex;
  private final WaitQueue line = new WaitQueue();

  public SwallowingCondition(Mutex<Integer> mutex) {
    this.mutex = mutex;
  }

  /** Waits for the signal; the caller then locks. */
  public PollFuture<Boolean> awaitAsync(MutexGuard<Integer> guard) {
    return new Await(guard);
  }

  public void signal() {
    Waiter granted = null;
    line.lock();
    for (Waiter first; granted == null && (first = line.head()) != null; ) {
      line.waiters().remove(first);
      if (first.grant()) {
        granted = first;
      }
    }
    line.unlock();
    if (granted != null) {
      WakeList.wake(granted);
    }
  }

  private final class Await extends Operation<Boolean> {
    private final MutexGuard<Integer> guard;

    Await(MutexGuard<Integer> guard) {
      super(1, null);
      this.guard = guard;
    }

    @Override
    protected boolean attempt() {
      line.lock();
      line.waiters().add(this);
      line.unlock();
      mutex.unlock(guard);
      return false;
    }

    @Override
    protected Boolean acquired() {
      return true;
    }

    @Override
    protected Boolean granted(Object item) {
      return true;
    }

    @Override
    public void giveBackResult() {
      // has to signal the next
    }

    @Override
    protected void withdraw() {
      line.lock();
      line.waiters().remove(this);
      line.unlock();
    }

    @Override
    protected String describe() {
      return "await";
    }
  }
}
