package dev.interlock.channel;

import java.lang.invoke.ConstantBootstraps;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import org.jspecify.annotations.Nullable;

/**
 * The buffer of a channel: a growing ring of references. Every call needs the channel's lock.
 *
 * <p>Doubles when full and starts small again when it runs empty after it was large, so that a burst
 * is not paid for with memory for ever.
 */
final class Ring {
  private static final int SMALL = 16;
  private static final int LARGE = 4096;

  /** Length is a power of two; {@code slots[(first + i) & (length - 1)]} is the i-th element. */
  private @Nullable Object[] slots;

  private int first;
  private int count;

  Ring(int capacity) {
    int length = SMALL;
    while (length < capacity && length < 1024) {
      length <<= 1;
    }
    slots = new @Nullable Object[capacity == 0 ? 1 : length];
  }

  int count() {
    return count;
  }

  /** The count as a spinning thread sees it, without the lock: a hint. */
  int countOpaque() {
    // Ordering: Opaque. Only a hint: whoever acts on it takes the lock and looks again.
    return (int) COUNT.getOpaque(this);
  }

  void addLast(Object e) {
    if (count == slots.length) {
      grow();
    }
    slots[(first + count) & (slots.length - 1)] = e;
    count++;
  }

  void addFirst(Object e) {
    if (count == slots.length) {
      grow();
    }
    first = (first - 1) & (slots.length - 1);
    slots[first] = e;
    count++;
  }

  Object removeFirst() {
    @Nullable Object[] a = slots;
    int i = first;
    Object e = a[i];
    assert e != null;
    a[i] = null;
    first = (i + 1) & (a.length - 1);
    if (--count == 0 && a.length > LARGE) {
      slots = new @Nullable Object[SMALL];
      first = 0;
    }
    return e;
  }

  private void grow() {
    int length = slots.length;
    if (length == 1 << 30) {
      throw new OutOfMemoryError("a channel cannot hold more than " + length + " elements");
    }
    @Nullable Object[] grown = new @Nullable Object[length * 2];
    int toEnd = length - first;
    System.arraycopy(slots, first, grown, 0, toEnd);
    System.arraycopy(slots, 0, grown, toEnd, first);
    slots = grown;
    first = 0;
  }

  // VarHandle mechanics
  private static final VarHandle COUNT =
      ConstantBootstraps.fieldVarHandle(
          MethodHandles.lookup(), "count", VarHandle.class, Ring.class, int.class);
}
