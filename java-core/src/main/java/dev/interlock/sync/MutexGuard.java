package dev.interlock.sync;

import dev.interlock.diagnostics.Watch;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * One hold of a {@link Mutex}: the way to its value, and what is closed to unlock. It is the owner: it
 * may be closed by another thread than the one that locked, as a coroutine does that has changed its
 * thread. Closing it a second time does nothing. Not safe for use by two threads at once.
 *
 * @param <T> the type of the guarded value
 */
public final class MutexGuard<T extends @Nullable Object> implements AutoCloseable {
  private final Mutex<T> mutex;
  private boolean open = true;

  MutexGuard(Mutex<T> mutex) {
    this.mutex = mutex;
  }

  /**
   * The guarded value.
   *
   * @throws IllegalStateException when this guard is closed
   */
  public T get() {
    checkOpen();
    return mutex.value();
  }

  /**
   * Replaces the guarded value.
   *
   * @throws IllegalStateException when this guard is closed
   */
  public void set(T value) {
    checkOpen();
    mutex.setValue(value);
  }

  /** Whether this guard still holds the mutex. */
  public boolean isOpen() {
    return open;
  }

  /** Unlocks; without effect when closed before. */
  @Override
  public void close() {
    if (open) {
      open = false;
      mutex.release();
    }
  }

  /**
   * Poisons the mutex and closes this guard: whoever waits for the mutex or comes to it is refused until
   * somebody {@linkplain Mutex#recover recovers} it.
   *
   * @throws IllegalStateException when this guard is closed, or the mutex was made without {@linkplain
   *     Mutex.Builder#poisoning poisoning}
   */
  public void poison(Throwable cause) {
    Objects.requireNonNull(cause, "cause");
    checkOpen();
    if (!mutex.isPoisoning()) {
      throw new IllegalStateException(
          mutex + " cannot be poisoned; make it by Mutex.builder().poisoning()");
    }
    open = false;
    mutex.poison(cause);
  }

  /**
   * Tells the deadlock detector that another party has this guard now, and will close it; without
   * effect when the mutex is not watched. See {@link Watch#handOver}.
   *
   * @param party null when it is not known
   * @throws IllegalStateException when this guard is closed
   */
  public void handOver(@Nullable Object party) {
    checkOpen();
    Watch watch = mutex.watch();
    if (watch != null) {
      watch.handOver(party);
    }
  }

  /** For a wait for a condition: this guard no longer holds the lock, which its caller now releases. */
  void leave() {
    open = false;
  }

  /** Its caller has locked again. */
  void enter() {
    open = true;
  }

  Mutex<T> mutex() {
    return mutex;
  }

  private void checkOpen() {
    if (!open) {
      throw new IllegalStateException(
          "this guard is closed, or waits for a condition, and does not hold "
              + mutex
              + "; lock again for a new guard");
    }
  }

  @Override
  public String toString() {
    return "MutexGuard[" + (open ? "open" : "closed") + ", " + mutex + "]";
  }
}
