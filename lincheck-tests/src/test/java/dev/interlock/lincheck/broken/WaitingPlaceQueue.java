package dev.interlock.lincheck.broken;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReferenceArray;

/**
 * The queue of arrays, first twin: one array, large enough. It is linearizable, and not lock-free.
 *
 * <p><b>The fault:</b> a consumer that comes to the place of a producer which is not done yet waits for its
 * element instead of closing the place. When the producer is stopped, nobody can poll.
 */
public final class WaitingPlaceQueue {
  private final AtomicReferenceArray<Integer> cells = new AtomicReferenceArray<>(16);
  private final AtomicInteger issued = new AtomicInteger();
  private final AtomicInteger taken = new AtomicInteger();

  public boolean offer(int item) {
    cells.set(issued.getAndIncrement(), item);
    return true;
  }

  public Integer poll() {
    for (; ; ) {
      int i = taken.get();
      if (issued.get() <= i) {
        return null;
      }
      Integer item = cells.get(i);
      if (item != null && taken.compareAndSet(i, i + 1)) {
        return item;
      }
    }
  }
}
