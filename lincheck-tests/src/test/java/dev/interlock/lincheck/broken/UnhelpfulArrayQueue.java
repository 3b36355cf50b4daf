package dev.interlock.lincheck.broken;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;

/**
 * The queue of arrays, second twin: segments of one place. It is linearizable, and not lock-free.
 *
 * <p><b>The fault:</b> a producer that finds the last segment full, and another one behind it, waits for the
 * one who appended that to move the tail. When that one is stopped, nobody can offer.
 */
public final class UnhelpfulArrayQueue implements IntQueue {
  private static final class Segment {
    final AtomicReference<Integer> cell = new AtomicReference<>();
    final AtomicInteger taken = new AtomicInteger();
    final AtomicReference<Segment> next = new AtomicReference<>();
  }

  private final AtomicReference<Segment> head = new AtomicReference<>(new Segment());
  private final AtomicReference<Segment> tail = new AtomicReference<>(head.get());

  @Override
  public boolean offer(int item) {
    for (; ; ) {
      Segment s = tail.get();
      if (s.cell.compareAndSet(null, item)) {
        return true;
      }
      Segment fresh = new Segment();
      fresh.cell.set(item);
      if (s.next.compareAndSet(null, fresh)) {
        tail.set(fresh);
        return true;
      }
      // belongs here: tail.compareAndSet(s, s.next.get());
    }
  }

  @Override
  public Integer poll() {
    for (; ; ) {
      Segment s = head.get();
      if (s.taken.get() == 1) {
        Segment next = s.next.get();
        if (next == null) {
          return null;
        }
        head.compareAndSet(s, next);
      } else {
        Integer item = s.cell.get();
        if (item == null) {
          return null;
        }
        if (s.taken.compareAndSet(0, 1)) {
          return item;
        }
      }
    }
  }
}
