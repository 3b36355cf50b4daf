package dev.interlock.lincheck.broken;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicIntegerArray;

/**
 * A register over a few slots that are freed by epochs, as small as it can be. After how many epochs a slot
 * is freed can be overridden; as it stands here, it is right.
 *
 * <p>A slot that was freed holds -1, and who reads that has used it too late.
 */
public class TinyEpochs {
  private static final int NOT_PINNED = -1;
  private static final int SLOTS = 6;
  private static final int READERS = 3;

  private final AtomicIntegerArray slots = new AtomicIntegerArray(SLOTS);
  private final AtomicIntegerArray pins = new AtomicIntegerArray(READERS);
  private final AtomicInteger current = new AtomicInteger();
  private final AtomicInteger fresh = new AtomicInteger(1);
  private final AtomicInteger reader = new AtomicInteger();
  private final AtomicInteger epoch = new AtomicInteger();
  private final List<int[]> retired =
      new ArrayList<>(); // slot, and the epoch after it was unlinked

  public TinyEpochs() {
    for (int i = 0; i < READERS; i++) {
      pins.set(i, NOT_PINNED);
    }
  }

  /** The value, or -1 after a use of a slot that was freed. */
  public int read() {
    int me = reader.getAndIncrement() % READERS;
    pins.set(me, epoch.get());
    int value = slots.get(current.get());
    pins.set(me, NOT_PINNED);
    return value;
  }

  /** For one writer at a time: a new slot for the value, and a collection of the old ones. */
  public void write(int value) {
    int slot = fresh.getAndIncrement();
    slots.set(slot, value);
    int old = current.getAndSet(slot);
    retired.add(new int[] {old, epoch.get()});
    advance();
    retired.removeIf(
        r -> {
          if (r[1] + grace() > epoch.get()) {
            return false;
          }
          slots.set(r[0], -1);
          return true;
        });
  }

  /** How many epochs after its retirement a slot is freed. */
  protected int grace() {
    return 2;
  }

  private void advance() {
    int e = epoch.get();
    for (int i = 0; i < READERS; i++) {
      int pin = pins.get(i);
      if (pin != NOT_PINNED && pin != e) {
        return;
      }
    }
    epoch.compareAndSet(e, e + 1);
  }
}
