package dev.interlock.sync;

import dev.interlock.future.Context;
import dev.interlock.future.Poll;
import dev.interlock.future.PollFuture;
import java.lang.invoke.ConstantBootstraps;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.concurrent.CancellationException;
import org.jspecify.annotations.Nullable;

/** A {@link LockSequence} as a future: the future of one lock after the other. */
final class LockAllOperation implements PollFuture<LockSet> {
  /*
   *   phase       who                        what
   *   IDLE        between two polls          current is pending, set holds those before it
   *   POLLING     the poller, by CAS         current and set are the poller's
   *   STOPPING    cancel, by CAS             as POLLING; the poller undoes all before it returns
   *   DONE        the poller, by CAS         the set is the caller's
   *   CANCELLED   cancel from IDLE, by CAS;  nothing is held
   *               the poller from STOPPING
   *
   * So current and set belong to one thread at a time, and are published by the CAS that follows.
   */
  private static final int IDLE = 0;
  private static final int POLLING = 1;
  private static final int STOPPING = 2;
  private static final int DONE = 3;
  private static final int CANCELLED = 4;

  /** Trials in one poll; after that others get their turn. */
  private static final int TRIALS = 8;

  private final LockSequence sequence;
  private final LockSet set;
  private volatile int phase;

  /** Of the mutex that is waited for; null before the first poll and when none is left. */
  private @Nullable PollFuture<? extends MutexGuard<?>> current;

  /** Of that mutex; -1 for the one before the first. */
  private int index;

  LockAllOperation(LockSequence sequence) {
    this.sequence = sequence;
    this.set = sequence.newSet();
    this.index = sequence.first == null ? 0 : -1;
  }

  @Override
  public Poll<LockSet> poll(Context cx) {
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
      current = null;
      set.releaseAll();
      phase = DONE;
      throw refused;
    }
    if (casPhase(POLLING, complete ? DONE : IDLE)) {
      return complete ? Poll.ready(set) : Poll.pending();
    }
    undo();
    phase = CANCELLED;
    throw cancelled();
  }

  private boolean advance(Context cx) {
    for (int trials = 0; index < sequence.count; ) {
      PollFuture<? extends MutexGuard<?>> next = current;
      if (next == null) {
        next = mutex().lockAsync();
        current = next;
      }
      Poll<? extends MutexGuard<?>> poll = next.poll(cx);
      if (!poll.isReady()) {
        return false;
      }
      current = null;
      set.add(poll.get());
      if (!sequence.backingOff) {
        index++;
        continue;
      }
      int taken = sequence.addOthers(set, index);
      if (taken < 0) {
        return true;
      }
      index = taken;
      if (++trials == TRIALS) {
        cx.waker().wake();
        return false;
      }
    }
    return true;
  }

  private Mutex<?> mutex() {
    Mutex<?> first = sequence.first;
    return index < 0 && first != null ? first : sequence.get(index);
  }

  @Override
  public boolean cancel() {
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
    set.releaseAll();
  }

  private CancellationException cancelled() {
    return new CancellationException("cancelled: " + this);
  }

  private boolean casPhase(int expected, int next) {
    return PHASE.compareAndSet(this, expected, next);
  }

  @Override
  public String toString() {
    return "lock of all of " + sequence;
  }

  // VarHandle mechanics
  private static final VarHandle PHASE =
      ConstantBootstraps.fieldVarHandle(
          MethodHandles.lookup(), "phase", VarHandle.class, LockAllOperation.class, int.class);
}
