package dev.interlock.channel;

import org.jspecify.annotations.Nullable;

/** A ring whose length is the capacity, rounded up to a power of two. */
final class RingSlots extends Slots {
  private final @Nullable Object[] ring;

  RingSlots(int capacity) {
    int length = Math.max(1, Integer.highestOneBit(capacity));
    ring = new @Nullable Object[length < capacity ? length << 1 : length];
  }

  @Override
  void put(long index, Object e) {
    @Nullable Object[] a = ring;
    a[(int) index & (a.length - 1)] = e;
  }

  @Override
  Object take(long index) {
    @Nullable Object[] a = ring;
    int i = (int) index & (a.length - 1);
    Object e = a[i];
    assert e != null : index;
    a[i] = null;
    return e;
  }
}
