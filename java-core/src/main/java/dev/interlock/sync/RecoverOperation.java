package dev.interlock.sync;

import dev.interlock.PoisonedException;
import dev.interlock.future.Context;
import dev.interlock.future.PollFuture;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** See {@link Mutex#recoverAsync()}. */
final class RecoverOperation<T extends @Nullable Object> extends SteppedFuture<MutexGuard<T>> {
  /*
   *   guard    takenOver
   *   null     null         waits for the lock, or has not begun
   *   open     null         has locked
   *   open     a cause      has taken over what was poisoned; given back, it is poisoned again
   */
  private final Mutex<T> mutex;

  /** Who waits and will hold, or null when that is not known. */
  private final @Nullable Object party;

  private @Nullable MutexGuard<T> guard;
  private @Nullable Throwable takenOver;

  RecoverOperation(Mutex<T> mutex, @Nullable Object party) {
    this.mutex = mutex;
    this.party = party;
  }

  @Override
  boolean advance(Context cx) {
    for (; ; ) {
      try {
        guard = guardOf(step(cx));
        return guard != null;
      } catch (PoisonedException poisoned) {
        // Then there is something to take over, or there was.
      }
      takenOver = mutex.takeOver();
      if (takenOver != null) {
        mutex.triedBy(party);
        guard = new MutexGuard<>(mutex);
        return true;
      }
    }
  }

  @SuppressWarnings("unchecked") // each step is a lock of this mutex
  private @Nullable MutexGuard<T> guardOf(@Nullable MutexGuard<?> locked) {
    return (MutexGuard<T>) locked;
  }

  @Override
  PollFuture<? extends MutexGuard<?>> next() {
    return mutex.lockAsyncFor(party);
  }

  @Override
  MutexGuard<T> result() {
    return Objects.requireNonNull(guard, "guard");
  }

  @Override
  void giveBack() {
    MutexGuard<T> held = guard;
    guard = null;
    if (held == null) {
      return;
    }
    if (takenOver == null) {
      held.close();
    } else {
      held.poison(takenOver);
    }
  }

  @Override
  String describe() {
    return "recovery of " + mutex;
  }
}
