package dev.interlock.lincheck.broken;

/**
 * The queue of arrays, fourth twin.
 *
 * <p><b>The fault:</b> a blank cell holds the same, null, in every life of the array. A producer that was
 * stopped with an old segment in hand finds the cell blank in the next life, puts its element there, and it is
 * lost below the one that belongs there. A blank cell must hold its segment.
 */
public final class SameBlankQueue extends ReusingQueue {
  @Override
  Object blankOf(Segment segment) {
    return null; // belongs here: segment
  }

  @Override
  boolean isUsedAgain(Segment passed) {
    return passed.isLeft();
  }
}
