package dev.interlock.lincheck.broken;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReferenceArray;

/**
 * The queue of arrays, first twin: one array, large enough.
 *
 * <p><b>The fault:</b> a producer moves the hint before its element is there. When it is stopped in between,
 * the next one begins behind it, and its element lies behind a blank place, where nobody looks.
 */
public final class EarlyHintQueue implements IntQueue {
  private final AtomicReferenceArray<Integer> cells = new AtomicReferenceArray<>(16);
  private final AtomicInteger filled = new AtomicInteger();
  private final AtomicInteger taken = new AtomicInteger();

  @Override
  public boolean offer(int item) {
    int i = filled.get();
    filled.set(i + 1); // belongs behind the loop
    while (!cells.compareAndSet(i, null, item)) {
      i++;
    }
    return true;
  }

  @Override
  public Integer poll() {
    for (; ; ) {
      int i = taken.get();
      Integer item = cells.get(i);
      if (item == null) {
        return null;
      }
      if (taken.compareAndSet(i, i + 1)) {
        return item;
      }
    }
  }
}
