package dev.interlock.internal.op;

/**
 * What a semaphore offers to a caller that would rather wait than be told whether it has to: the suspending
 * face. Implemented by the future of an acquisition, for every semaphore, for the reason given at {@link
 * UnguardedLock}.
 */
public interface DirectPermits {
  /**
   * Takes the permits of {@code semaphore} if it sees that this needs no wait, and never looks at the queue.
   * False says no more than that the next step is the waiting form: others may wait, perhaps not any more, or
   * it may be closed.
   */
  boolean acquireNow(Object semaphore, int permits);
}
