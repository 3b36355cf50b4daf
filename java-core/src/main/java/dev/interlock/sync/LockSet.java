package dev.interlock.sync;

import dev.interlock.diagnostics.Watch;
import java.util.Arrays;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Several mutexes that one caller holds together, from {@link LockOrder} or {@link StripedLocks}. Closing
 * it unlocks them all, the last first; closing it a second time does nothing. As a {@link MutexGuard}, it may
 * be closed by another thread than the one that locked, and is not safe for use by two threads at once.
 */
public final class LockSet implements AutoCloseable {
  private final @Nullable MutexGuard<?>[] guards;
  private int held;
  private boolean open = true;

  LockSet(int most) {
    guards = new MutexGuard<?>[most];
  }

  /**
   * The guard of {@code mutex}, for the value that it guards.
   *
   * @throws IllegalArgumentException when it is not one of these
   * @throws IllegalStateException when this set is closed
   */
  @SuppressWarnings("unchecked") // the guard of a Mutex<T> is a MutexGuard<T>
  public <T extends @Nullable Object> MutexGuard<T> guard(Mutex<T> mutex) {
    if (!open) {
      throw new IllegalStateException(
          "this set of locks is closed and no longer holds " + mutex + "; lock again");
    }
    for (MutexGuard<?> guard : guards) {
      if (guard != null && guard.mutex() == mutex) {
        return (MutexGuard<T>) guard;
      }
    }
    throw new IllegalArgumentException(
        mutex + " is not one of those that were locked; name it when locking");
  }

  /** Whether the mutexes are held still. */
  public boolean isOpen() {
    return open;
  }

  /** Unlocks them all; without effect when closed before. */
  @Override
  public void close() {
    if (open) {
      open = false;
      releaseAll();
    }
  }

  /**
   * Poisons those of the mutexes that were made with {@linkplain Mutex.Builder#poisoning poisoning},
   * unlocks the others, and closes this set; see {@link MutexGuard#poison}.
   *
   * @throws IllegalStateException when this set is closed
   */
  public void poison(Throwable cause) {
    Objects.requireNonNull(cause, "cause");
    checkOpen();
    for (int i = held; --i >= 0; ) {
      MutexGuard<?> guard = guards[i];
      if (guard != null && guard.isOpen() && guard.mutex().isPoisoning()) {
        guard.poison(cause);
      }
    }
    close();
  }

  /**
   * Tells the deadlock detectors of the mutexes that another party has this set now, and will close it;
   * without effect on those that are not watched. See {@link Watch#handOver}.
   *
   * @param party null when it is not known
   * @throws IllegalStateException when this set is closed
   */
  public void handOver(@Nullable Object party) {
    checkOpen();
    for (int i = 0; i < held; i++) {
      MutexGuard<?> guard = guards[i];
      if (guard != null && guard.isOpen()) {
        guard.handOver(party);
      }
    }
  }

  void add(MutexGuard<?> guard) {
    guards[held++] = guard;
  }

  /** Unlocks what was added so far; more may be added again. */
  void releaseAll() {
    while (held > 0) {
      MutexGuard<?> guard = guards[--held];
      guards[held] = null;
      if (guard != null) {
        guard.close();
      }
    }
  }

  private void checkOpen() {
    if (!open) {
      throw new IllegalStateException(
          "this set of locks is closed and holds nothing; lock again for a new one");
    }
  }

  @Override
  public String toString() {
    return "LockSet[" + (open ? Arrays.toString(Arrays.copyOf(guards, held)) : "closed") + "]";
  }
}
