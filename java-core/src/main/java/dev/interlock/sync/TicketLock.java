package dev.interlock.sync;

import dev.interlock.atomic.Backoff;
import java.lang.invoke.ConstantBootstraps;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import org.jspecify.annotations.Nullable;

/**
 * A lock by numbered tickets: served in the order of arrival, so nobody starves. All who wait look at the
 * same word; from a handful of waiters on {@link McsLock} disturbs the holder less. When not to use it: see
 * {@link SpinningLock}; and being fair makes it worse there: once more threads want it than have a processor,
 * the lock is handed to one that does not run, and all others wait for its next time slice. Then {@link
 * SpinLock} loses less, and {@link Mutex#fair} does what is wanted.
 *
 * <p><b>Progress, memory effects, blocking and errors.</b> Those of {@link SpinningLock}.
 *
 * <p><b>Ordering and fairness.</b> First come, first served, in the order of the tickets. {@code tryLock}
 * overtakes nobody.
 *
 * <p><b>Cost.</b> One fetch-and-add to lock, one release store to unlock. Who waits pauses in proportion to
 * the number of those before it.
 *
 * <p><b>Footprint.</b> 24 bytes; 24 for a guard, which usually stays on the stack.
 *
 * <p><b>Source.</b> D. Reed, R. Kanodia, <i>Synchronization with eventcounts and sequencers</i>, CACM 1979;
 * the proportional pause is that of Mellor-Crummey and Scott, TOCS 1991. Differs from them in: yields.
 */
public final class TicketLock extends SpinningLock {
  /*
   * next      the ticket that the next who comes will draw
   * serving   the ticket whose owner holds the lock; written by the holder alone
   *
   * free      next == serving
   * waiting   next - serving - 1 wait behind the holder
   *
   * Both wrap around; their difference is right as long as fewer than 2^31 wait. A tryLock that was stopped
   * between its look and its compare-and-set while exactly 2^32 tickets were drawn would find its number
   * again: and then it would be free as well, or the compare-and-set would fail.
   */
  private static final int PAUSES_PER_WAITER = 16;

  @SuppressWarnings("unused") // through NEXT
  private volatile int next;

  private volatile int serving;

  private TicketLock() {}

  /** A free lock. */
  public static TicketLock create() {
    return new TicketLock();
  }

  @Override
  public SpinGuard lock() {
    int ticket = drawTicket();
    if (servingAcquire() != ticket) {
      awaitTurn(ticket);
    }
    return new Guard(this);
  }

  private void awaitTurn(int ticket) {
    Backoff backoff = Backoff.exponential();
    for (int before; (before = ticket - servingAcquire()) != 0; ) {
      if (before > 1 && !backoff.shouldPark()) {
        for (int i = Math.min(before, 64) * PAUSES_PER_WAITER; i > 0; i--) {
          Thread.onSpinWait();
        }
      }
      waitALittle(backoff);
    }
  }

  /** Takes the lock if it is free and nobody waits, or returns null. */
  public @Nullable SpinGuard tryLock() {
    int now = servingAcquire();
    return casNext(now, now + 1) ? new Guard(this) : null;
  }

  @Override
  public boolean isLocked() {
    int now = serving; // before the other: what is served never overtakes what was drawn
    return next != now;
  }

  /** How many wait, not counting the holder; for monitoring. */
  public int waiting() {
    int now = serving;
    return Math.max(0, next - now - 1);
  }

  @Override
  String details() {
    return ", waiting=" + waiting();
  }

  private int drawTicket() {
    return (int) NEXT.getAndAdd(this, 1);
  }

  private boolean casNext(int expected, int drawn) {
    return NEXT.compareAndSet(this, expected, drawn);
  }

  private int servingAcquire() {
    // Ordering: Acquire. Pairs with serveNext(); what was written under the lock. Evidence:
    // SpinLockPublication.
    return (int) SERVING.getAcquire(this);
  }

  private void serveNext() {
    // Ordering: Plain. Only the holder writes it, and it sees its predecessor's write since its
    // servingAcquire().
    int now = (int) SERVING.get(this);
    // Ordering: Release. Pairs with servingAcquire(); publishes what was written under the lock.
    // Evidence: SpinLockPublication.
    SERVING.setRelease(this, now + 1);
  }

  /** A hold. */
  static final class Guard extends SpinGuard {
    private final TicketLock lock;
    private boolean held = true;

    Guard(TicketLock lock) {
      this.lock = lock;
    }

    @Override
    public boolean isHeld() {
      return held;
    }

    @Override
    public void close() {
      if (held) {
        held = false;
        lock.serveNext();
      }
    }

    @Override
    public String toString() {
      return "SpinGuard[" + (held ? "held, " : "closed, ") + lock + "]";
    }
  }

  // VarHandle mechanics
  private static final VarHandle NEXT =
      ConstantBootstraps.fieldVarHandle(
          MethodHandles.lookup(), "next", VarHandle.class, TicketLock.class, int.class);
  private static final VarHandle SERVING =
      ConstantBootstraps.fieldVarHandle(
          MethodHandles.lookup(), "serving", VarHandle.class, TicketLock.class, int.class);
}
