package dev.interlock.reclaim;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** Longs by index, in direct memory or, for checkers that cannot look there, on the heap. */
abstract sealed class SlabMemory {
  /** Not ordered with anything: for what is published by other means. */
  abstract long get(int index);

  /** See {@link #get}. */
  abstract void set(int index, long value);

  abstract long getVolatile(int index);

  abstract void setVolatile(int index, long value);

  abstract boolean compareAndSet(int index, long expected, long next);

  abstract boolean isDirect();

  /** Memory that is not part of the heap, all zeros. It goes when nothing refers to this any more. */
  static SlabMemory direct(int longs) {
    return new Direct(longs);
  }

  static SlabMemory onHeap(int longs) {
    return new OnHeap(longs);
  }

  private static final class Direct extends SlabMemory {
    private final ByteBuffer buffer;

    Direct(int longs) {
      // Eight bytes more than needed: what is allocated need not begin at a multiple of eight.
      buffer =
          ByteBuffer.allocateDirect((longs + 1) * Long.BYTES)
              .alignedSlice(Long.BYTES)
              .order(ByteOrder.nativeOrder());
    }

    @Override
    long get(int index) {
      // Ordering: Plain. The contents of a slot belong to who holds it; who hands it on publishes
      // them.
      return (long) LONGS.get(buffer, index * Long.BYTES);
    }

    @Override
    void set(int index, long value) {
      // Ordering: Plain. As in get().
      LONGS.set(buffer, index * Long.BYTES, value);
    }

    @Override
    long getVolatile(int index) {
      return (long) LONGS.getVolatile(buffer, index * Long.BYTES);
    }

    @Override
    void setVolatile(int index, long value) {
      LONGS.setVolatile(buffer, index * Long.BYTES, value);
    }

    @Override
    boolean compareAndSet(int index, long expected, long next) {
      return LONGS.compareAndSet(buffer, index * Long.BYTES, expected, next);
    }

    @Override
    boolean isDirect() {
      return true;
    }

    // VarHandle mechanics
    private static final VarHandle LONGS =
        MethodHandles.byteBufferViewVarHandle(long[].class, ByteOrder.nativeOrder());
  }

  private static final class OnHeap extends SlabMemory {
    private final long[] array;

    OnHeap(int longs) {
      array = new long[longs];
    }

    @Override
    long get(int index) {
      return array[index];
    }

    @Override
    void set(int index, long value) {
      array[index] = value;
    }

    @Override
    long getVolatile(int index) {
      return (long) LONGS.getVolatile(array, index);
    }

    @Override
    void setVolatile(int index, long value) {
      LONGS.setVolatile(array, index, value);
    }

    @Override
    boolean compareAndSet(int index, long expected, long next) {
      return LONGS.compareAndSet(array, index, expected, next);
    }

    @Override
    boolean isDirect() {
      return false;
    }

    // VarHandle mechanics
    private static final VarHandle LONGS = MethodHandles.arrayElementVarHandle(long[].class);
  }
}
