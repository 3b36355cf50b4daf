package dev.interlock.lincheck.broken;

import java.util.function.LongUnaryOperator;

/** Its update is a get and a set: it does not look whether the value is the one that it began with. */
public final class SplitUpdateLong {
  private volatile long value;

  public long updateAndGet(LongUnaryOperator update) {
    long after = update.applyAsLong(value);
    value = after;
    return after;
  }

  public long getAndAdd(long delta) {
    return updateAndGet(x -> x + delta) - delta;
  }

  public long get() {
    return value;
  }
}
