package dev.interlock.lincheck.broken;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.atomic.AtomicReferenceArray;

/**
 * The queue of arrays with segments of one place, whose arrays are used again. It is right when what is blank is
 * the segment's own, and an array is used again only if its consumer has left it; each twin has one of the two.
 */
abstract class ReusingQueue implements IntQueue {
  static final class Segment {
    final AtomicReferenceArray<Object> cells;
    final AtomicInteger taken = new AtomicInteger();
    final AtomicReference<Segment> next = new AtomicReference<>();

    Segment(AtomicReferenceArray<Object> cells) {
      this.cells = cells;
    }

    /** Whether its consumer has written its mark, the array itself, and will not write again. */
    final boolean isLeft() {
      return cells.get(0) == cells;
    }
  }

  private final AtomicReference<AtomicReferenceArray<Object>> spare = new AtomicReference<>();
  private final AtomicReference<Segment> head = new AtomicReference<>();
  private final AtomicReference<Segment> tail = new AtomicReference<>();

  ReusingQueue() {
    Segment first = new Segment(new AtomicReferenceArray<>(1));
    first.cells.set(0, blankOf(first));
    head.set(first);
    tail.set(first);
  }

  /** What is in the cell of this segment before anybody has put anything in. */
  abstract Object blankOf(Segment segment);

  /** Whether the array of this segment, which head has passed, is used again. */
  abstract boolean isUsedAgain(Segment passed);

  @Override
  public final boolean offer(int item) {
    for (; ; ) {
      Segment s = tail.get();
      if (s.cells.compareAndSet(0, blankOf(s), item)) {
        return true;
      }
      Segment next = s.next.get();
      if (next == null) {
        AtomicReferenceArray<Object> array = spare.getAndSet(null);
        next = new Segment(array != null ? array : new AtomicReferenceArray<>(1));
        next.cells.set(0, item);
        if (s.next.compareAndSet(null, next)) {
          tail.compareAndSet(s, next);
          return true;
        }
        next = s.next.get();
      }
      tail.compareAndSet(s, next);
    }
  }

  @Override
  public final Integer poll() {
    for (; ; ) {
      Segment s = head.get();
      if (s.taken.get() < 1) {
        Object item = s.cells.get(0);
        if (item == blankOf(s)) {
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
        if (head.compareAndSet(s, next) && isUsedAgain(s)) {
          s.cells.set(0, null);
          spare.set(s.cells);
        }
      }
    }
  }
}
