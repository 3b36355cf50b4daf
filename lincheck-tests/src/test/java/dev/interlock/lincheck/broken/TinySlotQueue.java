package dev.interlock.lincheck.broken;

import dev.interlock.reclaim.HazardPointers;
import dev.interlock.reclaim.OffHeapSlab;
import java.util.concurrent.atomic.AtomicLong;

/**
 * A queue in the slots of a poisoning slab, as small as it can be: each record is an element and a link.
 * How the successor of the head is protected can be overridden; as it stands here, it is right.
 */
public class TinySlotQueue {
  private static final int VALUE = 0;
  private static final int LINK = 1;

  final AtomicLong head = new AtomicLong();
  private final AtomicLong tail = new AtomicLong();
  private final HazardPointers domain = HazardPointers.named("d", 2, 1);
  private final OffHeapSlab slab;

  /** The elements 1 and 2 stand in it. */
  public TinySlotQueue(OffHeapSlab slab) {
    this.slab = slab;
    head.set(slotWith(0));
    tail.set(head.get());
    offer(1);
    offer(2);
  }

  public void offer(int value) {
    long slot = slotWith(value);
    try (HazardPointers.Participant p = domain.join()) {
      for (; ; ) {
        long t = p.protect(0, tail::get);
        long next = slab.getVolatile(t, LINK);
        if (next != OffHeapSlab.NONE) {
          tail.compareAndSet(t, next);
        } else if (slab.compareAndSet(t, LINK, OffHeapSlab.NONE, slot)) {
          tail.compareAndSet(t, slot);
          return;
        }
      }
    }
  }

  /** The first element, or -1. */
  public int poll() {
    try (HazardPointers.Participant p = domain.join()) {
      for (; ; ) {
        long h = p.protect(0, head::get);
        long t = tail.get();
        long next = slab.getVolatile(h, LINK);
        if (next == OffHeapSlab.NONE) {
          return -1;
        }
        if (!protectNext(p, h, next)) {
          continue;
        }
        if (h == t) {
          tail.compareAndSet(t, next);
        } else if (head.compareAndSet(h, next)) {
          int value = (int) slab.get(next, VALUE);
          p.clear(0);
          p.retire(h, slab.releaser());
          return value;
        }
      }
    }
  }

  /** False when {@code next} may not be the successor of the head any more. */
  protected boolean protectNext(HazardPointers.Participant p, long h, long next) {
    p.publish(1, next);
    return head.get() == h;
  }

  private long slotWith(int value) {
    long slot = slab.acquire();
    slab.set(slot, VALUE, value);
    slab.setVolatile(slot, LINK, OffHeapSlab.NONE);
    return slot;
  }
}
