package dev.interlock.lincheck.broken;

import dev.interlock.lincheck.QueuedPermits;

/**
 * The wait queue, third twin. Prompt cancellation leaks a permit.
 *
 * <p><b>The fault:</b> a caller that is cancelled after the grant and before it runs does not return what
 * it was given.
 */
public final class ForgettingPermits extends QueuedPermits {
  @Override
  protected void returnPermit() {
    // release() is missing
  }
}
