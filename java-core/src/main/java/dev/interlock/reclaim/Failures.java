package dev.interlock.reclaim;

import org.jspecify.annotations.Nullable;

/** Several callbacks, several exceptions: the first is thrown, the others are suppressed in it. */
final class Failures {
  private Failures() {}

  static Throwable add(@Nullable Throwable first, Throwable next) {
    if (first == null) {
      return next;
    }
    if (first != next) {
      first.addSuppressed(next);
    }
    return first;
  }

  static void rethrow(@Nullable Throwable failure) {
    if (failure instanceof Error e) {
      throw e;
    }
    if (failure instanceof RuntimeException e) {
      throw e;
    }
  }
}
