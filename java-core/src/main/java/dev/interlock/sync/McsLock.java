package dev.interlock.sync;

import dev.interlock.atomic.Backoff;
import java.lang.invoke.ConstantBootstraps;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import org.jspecify.annotations.Nullable;

/**
 * A fair spin lock whose waiters stand in a list, each looking at a word of its own: an unlock disturbs one
 * waiter, however many there are. For few waiters {@link TicketLock} is smaller and as fast. When not to use
 * it: see {@link SpinningLock}. It loses more than a {@link SpinLock} once more threads want it than have a
 * processor: an unlock hands it to the next in the list, which may have none, and then everybody waits for
 * that one's next time slice; {@link Mutex#fair} does what is wanted.
 *
 * <p>The node in that list is the {@link Handle}: {@link #lock()} makes one each time, a handle from {@link
 * #handle()} is used again and again and costs no allocation.
 *
 * <pre>{@code
 * McsLock.Handle handle = lock.handle(); // one for each thread, kept
 * try (SpinGuard held = handle.lock()) {
 *   count++;
 * }
 * }</pre>
 *
 * <p><b>Progress, memory effects, blocking and errors.</b> Those of {@link SpinningLock}. An unlock waits for
 * a successor that has announced itself and not linked itself yet. A handle that holds the lock and locks
 * again is an {@link IllegalStateException}.
 *
 * <p><b>Ordering and fairness.</b> First come, first served, in the order of the swaps at the tail. {@code
 * tryLock} overtakes nobody.
 *
 * <p><b>Cost.</b> One swap to lock; one compare-and-set to unlock when nobody waits, otherwise one release
 * store.
 *
 * <p><b>Footprint.</b> 16 bytes; 32 for a handle. Handles that wait should lie on different cache lines, as
 * those do that each thread makes for itself.
 *
 * <p><b>Source.</b> J. Mellor-Crummey, M. Scott, <i>Algorithms for scalable synchronization on shared-memory
 * multiprocessors</i>, TOCS 1991. Differs from it in: yields; the node is the guard.
 */
public final class McsLock extends SpinningLock {
  /*
   *            tail -------------------------+
   *                                          v
   *   holder --next--> waiter --next--> last waiter
   *   waiting = false  waiting = true   waiting = true
   *
   * lock()    swaps itself in at the tail; there was nobody: it has the lock. Otherwise links itself behind
   *           the one it found, and looks at its own `waiting`.
   * unlock    with a successor: clears its `waiting`. Without one: takes itself off the tail; if that fails,
   *           somebody is between the swap and the link, and is waited for.
   *
   * A handle is its owner's again when its unlock returns: nobody but its one successor has ever known it,
   * and that has linked itself, or does not exist.
   */
  @SuppressWarnings("unused") // through TAIL
  private volatile @Nullable Handle tail;

  private McsLock() {}

  /** A free lock. */
  public static McsLock create() {
    return new McsLock();
  }

  @Override
  public SpinGuard lock() {
    return new Handle(this).lock();
  }

  /** Takes the lock if it is free and nobody waits, or returns null. */
  public @Nullable SpinGuard tryLock() {
    Handle handle = new Handle(this);
    return handle.tryLock() ? handle : null;
  }

  /** A handle that does not hold the lock, to be used by one thread at a time. */
  public Handle handle() {
    return new Handle(this);
  }

  @Override
  public boolean isLocked() {
    return tail != null;
  }

  /** The last in the list, for tests of the order. */
  @Nullable Handle tail() {
    return tail;
  }

  /** A place in the list of those who hold or want the lock; the guard while it holds it. */
  public static final class Handle extends SpinGuard {
    private final McsLock lock;
    private boolean held;

    @SuppressWarnings("unused") // through WAITING
    private volatile boolean waiting;

    @SuppressWarnings("unused") // through NEXT
    private volatile @Nullable Handle next;

    Handle(McsLock lock) {
      this.lock = lock;
    }

    /**
     * Waits for the lock, spinning.
     *
     * @return this handle
     * @throws IllegalStateException when it holds the lock already
     */
    public SpinGuard lock() {
      checkNotHeld();
      setWaitingPlain();
      Handle before = (Handle) TAIL.getAndSet(lock, this);
      if (before != null) {
        before.setNextRelease(this);
        Backoff backoff = Backoff.exponential();
        while (waitingAcquire()) {
          waitALittle(backoff);
        }
      }
      held = true;
      return this;
    }

    /**
     * Takes the lock if it is free and nobody waits.
     *
     * @throws IllegalStateException when this handle holds the lock already
     */
    public boolean tryLock() {
      checkNotHeld();
      held = TAIL.compareAndSet(lock, null, this);
      return held;
    }

    @Override
    public boolean isHeld() {
      return held;
    }

    @Override
    public void close() {
      if (!held) {
        return;
      }
      held = false;
      Handle successor = nextAcquire();
      if (successor == null) {
        if (TAIL.compareAndSet(lock, this, null)) {
          return;
        }
        successor = awaitSuccessor();
      }
      forgetNextPlain();
      successor.clearWaitingRelease();
    }

    private Handle awaitSuccessor() {
      Backoff backoff = Backoff.exponential();
      for (; ; ) {
        Handle successor = nextAcquire();
        if (successor != null) {
          return successor;
        }
        waitALittle(backoff);
      }
    }

    private void checkNotHeld() {
      if (held) {
        throw new IllegalStateException(
            "this handle holds " + lock + " already; close it first, or take another handle");
      }
    }

    private void setWaitingPlain() {
      // Ordering: Plain. Published by the swap at the tail, before which nobody knows this handle.
      WAITING.set(this, true);
    }

    private boolean waitingAcquire() {
      // Ordering: Acquire. Pairs with clearWaitingRelease(); what was written under the lock.
      // Evidence:
      // SpinLockPublication.
      return (boolean) WAITING.getAcquire(this);
    }

    private void clearWaitingRelease() {
      // Ordering: Release. Pairs with waitingAcquire(); publishes what was written under the lock.
      // Evidence: SpinLockPublication.
      WAITING.setRelease(this, false);
    }

    private @Nullable Handle nextAcquire() {
      // Ordering: Acquire. Pairs with setNextRelease(); the successor's waiting = true, which must
      // not land after it was cleared. Evidence: SpinLockPublication.
      return (Handle) NEXT.getAcquire(this);
    }

    private void setNextRelease(Handle successor) {
      // Ordering: Release. Pairs with nextAcquire(); publishes the successor's waiting = true.
      // Evidence: SpinLockPublication.
      NEXT.setRelease(this, successor);
    }

    private void forgetNextPlain() {
      // Ordering: Plain. Its one successor has written it and will not again; the next one comes
      // after the next swap at the tail, which publishes this.
      NEXT.set(this, null);
    }

    @Override
    public String toString() {
      return "SpinGuard[" + (held ? "held, " : "closed, ") + lock + "]";
    }
  }

  // VarHandle mechanics
  private static final VarHandle TAIL =
      ConstantBootstraps.fieldVarHandle(
          MethodHandles.lookup(), "tail", VarHandle.class, McsLock.class, Handle.class);
  private static final VarHandle WAITING =
      ConstantBootstraps.fieldVarHandle(
          MethodHandles.lookup(), "waiting", VarHandle.class, Handle.class, boolean.class);
  private static final VarHandle NEXT =
      ConstantBootstraps.fieldVarHandle(
          MethodHandles.lookup(), "next", VarHandle.class, Handle.class, Handle.class);
}
