package dev.interlock.internal.pause;

/**
 * How threads that take places from one counter, the producers of a queue, or turns of one lock, keep off it
 * for each other.
 *
 * <p>Two who count all the time fetch the line of the counter from each other for each place, some dozen
 * times as long as the count itself takes. If one of them stays away for a moment, the other has the line
 * for itself, and then the other way round. That is worth nothing between threads that meet by chance, nor
 * to one that seldom comes where another one never rests. So this learns from what a stay has brought.
 */
public final class StandAside extends Trials {
  /*
   *   passed    places that others took during the last stay
   *   end       where the counter stood after it
   *   judged    whether it is known what that was worth
   *   away      whether somebody stays alone
   *
   *   overtaken at p, when                            then
   *   --------------------                            ----
   *   not judged, passed >= worth, p - end <= SOON    it was worth it: the line was busy, and is contended again
   *   not judged, fewer, or later                     it was not
   *
   * All of them are plain and shared by the threads that count: hints, as those of Trials. A lost update, or one of
   * another thread's, costs a stay too many or too few, never a wrong answer.
   *
   * MpscQueue, two and four pinned producers and one consumer on two processors where a pause takes 14 ns and a
   * line 200 ns, in M/s: nobody stays 25 and 24, stays of 256 pauses 52 and 44, 512 pauses (taken) 82 and 70, 1024
   * pauses 80 and 77. Longer keeps a producer for longer from its next element.
   *
   * One alone. MpmcUnboundedQueue, two producers and two consumers, five runs in turn: 37 to 67 M/s, and 57 to 69
   * if one stays at a time; four producers and one consumer 38 and 45. In MpscQueue, whose producers find out
   * from the counter, four producers have 71 and 64, so it lets several stay.
   *
   * Rejected: one caller in eight, whatever a stay brings. A thread that offers seldom beside one that never
   * rests is overtaken nearly each time, and its offer then takes half a microsecond more on average.
   */

  /** Pauses of a stay: five to twenty-five microseconds on x86. */
  private static final int STAY = 512;

  /** Who is overtaken so few places after a stay shows that both would have counted all the time. */
  private static final int SOON = 32;

  private final int worth;
  private long end;
  private long passed;
  private boolean judged = true;
  private boolean away;

  /**
   * Nobody has stayed.
   *
   * @param worth fewer places than these during a stay, and nobody was held up by the caller
   */
  public StandAside(int worth) {
    this.worth = worth;
  }

  /**
   * The caller has taken place {@code position}, is done with it, and finds that another one has counted since:
   * stays away for a moment, if that is worth it.
   *
   * @return whether it did; the caller then reads the counter and says so by {@link #stayed}
   */
  public boolean stays(long position) {
    if (!isWorthIt(position)) {
      return false;
    }
    Pause.times(STAY);
    return true;
  }

  /**
   * As {@link #stays}, but not while another one stays away by this method. For those who find out that they
   * met by a try that failed: there both do, one after the other, and then nobody would use the time.
   */
  public boolean staysAlone(long position) {
    if (away || !isWorthIt(position)) {
      return false;
    }
    away = true;
    Pause.times(STAY);
    away = false;
    return true;
  }

  private boolean isWorthIt(long position) {
    if (!judged) {
      judge(passed >= worth && position - end <= SOON);
      judged = true;
    }
    return isDue();
  }

  /** The caller of place {@code position} has stayed away, and the counter now stands at {@code counter}. */
  public void stayed(long position, long counter) {
    passed = counter - position;
    end = counter;
    judged = false;
  }
}
