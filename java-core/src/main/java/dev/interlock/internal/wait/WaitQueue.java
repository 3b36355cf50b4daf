package dev.interlock.internal.wait;

import java.util.Collection;
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
public class WaitQueue extends QueueLock {
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
   * How often anybody was overtaken since the queue was made, and the count at which the lock has to be
   * handed to the head; both wrap around. For a lock that lets newcomers barge; unused by other objects.
   */
  private int overtakes;

  private int handOverAt;

  /** An empty queue. */
  public WaitQueue() {}

  /**
   * Whether a waiter is linked, read without the lock: a guess at what the state of the object is, for
   * a first compare-and-set that is checked by its outcome.
   */
  public final boolean looksOccupied() {
    return !waiters.isEmpty();
  }

  /** The list; needs the lock. */
  public final WaiterList waiters() {
    return waiters;
  }

  /** The first waiter whose wait goes on, or null; needs the lock. */
  public final @Nullable Waiter head() {
    return waiters.peek();
  }

  /** A newcomer has overtaken everybody in the queue; said by the holder of the lock alone. */
  public final void countOvertake() {
    overtakes++;
  }

  /**
   * Whether the head has been overtaken as often as it may; asked by the holder of the lock alone. Without
   * the queue's lock the answer may be that of a head that has left since, which came earlier: true may
   * then be wrong, false never is.
   */
  public final boolean mustHandOver() {
    return overtakes - handOverAt >= 0;
  }

  /**
   * Appends a waiter that may be overtaken {@code bound} times from now on; needs the lock. A newcomer that
   * took the lock before and has not counted itself yet will count as one of them.
   */
  public final void addOvertakeable(Waiter w, int bound) {
    w.overtakesAtJoin = overtakes;
    waiters.add(w);
    limitOvertakes(bound);
  }

  /** Appends a waiter to {@code list} and notes how often anybody was overtaken before; needs the lock. */
  protected final void addCounted(WaiterList list, Waiter w) {
    w.overtakesAtJoin = overtakes;
    list.add(w);
  }

  /** How often anybody was overtaken since {@code w} was appended; needs the lock. */
  protected final int overtakesOf(Waiter w) {
    return overtakes - w.overtakesAtJoin;
  }

  /** Unlinks a waiter, and sees to the limit of the one that is the head now; needs the lock. */
  public final boolean removeOvertakeable(Waiter w, int bound) {
    boolean removed = waiters.remove(w);
    limitOvertakes(bound);
    return removed;
  }

  private void limitOvertakes(int bound) {
    // One that has cancelled and is about to leave counts as the head until then: it joined
    // earlier.
    Waiter head = waiters.first();
    if (head != null) {
      handOverAt = head.overtakesAtJoin + bound;
    }
  }

  /** How many nanoseconds a platform thread may spin before it sleeps. */
  public final int spinEstimate() {
    return spin.budget();
  }

  /** Learns from a wait that spinning ended, or did not. */
  public final void learnSpin(boolean paid) {
    spin.learn(paid);
  }

  /** How many waits go on, in this list and in those of a subclass; for diagnostics. */
  public int countWaiting() {
    lock();
    try {
      return waiters.count();
    } finally {
      unlock();
    }
  }

  /** Adds the first who wait to {@code target}, which is empty, at most {@code most}; gives the number of all. */
  public int copyWaiting(Collection<? super Waiter> target, int most) {
    lock();
    try {
      waiters.copyTo(target, most);
      return waiters.count();
    } finally {
      unlock();
    }
  }
}
