package dev.interlock.verification;

import java.math.BigInteger;

/** A counter in a range, in numbers that do not overflow. */
public final class BoundedCounterSpecification {
  private final long min;
  private final long max;
  private long value;

  /** Starts at {@code initial}. */
  public BoundedCounterSpecification(long min, long max, long initial) {
    this.min = min;
    this.max = max;
    this.value = initial;
  }

  /** Adds if the sum is in the range. */
  public boolean tryAdd(long delta) {
    BigInteger sum = BigInteger.valueOf(value).add(BigInteger.valueOf(delta));
    if (sum.compareTo(BigInteger.valueOf(min)) < 0 || sum.compareTo(BigInteger.valueOf(max)) > 0) {
      return false;
    }
    value += delta;
    return true;
  }

  /** Replaces if it is as expected. */
  public boolean compareAndSet(long expected, long newValue) {
    if (newValue < min || newValue > max) {
      throw new IllegalArgumentException();
    }
    if (value != expected) {
      return false;
    }
    value = newValue;
    return true;
  }

  /** Reads. */
  public long get() {
    return value;
  }
}
