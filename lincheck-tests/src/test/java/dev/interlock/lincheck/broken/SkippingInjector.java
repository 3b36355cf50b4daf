package dev.interlock.lincheck.broken;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReferenceArray;

/** An injector whose consumers pass over a slot that is reserved and not filled, without closing it. */
public final class SkippingInjector {
  private static final Integer GONE = Integer.MIN_VALUE;

  private final AtomicReferenceArray<Integer> slots = new AtomicReferenceArray<>(16);
  private final AtomicInteger reserved = new AtomicInteger();
  private final AtomicInteger passed = new AtomicInteger();

  /** The fault shows here: the slot may lie behind the consumers when it is filled. */
  public void offer(int element) {
    slots.compareAndSet(reserved.getAndIncrement(), null, element);
  }

  /** The fault is here: an empty slot has to be closed before one looks behind it. */
  public Integer poll() {
    for (int i = passed.get(); i < reserved.get(); i++) {
      Integer x = slots.get(i);
      if (x != null && !x.equals(GONE) && slots.compareAndSet(i, x, GONE)) {
        passed.set(i + 1);
        return x;
      }
    }
    return null;
  }
}
