package dev.interlock.lincheck.broken;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.atomic.AtomicReferenceArray;

/**
 * The queue of arrays, third twin: segments of one place.
 *
 * <p><b>The fault:</b> the array of a segment that head has passed is used again at once, whether or not its consumers
 * have left it. One that was stopped after its claim writes its mark on an element of the next life, which is
 * lost. An array may be used again only if every cell has its mark.
 */
public final class HastyReuseQueue {
  private static final class Segment {
    final AtomicReferenceArray<Object> cells;
    final AtomicInteger taken = new AtomicInteger();
    final AtomicReference<Segment> next = new AtomicReference<>();

    Segment(AtomicReferenceArray<Object> cells, Object first) {
      this.cells = cells;
      cells.set(0, first == null ? this : first);
    }
  }

  private final AtomicReference<AtomicReferenceArray<Object>> spare = new AtomicReference<>();
  private final AtomicReference<Segment> head =
      new AtomicReference<>(new Segment(new AtomicReferenceArray<>(1), null));
  private final AtomicReference<Segment> tail = new AtomicReference<>(head.get());

  public boolean offer(int item) {
    for (; ; ) {
      Segment s = tail.get();
      if (s.cells.compareAndSet(0, s, item)) {
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
        if (item == s) {
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
          spare.set(s.cells); // belongs before: only if cell 0 holds the mark
        }
      }
    }
  }
}
