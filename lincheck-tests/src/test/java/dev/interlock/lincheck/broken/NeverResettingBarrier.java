package dev.interlock.lincheck.broken;

import dev.interlock.internal.wait.ThreadWaiter;
import dev.interlock.internal.wait.WaitQueue;
import dev.interlock.internal.wait.Waiter;
import dev.interlock.internal.wait.WakeList;

/**
 * X6. A barrier whose second round hangs.
 *
 * <p><b>The fault:</b> who has arrived is counted beside the queue, and the leader forgets to set that
 * count back. The first round is right; in the second the count passes the number of parties unnoticed.
 */
public final class NeverResettingBarrier {
  private final WaitQueue queue = new WaitQueue();
  private final int parties;
  private int arrived;

  public NeverResettingBarrier(int parties) {
    this.parties = parties;
  }

  /** Arrives; whether the caller was the last. */
  public boolean await() {
    ThreadWaiter w = new ThreadWaiter(1, null);
    WakeList others = new WakeList();
    queue.lock();
    try {
      arrived++;
      if (arrived != parties) {
        queue.waiters().add(w);
      } else {
        // arrived = 0 is missing
        for (Waiter other; (other = queue.head()) != null; ) {
          queue.waiters().remove(other);
          other.grant();
          others.add(other);
        }
        w = null;
      }
    } finally {
      queue.unlock();
    }
    others.wakeAll();
    if (w == null) {
      return true;
    }
    w.await(this, false, ThreadWaiter.FOREVER, 0);
    return false;
  }
}
