package dev.interlock.collection;

import java.lang.invoke.ConstantBootstraps;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import org.jspecify.annotations.Nullable;

/**
 * A place of the ring of many: an element, and the stamp that says whose turn it is. What the stamps
 * mean is said in {@link MpmcArrayQueue}.
 *
 * <p>An object of its own, so that both words come with one cache line, and so that no call compares
 * the class of an array, or an index with the lengths of two.
 */
final class RingCell {
  @SuppressWarnings("UnusedVariable") // read through STAMP
  private int stamp;

  /** Plain for whom the stamp has let in. */
  @Nullable Object element;

  private RingCell(int stamp) {
    this.stamp = stamp;
  }

  /**
   * The places of a ring; as many as the next power of two that is at least two, of which those behind
   * the capacity are null and never asked for.
   */
  static RingCell[] ring(int capacity) {
    int length = Math.max(2, capacity == 1 ? 1 : Integer.highestOneBit(capacity - 1) << 1);
    RingCell[] cells = new RingCell[length];
    for (int i = 0; i < capacity; i++) {
      cells[i] = new RingCell(i); // published with the queue itself
    }
    return cells;
  }

  int stampAcquire() {
    // Ordering: Acquire. Pairs with setStampRelease(): a filled place shows its element, a free one
    // what its consumer did before. Evidence: MpmcArrayQueuePublication.
    return (int) STAMP.getAcquire(this);
  }

  void setStampRelease(int value) {
    // Ordering: Release. Pairs with stampAcquire(); publishes the element, or that the place was
    // emptied. Not volatile: the compare-and-set before it orders what others may conclude from the
    // counts. Evidence: MpmcArrayQueuePublication.
    STAMP.setRelease(this, value);
  }

  @Nullable Object elementAcquire() {
    // Ordering: Acquire. So that the load of head that confirms it comes after. The element itself
    // was published by the stamp. Evidence: MpmcArrayQueuePublication.
    return ELEMENT.getAcquire(this);
  }

  void setElementRelease(@Nullable Object e) {
    // Ordering: Release. Pairs with elementAcquire() in snapshot(): who sees an element that was
    // moved sees that `removals` has changed. Others see it by the store to head that lets them in
    // again. Evidence: MpmcArrayQueueTraversal, MpmcArrayQueueRemoval.
    ELEMENT.setRelease(this, e);
  }

  // VarHandle mechanics
  private static final VarHandle STAMP =
      ConstantBootstraps.fieldVarHandle(
          MethodHandles.lookup(), "stamp", VarHandle.class, RingCell.class, int.class);
  private static final VarHandle ELEMENT =
      ConstantBootstraps.fieldVarHandle(
          MethodHandles.lookup(), "element", VarHandle.class, RingCell.class, Object.class);
}
