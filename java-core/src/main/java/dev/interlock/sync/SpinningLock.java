package dev.interlock.sync;

import dev.interlock.atomic.Backoff;
import dev.interlock.internal.pause.Pause;

/**
 * A lock for very short sections between threads that each have a processor: who waits looks again and
 * again, and never sleeps. Everywhere else {@link Mutex} is right, and when in doubt it is.
 *
 * <p><b>When not to use any of these.</b> With more threads than processors a waiting thread uses up the time
 * that the holder needs: a holder that was taken off its processor delays everybody for whole time slices.
 * Sections that may block, allocate much or run long. Virtual threads, which keep their carrier while they
 * wait. Coroutines, which have no form here. Code that has to be interruptible. The benchmarks show where
 * they win against {@link java.util.concurrent.locks.ReentrantLock} and where they lose.
 *
 * <p><b>Progress.</b> {@code tryLock} is wait-free; {@code lock} is blocking: a stalled holder delays
 * everybody, and in a fair lock so does a stalled waiter those behind it. Who has looked in vain for some
 * microseconds yields its processor after each look, so that a holder on the same processor gets on.
 *
 * <p><b>Memory effects.</b> Actions before a guard is closed happen-before actions after the next successful
 * lock. Failed attempts: none.
 *
 * <p><b>Blocking and errors.</b> Not interruptible, not reentrant: a holder that locks again waits for itself,
 * for ever. The owner is the guard, not a thread: it may be closed by another thread, by one at a time;
 * closing it twice is harmless.
 */
public abstract sealed class SpinningLock permits SpinLock, TicketLock, McsLock, ClhLock {
  static {
    // By whoever makes the first lock, and not by whoever loses the first race.
    Pause.prepare();
  }

  /** Only the four kinds are made. */
  SpinningLock() {}

  /** Waits for the lock, spinning. Close the guard to unlock. */
  public abstract SpinGuard lock();

  /** Whether somebody holds the lock now; for monitoring, not for deciding. */
  public abstract boolean isLocked();

  /** One look was in vain: pauses, and after a while yields. Never sleeps, never gives up. */
  @SuppressWarnings("ThreadPriorityCheck") // a hint is all that is wanted
  static void waitALittle(Backoff backoff) {
    if (!backoff.pause()) {
      Thread.yield();
    }
  }

  @Override
  public final String toString() {
    return getClass().getSimpleName()
        + "@"
        + Integer.toHexString(System.identityHashCode(this))
        + "["
        + (isLocked() ? "locked" : "free")
        + details()
        + "]";
  }

  /** More of the state, for the text. */
  String details() {
    return "";
  }
}
