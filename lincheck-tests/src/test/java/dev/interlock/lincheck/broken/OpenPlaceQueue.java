package dev.interlock.lincheck.broken;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReferenceArray;

/**
 * The queue of arrays, second twin: one array, large enough.
 *
 * <p><b>The fault:</b> a consumer passes the place of a producer that is not done yet and does not close it.
 * The producer puts its element there later, reports success, and nobody will ever look there.
 */
public final class OpenPlaceQueue {
  private final AtomicReferenceArray<Integer> cells = new AtomicReferenceArray<>(16);
  private final AtomicInteger issued = new AtomicInteger();
  private final AtomicInteger taken = new AtomicInteger();

  public boolean offer(int item) {
    while (!cells.compareAndSet(issued.getAndIncrement(), null, item)) {
      // closed; would be if anybody closed it
    }
    return true;
  }

  public Integer poll() {
    for (; ; ) {
      int i = taken.get();
      if (issued.get() <= i) {
        return null;
      }
      Integer item = cells.get(i); // belongs here: if null, compareAndSet(i, null, CLOSED)
      if (taken.compareAndSet(i, i + 1) && item != null) {
        return item;
      }
    }
  }
}
