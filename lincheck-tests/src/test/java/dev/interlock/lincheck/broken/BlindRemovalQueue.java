package dev.interlock.lincheck.broken;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReferenceArray;

/**
 * The queue of arrays, fourth twin: one array, large enough, and removal from the middle.
 *
 * <p><b>The fault:</b> a remover takes the element out of its cell without telling the consumers, who claim
 * by their counter alone. Both get it.
 */
public final class BlindRemovalQueue {
  private static final Integer GONE = Integer.MIN_VALUE;

  private final AtomicReferenceArray<Integer> cells = new AtomicReferenceArray<>(16);
  private final AtomicInteger issued = new AtomicInteger();
  private final AtomicInteger taken = new AtomicInteger();

  public boolean offer(int item) {
    while (!cells.compareAndSet(issued.getAndIncrement(), null, item)) {
      // closed
    }
    return true;
  }

  public Integer poll() {
    for (; ; ) {
      int i = taken.get();
      if (issued.get() <= i) {
        return null;
      }
      cells.compareAndSet(i, null, GONE);
      Integer item = cells.get(i);
      if (taken.compareAndSet(i, i + 1) && !GONE.equals(item)) {
        cells.set(i, GONE);
        return item;
      }
    }
  }

  public boolean remove(int item) {
    for (int i = taken.get(); i < issued.get(); i++) {
      Integer seen = cells.get(i);
      // belongs before: say so, and then look whether place i is still unclaimed
      if (seen != null && seen.equals(item) && cells.compareAndSet(i, seen, GONE)) {
        return true;
      }
    }
    return false;
  }
}
