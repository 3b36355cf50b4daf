package dev.interlock.lincheck.broken;

/**
 * The queue of arrays, third twin.
 *
 * <p><b>The fault:</b> the array of a segment that head has passed is used again at once, whether or not its
 * consumers have left it. One that was stopped after its claim writes its mark on an element of the next life,
 * which is lost. An array may be used again only if every cell has its mark.
 */
public final class HastyReuseQueue extends ReusingQueue {
  @Override
  Object blankOf(Segment segment) {
    return segment;
  }

  @Override
  boolean isUsedAgain(Segment passed) {
    return true; // belongs here: passed.isLeft()
  }
}
