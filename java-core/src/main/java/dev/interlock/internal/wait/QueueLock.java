package dev.interlock.internal.wait;

import dev.interlock.internal.layout.LeadingPad;
import dev.interlock.internal.pause.StandAside;
import java.lang.invoke.ConstantBootstraps;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import org.jspecify.annotations.Nullable;

/**
 * The short lock under which the state of a wait queue changes; held for a few dozen instructions, never
 * while foreign code runs, never across a wait.
 *
 * <p><b>Progress.</b> Blocking: a holder that the operating system takes off its processor delays the
 * others. They do not burn the processor meanwhile: every spin here is bounded, and after it
 * they sleep.
 *
 * <p><b>Memory effects.</b> Actions before {@link #unlock} happen-before actions after the {@link #lock}
 * that follows it.
 *
 * <p><b>Ordering and fairness.</b> None: an arriving thread may overtake sleeping ones. Fairness is the
 * business of the queue that is kept under the lock.
 *
 * <p><b>Blocking and errors.</b> Not interruptible (an interrupt that arrives is kept for the caller),
 * not reentrant.
 *
 * <p><b>Cost.</b> One compare-and-set to take it, one swap to leave it; no allocation unless a thread finds
 * it taken for the first time, or has to sleep. Who finds it taken where others take it all the time stays away
 * for some microseconds, in which they take it many times over.
 *
 * <p><b>Source.</b> The three states are those of U. Drepper, <i>Futexes Are Tricky</i>, 2011, mutex 2;
 * differs from it in: a stack of sleeping threads stands where the kernel's wait list would.
 */
public abstract class QueueLock extends LeadingPad {
  /*
   * word     meaning                          lock()                unlock()
   * ----     -------                          ------                --------
   * FREE     nobody holds it                  CAS -> HELD           (not legal)
   * HELD     held, nobody need be woken       spin, then -> SLEPT   swap -> FREE
   * SLEPT    held, a thread may be asleep     sleep                 swap -> FREE, wake one
   *
   * A thread that gives up spinning
   *   1. pushes a Sleeper on the stack,
   *   2. swaps SLEPT into the word; got FREE: it holds the lock (and leaves SLEPT behind, because it
   *      cannot know whether others sleep), otherwise it parks,
   *   3. on waking pushes a new Sleeper if the old one was popped, and goes on with 2.
   *
   * No wake-up is lost. A sleeper swaps SLEPT in while somebody holds the lock, after its push. That
   * holder's unlock therefore sees SLEPT and pops a sleeper. Whoever it pops goes through step 2 and
   * so leaves SLEPT behind when it gets the lock: its own unlock pops the next. If the popped thread
   * finds the lock taken by a newcomer, its swap has told that newcomer to wake somebody, and it has
   * pushed itself again before that.
   *
   * Staying away. Two threads that take the lock all the time fetch its line from each other for each turn,
   * and with it the list and the waiters that it guards: some ten lines for a permit that changes hands. While
   * one of them stays away the other finds all of them where it has left them. So who finds the lock taken
   * stays away first, where that pays: see StandAside, which learns it from the count of turns. A thousand
   * coroutines on two processors that pass ten permits, where a line takes some 200 ns: 1.0 M/s without, 1.4
   * with 128 pauses, 1.9 with 512, always or learned. Of two that wait for each other none stays.
   *
   * Sleepers are pushed once and never again, so the stack has no ABA. One whose thread got the lock
   * without being popped stays behind with a null thread; the next pop drops it.
   */
  private static final int FREE = 0;
  private static final int HELD = 1;
  private static final int SLEPT = 2;

  /** Looks at a taken lock before sleeping; the pauses between them double up to {@link #LONGEST}. */
  private static final int LOOKS = Spin.MAX == 0 ? 0 : 24;

  private static final int LONGEST = 64;

  /** Fewer turns of others than these while the caller was away, and it had been in nobody's way. */
  private static final int WORTH = 8;

  @SuppressWarnings("unused") // through WORD
  private volatile int word;

  @SuppressWarnings("unused") // through SLEEPERS
  private volatile @Nullable Sleeper sleepers;

  /** How often the lock was taken. Guarded by it, and read without it as a hint. */
  private long turns;

  /** What staying away is worth; made when somebody finds the lock taken. Plain: two that are made are a hint lost. */
  private @Nullable StandAside aside;

  /** Only subclasses are made: the lock and what it guards are one object, on one cache line. */
  protected QueueLock() {}

  /** Takes the lock. */
  public final void lock() {
    if (!WORD.compareAndSet(this, FREE, HELD)) {
      lockContended();
    }
    turns++;
  }

  /** Leaves the lock; only its holder may. */
  public final void unlock() {
    if ((int) WORD.getAndSet(this, FREE) == SLEPT) {
      wakeSleeper();
    }
  }

  private void lockContended() {
    if (LOOKS == 0) {
      sleepUntilLocked();
      return;
    }
    StandAside hints = aside;
    if (hints == null) {
      hints = new StandAside(WORTH);
      aside = hints;
    }
    long met = turns;
    boolean stayed = hints.stays(met);
    if (!spinUntilLocked()) {
      sleepUntilLocked();
    }
    if (stayed) {
      hints.stayed(met, turns);
    }
  }

  private boolean spinUntilLocked() {
    int pauses = 4;
    for (int look = 0; look < LOOKS; look++) {
      for (int i = 0; i < pauses; i++) {
        Thread.onSpinWait();
      }
      if (word == FREE && WORD.compareAndSet(this, FREE, HELD)) {
        return true;
      }
      pauses = Math.min(LONGEST, pauses * 2);
    }
    return false;
  }

  private void sleepUntilLocked() {
    boolean interrupted = false;
    Sleeper me = pushSleeper();
    while ((int) WORD.getAndSet(this, SLEPT) != FREE) {
      Parker.park(this);
      interrupted |= Thread.interrupted();
      if (me.popped) {
        me = pushSleeper();
      }
    }
    me.thread = null;
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  private Sleeper pushSleeper() {
    Sleeper me = new Sleeper(Thread.currentThread());
    Sleeper top;
    do {
      top = sleepers;
      me.below = top;
    } while (!SLEEPERS.compareAndSet(this, top, me));
    return me;
  }

  private void wakeSleeper() {
    for (Sleeper top; (top = sleepers) != null; ) {
      if (SLEEPERS.compareAndSet(this, top, top.below)) {
        Thread thread = top.thread;
        top.popped = true;
        if (thread != null) {
          Parker.unpark(thread);
          return;
        }
      }
    }
  }

  private static final class Sleeper {
    volatile @Nullable Thread thread;
    volatile boolean popped;
    @Nullable Sleeper below;

    Sleeper(Thread thread) {
      this.thread = thread;
    }
  }

  // VarHandle mechanics
  private static final VarHandle WORD =
      ConstantBootstraps.fieldVarHandle(
          MethodHandles.lookup(), "word", VarHandle.class, QueueLock.class, int.class);
  private static final VarHandle SLEEPERS =
      ConstantBootstraps.fieldVarHandle(
          MethodHandles.lookup(), "sleepers", VarHandle.class, QueueLock.class, Sleeper.class);
}
