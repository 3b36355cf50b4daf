package dev.interlock.internal.op;

import dev.interlock.future.Context;
import dev.interlock.future.Poll;
import dev.interlock.future.PollFuture;
import dev.interlock.future.Waker;
import dev.interlock.internal.wait.Waiter;
import java.util.concurrent.CancellationException;
import org.jspecify.annotations.Nullable;

/**
 * One operation that may have to wait, as a future: the {@link Waiter} of futures and coroutines. A
 * subclass says what the operation does; this class says when.
 *
 * <p>A coroutine is a future whose waker resumes it, so prompt cancellation (a coroutine that is
 * cancelled after the grant and before it runs) and dropping a future (whose result nobody polled) are
 * the same call, {@link #cancel}.
 *
 * @param <T> the type of the result
 */
public abstract class Operation<T extends @Nullable Object> extends Waiter
    implements PollFuture<T> {
  /*
   * advance()                                     phase before -> after
   *   first    attempt(): succeeded                 NEW -> ACQUIRED     true
   *            attempt(): enqueued                  NEW -> QUEUED       false
   *   later    GRANTED, take() wins                 QUEUED -> GRANTED   true
   *            NUDGED, retry(): succeeded           QUEUED -> ACQUIRED  true
   *            NUDGED, retry(): still not           QUEUED              false
   *            FAILED                               QUEUED -> DONE      throws the cause
   *            CANCELLED, RETURNED                  QUEUED              throws CancellationException
   * result()   what was acquired or granted         ACQUIRED, GRANTED -> DONE
   *
   * poll() is advance() and, if that says true, result().
   *
   * cancel()  WAITING, NUDGED -> CANCELLED          withdraw(): unlink from the queue
   *           GRANTED -> RETURNED                   giveBackResult(): hand it to the next one; not
   *                                                 for a send: what was sent cannot be recalled, so
   *                                                 its cancel comes too late and says so
   *           anything else                         nothing
   *
   * A waker that is replaced while a grant comes: poll writes the waker, then reads the state; the
   * granter writes the state, then reads the waker. Both are volatile, so at least one of them sees
   * the other: either the new waker is called or this poll finds the grant.
   */
  private enum Phase {
    NEW,
    QUEUED,
    ACQUIRED,
    GRANTED,
    DONE
  }

  private Phase phase = Phase.NEW;
  private volatile @Nullable Waker waker;

  /** An operation for {@code need} units that offers {@code item}, if it is not null. */
  protected Operation(int need, @Nullable Object item) {
    super(need, item);
  }

  /**
   * Tries to succeed at once, otherwise enqueues this waiter, in one step under the object's lock.
   *
   * @return whether it succeeded; then {@link #acquired} holds the result
   * @throws RuntimeException when the object refuses the operation
   */
  protected abstract boolean attempt();

  /** After a nudge: tries to succeed and unlinks, otherwise rearms, in one step under the lock. */
  protected boolean retry() {
    throw new IllegalStateException("this operation is never nudged: " + this);
  }

  /** The result after {@link #attempt} or {@link #retry} succeeded. */
  protected abstract T acquired();

  /** The result after a grant with {@code item}. */
  protected abstract T granted(@Nullable Object item);

  /** Whether a success can be undone; if not, a cancel that meets the grant comes too late. */
  protected boolean canGiveBack() {
    return true;
  }

  /**
   * Whether this wait ends with a grant that is final, that can be undone, and that nobody is told of: no
   * nudge asks for another try. Then whoever wakes the caller may {@linkplain #advance poll} in its place
   * and bring it the {@link #result}, and {@link #giveBackResult} if it does not get that any more. Asked
   * after the first poll.
   */
  public boolean endsWithGrant() {
    return false;
  }

  /** Undoes a success that nobody will take. Of one whose result was taken, called by its taker alone. */
  public abstract void giveBackResult();

  /** Unlinks this waiter, which was cancelled. */
  protected abstract void withdraw();

  /** The exception for a wait that failed with {@code cause}. */
  protected RuntimeException failure(@Nullable Object cause) {
    return cause instanceof RuntimeException e
        ? e
        : new IllegalStateException("failed without a cause: " + this);
  }

  /**
   * This operation has been enqueued and is about to be pending, for diagnostics. May cancel it and throw
   * what the poll is to throw.
   */
  protected void enqueued() {}

  /** This operation has succeeded and will not be cancelled; {@link #result} may or may not follow. */
  protected void succeeded() {}

  /** The wait is over, however; perhaps called more than once, or without a wait. */
  protected void waitOver() {}

  @Override
  public final Poll<T> poll(Context cx) {
    return advance(cx.waker()) ? Poll.ready(result()) : Poll.pending();
  }

  /**
   * As {@link #poll}, without an object for the context and for the outcome: on true the operation has
   * succeeded, and {@link #result} gives its result, once.
   */
  public final boolean advance(Waker toWake) {
    switch (phase) {
      case NEW:
        return firstAdvance(toWake);
      case QUEUED:
        return nextAdvance(toWake);
      default:
        throw new IllegalStateException(
            "polled after completion: " + this + "; a future gives its result once");
    }
  }

  /** The result, once, after {@link #advance} has said true. */
  public final T result() {
    Phase how = phase;
    phase = Phase.DONE;
    switch (how) {
      case ACQUIRED:
        return acquired();
      case GRANTED:
        return granted(item());
      default:
        phase = how;
        throw new IllegalStateException("no result to take: " + this);
    }
  }

  private boolean firstAdvance(Waker toWake) {
    throwIfCancelled();
    waker = toWake;
    boolean acquired;
    try {
      acquired = attempt();
    } catch (Throwable refused) {
      phase = Phase.DONE;
      takeUngranted();
      throw refused;
    }
    if (acquired) {
      claim();
      return true;
    }
    phase = Phase.QUEUED;
    enqueued();
    throwIfCancelled();
    return false;
  }

  private boolean nextAdvance(Waker toWake) {
    waker = toWake;
    for (; ; ) {
      if (take()) {
        phase = Phase.GRANTED;
        waker = null;
        waitOver();
        succeeded();
        return true;
      }
      if (isNudged() && retry()) {
        claim();
        return true;
      }
      if (isFailed()) {
        phase = Phase.DONE;
        waker = null;
        waitOver();
        throw failure(item());
      }
      throwIfCancelled();
      if (!isGranted()) {
        return false;
      }
      // Granted between the looks above.
    }
  }

  private void claim() {
    waker = null;
    waitOver();
    if (takeUngranted()) {
      phase = Phase.ACQUIRED;
      succeeded();
      return;
    }
    // Cancelled after the nudge, while this poll succeeded: the canceller had nothing to give back.
    phase = Phase.DONE;
    giveBackResult();
    throw cancelled();
  }

  private void throwIfCancelled() {
    if (isCancelled()) {
      waker = null;
      waitOver();
      throw cancelled();
    }
  }

  private CancellationException cancelled() {
    return new CancellationException("cancelled: " + this);
  }

  @Override
  public final boolean cancel() {
    return dropPending() || dropGranted();
  }

  /** As {@link #cancel}, if nothing was granted; false also when something was. */
  protected final boolean dropPending() {
    if (!giveUp()) {
      return false;
    }
    waker = null;
    waitOver();
    withdraw();
    return true;
  }

  private boolean dropGranted() {
    if (!canGiveBack() || !giveBack()) {
      return false;
    }
    waker = null;
    waitOver();
    giveBackResult();
    return true;
  }

  @Override
  public final String callerKind() {
    return waker instanceof CallerKind k ? k.callerKind() : "future";
  }

  @Override
  protected final void wake() {
    Waker w = waker;
    if (w != null) {
      w.wake();
    }
  }

  @Override
  public String toString() {
    return describe() + "[" + stateName() + "]";
  }

  /** What this operation does on which object. */
  protected abstract String describe();
}
