package dev.interlock.lincheck.broken;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.atomic.AtomicReferenceArray;

/**
 * The queue of arrays, fourth twin: segments of one place.
 *
 * <p><b>The fault:</b> a blank cell holds the same, null, in every life of the array. A producer that was stopped with
 * an old segment in hand finds the cell blank in the next life, puts its element there, and it is lost below the
 * one that belongs there. A blank cell must hold its segment.
 */
public final class SameBlankQueue {
  private static final class Segment {
    final AtomicReferenceArray<Object> cells;
    final AtomicInteger taken = new AtomicInteger();
    final AtomicReference<Segment> next = new AtomicReference<>();

    Segment(AtomicReferenceArray<Object> cells, Object first) {
      this.cells = cells;
      cells.set(0, first == null ? null : first);
    }
  }

  private final AtomicReference<AtomicReferenceArray<Object>> spare = new AtomicReference<>();
  private final AtomicReference<Segment> head =
      new AtomicReference<>(new Segment(new AtomicReferenceArray<>(1), null));
  private final AtomicReference<Segment> tail = new AtomicReference<>(head.get());

  public boolean offer(int item) {
    for (; ; ) {
      Segment s = tail.get();
      if (s.cells.compareAndSet(0, null, item)) {
        return true;
      }
      Segment next = s.next.get();
      if (next == null) {
        AtomicReferenceArray<Object> array = spare.getAndSet(null);
        next = new Segment(array != null ? array : new AtomicReferenceArray<>(1), item);
        if (s.next.compareAndSet(null, next)) {
          tail.compareAndSet(s, next);
          return true;
        }
        next = s.next.get();
      }
      tail.compareAndSet(s, next);
    }
  }

  public Integer poll() {
    for (; ; ) {
      Segment s = head.get();
      if (s.taken.get() < 1) {
        Object item = s.cells.get(0);
        if (item == null) {
          return null;
        }
        if (s.taken.compareAndSet(0, 1)) {
          s.cells.set(0, s.cells);
          return (Integer) item;
        }
      } else {
        Segment next = s.next.get();
        if (next == null) {
          return null;
        }
        tail.compareAndSet(s, next);
        if (head.compareAndSet(s, next)) {
          if (s.cells.get(0) == s.cells) { // its consumer has left it
            s.cells.set(0, null);
            spare.set(s.cells);
          }
        }
      }
    }
  }
}
