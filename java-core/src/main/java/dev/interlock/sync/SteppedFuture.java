package dev.interlock.sync;

import dev.interlock.future.Context;
import dev.interlock.future.Poll;
import dev.interlock.future.PollFuture;
import dev.interlock.internal.wait.MayGiveUp;
import java.lang.invoke.ConstantBootstraps;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.concurrent.CancellationException;
import org.jspecify.annotations.Nullable;

/**
 * A future that is made of others, one after the other.
 *
 * @param <T> the type of the result
 */
abstract class SteppedFuture<T> implements PollFuture<T>, MayGiveUp {
  /*
   *   phase       who                        what
   *   IDLE        between two polls          current is pending, or there is none
   *   POLLING     the poller, by CAS         the fields are the poller's
   *   STOPPING    cancel, by CAS             as POLLING; the poller undoes all before it returns
   *   DONE        the poller, by CAS         the result is the caller's
   *   CANCELLED   cancel from IDLE, by CAS;  nothing is held
   *               the poller from STOPPING
   *
   * So the fields, those of the subclass too, belong to one thread at a time, and are published by the
   * CAS that follows.
   */
  private static final int IDLE = 0;
  private static final int POLLING = 1;
  private static final int STOPPING = 2;
  private static final int DONE = 3;
  private static final int CANCELLED = 4;

  private volatile int phase;
  private boolean mayGiveUp;

  /** What is waited for; null before the first poll and when nothing is left. */
  private @Nullable PollFuture<? extends MutexGuard<?>> current;

  /**
   * Goes on with the steps, by {@link #step}.
   *
   * @return whether all of them are done
   * @throws RuntimeException when a step is refused; then all is undone
   */
  abstract boolean advance(Context cx);

  /** After the last step. */
  abstract T result();

  /** Gives back what the steps have taken. */
  abstract void giveBack();

  /** What is done, for a sentence. */
  abstract String describe();

  /** The next step, to be begun. */
  abstract PollFuture<? extends MutexGuard<?>> next();

  /** Begins the next step, or goes on with the one that was pending; null while it is. */
  final @Nullable MutexGuard<?> step(Context cx) {
    PollFuture<? extends MutexGuard<?>> step = current;
    if (step == null) {
      step = next();
      if (mayGiveUp) {
        setMayGiveUp(step);
      }
      current = step;
    }
    Poll<? extends MutexGuard<?>> poll;
    try {
      poll = step.poll(cx);
    } catch (Throwable refused) {
      current = null;
      throw refused;
    }
    if (!poll.isReady()) {
      return null;
    }
    current = null;
    return poll.get();
  }

  @Override
  public final void setMayGiveUp() {
    mayGiveUp = true;
    setMayGiveUp(current);
  }

  private static void setMayGiveUp(@Nullable PollFuture<?> step) {
    if (step instanceof MayGiveUp wait) {
      wait.setMayGiveUp();
    }
  }

  @Override
  public final Poll<T> poll(Context cx) {
    if (!casPhase(IDLE, POLLING)) {
      throw phase == DONE
          ? new IllegalStateException(
              "polled after completion: " + this + "; a future gives its result once")
          : phase == CANCELLED
              ? cancelled()
              : new IllegalStateException("polled by two at once: " + this);
    }
    boolean complete = false;
    try {
      complete = advance(cx);
    } catch (Throwable refused) {
      giveBack();
      phase = DONE;
      throw refused;
    }
    if (casPhase(POLLING, complete ? DONE : IDLE)) {
      return complete ? Poll.ready(result()) : Poll.pending();
    }
    undo();
    phase = CANCELLED;
    throw cancelled();
  }

  @Override
  public final boolean cancel() {
    for (; ; ) {
      switch (phase) {
        case IDLE:
          if (casPhase(IDLE, CANCELLED)) {
            undo();
            return true;
          }
          break;
        case POLLING:
          if (casPhase(POLLING, STOPPING)) {
            return true;
          }
          break;
        default:
          return false;
      }
    }
  }

  private void undo() {
    PollFuture<?> waitedFor = current;
    if (waitedFor != null) {
      current = null;
      waitedFor.cancel();
    }
    giveBack();
  }

  private CancellationException cancelled() {
    return new CancellationException("cancelled: " + this);
  }

  private boolean casPhase(int expected, int next) {
    return PHASE.compareAndSet(this, expected, next);
  }

  @Override
  public final String toString() {
    return describe();
  }

  // VarHandle mechanics
  private static final VarHandle PHASE =
      ConstantBootstraps.fieldVarHandle(
          MethodHandles.lookup(), "phase", VarHandle.class, SteppedFuture.class, int.class);
}
