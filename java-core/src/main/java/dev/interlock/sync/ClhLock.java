package dev.interlock.sync;

import dev.interlock.atomic.Backoff;
import java.lang.invoke.ConstantBootstraps;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A fair spin lock whose waiters each look at the word of the one before them: one swap to lock, one store to
 * unlock, and nobody is ever waited for but the holder. It has no {@code tryLock}; {@link McsLock} has. When
 * not to use it: see {@link SpinningLock}. As the other fair ones it loses more than a {@link SpinLock} once
 * more threads want it than have a processor, because it is handed to the next in the line, which may have
 * none; and having joined the line nobody can leave it. {@link Mutex#fair} does what is wanted.
 *
 * <p>{@link #lock()} makes a {@link Handle} each time, one from {@link #handle()} is used again and again and
 * costs no allocation.
 *
 * <p><b>Progress, memory effects, blocking and errors.</b> Those of {@link SpinningLock}; an unlock is
 * wait-free. A handle that holds the lock and locks again is an {@link IllegalStateException}.
 *
 * <p><b>Ordering and fairness.</b> First come, first served, in the order of the swaps at the tail.
 *
 * <p><b>Cost.</b> One swap to lock, one release store to unlock.
 *
 * <p><b>Footprint.</b> 16 bytes and a node of 16; a handle is 24 and has a node as well.
 *
 * <p><b>Source.</b> T. Craig, <i>Building FIFO and priority-queuing spin locks from atomic swap</i>, 1993; P.
 * Magnusson, A. Landin, E. Hagersten, <i>Queue locks on cache coherent multiprocessors</i>, IPPS 1994.
 * Differs from them in: yields.
 */
public final class ClhLock extends SpinningLock {
  /*
   *   free            tail --> [false]
   *
   *   held, two wait  tail --> [true] <-- the last
   *                            [true] <-- looked at by the last; the first waiter's
   *                            [true] <-- looked at by the first; the holder's
   *                            [.....] <-- the holder's predecessor's; the holder takes it along
   *
   * lock()    sets its node, swaps it in at the tail, and looks at the node that it found there.
   * unlock    clears its node, which now belongs to who looks at it; and keeps its predecessor's, which
   *           nobody looks at any more. So there is one node more than handles, and none is made anew.
   *
   * Why there is no tryLock. It would look whether the node at the tail is clear, and swap its own in if the
   * tail is still the same. Between the two that node may have been taken along, set, and put at the tail
   * again by somebody else (ABA): the swap would succeed, and the caller would have to wait after all, for
   * there is no way back. With a new node for each call it would work, and each call would allocate.
   */
  private volatile Node tail = new Node();

  private ClhLock() {}

  /** A free lock. */
  public static ClhLock create() {
    return new ClhLock();
  }

  @Override
  public SpinGuard lock() {
    return new Handle(this).lock();
  }

  /** A handle that does not hold the lock, to be used by one thread at a time. */
  public Handle handle() {
    return new Handle(this);
  }

  /** A guess: a lock that goes from one to the next may look free for a moment. */
  @Override
  public boolean isLocked() {
    return tail.locked;
  }

  /** The last in the row, for tests of the order. */
  Object tail() {
    return tail;
  }

  private static final class Node {
    volatile boolean locked;

    void setLockedPlain() {
      // Ordering: Plain. Published by the swap at the tail; until then nobody looks at it.
      LOCKED.set(this, true);
    }

    boolean lockedAcquire() {
      // Ordering: Acquire. Pairs with clearLockedRelease(); what was written under the lock.
      // Evidence:
      // SpinLockPublication.
      return (boolean) LOCKED.getAcquire(this);
    }

    void clearLockedRelease() {
      // Ordering: Release. Pairs with lockedAcquire(); publishes what was written under the lock.
      // Evidence: SpinLockPublication.
      LOCKED.setRelease(this, false);
    }
  }

  /** A place in the row of those who hold or want the lock; the guard while it holds it. */
  public static final class Handle extends SpinGuard {
    private final ClhLock lock;
    private Node own = new Node();
    private @Nullable Node before;

    Handle(ClhLock lock) {
      this.lock = lock;
    }

    /**
     * Waits for the lock, spinning.
     *
     * @return this handle
     * @throws IllegalStateException when it holds the lock already
     */
    public SpinGuard lock() {
      if (before != null) {
        throw new IllegalStateException(
            "this handle holds " + lock + " already; close it first, or take another handle");
      }
      own.setLockedPlain();
      Node predecessor = Objects.requireNonNull((Node) TAIL.getAndSet(lock, own));
      if (predecessor.lockedAcquire()) {
        Backoff backoff = Backoff.exponential();
        do {
          waitALittle(backoff);
        } while (predecessor.lockedAcquire());
      }
      before = predecessor;
      return this;
    }

    @Override
    public boolean isHeld() {
      return before != null;
    }

    @Override
    public void close() {
      Node predecessor = before;
      if (predecessor != null) {
        Node mine = own;
        own = predecessor;
        before = null;
        mine.clearLockedRelease();
      }
    }

    @Override
    public String toString() {
      return "SpinGuard[" + (isHeld() ? "held, " : "closed, ") + lock + "]";
    }
  }

  // VarHandle mechanics
  private static final VarHandle TAIL =
      ConstantBootstraps.fieldVarHandle(
          MethodHandles.lookup(), "tail", VarHandle.class, ClhLock.class, Node.class);
  private static final VarHandle LOCKED =
      ConstantBootstraps.fieldVarHandle(
          MethodHandles.lookup(), "locked", VarHandle.class, Node.class, boolean.class);
}
