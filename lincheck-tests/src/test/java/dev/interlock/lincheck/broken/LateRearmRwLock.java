package dev.interlock.lincheck.broken;

import dev.interlock.internal.wait.WaitQueue;
import dev.interlock.internal.wait.Waiter;
import dev.interlock.internal.wait.WakeList;
import dev.interlock.lincheck.NudgingRwLock;

/**
 * A read-write lock that loses a nudge.
 *
 * <p><b>The fault:</b> a waiter that has looked in vain says that it waits again after it has left the queue's
 * lock. Whoever leaves the lock in between takes it for one that is about to look, and does not wake it.
 */
public final class LateRearmRwLock extends NudgingRwLock {
  public LateRearmRwLock(int bypassBound) {
    super(bypassBound);
  }

  @Override
  protected boolean enterOrRearm(WaitQueue q, Waiter w, WakeList wakes) {
    q.lock();
    try {
      if (enterNudged(w, wakes)) {
        return true;
      }
    } finally {
      q.unlock();
    }
    w.rearm(); // has to be said under the queue's lock, together with the look
    return false;
  }
}
