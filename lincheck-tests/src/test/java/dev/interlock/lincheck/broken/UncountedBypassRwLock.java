package dev.interlock.lincheck.broken;

import dev.interlock.internal.wait.WaitQueue;
import dev.interlock.lincheck.NudgingRwLock;

/**
 * A read-write lock that does not keep its bypass bound.
 *
 * <p><b>The fault:</b> newcomers that go past a sleeping waiter are not counted, so it is never handed the
 * lock, however often it was overtaken.
 */
public final class UncountedBypassRwLock extends NudgingRwLock {
  public UncountedBypassRwLock(int bypassBound) {
    super(bypassBound);
  }

  @Override
  protected void overtake(WaitQueue q) {} // has to count
}
