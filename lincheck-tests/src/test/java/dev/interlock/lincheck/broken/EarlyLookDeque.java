package dev.interlock.lincheck.broken;

import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReferenceArray;

/** A work-stealing deque whose owner looks at top before it lowers bottom, not afterwards. */
public final class EarlyLookDeque {
  private final AtomicReferenceArray<Integer> slots = new AtomicReferenceArray<>(8);
  private final AtomicLong top = new AtomicLong();
  private volatile long bottom;

  /** As it should be. */
  public void push(int element) {
    slots.set((int) bottom % 8, element);
    bottom++;
  }

  /** The fault: thieves that come between the look and the store are not seen. */
  public Integer pop() {
    long b = bottom - 1;
    long t = top.get();
    if (t > b) {
      return null;
    }
    if (t == b) {
      Integer last = slots.get((int) b % 8);
      return top.compareAndSet(t, t + 1) ? last : null;
    }
    bottom = b;
    return slots.get((int) b % 8);
  }

  /** As it should be. */
  public Integer steal() {
    long t = top.get();
    if (t >= bottom) {
      return null;
    }
    Integer x = slots.get((int) t % 8);
    return top.compareAndSet(t, t + 1) ? x : steal();
  }
}
