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
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * An event without a value, signalled to callers of any kind who wait for it: to one of them, for whom it
 * is kept when nobody waits yet, or to all who wait now. For values use a channel; for a number of permits
 * a {@link Semaphore}; for something that happens once and stays so a {@link CountDownLatch}.
 *
 * <pre>{@code
 * // producer                        // consumer
 * items.offer(item);                 for (;;) {
 * notify.notifyOne();                  for (Item i; (i = items.poll()) != null; ) { handle(i); }
 *                                      notify.await(); // returns at once if notified meanwhile
 *                                    }
 * }</pre>
 *
 * <p><b>Progress.</b> {@code tryAwait} is lock-free, and so is {@code notifyOne} while nobody waits: one
 * compare-and-set. {@code notifyWaiters} while nobody waits is one volatile read. Otherwise blocking, under a
 * short lock.
 *
 * <p><b>Memory effects.</b> Actions before a {@code notifyOne} happen-before actions after the wait that
 * consumes the notification, also when it was one of several that were kept as one; and those before a
 * {@code notifyWaiters} happen-before actions after each wait that it ended. Failed and timed-out waits: none.
 *
 * <p><b>Ordering and fairness.</b> Linearizable. {@code notifyOne} goes to the caller that has waited longest;
 * while somebody waits no notification is kept, so nobody overtakes.
 *
 * <p><b>Blocking and errors.</b> {@code await} and its timed form are interruptible, {@code
 * awaitUninterruptibly} is not. A wait that is interrupted, times out or is cancelled leaves the queue
 * without effect. If it met the notification of a {@code notifyOne}, a thread keeps it and reports success; a
 * future or coroutine hands it on to the next, or leaves it kept. That of a {@code notifyWaiters} is not
 * handed on: the others have it.
 *
 * <p><b>Cost.</b> One atomic read-modify-write for a {@code notifyOne} that is kept, and one to consume it.
 * {@code notifyWaiters} wakes n waiters in O(n). Cancelling a wait is O(1).
 *
 * <p><b>Footprint.</b> 24 bytes with compressed references; the queue is made when somebody waits for the
 * first time.
 *
 * <p><b>Source.</b> The contract of tokio's <i>Notify</i>; differs from it in who may wait, and in that a
 * future waits from its first poll on, not from its making.
 */
public final class Notify extends Synchronizer {
  /*
   * state      meaning                            wait                     notifyOne
   * -----      -------                            ----                     ---------
   * NOTHING    nobody waits, nothing is kept      lock; -> WAITED, queue   CAS -> KEPT
   * KEPT       nobody waits, one is kept          CAS -> NOTHING           CAS -> KEPT, see below
   * WAITED     somebody is queued                 lock; queue              lock; grant the head,
   *                                                                        -> NOTHING after the last
   *
   * The word leaves WAITED under the queue's lock only, and gets there under it. Nothing is ever kept
   * while somebody waits. A waiter that has cancelled and not unlinked itself yet may be the last one linked:
   * a notifyOne that finds only such leaves WAITED for KEPT.
   *
   * notifyWaiters: WAITED: lock; grant all, -> NOTHING. Otherwise nothing.
   *
   * Several that are kept as one. A notifyOne in KEPT changes nothing, and yet has to write: a mere look at
   * KEPT would not make what came before it visible to whoever consumes the notification, and that caller would
   * then wait for an event that it has missed (the twin in NotifyPublication shows it on x86).
   *
   * Linearization points: the compare-and-sets, and under the lock the grants; of a tryAwait that finds
   * nothing, and a notifyWaiters that finds nobody, the read. That read may find NOTHING or KEPT where somebody is
   * about to queue: it has not, and comes after.
   */
  private static final int NOTHING = 0;
  private static final int KEPT = 1;
  private static final int WAITED = 2;

  /** What comes with a grant that has to be handed on when its receiver does not take it. */
  private static final Object ONE = new Object();

  private volatile int state;

  private Notify(@Nullable String name) {
    super(name);
  }

  /** Nothing has happened yet. */
  public static Notify create() {
    return new Notify(null);
  }

  /** As {@link #create}, with a name that errors, dumps and {@code toString} show. */
  public static Notify named(String name) {
    return new Notify(Objects.requireNonNull(name, "name"));
  }

  // Waiting

  /**
   * Consumes the notification that is kept, or waits for the next.
   *
   * @throws InterruptedException when interrupted before it was notified
   */
  public void await() throws InterruptedException {
    checkInterrupt();
    if (!tryAwait()) {
      await(new Notification<>(true), 1, true, ThreadWaiter.FOREVER, false);
    }
  }

  /**
   * As {@link #await()}, not longer than {@code timeout}; zero or less does not wait.
   *
   * @return whether it was notified
   * @throws InterruptedException when interrupted before it was notified
   */
  public boolean await(Duration timeout) throws InterruptedException {
    long nanos = Durations.toNanosSaturated(timeout);
    checkInterrupt();
    return tryAwait()
        || (nanos > 0
            && await(new Notification<>(true), 1, true, ThreadWaiter.deadlineAfter(nanos), false));
  }

  /** As {@link #await()}; an interrupt is kept for later. */
  public void awaitUninterruptibly() {
    if (!tryAwait()) {
      awaitUninterruptibly(new Notification<>(true), 1, false);
    }
  }

  /** Consumes the notification that is kept, if there is one; never waits. */
  public boolean tryAwait() {
    return state == KEPT && casState(KEPT, NOTHING);
  }

  /**
   * Waiting as a future: queued from its first poll on. So who looks at a condition that somebody else
   * changes before {@link #notifyWaiters} polls the future first, then looks, then waits.
   */
  public PollFuture<@Nullable Void> awaitAsync() {
    return new EntryOperation<>(this, 1, new Notification<@Nullable Void>(null));
  }

  // Notifying

  /**
   * Notifies the caller that has waited longest. When nobody waits the notification is kept for the next
   * that will; several are kept as one.
   */
  public void notifyOne() {
    for (int s; ; ) {
      s = state;
      if (s == WAITED) {
        if (notifyHead()) {
          return;
        }
      } else if (casState(s, KEPT)) {
        return;
      }
    }
  }

  /** Notifies all who wait now. Nothing is kept. */
  public void notifyWaiters() {
    if (state != WAITED) {
      return;
    }
    WaitQueue q = queue();
    WakeList wakes = new WakeList();
    q.lock();
    try {
      if (state != WAITED) {
        return;
      }
      for (Waiter w; (w = q.head()) != null; ) {
        q.waiters().remove(w);
        if (w.grant()) {
          wakes.add(w);
        }
      }
      state = NOTHING;
    } finally {
      q.unlock();
    }
    wakes.wakeAll();
  }

  // Diagnostics

  /** Whether a notification is kept; for monitoring. */
  public boolean isNotified() {
    return state == KEPT;
  }

  @Override
  public String toString() {
    return objectName() + "[" + (isNotified() ? "notified" : "waiting=" + waiting()) + "]";
  }

  private void checkInterrupt() throws InterruptedException {
    if (Thread.interrupted()) {
      throw new InterruptedException("interrupted before waiting for " + this);
    }
  }

  // Transitions under the queue's lock

  /** False when nobody is queued any more, so that the notification goes the short way. */
  private boolean notifyHead() {
    WaitQueue q = queue();
    Waiter notified = null;
    q.lock();
    try {
      if (state != WAITED) {
        return false;
      }
      for (Waiter w; notified == null && (w = q.head()) != null; ) {
        q.waiters().remove(w);
        if (w.grant(ONE)) {
          notified = w;
        }
      }
      if (notified == null) {
        state = KEPT; // they have all cancelled
      } else if (q.head() == null) {
        state = NOTHING;
      }
    } finally {
      q.unlock();
    }
    if (notified != null) {
      WakeList.wake(notified);
    }
    return true;
  }

  private boolean consumeOrEnqueue(WaitQueue q, Waiter w) {
    q.lock();
    try {
      for (; ; ) {
        int s = state;
        if (s == KEPT) {
          if (casState(KEPT, NOTHING)) {
            return true;
          }
        } else if (s == WAITED || casState(NOTHING, WAITED)) {
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
      if (q.waiters().remove(w) && q.head() == null) {
        state = NOTHING; // it was WAITED, and nobody else writes then
      }
    } finally {
      q.unlock();
    }
  }

  private boolean casState(int expected, int next) {
    return STATE.compareAndSet(this, expected, next);
  }

  /** Waits to be notified. */
  private final class Notification<R extends @Nullable Object> extends ConstantEntry<R> {
    Notification(R outcome) {
      super(outcome);
    }

    @Override
    boolean tryEnter() {
      return tryAwait();
    }

    @Override
    boolean enterOrEnqueue(WaitQueue q, Waiter w) {
      return consumeOrEnqueue(q, w);
    }

    @Override
    void withdraw(WaitQueue q, Waiter w) {
      Notify.this.withdraw(q, w);
    }

    /** All who waited have what notifyWaiters gave; what notifyOne gave goes to the next. */
    @Override
    void giveBack(@Nullable Object item) {
      if (item == ONE) {
        notifyOne();
      }
    }

    @Override
    String describe() {
      return "await of " + objectName();
    }
  }

  // VarHandle mechanics
  private static final VarHandle STATE =
      ConstantBootstraps.fieldVarHandle(
          MethodHandles.lookup(), "state", VarHandle.class, Notify.class, int.class);
}
