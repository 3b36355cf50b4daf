package dev.interlock.sync;

import org.jspecify.annotations.Nullable;

/**
 * One hold of a {@link ReentrantMutex} by an {@link Owner}. Closing it ends one of the owner's holds, the
 * last of which unlocks; closing it a second time does nothing. Holds are counted, so guards of one owner
 * may be closed in any order. Not safe for use by two threads at once.
 *
 * @param <T> the type of the guarded value
 */
public final class ReentrantGuard<T extends @Nullable Object> implements AutoCloseable {
  private final ReentrantMutex<T> mutex;
  private final Owner owner;
  private boolean open = true;

  ReentrantGuard(ReentrantMutex<T> mutex, Owner owner) {
    this.mutex = mutex;
    this.owner = owner;
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

  /** Whether this guard is not closed. */
  public boolean isOpen() {
    return open;
  }

  /** Whose hold this is. */
  public Owner owner() {
    return owner;
  }

  /**
   * Ends this hold; without effect when closed before.
   *
   * @throws IllegalMonitorStateException when its owner has ended all of its holds by {@link
   *     ReentrantMutex#unlock}
   */
  @Override
  public void close() {
    if (open) {
      open = false;
      mutex.unlock(owner);
    }
  }

  private void checkOpen() {
    if (!open) {
      throw new IllegalStateException(
          "this guard of " + owner + " at " + mutex + " is closed; lock again for a new guard");
    }
  }

  @Override
  public String toString() {
    return "ReentrantGuard[" + (open ? "open" : "closed") + ", " + owner + ", " + mutex + "]";
  }
}
