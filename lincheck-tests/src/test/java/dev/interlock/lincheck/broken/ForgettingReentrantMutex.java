package dev.interlock.lincheck.broken;

import dev.interlock.future.PollFuture;
import dev.interlock.internal.op.Operation;
import dev.interlock.internal.wait.WaitQueue;
import dev.interlock.internal.wait.Waiter;
import dev.interlock.internal.wait.WakeList;
import dev.interlock.sync.Owner;

/**
 * A reentrant mutex, all of it under the lock of its queue, that leaks a hold.
 *
 * <p><b>The fault:</b> an owner that is cancelled after it was granted its first hold, and before it runs,
 * does not end that hold. Nobody else gets in any more, and the owner itself enters without asking.
 */
public final class ForgettingReentrantMutex {
  private final WaitQueue queue = new WaitQueue();
  private Owner owner;
  private int holds;

  public PollFuture<Boolean> lockAsync(Owner me) {
    return new Lock(me);
  }

  public void unlock(Owner me) {
    Lock granted = null;
    queue.lock();
    try {
      if (owner != me) {
        throw new IllegalMonitorStateException(me + " does not hold the mutex");
      }
      if (--holds > 0) {
        return;
      }
      owner = null;
      for (Waiter first; granted == null && (first = queue.head()) != null; ) {
        queue.waiters().remove(first);
        if (first.grant()) {
          granted = (Lock) first;
          owner = granted.me;
          holds = 1;
        }
      }
    } finally {
      queue.unlock();
    }
    if (granted != null) {
      WakeList.wake(granted);
    }
  }

  public boolean isLocked() {
    queue.lock();
    try {
      return owner != null;
    } finally {
      queue.unlock();
    }
  }

  private final class Lock extends Operation<Boolean> {
    private final Owner me;

    Lock(Owner me) {
      super(1, null);
      this.me = me;
    }

    @Override
    protected boolean attempt() {
      queue.lock();
      try {
        if (owner == null || owner == me) {
          owner = me;
          holds++;
          return true;
        }
        queue.waiters().add(this);
        return false;
      } finally {
        queue.unlock();
      }
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
      // unlock(me) is missing
    }

    @Override
    protected void withdraw() {
      queue.lock();
      try {
        queue.waiters().remove(this);
      } finally {
        queue.unlock();
      }
    }

    @Override
    protected String describe() {
      return "lock";
    }
  }
}
