package dev.interlock.reclaim;

import org.jspecify.annotations.Nullable;

/** Several callbacks, several exceptions: the first is thrown, the others are suppressed in it. */
final class Failures {
  private Failures() {}

  static @Nullable Throwable add(@Nullable Throwable first, @Nullable Throwable next) {
    if (first == null) {
      return next;
    }
    if (next != null && first != next) {
      first.addSuppressed(next);
    }
    return first;
  }

  /** Throws it as it is: code of another language may have thrown what Java calls checked. */
  static void rethrow(@Nullable Throwable failure) {
    if (failure != null) {
      Failures.<RuntimeException>throwAs(failure);
    }
  }

  /** For a caller who has nothing to do with it: to the thread's handler of uncaught exceptions. */
  static void hand(Throwable failure) {
    Thread current = Thread.currentThread();
    try {
      current.getUncaughtExceptionHandler().uncaughtException(current, failure);
    } catch (Throwable fromHandler) {
      // Ignored, as the virtual machine does: the operation has done its work and has to say so.
    }
  }

  @SuppressWarnings("unchecked") // erased, so nothing is cast
  private static <T extends Throwable> void throwAs(Throwable failure) throws T {
    throw (T) failure;
  }
}
