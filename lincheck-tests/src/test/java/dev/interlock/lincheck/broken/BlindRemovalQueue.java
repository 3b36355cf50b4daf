package dev.interlock.lincheck.broken;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReferenceArray;

/**
 * The queue of arrays, fifth twin: one array, large enough, and removal from the middle.
 *
 * <p><b>The fault:</b> a remover takes the element out of its cell without telling the consumers, who claim
 * by their counter alone. Both get it.
 */
public final class BlindRemovalQueue {
  private static final Integer GONE = Integer.MIN_VALUE;

  private final AtomicReferenceArray<Integer> cells = new AtomicReferenceArray<>(16);
  private final AtomicInteger taken = new AtomicInteger();

  public boolean offer(int item) {
    int i = 0;
    while (!cells.compareAndSet(i, null, item)) {
      i++;
    }
    return true;
  }

  public Integer poll() {
    for (; ; ) {
      int i = taken.get();
      Integer item = cells.get(i);
      if (item == null) {
        return null;
      }
      if (taken.compareAndSet(i, i + 1) && !item.equals(GONE)) {
        cells.set(i, GONE);
        return item;
      }
    }
  }

  public boolean remove(int item) {
    for (int i = taken.get(); cells.get(i) != null; i++) {
      Integer seen = cells.get(i);
      // belongs before: say so, and then look whether place i is still unclaimed
      if (seen.equals(item) && cells.compareAndSet(i, seen, GONE)) {
        return true;
      }
    }
    return false;
  }
}
