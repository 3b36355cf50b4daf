package dev.interlock.lincheck.broken;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicIntegerArray;

/**
 * The free list of a slab, its head without a tag.
 *
 * <p><b>The fault:</b> who takes a slot reads which one comes next, and before it has moved the head on,
 * others take both and give the first one back. The head is the same number (ABA), the compare-and-set
 * succeeds, and the next slot is in the list although somebody has it: it gets two owners.
 */
public final class UntaggedFreeList {
  private static final int END = -1;
  private static final int SLOTS = 4;

  private final AtomicIntegerArray next = new AtomicIntegerArray(SLOTS);
  private final AtomicIntegerArray owners = new AtomicIntegerArray(SLOTS);
  private final AtomicInteger head = new AtomicInteger();

  public UntaggedFreeList() {
    for (int i = 0; i < SLOTS; i++) {
      next.set(i, i + 1 < SLOTS ? i + 1 : END);
    }
  }

  /** Takes a slot for good; whether it is the only owner. */
  public boolean keep() {
    return owners.incrementAndGet(acquire()) == 1;
  }

  /** Takes two, keeps the second and gives back the first; whether it is the only owner of both. */
  public boolean keepSecond() {
    int first = acquire();
    int second = acquire();
    boolean mine = owners.incrementAndGet(first) == 1 & owners.incrementAndGet(second) == 1;
    owners.decrementAndGet(first);
    release(first);
    return mine;
  }

  private int acquire() {
    for (; ; ) {
      int i = head.get();
      if (i == END) {
        throw new IllegalStateException("no slot is free");
      }
      if (head.compareAndSet(i, next.get(i))) {
        return i;
      }
    }
  }

  private void release(int slot) {
    int h;
    do {
      h = head.get();
      next.set(slot, h);
    } while (!head.compareAndSet(h, slot));
  }
}
