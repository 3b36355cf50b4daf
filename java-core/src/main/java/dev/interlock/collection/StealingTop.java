package dev.interlock.collection;

import dev.interlock.internal.layout.LeadingPad;
import java.lang.invoke.ConstantBootstraps;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/**
 * The end of a {@link WorkStealingDeque} at which thieves take, between two paddings: every theft writes
 * it, and the owner's line must not move because of that.
 */
abstract class StealingTop extends LeadingPad {
  private volatile long top;

  /** Only the deque is made. */
  StealingTop() {}

  /** The index of the oldest element; never goes back. */
  final long top() {
    return top;
  }

  final long topAcquire() {
    // Ordering: Acquire. Pairs with casTop; a stale value sends the owner on the longer way, where
    // it looks again, and top at bottom is for good, since only the owner adds. Evidence:
    // DequeLastElement.
    return (long) TOP.getAcquire(this);
  }

  final boolean casTop(long expected, long next) {
    return TOP.compareAndSet(this, expected, next);
  }

  private static final VarHandle TOP =
      ConstantBootstraps.fieldVarHandle(
          MethodHandles.lookup(), "top", VarHandle.class, StealingTop.class, long.class);
}
