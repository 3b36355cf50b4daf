package dev.interlock.lincheck.broken;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicIntegerArray;

/**
 * A register over a few slots, with one hazard for each of two readers, as small as it can be. The two
 * steps that the twins get wrong can be overridden; as it stands here, it is right.
 *
 * <p>A slot that was reclaimed holds -1, and who reads that has used it after it was freed.
 */
public class TinyHazards {
  static final int NONE = -1;
  private static final int SLOTS = 6;
  private static final int READERS = 3;

  private final AtomicIntegerArray slots = new AtomicIntegerArray(SLOTS);
  final AtomicIntegerArray hazards = new AtomicIntegerArray(READERS);
  final AtomicInteger current = new AtomicInteger();
  private final AtomicInteger fresh = new AtomicInteger(1);
  private final AtomicInteger reader = new AtomicInteger();
  private final List<Integer> retired = new ArrayList<>();

  public TinyHazards() {
    for (int i = 0; i < READERS; i++) {
      hazards.set(i, NONE);
    }
  }

  /** The value, or -1 after a use of a slot that was freed. */
  public int read() {
    int me = reader.getAndIncrement() % READERS;
    int value = slots.get(protect(me));
    hazards.set(me, NONE);
    return value;
  }

  /** For one writer at a time: a new slot for the value, and a scan of the old ones. */
  public void write(int value) {
    int slot = fresh.getAndIncrement();
    slots.set(slot, value);
    retired.add(current.getAndSet(slot));
    retired.removeIf(
        old -> {
          if (!mayFree(old)) {
            return false;
          }
          slots.set(old, -1);
          return true;
        });
  }

  /** Publishes, looks again, and only then believes. */
  protected int protect(int me) {
    for (; ; ) {
      int slot = current.get();
      hazards.set(me, slot);
      if (current.get() == slot) {
        return slot;
      }
    }
  }

  /** What nobody protects. */
  protected boolean mayFree(int slot) {
    return !isProtected(slot);
  }

  final boolean isProtected(int slot) {
    for (int i = 0; i < READERS; i++) {
      if (hazards.get(i) == slot) {
        return true;
      }
    }
    return false;
  }
}
