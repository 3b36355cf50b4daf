package dev.interlock.internal.op;

import org.jspecify.annotations.Nullable;

/**
 * A wait that unlocks first and locks again at its end. Cancelled, as a future it holds nothing; but a
 * coroutine that is cancelled goes on, in the section that it waited in, and has to hold the lock there.
 */
public interface Relocking {
  /**
   * After a wait that failed: the wait for the lock, without the signal; or null when the lock is held.
   * Its result may be ignored.
   *
   * @param party who waits and will hold, for a mutex that is watched; null when it is not known
   */
  @Nullable Operation<?> relock(@Nullable Object party);
}
