package dev.interlock.internal.wait;

import dev.interlock.internal.pause.Pause;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import org.jspecify.annotations.Nullable;

/**
 * Who may spin, and for how long.
 *
 * <p>A sleep and a wake-up across cores cost tens of microseconds on a machine whose idle processors
 * halt; a cache-line hand-over costs tens of nanoseconds. So a platform thread looks for a while before
 * it sleeps, at most about as long as the sleep would have cost (spinning longer than that can never
 * pay, spinning exactly that long costs at most twice the best choice). A virtual thread or a coroutine
 * never spins: its carrier has other work, and sleeping is cheap for it.
 *
 * <p>Each object that is waited on learns how long it pays there, see {@link SpinEstimate}.
 *
 * <p>An instance is one wait. It pauses twice as long after each look, up to a limit: whoever looks at
 * memory that another thread works on slows that thread down, and a look that comes a little later finds
 * a batch instead of one element. It never yields: beside a thread that computes, a yield gives away a
 * whole time slice, where a thread that has slept is let in at once.
 */
public final class Spin {
  /** No wait spins longer, in nanoseconds; 0 on one processor, where nobody else could make progress. */
  public static final int MAX =
      Pause.PAYS ? Integer.getInteger("dev.interlock.spin.max", 40_000) : 0;

  /** A budget never falls below this, which costs next to nothing beside a sleep. */
  public static final int MIN = Math.min(MAX, 1_000);

  /** Looks are bounded in number too: a clock that stands still must not make a spin endless. */
  private static final int MOST_LOOKS = 10_000;

  /**
   * Loads this class now. On Linux the platform counts the processors that the calling thread may use, so a
   * thread that is bound to one would turn spinning off for all.
   */
  public static void prepare() {}

  private static final @Nullable MethodHandle IS_VIRTUAL = findIsVirtual();

  private final int budget;
  private final int longest;
  private int pauses;
  private int looks;
  private long start;

  /**
   * One wait.
   *
   * @param budget in nanoseconds
   * @param longest the most pauses between two looks
   */
  public Spin(int budget, int longest) {
    this(budget, 4, longest);
  }

  /**
   * One wait.
   *
   * @param budget in nanoseconds
   * @param first the pauses before the second look
   * @param longest the most pauses between two looks
   */
  public Spin(int budget, int first, int longest) {
    this.budget = budget;
    this.longest = longest;
    this.pauses = Math.min(longest, first);
  }

  /** Pauses before the next look; false when the budget is spent. */
  public boolean pause() {
    if (looks == 0) {
      if (budget == 0) {
        return false;
      }
      start = System.nanoTime();
    } else if (looks == MOST_LOOKS || System.nanoTime() - start > budget) {
      return false;
    }
    looks++;
    for (int i = 0; i < pauses; i++) {
      Thread.onSpinWait();
    }
    pauses = Math.min(longest, pauses * 2);
    return true;
  }

  /**
   * Whether this wait took no longer than a spin may. One that did was descheduled meanwhile: somebody
   * else needed this processor, and to sleep would have been better.
   */
  public boolean paid() {
    return looks == 0 || System.nanoTime() - start <= MAX;
  }

  /** Whether {@code thread} is virtual; never true before JDK 21. */
  public static boolean isVirtual(Thread thread) {
    if (IS_VIRTUAL == null) {
      return false;
    }
    try {
      return (boolean) IS_VIRTUAL.invokeExact(thread);
    } catch (Throwable impossible) { // Thread.isVirtual declares and throws nothing
      throw new AssertionError(impossible);
    }
  }

  private static @Nullable MethodHandle findIsVirtual() {
    try {
      return MethodHandles.publicLookup()
          .findVirtual(Thread.class, "isVirtual", MethodType.methodType(boolean.class));
    } catch (NoSuchMethodException | IllegalAccessException beforeJdk21) {
      return null;
    }
  }
}
