package dev.interlock.collection;

import dev.interlock.collection.MpscQueue.Segment;

/**
 * The fields of {@link MpscQueue}, each side on cache lines of its own:
 *
 * <pre>
 *   | 64 bytes | tail, tailSegment | 64 bytes | head, headSegment | 64 bytes |
 * </pre>
 *
 * As {@link RingLayout}. The segment stands beside the count because each offer needs both, and the
 * fetch-and-add takes the line anyway.
 */
@SuppressWarnings({"unused", "MultipleNullnessAnnotations"}) // padding is never read
final class MpscLayout {
  private MpscLayout() {}

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

  /** What producers write. */
  abstract static class Tail<E> extends Pad0<E> {
    /** The position of the next element. */
    volatile long tail;

    /** A segment that begins at or before tail. */
    volatile Segment tailSegment;

    Tail(Segment first) {
      tailSegment = first;
    }
  }

  abstract static class Pad1<E> extends Tail<E> {
    private byte p00, p01, p02, p03, p04, p05, p06, p07;
    private byte p10, p11, p12, p13, p14, p15, p16, p17;
    private byte p20, p21, p22, p23, p24, p25, p26, p27;
    private byte p30, p31, p32, p33, p34, p35, p36, p37;
    private byte p40, p41, p42, p43, p44, p45, p46, p47;
    private byte p50, p51, p52, p53, p54, p55, p56, p57;
    private byte p60, p61, p62, p63, p64, p65, p66, p67;
    private byte p70, p71, p72, p73, p74, p75, p76, p77;

    Pad1(Segment first) {
      super(first);
    }
  }

  /** What the consumer writes. */
  abstract static class Head<E> extends Pad1<E> {
    /** The position of the first element. */
    volatile long head;

    /** The segment of that position, or the one before. */
    volatile Segment headSegment;

    /** Removals from the middle that began and ended; odd while one is under way. */
    volatile int removals;

    Head(Segment first) {
      super(first);
      headSegment = first;
    }
  }

  /** All fields, and padding behind them. */
  abstract static class Sides<E> extends Head<E> {
    private byte p00, p01, p02, p03, p04, p05, p06, p07;
    private byte p10, p11, p12, p13, p14, p15, p16, p17;
    private byte p20, p21, p22, p23, p24, p25, p26, p27;
    private byte p30, p31, p32, p33, p34, p35, p36, p37;
    private byte p40, p41, p42, p43, p44, p45, p46, p47;
    private byte p50, p51, p52, p53, p54, p55, p56, p57;
    private byte p60, p61, p62, p63, p64, p65, p66, p67;
    private byte p70, p71, p72, p73, p74, p75, p76, p77;

    Sides(Segment first) {
      super(first);
    }
  }
}
