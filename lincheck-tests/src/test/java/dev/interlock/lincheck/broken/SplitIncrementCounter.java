package dev.interlock.lincheck.broken;

/** Counts by a read and a write. Both are volatile; what another thread counts between them is lost. */
public final class SplitIncrementCounter {
  private volatile long value;

  @SuppressWarnings("NonAtomicVolatileUpdate") // the fault
  public long increment() {
    long next = value + 1;
    value = next;
    return next;
  }

  public long get() {
    return value;
  }
}
