package dev.interlock.atomic;

import dev.interlock.annotation.Progress;
import dev.interlock.annotation.ProgressGuarantee;
import dev.interlock.internal.pause.Pause;

/**
 * How long to stay away after losing a race: a little first, twice as long each time up to a limit, then
 * by giving up the processor, and in the end not at all, because the caller had better sleep.
 *
 * <p>An instance belongs to one thread and one attempt. Two methods, for two reasons to wait:
 *
 * <ul>
 *   <li>{@link #spin} after a compare-and-set that another thread won. Somebody has made progress, so
 *       trying again is never hopeless: it pauses, and never yields.
 *   <li>{@link #pause} before looking again for what another thread has yet to do. That thread may be off
 *       its processor, so pauses are followed by yields, and those by {@code false}: park.
 * </ul>
 *
 * <p>{@link #exponential()} pauses the same number of times for everybody. {@link #randomised()} draws the
 * number from a window that doubles: threads that undo each other's work in step (livelock) fall out of
 * step. With a given seed it draws the same numbers every time.
 *
 * <pre>{@code
 * Backoff backoff = Backoff.exponential();
 * while (!ready()) {
 *   if (!backoff.pause()) {
 *     sleepUntilWoken();
 *     backoff.reset();
 *   }
 * }
 * }</pre>
 *
 * <p><b>Progress.</b> Wait-free: each call pauses a bounded number of times or yields once. What the
 * operating system makes of a yield is its own affair: beside a thread that computes it may give away a
 * whole time slice.
 *
 * <p><b>Memory effects.</b> None.
 *
 * <p><b>Ordering and fairness.</b> Whoever lost longest pauses longest, so newcomers overtake. Do not use
 * it where order of arrival is promised.
 *
 * <p><b>Blocking and errors.</b> Never sleeps. A limit outside of its range is an {@link
 * IllegalArgumentException}. Sharing an instance between threads breaks nothing but the numbers.
 *
 * <p><b>Cost.</b> A pause ({@link Thread#onSpinWait}) takes 10 to 50 nanoseconds on x86, next to nothing
 * on some other processors. On one processor, and with {@code -Ddev.interlock.spin.max=0}, nobody pauses.
 *
 * <p><b>Footprint.</b> 40 bytes, usually none: it seldom escapes from the method that makes it.
 *
 * <p><b>Source.</b> Anderson, <i>The performance of spin lock alternatives</i>, TPDS 1990; the two methods
 * are those of crossbeam's {@code Backoff}. Differs from it in: a random variant, a return value instead
 * of a question, and no pauses on one processor.
 */
@ProgressGuarantee(Progress.WAIT_FREE)
public final class Backoff {
  /*
   * spin():   1, 2, 4, ... longest, longest, ...                    pauses
   * pause():  1, 2, 4, ... longest, yield x YIELDS, false, false, ...
   *
   * The two share `window`, so that a loop may mix them. Randomised: instead of w pauses, a number drawn
   * evenly from 1 .. w. The window doubles either way: what makes room for more threads is the window, not
   * the draw.
   */

  /** The most pauses between two attempts, unless the caller says otherwise. */
  public static final int DEFAULT_LONGEST = 64;

  /** No limit may be larger: some milliseconds. */
  public static final int MAX_LONGEST = 1 << 16;

  /** So often {@link #pause} yields before it says to park. */
  static final int YIELDS = 8;

  private static final long GOLDEN = 0x9E3779B97F4A7C15L;

  static {
    Pause.prepare();
  }

  private final int shortest;
  private final int longest;
  private final boolean random;
  private long seed;
  private int window;
  private boolean spunLongest;
  private int yields;

  private Backoff(int shortest, int longest, boolean random, long seed) {
    if (longest < 1 || longest > MAX_LONGEST) {
      throw new IllegalArgumentException(
          "Backoff: the most pauses is "
              + longest
              + "; give a number from 1 to "
              + MAX_LONGEST
              + ", or none for "
              + DEFAULT_LONGEST);
    }
    if (shortest < 1 || shortest > longest) {
      throw new IllegalArgumentException(
          "Backoff: the first pauses are "
              + shortest
              + "; give a number from 1 to the most pauses, "
              + longest);
    }
    this.shortest = shortest;
    this.longest = longest;
    this.window = shortest;
    this.random = random;
    this.seed = seed;
  }

  /** As {@link #exponential(int)} with {@link #DEFAULT_LONGEST}. */
  public static Backoff exponential() {
    return new Backoff(1, DEFAULT_LONGEST, false, 0);
  }

  /**
   * One that pauses 1, 2, 4 times and so on, never more than {@code longest} times at once.
   *
   * @throws IllegalArgumentException when {@code longest} is not between 1 and {@link #MAX_LONGEST}
   */
  public static Backoff exponential(int longest) {
    return new Backoff(1, longest, false, 0);
  }

  /**
   * One that begins with {@code shortest} pauses. Where a success is much cheaper than a hand-over of the
   * cache line, a loser that stays away for the time of a dozen successes helps everybody.
   *
   * @throws IllegalArgumentException when not 1 &lt;= {@code shortest} &lt;= {@code longest} &lt;= {@link
   *     #MAX_LONGEST}
   */
  public static Backoff exponential(int shortest, int longest) {
    return new Backoff(shortest, longest, false, 0);
  }

  /** As {@link #randomised(int, long)} with {@link #DEFAULT_LONGEST} and a seed of its own. */
  public static Backoff randomised() {
    // Threads that come in the same nanosecond differ in their number, and one thread in its time.
    long thread = Thread.currentThread().getId();
    return new Backoff(1, DEFAULT_LONGEST, true, System.nanoTime() + thread * GOLDEN);
  }

  /**
   * One that draws the number of pauses from 1 to a window, which doubles up to {@code longest}.
   *
   * @param seed two instances with the same seed draw the same numbers
   * @throws IllegalArgumentException when {@code longest} is not between 1 and {@link #MAX_LONGEST}
   */
  public static Backoff randomised(int longest, long seed) {
    return new Backoff(1, longest, true, seed);
  }

  /** Pauses after a lost race; each time longer, up to the limit. Never yields. */
  public void spin() {
    Pause.times(nextPauses());
  }

  /**
   * Waits a little for another thread.
   *
   * @return false when it has waited long enough and did not do so again: the caller should park, or
   *     wait in another way
   */
  @SuppressWarnings("ThreadPriorityCheck") // a hint is all that is wanted
  public boolean pause() {
    if (!spunLongest && Pause.PAYS) {
      spunLongest = window == longest;
      Pause.times(nextPauses());
      return true;
    }
    if (yields < YIELDS) {
      yields++;
      Thread.yield();
      return true;
    }
    return false;
  }

  /** Whether {@link #pause} would return false. */
  public boolean shouldPark() {
    return yields == YIELDS;
  }

  /** Begins anew, as after a success. The random numbers go on. */
  public void reset() {
    window = shortest;
    spunLongest = false;
    yields = 0;
  }

  /**
   * How often to pause this time, for a caller that pauses in its own way; the next number is drawn from a
   * window twice as large.
   */
  public int nextPauses() {
    int w = window;
    window = Math.min(longest, w << 1);
    return random ? 1 + draw(w) : w;
  }

  /** A number from 0 to {@code bound - 1}, by SplitMix64. */
  private int draw(int bound) {
    seed += GOLDEN;
    long z = (seed ^ (seed >>> 30)) * 0xBF58476D1CE4E5B9L;
    z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
    return (int) (((z >>> 32) * bound) >>> 32);
  }

  @Override
  public String toString() {
    return "Backoff["
        + (random ? "randomised" : "exponential")
        + ", window="
        + window
        + " of "
        + longest
        + ", yielded="
        + yields
        + "]";
  }
}
