package dev.interlock.sync;

import dev.interlock.diagnostics.Watch;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The hold of a {@link RwLock} for writing: the way to its value, and what is closed to leave. It
 * is the owner: it may be closed by another thread than the one that locked. Closing it a second
 * time does nothing. Not safe for use by two threads at once.
 *
 * @param <T> the type of the guarded value
 */
public final class WriteGuard<T extends @Nullable Object> implements AutoCloseable {
  private final RwLock<T> lock;
  private final boolean upgraded;
  private boolean open = true;

  WriteGuard(RwLock<T> lock, boolean upgraded) {
    this.lock = lock;
    this.upgraded = upgraded;
  }

  /**
   * The guarded value.
   *
   * @throws IllegalStateException when this guard is closed
   */
  public T get() {
    checkOpen();
    return lock.value();
  }

  /**
   * Replaces the guarded value.
   *
   * @throws IllegalStateException when this guard is closed
   */
  public void set(T value) {
    checkOpen();
    lock.setValue(value);
  }

  /** Whether this guard still holds the lock. */
  public boolean isOpen() {
    return open;
  }

  /**
   * Goes on as a reader, without a writer in between: the value stays what it is. This guard is
   * closed and the returned one holds the lock. Readers that wait are let in too, but after an
   * upgrade, while a writer waits, none is.
   *
   * @throws IllegalStateException when this guard is closed
   */
  public ReadGuard<T> downgrade() {
    checkOpen();
    open = false;
    return new ReadGuard<>(lock, lock.writerIsReader(upgraded));
  }

  /** Leaves the lock; without effect when closed before. */
  @Override
  public void close() {
    if (open) {
      open = false;
      lock.leaveWrite(upgraded);
    }
  }

  /**
   * Poisons the lock and closes this guard: readers and writers who wait for the lock or come to it
   * are refused until somebody {@linkplain RwLock#recover recovers} it.
   *
   * @throws IllegalStateException when this guard is closed, or the lock was made without
   *     {@linkplain RwLock.Builder#poisoning poisoning}
   */
  public void poison(Throwable cause) {
    Objects.requireNonNull(cause, "cause");
    checkOpen();
    if (!lock.isPoisoning()) {
      throw new IllegalStateException(
          lock + " cannot be poisoned; make it by RwLock.builder().poisoning()");
    }
    open = false;
    lock.poison(cause);
  }

  /**
   * Tells the deadlock detector that another party has this guard now, and will close it; without
   * effect when the lock is not watched. See {@link Watch#handOver}.
   *
   * @param party null when it is not known
   * @throws IllegalStateException when this guard is closed
   */
  public void handOver(@Nullable Object party) {
    checkOpen();
    lock.handOverWrite(party);
  }

  RwLock<T> lock() {
    return lock;
  }

  private void checkOpen() {
    if (!open) {
      throw new IllegalStateException(
          "this guard is closed and no longer holds " + lock + "; lock again for a new guard");
    }
  }

  @Override
  public String toString() {
    return "WriteGuard[" + (open ? "open" : "closed") + ", " + lock + "]";
  }
}
