package dev.interlock.lincheck.broken;

import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReferenceArray;

/** A work-stealing deque whose owner takes the last element without asking the thieves. */
public final class UnarbitratedPopDeque {
  private final AtomicReferenceArray<Integer> slots = new AtomicReferenceArray<>(8);
  private final AtomicLong top = new AtomicLong();
  private volatile long bottom;

  /** As it should be. */
  public void push(int element) {
    slots.set((int) bottom % 8, element);
    bottom++;
  }

  /** The fault: {@code top == b} is a race with a thief, which only a CAS of top decides. */
  public Integer pop() {
    long b = bottom - 1;
    bottom = b;
    if (top.get() > b) {
      bottom = b + 1;
      return null;
    }
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
