package dev.interlock.collection;

import dev.interlock.internal.pause.Pause;
import dev.interlock.internal.pause.Trials;

/**
 * How one side of a queue, the consumers or the producers, stays off the places of the other side when it
 * has caught up with it.
 *
 * <p>Who looks at the next place again and again takes its cache line from the thread that is about to
 * write it, and both go in step, at a line or two for each element. Who stays away for a moment finds
 * many elements on few lines. That is worth nothing where the other side is slow, or waits for an answer.
 * So this learns from what a stay has brought.
 */
final class StandOff extends Trials {
  /*
   *   since     the position at which somebody last found nothing to do
   *   stayed    whether that was followed by a stay
   *
   *   nothing to do at p, when         then
   *   ------------------------         ----
   *   stayed, p >= since + WORTH       it was worth it
   *   stayed, p <  since + WORTH       it was not
   *
   * Both are plain and shared by the threads of one side: hints, as those of Trials. A lost update, or one of
   * another thread's, costs a stay too many or too few, never a wrong answer.
   *
   * Two pinned threads on a machine where a line takes some 200 ns to the other processor, with 4, 32, 64,
   * 128 and 256 pauses, in M/s: MpmcArrayQueue 7, 13 to 21, 26, 18, 56. Longer is faster there, and keeps
   * the next element waiting for longer.
   */

  /** Pauses of a stay: one to two microseconds on x86. */
  private static final int STAY = 64;

  /** Fewer elements than these within a stay would have been handed over one by one as fast. */
  private static final int WORTH = 4;

  private long since;
  private boolean stayed;

  /**
   * There is nothing to do at {@code position}: stays away for a moment, if that is worth it.
   *
   * @return whether it did; otherwise the caller may look again at once
   */
  boolean stays(long position) {
    if (!Pause.PAYS) {
      return true;
    }
    if (stayed) {
      judge(position - since >= WORTH);
    }
    since = position;
    stayed = isDue();
    if (!stayed) {
      return false;
    }
    Pause.times(STAY);
    return true;
  }
}
