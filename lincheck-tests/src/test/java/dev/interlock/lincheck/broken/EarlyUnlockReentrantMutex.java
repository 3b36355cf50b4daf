package dev.interlock.lincheck.broken;

import dev.interlock.sync.Mutex;
import dev.interlock.sync.MutexGuard;
import dev.interlock.sync.Owner;

/**
 * A reentrant mutex that forgets its new owner.
 *
 * <p><b>The fault:</b> the last unlock lets the mutex go before it clears the owner. The next owner may have
 * entered between the two: it is struck out while it is inside. It waits for itself when it locks again, and its
 * own unlock is refused.
 */
public final class EarlyUnlockReentrantMutex {
  private final Mutex<?> mutex = Mutex.fair(0);
  private volatile Owner owner;
  private MutexGuard<?> guard;
  private int holds;

  public void lock(Owner me) throws InterruptedException {
    if (owner == me) {
      holds++;
      return;
    }
    guard = mutex.lock();
    holds = 1;
    owner = me;
  }

  public void unlock(Owner me) {
    if (owner != me) {
      throw new IllegalMonitorStateException(me + " does not hold the mutex");
    }
    if (holds > 1) {
      holds--;
      return;
    }
    guard.close(); // has to come after the two lines below
    holds = 0;
    owner = null;
  }
}
