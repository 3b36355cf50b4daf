package dev.interlock.sync;

import dev.interlock.PoisonedException;
import dev.interlock.diagnostics.DeadlockDetector;
import org.jspecify.annotations.Nullable;

/** Stands in for the value of a lock whose holder has failed, until somebody takes the lock over. */
final class Poison {
  final Throwable cause;
  private final @Nullable Object value;

  Poison(Throwable cause, @Nullable Object value) {
    this.cause = cause;
    this.value = value;
  }

  @SuppressWarnings({"unchecked", "TypeParameterUnusedInFormals", "NullAway"}) // put in as a T
  <T extends @Nullable Object> T value() {
    return (T) value;
  }

  /** What a caller gets, with its own stack. */
  static PoisonedException refusal(String who, String name, @Nullable Throwable cause) {
    return new PoisonedException(
        who
            + " of "
            + name
            + " failed, and may have left its value half-changed; take it over by recover() or"
            + " tryRecover(), repair the value, and close the guard",
        cause);
  }

  /** One that can be poisoned. Its simple name is what errors, dumps and reports call it. */
  static final class RwLock<T extends @Nullable Object> extends dev.interlock.sync.RwLock<T> {
    RwLock(
        @Nullable String name,
        @Nullable DeadlockDetector detector,
        boolean spread,
        int bypassBound,
        T value) {
      super(name, detector, spread, bypassBound, value);
    }

    @Override
    public boolean isPoisoning() {
      return true;
    }
  }
}
