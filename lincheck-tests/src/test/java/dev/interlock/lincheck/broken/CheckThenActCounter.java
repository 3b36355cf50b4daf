package dev.interlock.lincheck.broken;

import java.util.concurrent.atomic.AtomicLong;

/**
 * X23: looks whether there is room and then counts. Every access is atomic and volatile, so there is no data
 * race anywhere; between the two another thread takes the room.
 */
public final class CheckThenActCounter {
  private final AtomicLong value = new AtomicLong();
  private final long max;

  public CheckThenActCounter(long max) {
    this.max = max;
  }

  public boolean tryIncrement() {
    if (value.get() < max) {
      value.incrementAndGet();
      return true;
    }
    return false;
  }

  public long get() {
    return value.get();
  }
}
