package dev.interlock.verification;

/** What a record of two longs does that is read and written as a whole, one call after the other. */
public class LongRecordSpecification {
  private long one;
  private long other;

  /** Both words. */
  public String read() {
    return one + " " + other;
  }

  /** One figure of both words. */
  public long readLong() {
    return 1000 * one + other;
  }

  /** Replaces both. */
  public void write(long value) {
    one = value;
    other = -value;
  }

  /** Changes both, and says what they were. */
  public long update(long delta) {
    long before = one;
    one += delta;
    other -= delta;
    return before;
  }
}
