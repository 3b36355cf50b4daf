package dev.interlock.internal.op;

import org.jspecify.annotations.Nullable;

/**
 * A mutex without its guards, for the suspending {@code withLock}: a guard would have to live across a
 * suspension, on the heap, and a lock that nobody waits for should allocate nothing.
 *
 * <p>The future of a lock implements this for every mutex, itself not being involved: so there is a way
 * in for the one module that this package is exported to, which adds no public method to the mutex and
 * no static state. It is cast once:
 *
 * <pre>{@code
 * static final UnguardedLock UNGUARDED = (UnguardedLock) Mutex.create().lockAsync();
 * }</pre>
 *
 * <p>Whoever takes the lock here must release it here, once; nothing checks it.
 */
public interface UnguardedLock {
  /** Takes the lock of {@code mutex} if it is free now and nobody watches who takes it. */
  boolean tryAcquire(Object mutex);

  /**
   * A wait for the lock of {@code mutex}, without a guard for its result.
   *
   * @param party who waits and will hold, for a mutex that is watched; null when it is not known
   */
  Operation<@Nullable Void> acquisition(Object mutex, @Nullable Object party);

  /** Releases the lock of {@code mutex}, which the caller holds. */
  void release(Object mutex);

  /** As {@link #release}, after the section has failed: poisons the mutex, if it was made for that. */
  void releaseFailed(Object mutex, Throwable failure);

  /** What {@code mutex} guards; the caller holds its lock. */
  @Nullable Object value(Object mutex);
}
