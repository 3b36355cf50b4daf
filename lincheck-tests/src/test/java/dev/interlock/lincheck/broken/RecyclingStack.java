package dev.interlock.lincheck.broken;

import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicIntegerArray;

/**
 * X15. A stack on slots that gives a popped slot back at once.
 *
 * <p><b>The fault:</b> a pop reads the link of the first slot, and before it takes that slot off, others pop
 * it, pop the next, and push the first again. The compare-and-set succeeds, for it is the same slot (ABA),
 * and makes a slot the first that is not in the stack any more: elements are lost or come twice.
 */
public final class RecyclingStack {
  private static final int NONE = 0;
  private static final int SLOTS = 4; // the first of them is never used

  private final AtomicIntegerArray values = new AtomicIntegerArray(SLOTS);
  private final AtomicIntegerArray links = new AtomicIntegerArray(SLOTS);
  private final AtomicInteger head = new AtomicInteger(NONE);
  private final Queue<Integer> free = new ConcurrentLinkedQueue<>();

  public RecyclingStack() {
    for (int i = 1; i < SLOTS; i++) {
      free.add(i);
    }
  }

  public void push(int value) {
    int slot = acquire(); // the one that was free for longest
    values.set(slot, value);
    int h;
    do {
      h = head.get();
      links.set(slot, h);
    } while (!head.compareAndSet(h, slot));
  }

  /** The value, or -1 when the stack is empty. */
  public int pop() {
    for (; ; ) {
      int h = head.get();
      if (h == NONE) {
        return -1;
      }
      int next = links.get(h);
      if (head.compareAndSet(h, next)) {
        int value = values.get(h);
        free.add(h); // others may still be between their two lines
        return value;
      }
    }
  }

  private int acquire() {
    Integer slot = free.poll();
    if (slot == null) {
      throw new IllegalStateException("no slot is free");
    }
    return slot;
  }
}
