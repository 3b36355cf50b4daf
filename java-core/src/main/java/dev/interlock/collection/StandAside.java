package dev.interlock.collection;

import dev.interlock.internal.layout.LeadingPad;
import dev.interlock.internal.pause.Pause;

/**
 * How threads that take their places from one counter, the producers of a queue, keep off it for each other.
 *
 * <p>Two who count all the time fetch the line of the counter from each other for each place, some dozen
 * times as long as the count itself takes. If one of them stays away for a moment, the other has the line
 * for itself, and then the other way round. That is worth nothing between threads that meet by chance, nor
 * to one that seldom comes where another one never rests. So this learns from what a stay has brought.
 */
final class StandAside extends LeadingPad {
  /*
   *   passed    places that others took during the last stay
   *   end       where the counter stood after it
   *   judged    whether skip knows what it was worth
   *   skip      so many callers in a row do not stay, since stays were worth little
   *   left      of these, how many are left
   *
   *   overtaken at p, when                            first
   *   --------------------                            -----
   *   not judged, passed >= WORTH, p - end <= SOON    skip = 0: the line was busy, and is contended again
   *   not judged, fewer, or later                     skip = 2 skip + 1, at most MOST
   *   not judged                                      left = skip; judged
   *
   *   and then, when
   *   --------------
   *   left = 0                                        stays
   *   left > 0                                        does not, left - 1
   *
   * All five are plain and shared by the threads that count: hints. A lost update, or one of another
   * thread's, costs a stay too many or too few, never a wrong answer.
   *
   * MpscQueue, two and four pinned producers and one consumer on two processors where a pause takes 14 ns and a
   * line 200 ns, in M/s: nobody stays 25 and 24, stays of 128 pauses 35 and 30, 256 pauses 54 and 55, 512 pauses
   * (taken) 82 and 70, 1024 pauses 80 and 77. Longer keeps a producer for longer from its next element.
   *
   * Rejected: one caller in eight, whatever a stay brings. A thread that offers seldom beside one that never
   * rests is overtaken nearly each time, and its offer then takes half a microsecond more on average.
   */

  /** Pauses of a stay: five to twenty-five microseconds on x86. */
  private static final int STAY = 512;

  /** Fewer places than these during a stay, and nobody was held up by the caller. */
  private static final int WORTH = 64;

  /** Who is overtaken so few places after a stay shows that both would have counted all the time. */
  private static final int SOON = 32;

  private static final int MOST = 1023;

  private long end;
  private long passed;
  private int skip;
  private int left;
  private boolean judged = true;

  /**
   * The caller has taken place {@code position}, is done with it, and finds that another one has counted since:
   * stays away for a moment, if that is worth it.
   *
   * @return whether it did; the caller then reads the counter and says so by {@link #stayed}
   */
  boolean stays(long position) {
    if (!judged) {
      boolean worthIt = passed >= WORTH && position - end <= SOON;
      skip = worthIt ? 0 : Math.min(2 * skip + 1, MOST);
      left = skip;
      judged = true;
    }
    if (left > 0) {
      left--;
      return false;
    }
    Pause.times(STAY);
    return true;
  }

  /** The caller of place {@code position} has stayed away, and the counter now stands at {@code counter}. */
  void stayed(long position, long counter) {
    passed = counter - position;
    end = counter;
    judged = false;
  }
}
