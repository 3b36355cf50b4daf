package dev.interlock.lincheck.broken;

import dev.interlock.reclaim.HazardPointers;
import dev.interlock.reclaim.OffHeapSlab;

/**
 * A queue in a slab that protects the head of a poll and not what comes behind it.
 *
 * <p><b>The fault:</b> the element is read after the head has moved to it, and from then on others may poll:
 * the slot becomes the old head, is retired and, as nobody protects it, given back before it is read.
 */
public final class UnprotectedNextQueue extends TinySlotQueue {
  public UnprotectedNextQueue(OffHeapSlab slab) {
    super(slab);
  }

  @Override
  protected boolean protectNext(HazardPointers.Participant p, long h, long next) {
    return head.get() == h; // next was looked at, and never published
  }
}
