package dev.interlock.collection;

import dev.interlock.annotation.Progress;
import dev.interlock.annotation.ProgressGuarantee;
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

  private static final @Nullable Object[] NO_ELEMENTS = {};
  private static final RingCell[] NO_CELLS = {};

  /** A single producer looks at most so many places ahead. */
  private static final int MAX_LOOK_AHEAD = 4096;

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

  /** What never changes. */
  abstract static class Cold<E> extends Pad0<E> {
    final int capacity;

    /** Behind the last place of the ring of a single producer. */
    final int end;

    /** The places of the ring of a single producer and a single consumer. */
    final @Nullable Object[] elements;

    /** The places of the ring of many. */
    final RingCell[] cells;

    /** For a single producer: so many places ahead it looks for a free one. */
    final int lookAhead;

    Cold(int capacity, boolean many) {
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
      this.end = EDGE + capacity;
      this.elements = many ? NO_ELEMENTS : new Object[EDGE + capacity + EDGE];
      this.cells = many ? RingCell.ring(capacity) : NO_CELLS;
      this.lookAhead = Math.max(1, Math.min(capacity / 4, MAX_LOOK_AHEAD));
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

    Pad1(int capacity, boolean many) {
      super(capacity, many);
    }
  }

  /** What producers write. */
  abstract static class Tail<E> extends Pad1<E> {
    /** The position of the next element. */
    volatile long tail;

    /** For a single producer: the places before this position are known to be free. */
    long tailLimit;

    Tail(int capacity, boolean many) {
      super(capacity, many);
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

    Pad2(int capacity, boolean many) {
      super(capacity, many);
    }
  }

  /** What consumers write. */
  abstract static class Head<E> extends Pad2<E> {
    /** The position of the first element. */
    volatile long head;

    /** Removals from the middle that began and ended; odd while one is under way. */
    volatile int removals;

    Head(int capacity, boolean many) {
      super(capacity, many);
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

    Ring(int capacity, boolean many) {
      super(capacity, many);
    }

    /** How many elements it holds at most; it does hold that many. */
    @ProgressGuarantee(Progress.WAIT_FREE)
    public final int capacity() {
      return capacity;
    }

    @Override
    final String state() {
      return getClass().getSimpleName() + "[size=" + size() + ", capacity=" + capacity + "]";
    }
  }
}
