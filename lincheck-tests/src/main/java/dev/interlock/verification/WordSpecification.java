package dev.interlock.verification;

/** A word of 64 bits: what a counter, or a padded atomic in whatever mode, is to one caller at a time. */
public final class WordSpecification {
  private long value;

  /** Starts at zero. */
  public WordSpecification() {}

  /** Reads. */
  public long get() {
    return value;
  }

  /** Replaces and returns the value before. */
  public long getAndSet(long newValue) {
    long before = value;
    value = newValue;
    return before;
  }

  /** Adds and returns the sum. */
  public long addAndGet(long delta) {
    value += delta;
    return value;
  }

  /** Replaces if it is as expected. */
  public boolean compareAndSet(long expected, long newValue) {
    return compareAndExchange(expected, newValue) == expected;
  }

  /** Replaces if it is as expected, and returns the value before. */
  public long compareAndExchange(long expected, long newValue) {
    long before = value;
    if (before == expected) {
      value = newValue;
    }
    return before;
  }
}
