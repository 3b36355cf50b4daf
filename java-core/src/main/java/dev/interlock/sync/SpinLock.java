package dev.interlock.sync;

import dev.interlock.atomic.Backoff;
import java.lang.invoke.ConstantBootstraps;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import org.jspecify.annotations.Nullable;

/**
 * The smallest lock: one word, taken by a compare-and-set. Not fair: whoever looks at the right moment has
 * it, and the one that let it go has the best chance, so a thread may starve; {@link TicketLock} keeps the
 * order of arrival. When not to use it: see {@link SpinningLock}. It loses once more threads wait than have a
 * processor to wait on and sections take longer than a look: those who wait use up the processors, that of
 * the holder too, and whatever else would run there does not; {@link Mutex} lets them sleep.
 *
 * <p><b>Progress, memory effects, blocking and errors.</b> Those of {@link SpinningLock}.
 *
 * <p><b>Ordering and fairness.</b> None. That throughput is highest where one thread keeps the lock for
 * itself is the other side of it.
 *
 * <p><b>Cost.</b> One compare-and-set to lock, one release store to unlock. Who waits reads a shared line
 * until it changes (test, and test-and-set), less often after each lost race.
 *
 * <p><b>Footprint.</b> 16 bytes; 24 for a guard, which usually stays on the stack.
 *
 * <p><b>Source.</b> L. Rudolph, Z. Segall, <i>Dynamic decentralized cache schemes</i>, ISCA 1984, for the
 * look before the attempt; Anderson, TPDS 1990, for the back-off. Differs from them in: yields.
 */
public final class SpinLock extends SpinningLock {
  /*
   * word     lock()                     unlock
   * ----     ------                     ------
   * FREE     CAS -> HELD                -
   * HELD     look until FREE            -> FREE
   *
   * Rejected: to look before the first attempt. It makes two transfers of the cache line of one, and on an
   * uncontended lock it is a read that has to wait for the store before it.
   */
  private static final int FREE = 0;
  private static final int HELD = 1;

  private volatile int word;

  private SpinLock() {}

  /** A free lock. */
  public static SpinLock create() {
    return new SpinLock();
  }

  @Override
  public SpinGuard lock() {
    if (!casWordAcquire()) {
      lockContended();
    }
    return new Guard(this);
  }

  private void lockContended() {
    Backoff backoff = Backoff.exponential();
    do {
      do {
        waitALittle(backoff);
      } while (wordOpaque() != FREE);
    } while (!casWordAcquire());
  }

  /** Takes the lock if it is free, or returns null. */
  public @Nullable SpinGuard tryLock() {
    return wordOpaque() == FREE && casWordAcquire() ? new Guard(this) : null;
  }

  @Override
  public boolean isLocked() {
    return word != FREE;
  }

  private boolean casWordAcquire() {
    // Ordering: Acquire. Pairs with setWordRelease(); what was written under the lock. Evidence:
    // SpinLockPublication.
    return (int) WORD.compareAndExchangeAcquire(this, FREE, HELD) == FREE;
  }

  private int wordOpaque() {
    // Ordering: Opaque. Only a look; the compare-and-set after it decides, and acquires.
    return (int) WORD.getOpaque(this);
  }

  private void setWordRelease() {
    // Ordering: Release. Pairs with casWordAcquire(); publishes what was written under the lock.
    // Nothing after the section has to stay behind it. Evidence: SpinLockPublication.
    WORD.setRelease(this, FREE);
  }

  /** A hold. */
  static final class Guard extends SpinGuard {
    private final SpinLock lock;
    private boolean held = true;

    Guard(SpinLock lock) {
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
        lock.setWordRelease();
      }
    }

    @Override
    public String toString() {
      return "SpinGuard[" + (held ? "held, " : "closed, ") + lock + "]";
    }
  }

  // VarHandle mechanics
  private static final VarHandle WORD =
      ConstantBootstraps.fieldVarHandle(
          MethodHandles.lookup(), "word", VarHandle.class, SpinLock.class, int.class);
}
