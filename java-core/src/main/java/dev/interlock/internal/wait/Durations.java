package dev.interlock.internal.wait;

import java.time.Duration;
import java.util.Objects;

/** Durations as nanoseconds for the JVM's clock. */
public final class Durations {
  private Durations() {}

  /** Never negative; a duration that does not fit becomes half of the largest long. */
  public static long toNanosSaturated(Duration timeout) {
    Objects.requireNonNull(timeout, "timeout");
    try {
      return Math.min(Long.MAX_VALUE >> 1, Math.max(0, timeout.toNanos()));
    } catch (ArithmeticException tooLong) { // 292 years are as good as for ever
      return timeout.isNegative() ? 0 : Long.MAX_VALUE >> 1;
    }
  }
}
