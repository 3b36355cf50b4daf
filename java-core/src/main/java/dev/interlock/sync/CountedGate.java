package dev.interlock.sync;

import dev.interlock.future.PollFuture;
import dev.interlock.internal.wait.Durations;
import dev.interlock.internal.wait.ThreadWaiter;
import dev.interlock.internal.wait.WaitQueue;
import dev.interlock.internal.wait.Waiter;
import dev.interlock.internal.wait.WakeList;
import java.lang.invoke.ConstantBootstraps;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** A count, and callers who wait for it to be zero: what {@link CountDownLatch} and {@link WaitGroup} are. */
abstract class CountedGate extends Synchronizer {
  /*
   * state is | Q | count |: a count of 31 bits, and whether anybody is queued.
   *
   *   before      after                      who
   *   0 | c       0 | c + n, 0 | c - n       anybody, by CAS
   *   1 | c       1 | c + n                  anybody, by CAS
   *   1 | c       1 | c - n, above zero      anybody, by CAS
   *   1 | n       0 | 0, all are granted     by CAS under the queue's lock, which the lock is held for
   *                                          until the last is granted
   *   0 | c       1 | c, c above zero        who enqueues, by CAS under the queue's lock
   *   1 | c       0 | c                      who unlinks the last, by CAS under the queue's lock
   *
   * Nobody is forgotten: who enqueues sets Q while the count is above zero, so the step to zero either
   * came before and fails that CAS, or finds Q and takes the lock, behind the enqueuing. Nobody is let
   * through too early: who comes after a step from zero up finds the lock taken until those who waited for
   * the zero have been granted, and enqueues behind them.
   *
   * Linearization point of an await: its look at a count of zero, or the step to zero that granted it.
   */
  private static final int QUEUED = 1 << 31;
  static final int MAX_COUNT = Integer.MAX_VALUE;

  private volatile int state;

  CountedGate(@Nullable String name, int count) {
    super(name);
    state = count;
  }

  /** How much is left. */
  public final int count() {
    return state & MAX_COUNT;
  }

  /**
   * Waits for the count to be zero.
   *
   * @throws InterruptedException when interrupted before it was
   */
  public final void await() throws InterruptedException {
    checkInterrupt();
    if (count() != 0) {
      await(new Zero<>(true), 1, true, ThreadWaiter.FOREVER, false);
    }
  }

  /**
   * As {@link #await()}, not longer than {@code timeout}; zero or less does not wait.
   *
   * @return whether the count was zero
   * @throws InterruptedException when interrupted before it was
   */
  public final boolean await(Duration timeout) throws InterruptedException {
    long nanos = Durations.toNanosSaturated(timeout);
    checkInterrupt();
    return count() == 0
        || (nanos > 0
            && await(new Zero<>(true), 1, true, ThreadWaiter.deadlineAfter(nanos), false));
  }

  /** As {@link #await()}; an interrupt is kept for later. */
  public final void awaitUninterruptibly() {
    if (count() != 0) {
      awaitUninterruptibly(new Zero<>(true), 1, false);
    }
  }

  /** Waiting as a future: queued from its first poll on. */
  public final PollFuture<@Nullable Void> awaitAsync() {
    return new EntryOperation<>(this, 1, new Zero<@Nullable Void>(null));
  }

  @Override
  public final String toString() {
    return objectName() + "[count=" + count() + ", waiting=" + waiting() + "]";
  }

  private void checkInterrupt() throws InterruptedException {
    if (Thread.interrupted()) {
      throw new InterruptedException("interrupted before waiting for " + this);
    }
  }

  // Counting

  /** Adds {@code n}; false, and nothing changes, when that would be too much. */
  final boolean tryAdd(int n) {
    for (; ; ) {
      int s = state;
      if ((s & MAX_COUNT) > MAX_COUNT - n) {
        return false;
      }
      if (casState(s, s + n)) {
        return true;
      }
    }
  }

  /** Takes {@code n} off; false, and nothing changes, when less is left. */
  final boolean trySubtract(int n) {
    for (int s; ((s = state) & MAX_COUNT) >= n; ) {
      if (subtract(s, n)) {
        return true;
      }
    }
    return false;
  }

  /** Takes {@code n} off, or what there is, if that is less. */
  final void subtractAtMost(int n) {
    for (int s, count; (count = (s = state) & MAX_COUNT) != 0; ) {
      if (subtract(s, n < count ? n : count)) {
        return;
      }
    }
  }

  /** Takes {@code n} off {@code s}, which has as many; false when {@code s} is not the state any more. */
  private boolean subtract(int s, int n) {
    return s == (QUEUED | n) ? openTo(s) : casState(s, s - n);
  }

  /** Takes the step from {@code s} to zero and grants all; false when {@code s} is not the state any more. */
  private boolean openTo(int s) {
    WaitQueue q = queue();
    WakeList wakes = new WakeList();
    q.lock();
    try {
      if (!casState(s, 0)) {
        return false;
      }
      for (Waiter w; (w = q.head()) != null; ) {
        q.waiters().remove(w);
        if (w.grant()) {
          wakes.add(w);
        }
      }
    } finally {
      q.unlock();
    }
    wakes.wakeAll();
    return true;
  }

  private boolean isZeroOrEnqueue(WaitQueue q, Waiter w) {
    q.lock();
    try {
      for (; ; ) {
        int s = state;
        if ((s & MAX_COUNT) == 0) {
          return true;
        }
        if ((s & QUEUED) != 0 || casState(s, s | QUEUED)) {
          q.waiters().add(w);
          return false;
        }
      }
    } finally {
      q.unlock();
    }
  }

  private void withdraw(WaitQueue q, Waiter w) {
    q.lock();
    try {
      q.waiters().remove(w);
      if (q.waiters().isEmpty()) {
        for (int s; ((s = state) & QUEUED) != 0; ) {
          if (casState(s, s & MAX_COUNT)) {
            break;
          }
        }
      }
    } finally {
      q.unlock();
    }
  }

  private boolean casState(int expected, int next) {
    return STATE.compareAndSet(this, expected, next);
  }

  /** Waits for zero. It takes nothing, so there is nothing to give back: others see the same zero. */
  private final class Zero<R extends @Nullable Object> extends ConstantEntry<R> {
    Zero(R outcome) {
      super(outcome);
    }

    @Override
    boolean tryEnter() {
      return count() == 0;
    }

    @Override
    boolean enterOrEnqueue(WaitQueue q, Waiter w) {
      return isZeroOrEnqueue(q, w);
    }

    @Override
    void withdraw(WaitQueue q, Waiter w) {
      CountedGate.this.withdraw(q, w);
    }

    @Override
    void giveBack(@Nullable Object item) {}

    @Override
    String describe() {
      return "await of " + objectName();
    }
  }

  // VarHandle mechanics
  private static final VarHandle STATE =
      ConstantBootstraps.fieldVarHandle(
          MethodHandles.lookup(), "state", VarHandle.class, CountedGate.class, int.class);
}
