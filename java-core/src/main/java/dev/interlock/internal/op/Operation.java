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
   * poll()                                        phase before -> after
   *   first    attempt(): succeeded                 NEW -> DONE      ready
   *            attempt(): enqueued                  NEW -> QUEUED    pending
   *   later    GRANTED, take() wins                 QUEUED -> DONE   ready
   *            NUDGED, retry(): succeeded           QUEUED -> DONE   ready
   *            NUDGED, retry(): still not           QUEUED           pending
   *            FAILED                               QUEUED -> DONE   throws the cause
   *            CANCELLED, RETURNED                  QUEUED           throws CancellationException
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

  /** Undoes a success that nobody will take. */
  protected abstract void giveBackResult();

  /** Unlinks this waiter, which was cancelled. */
  protected abstract void withdraw();

  /** The exception for a wait that failed with {@code cause}. */
  protected RuntimeException failure(@Nullable Object cause) {
    return cause instanceof RuntimeException e
        ? e
        : new IllegalStateException("failed without a cause: " + this);
  }

  @Override
  public final Poll<T> poll(Context cx) {
    switch (phase) {
      case NEW:
        return firstPoll(cx);
      case QUEUED:
        return nextPoll(cx);
      default:
        throw new IllegalStateException(
            "polled after completion: " + this + "; a future gives its result once");
    }
  }

  private Poll<T> firstPoll(Context cx) {
    throwIfCancelled();
    waker = cx.waker();
    boolean acquired;
    try {
      acquired = attempt();
    } catch (Throwable refused) {
      phase = Phase.DONE;
      takeUngranted();
      throw refused;
    }
    if (acquired) {
      phase = Phase.DONE;
      waker = null;
      return claim();
    }
    phase = Phase.QUEUED;
    throwIfCancelled();
    return Poll.pending();
  }

  private Poll<T> nextPoll(Context cx) {
    waker = cx.waker();
    if (take()) {
      phase = Phase.DONE;
      waker = null;
      return Poll.ready(granted(item()));
    }
    if (isNudged() && retry()) {
      phase = Phase.DONE;
      waker = null;
      return claim();
    }
    if (isFailed()) {
      phase = Phase.DONE;
      waker = null;
      throw failure(item());
    }
    throwIfCancelled();
    if (isGranted()) {
      return nextPoll(cx); // granted between the looks above
    }
    return Poll.pending();
  }

  private Poll<T> claim() {
    if (takeUngranted()) {
      return Poll.ready(acquired());
    }
    // Cancelled after the nudge, while this poll succeeded: the canceller had nothing to give back.
    giveBackResult();
    throw cancelled();
  }

  private void throwIfCancelled() {
    if (isCancelled()) {
      waker = null;
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

  private boolean dropPending() {
    if (!cancelPending()) {
      return false;
    }
    waker = null;
    withdraw();
    return true;
  }

  private boolean dropGranted() {
    if (!canGiveBack() || !giveBack()) {
      return false;
    }
    waker = null;
    giveBackResult();
    return true;
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
