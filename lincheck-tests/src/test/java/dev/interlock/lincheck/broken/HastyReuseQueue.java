package dev.interlock.lincheck.broken;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.atomic.AtomicReferenceArray;

/**
 * The queue of arrays, third twin: segments of one place.
 *
 * <p><b>The fault:</b> the array of a segment that head has passed is cleared and used again at once, whether
 * or not its places were closed. A producer that was stopped with a place in it finds the cell null, puts
 * its element there, and it belongs to another place now: the real owner loses its own, or the element
 * comes out of order, or never. An array may be used again only if every cell was filled and emptied.
 */
public final class HastyReuseQueue {
  private static final Integer CLOSED = Integer.MIN_VALUE;

  private static final class Segment {
    final AtomicReferenceArray<Integer> cells;
    final AtomicInteger issued = new AtomicInteger();
    final AtomicInteger taken = new AtomicInteger();
    final AtomicReference<Segment> next = new AtomicReference<>();

    Segment(AtomicReferenceArray<Integer> cells) {
      this.cells = cells;
    }
  }

  private final AtomicReference<AtomicReferenceArray<Integer>> spare = new AtomicReference<>();
  private final AtomicReference<Segment> head =
      new AtomicReference<>(new Segment(new AtomicReferenceArray<>(1)));
  private final AtomicReference<Segment> tail = new AtomicReference<>(head.get());

  public boolean offer(int item) {
    for (; ; ) {
      Segment s = tail.get();
      if (s.issued.getAndIncrement() < 1) {
        if (s.cells.compareAndSet(0, null, item)) {
          return true;
        }
      } else {
        Segment next = s.next.get();
        if (next == null) {
          AtomicReferenceArray<Integer> cells = spare.getAndSet(null);
          next = new Segment(cells != null ? cells : new AtomicReferenceArray<>(1));
          if (!s.next.compareAndSet(null, next)) {
            next = s.next.get();
          }
        }
        tail.compareAndSet(s, next);
      }
    }
  }

  public Integer poll() {
    for (; ; ) {
      Segment s = head.get();
      int i = s.taken.get();
      if (i < 1) {
        Integer item = s.cells.get(0);
        if (item == null) {
          if (s.issued.get() <= 0) {
            return null;
          }
          s.cells.compareAndSet(0, null, CLOSED);
        } else if (s.taken.compareAndSet(0, 1) && !item.equals(CLOSED)) {
          return item;
        }
      } else {
        Segment next = s.next.get();
        if (next == null) {
          return null;
        }
        tail.compareAndSet(s, next);
        if (head.compareAndSet(s, next)) {
          s.cells.set(0, null); // belongs before: only if it is neither CLOSED nor in use
          spare.set(s.cells);
        }
      }
    }
  }
}
