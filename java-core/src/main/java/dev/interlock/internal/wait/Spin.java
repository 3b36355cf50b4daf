package dev.interlock.internal.wait;

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
 * <p>Each object that is waited on keeps its own estimate (an {@code int} of pauses, read and written
 * without synchronization: a lost update only makes the estimate a little older). It doubles when
 * spinning ended the wait, and shrinks by a quarter when the thread had to sleep after all, so a
 * pattern of long waits soon costs next to nothing.
 */
public final class Spin {
  /** Pauses between two looks at shared memory; looking more often slows down the one who works. */
  public static final int STRIDE = 8;

  /** More pauses than this are never made in one wait: 25 to 55 microseconds, by processor. */
  public static final int MAX = Runtime.getRuntime().availableProcessors() > 1 ? 1024 : 0;

  /** The estimate never falls below this, so that a pattern that turned short again is noticed. */
  public static final int MIN = MAX == 0 ? 0 : 2 * STRIDE;

  private static final @Nullable MethodHandle IS_VIRTUAL = findIsVirtual();

  private Spin() {}

  /** The estimate after a wait that spinning ended. */
  public static int longer(int estimate) {
    return Math.min(MAX, estimate * 2);
  }

  /** The estimate after a wait that went to sleep. */
  public static int shorter(int estimate) {
    return Math.max(MIN, estimate - (estimate >> 2));
  }

  /** One stride of pauses. */
  public static void stride() {
    for (int i = 0; i < STRIDE; i++) {
      Thread.onSpinWait();
    }
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
