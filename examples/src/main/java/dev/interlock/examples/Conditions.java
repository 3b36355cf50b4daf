package dev.interlock.examples;

import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/** Looking until something is so that another thread brings about. */
final class Conditions {
  private static final long PATIENCE_NANOS = 30_000_000_000L;
  private static final long PAUSE_NANOS = 50_000;

  private Conditions() {}

  /**
   * Returns when the condition holds.
   *
   * @throws IllegalStateException when it does not come to hold
   */
  static void until(String what, BooleanSupplier condition) {
    long start = System.nanoTime();
    while (!condition.getAsBoolean()) {
      if (System.nanoTime() - start > PATIENCE_NANOS) {
        throw new IllegalStateException("it did not come to be that " + what);
      }
      LockSupport.parkNanos(PAUSE_NANOS);
    }
  }
}
