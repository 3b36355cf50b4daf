package dev.interlock.internal.wait;

import org.jspecify.annotations.Nullable;

/**
 * The wait queue of one object: a lock, a first-in first-out list of waiters of any kind, and the
 * estimate of how long spinning pays. Made by its object when somebody has to wait for the first time.
 *
 * <p><b>Progress.</b> Blocking under a short lock, see {@link QueueLock}; nothing spins without bound.
 *
 * <p><b>Ordering and fairness.</b> First in, first out, in the order in which callers took the lock to
 * enqueue. A waiter that cancels loses its place, the others keep theirs.
 *
 * <p><b>Cost.</b> Enqueue, grant and cancel O(1). A cancelled waiter is unlinked by its own caller at
 * once, wherever it stands, so a release meets at most those whose callers are between their
 * compare-and-set and the lock; each is skipped once. No cell, tombstone or segment stays behind.
 *
 * <p><b>Source.</b> The published queue for this purpose, N. Koval, D. Khalanskiy, D. Alistarh,
 * <i>CQS: A Formally-Verified Framework for Fair and Abortable Synchronization</i>, PLDI 2023, is an
 * infinite array of cells reached by fetch-and-add. Differs from it in everything but the contract:
 * docs/wait-queue.md says why.
 */
public final class WaitQueue extends QueueLock {
  /*
   * How the unbounded spin of the published algorithm is avoided. There, a releaser that reaches a
   * cell whose waiter is in the middle of cancelling has to wait until that waiter says whether the
   * release still finds somebody else. Here the decision is one compare-and-set on the waiter
   * (cancel against grant), taken by the releaser under the lock: it either granted, or it sees
   * CANCELLED and goes on to the next. There is no state in between to wait for.
   */
  private final WaiterList waiters = new WaiterList();

  private final SpinEstimate spin = new SpinEstimate();

  /**
   * How often the present head was overtaken; written by the holder of a barging lock alone, which is
   * the only one who knows. Unused by other objects.
   */
  private int bypassed;

  /** An empty queue. */
  public WaitQueue() {}

  /**
   * Whether a waiter is linked, read without the lock: a guess at what the state of the object is, for
   * a first compare-and-set that is checked by its outcome.
   */
  public boolean looksOccupied() {
    return !waiters.isEmpty();
  }

  /** The list; needs the lock. */
  public WaiterList waiters() {
    return waiters;
  }

  /** The first waiter whose wait goes on, or null; needs the lock. */
  public @Nullable Waiter head() {
    return waiters.peek();
  }

  /** How often the head was overtaken. */
  public int bypassed() {
    return bypassed;
  }

  /** Records that the head was overtaken once more. */
  public void countBypass() {
    bypassed++;
  }

  /** Starts the count anew, for a new head. */
  public void resetBypassed() {
    bypassed = 0;
  }

  /** How many nanoseconds a platform thread may spin before it sleeps. */
  public int spinEstimate() {
    return spin.budget();
  }

  /** Learns from a wait that spinning ended, or did not. */
  public void learnSpin(boolean paid) {
    spin.learn(paid);
  }

  /** How many waits go on, for diagnostics. */
  public int countWaiting() {
    lock();
    try {
      return waiters.count();
    } finally {
      unlock();
    }
  }
}
