package dev.interlock.internal.wait;

import org.jspecify.annotations.Nullable;

/**
 * A platform or virtual thread that waits. A platform thread looks at its state for a while before it
 * sleeps; a virtual thread sleeps at once and leaves its carrier to others.
 *
 * <p><b>Blocking and errors.</b> An interrupt or a time-out cancels the wait when it is not over yet.
 * When it meets a grant, the grant wins: the caller has what it waited for, and the interrupt status
 * is set again for it to see.
 */
public class ThreadWaiter extends Waiter {
  /** No deadline. */
  public static final long FOREVER = 0;

  /** How {@link #await} ended. */
  public enum Outcome {
    /** Granted; the caller owns it. */
    GRANTED,
    /** Try again; the node is still in the queue. */
    NUDGED,
    /** The object failed the wait; {@link Waiter#item} is the cause. */
    FAILED,
    /** The time ran out first; the node must be unlinked. */
    TIMED_OUT,
    /** An interrupt came first, and its status is cleared; the node must be unlinked. */
    INTERRUPTED
  }

  private final Thread thread = Thread.currentThread();

  /** A wait of the calling thread for {@code need} units, offering {@code item} if not null. */
  public ThreadWaiter(int need, @Nullable Object item) {
    super(need, item);
  }

  /**
   * Set by the thread before it looks at its state for the last time and parks; read by the waker after
   * it has written the state. So a thread that still spins is not unparked, which would cost more than
   * the rest of the hand-over, and one that has gone to sleep always is.
   */
  private volatile boolean asleep;

  @Override
  final boolean needsWake() {
    return asleep;
  }

  @Override
  protected final void wake() {
    if (asleep) {
      Parker.unpark(thread);
    }
  }

  @Override
  public final boolean isAsleep() {
    return asleep;
  }

  @Override
  public Thread caller() {
    return thread;
  }

  @Override
  public String callerKind() {
    return Spin.isVirtual(thread) ? "virtual thread" : "platform thread";
  }

  /** A deadline for {@link #await} that lies {@code nanos} from now, saturating. */
  public static long deadlineAfter(long nanos) {
    long deadline = System.nanoTime() + nanos;
    return deadline == FOREVER ? 1 : deadline;
  }

  /**
   * Waits until the state is no longer {@code WAITING}.
   *
   * @param blocker what a thread dump shows as waited for
   * @param interruptible whether an interrupt ends the wait
   * @param deadline from {@link #deadlineAfter}, or {@link #FOREVER}
   * @param spinNanos how long a platform thread may spin first
   */
  public final Outcome await(Object blocker, boolean interruptible, long deadline, int spinNanos) {
    return await(blocker, interruptible, deadline, spinNanos, true);
  }

  /**
   * As {@link #await}, but neither the time nor an interrupt ends the wait: the node is still waiting, in
   * whatever queue it stands, and the caller decides under that queue's lock what becomes of it.
   */
  public final Outcome awaitUndecided(
      Object blocker, boolean interruptible, long deadline, int spinNanos) {
    return await(blocker, interruptible, deadline, spinNanos, false);
  }

  private Outcome await(
      Object blocker, boolean interruptible, long deadline, int spinNanos, boolean decides) {
    boolean interrupted = false;
    if (asleep) {
      asleep = false; // it was, before it was nudged
    }
    try {
      if (!spin(spinNanos)) {
        asleep = true;
        while (state() == WAITING) {
          if (deadline == FOREVER) {
            Parker.park(blocker);
          } else {
            long left = deadline - System.nanoTime();
            if (left <= 0) {
              if (!decides || giveUp()) {
                return Outcome.TIMED_OUT;
              }
              deadline = FOREVER; // too late: the outcome is there, or comes without fail
              continue;
            }
            Parker.parkNanos(blocker, left);
          }
          if (thread.isInterrupted()) {
            // The status goes last: a deadlock detector takes a wait whose thread has it for one
            // that ends.
            boolean ends = interruptible && (!decides || giveUp());
            Thread.interrupted();
            if (ends) {
              return Outcome.INTERRUPTED;
            }
            interrupted = true;
          }
        }
      }
      return outcome();
    } finally {
      if (interrupted) {
        thread.interrupt();
      }
    }
  }

  /** Whether {@link #await} ended while spinning, each time. */
  public final boolean spinPaid() {
    return !asleep;
  }

  private boolean spin(int budget) {
    if (budget == 0 || Spin.isVirtual(thread)) {
      return false;
    }
    // The state is written once, by the granter: looking at it often disturbs nobody.
    Spin spin = new Spin(budget, 4);
    do {
      if (state() != WAITING) {
        return true;
      }
    } while (spin.pause());
    return state() != WAITING;
  }

  private Outcome outcome() {
    switch (state()) {
      case NUDGED:
        return Outcome.NUDGED;
      case FAILED:
        return Outcome.FAILED;
      default:
        // A thread never gives back: its grant is taken the moment it is seen.
        boolean taken = take();
        assert taken : stateName();
        return Outcome.GRANTED;
    }
  }
}
