package dev.interlock.internal.wait;

import java.util.concurrent.locks.LockSupport;

/**
 * The one place of the toolkit that puts a thread to sleep and wakes it.
 *
 * <p>Everything else waits through this class, for two reasons. A reader who looks for a lost wake-up
 * has four lines to check. And the model checker treats a park as free to return at any moment, which
 * hides lost wake-ups; with all parking in one class it can be told to let these calls block for real.
 *
 * <p>Serves platform and virtual threads alike: for a virtual thread the park unmounts it.
 */
public final class Parker {
  private Parker() {}

  /** Sleeps until {@link #unpark}, an interrupt, or for no reason; shows {@code blocker} in dumps. */
  public static void park(Object blocker) {
    LockSupport.park(blocker);
  }

  /** As {@link #park}, but not much longer than {@code nanos} nanoseconds. */
  public static void parkNanos(Object blocker, long nanos) {
    LockSupport.parkNanos(blocker, nanos);
  }

  /** Wakes {@code thread}, or makes its next park return at once. */
  public static void unpark(Thread thread) {
    LockSupport.unpark(thread);
  }
}
