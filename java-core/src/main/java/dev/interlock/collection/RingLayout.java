package dev.interlock.collection;

import org.jspecify.annotations.Nullable;

/**
 * The fields of a bounded ring, each side on cache lines of its own:
 *
 * <pre>
 *   | 64 bytes | what never changes | 64 bytes | tail, tailLimit | 64 bytes | head | 64 bytes |
 * </pre>
 *
 * Fields of a superclass are laid out before those of a subclass, and bytes leave no gap that the
 * virtual machine could fill with a field from further down; {@code RingLayoutTest} reads it back.
 */
@SuppressWarnings({"unused", "MultipleNullnessAnnotations"}) // padding is never read
final class RingLayout {
  /** The largest capacity. */
  static final int MAX_CAPACITY = 1 << 29;

  /**
   * So many places at either end of an array stay unused. In front of the first place lie the array's
   * class and length, which every access reads: on the line of the first places, they would have to be
   * fetched again by everybody whenever somebody writes one of those.
   */
  static final int EDGE = 16;

  private RingLayout() {}

  abstract static class Pad0<E> extends SnapshotQueue<E> {
    private byte p00, p01, p02, p03, p04, p05, p06, p07;
    private byte p10, p11, p12, p13, p14, p15, p16, p17;
    private byte p20, p21, p22, p23, p24, p25, p26, p27;
    private byte p30, p31, p32, p33, p34, p35, p36, p37;
    private byte p40, p41, p42, p43, p44, p45, p46, p47;
    private byte p50, p51, p52, p53, p54, p55, p56, p57;
    private byte p60, p61, p62, p63, p64, p65, p66, p67;
    private byte p70, p71, p72, p73, p74, p75, p76, p77;
  }

  /**
   * What never changes, and the arithmetic of positions.
   *
   * <pre>
   *   position:  [ lap | index ]    0 &lt;= index &lt; capacity; the index has as many bits as
   *                                 the next power of two needs, at least one
   * </pre>
   *
   * So the index is a mask away, whatever the capacity, positions only grow, and a position takes
   * centuries to overflow. When the capacity is a power of two of at least 2, a position is a plain
   * count.
   */
  abstract static class Cold<E> extends Pad0<E> {
    final int capacity;

    /** All bits of the index. */
    final int mask;

    final @Nullable Object[] elements;

    Cold(int capacity) {
      if (capacity < 1 || capacity > MAX_CAPACITY) {
        throw new IllegalArgumentException(
            "capacity of "
                + getClass().getSimpleName()
                + " is "
                + capacity
                + "; it must lie between 1 and "
                + MAX_CAPACITY);
      }
      this.capacity = capacity;
      this.mask = Math.max(2, capacity == 1 ? 1 : Integer.highestOneBit(capacity - 1) << 1) - 1;
      this.elements = new Object[EDGE + capacity + EDGE];
    }

    final int index(long position) {
      return (int) position & mask;
    }

    final long next(long position) {
      return next(position, mask, capacity);
    }

    /** As {@link #next(long)}, for a caller that has read the two fields before. */
    static long next(long position, int mask, int capacity) {
      long next = position + 1;
      // Past the last index, if the indices do not fill the power of two, begins the next lap.
      return ((int) next & mask) == capacity ? next + (mask + 1 - capacity) : next;
    }

    @Override
    final long plus(long position, int count) {
      int index = index(position) + count;
      int laps = index / capacity;
      return (position & ~(long) mask) + (long) laps * (mask + 1L) + index % capacity;
    }

    /** How many positions lie from {@code from} to {@code to}. */
    final long distance(long from, long to) {
      long laps = (to & ~(long) mask) - (from & ~(long) mask);
      return laps / (mask + 1L) * capacity + index(to) - index(from);
    }
  }

  abstract static class Pad1<E> extends Cold<E> {
    private byte p00, p01, p02, p03, p04, p05, p06, p07;
    private byte p10, p11, p12, p13, p14, p15, p16, p17;
    private byte p20, p21, p22, p23, p24, p25, p26, p27;
    private byte p30, p31, p32, p33, p34, p35, p36, p37;
    private byte p40, p41, p42, p43, p44, p45, p46, p47;
    private byte p50, p51, p52, p53, p54, p55, p56, p57;
    private byte p60, p61, p62, p63, p64, p65, p66, p67;
    private byte p70, p71, p72, p73, p74, p75, p76, p77;

    Pad1(int capacity) {
      super(capacity);
    }
  }

  /** What producers write. */
  abstract static class Tail<E> extends Pad1<E> {
    /** The position of the next element. */
    volatile long tail;

    /** For a single producer: the places before this position are known to be free. */
    long tailLimit;

    Tail(int capacity) {
      super(capacity);
    }
  }

  abstract static class Pad2<E> extends Tail<E> {
    private byte p00, p01, p02, p03, p04, p05, p06, p07;
    private byte p10, p11, p12, p13, p14, p15, p16, p17;
    private byte p20, p21, p22, p23, p24, p25, p26, p27;
    private byte p30, p31, p32, p33, p34, p35, p36, p37;
    private byte p40, p41, p42, p43, p44, p45, p46, p47;
    private byte p50, p51, p52, p53, p54, p55, p56, p57;
    private byte p60, p61, p62, p63, p64, p65, p66, p67;
    private byte p70, p71, p72, p73, p74, p75, p76, p77;

    Pad2(int capacity) {
      super(capacity);
    }
  }

  /** What consumers write. */
  abstract static class Head<E> extends Pad2<E> {
    /** The position of the first element. */
    volatile long head;

    /** Removals from the middle that began and ended; odd while one is under way. */
    volatile int removals;

    Head(int capacity) {
      super(capacity);
    }
  }

  /** All fields, and padding behind them. */
  abstract static class Ring<E> extends Head<E> {
    private byte p00, p01, p02, p03, p04, p05, p06, p07;
    private byte p10, p11, p12, p13, p14, p15, p16, p17;
    private byte p20, p21, p22, p23, p24, p25, p26, p27;
    private byte p30, p31, p32, p33, p34, p35, p36, p37;
    private byte p40, p41, p42, p43, p44, p45, p46, p47;
    private byte p50, p51, p52, p53, p54, p55, p56, p57;
    private byte p60, p61, p62, p63, p64, p65, p66, p67;
    private byte p70, p71, p72, p73, p74, p75, p76, p77;

    Ring(int capacity) {
      super(capacity);
    }

    /** How many elements it holds at most; it does hold that many. */
    public final int capacity() {
      return capacity;
    }

    /** For messages; {@code toString} lists the elements, as the suite of {@code Queue} demands. */
    final String state() {
      return getClass().getSimpleName() + "[size=" + size() + ", capacity=" + capacity + "]";
    }
  }
}
