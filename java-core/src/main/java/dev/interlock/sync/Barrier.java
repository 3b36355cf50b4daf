package dev.interlock.sync;

import dev.interlock.future.PollFuture;
import dev.interlock.internal.op.Operation;
import dev.interlock.internal.wait.Durations;
import dev.interlock.internal.wait.ThreadWaiter;
import dev.interlock.internal.wait.WaitQueue;
import dev.interlock.internal.wait.Waiter;
import dev.interlock.internal.wait.WakeList;
import java.time.Duration;
import java.util.Objects;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;

/**
 * A fixed number of parties that wait for each other, round after round: nobody goes on before all have
 * arrived. Parties are threads, virtual threads, coroutines and futures, in any mixture. For callers who
 * wait for others that do not wait use {@link CountDownLatch} or {@link WaitGroup}.
 *
 * <pre>{@code
 * Barrier barrier = Barrier.of(workers, round -> swapBuffers());
 * // each worker
 * for (int step = 0; step < steps; step++) {
 *   computeMyPart();
 *   barrier.await();
 * }
 * }</pre>
 *
 * <p><b>Progress.</b> Blocking: a party waits until all have arrived. Arriving takes a short lock.
 *
 * <p><b>Memory effects.</b> What every party did before it arrived happens-before the action of the
 * round, and that before the return of every party's {@code await}. A wait that was withdrawn: none.
 *
 * <p><b>Ordering and fairness.</b> Linearizable. The last to arrive is the leader of the round, exactly one
 * in each; the others are let go in the order in which they came. More callers than parties may use a
 * barrier: a round takes those who came first.
 *
 * <p><b>Blocking and errors.</b> {@code await} and its timed form are interruptible, {@code
 * awaitUninterruptibly} is not. An arrival that is interrupted, times out or is cancelled is withdrawn: the
 * round misses one arrival again, and nobody else notices. When all have arrived it is too late for that,
 * and the wait reports success. An action that throws breaks the barrier, and so does {@link #breakBarrier}:
 * those who wait, and all who come before a {@link #reset}, fail with {@link BarrierBrokenException}. The
 * action runs in the call of the leader, which for a future or a coroutine is a poll: it should be short,
 * and must not arrive at its own barrier.
 *
 * <p><b>Cost.</b> An arrival is one compare-and-set and one swap of the short lock; the last one lets n
 * others go in O(n). Withdrawing one is O(1).
 *
 * <p><b>Footprint.</b> 48 bytes with compressed references, and the queue from the first arrival on; 16 bytes
 * and one object of the queue for each arrival.
 *
 * <p><b>Source.</b> The contract of {@link java.util.concurrent.CyclicBarrier}; differs from it in that a
 * party which gives up does not break the barrier for the others, and in who may wait.
 */
public final class Barrier extends Synchronizer {
  /*
   * All of it changes under the queue's lock. Who has arrived is who is linked in the queue: there is no
   * count beside it that could differ.
   *
   *                     linked    acting   broken    who                     and then
   *                     ------    ------   ------    ---                     --------
   *   arrives           k+1       .        -         k + 1 < parties, or     waits
   *                                                  somebody acts
   *   trips             0         -        -         k + 1 = parties, no     grants those who were linked
   *                                                  action: the leader
   *   trips             0         yes      -         the same with one       leaves the lock, runs the action,
   *                                                                          takes the lock again and ends it:
   *   ends the action   k         -        -         k < parties             grants those of its round
   *                     k-parties yes      -         k >= parties            the same, and runs the action
   *                                                                          of the round that is full
   *     it threw        0         -        yes       the leader              fails those of its round, and
   *                                                                          those who were linked
   *   gives up          k-1       .        .         a linked waiter         reports failure
   *                     k         .        .         one that is not linked  waits on: the end comes
   *   breaks            0         .        yes       anybody                 fails those who were linked
   *   resets            0         .        -         anybody                 the same
   *
   * Invariants
   *   - a linked waiter is WAITING, and one that is WAITING and was enqueued is linked or belongs to
   *     somebody who is about to end its wait;
   *   - while nobody acts, fewer than `parties` are linked;
   *   - `broken`: nobody is linked.
   * Non-invariant: while somebody acts there may be any number linked, by callers beyond the parties.
   *
   * Why giving up takes the lock. Elsewhere a waiter cancels by a compare-and-set of its own and unlinks
   * itself later; the granter, who may meet it between the two, goes on to the next in the queue. Here there is
   * no next: to trip is to end `parties - 1` waits or none, and a waiter that cancelled while others of its
   * round were granted already would have left them through a round that had one arrival too few. So the
   * queue and the round are one decision, taken under one lock, and whoever is unlinked has no way back.
   *
   * Linearization points: of a round, of a break and of a reset the unlinking of all, under the lock; of a
   * wait that gives up, its own unlinking.
   *
   * Rejected: arrivals counted by fetch-and-add, and a generation word on which all spin (as a Phaser
   * does). One atomic step less for each arrival; but a withdrawn arrival would have to win against a trip
   * that is decided in the counter and ends waits elsewhere, and who is to be woken would need a second
   * structure.
   */

  /**
   * What a party has who was let through.
   *
   * @param round the number of the round: 0 for the first
   * @param leader whether the caller was the last to arrive
   */
  public record Passage(long round, boolean leader) {}

  private final int parties;
  private final @Nullable LongConsumer action;

  // Guarded by the lock of the queue.

  private long round;
  private boolean acting;

  /** What those who arrive get a copy of. */
  private @Nullable BarrierBrokenException broken;

  private Barrier(@Nullable String name, int parties, @Nullable LongConsumer action) {
    super(name);
    if (parties < 1) {
      throw new IllegalArgumentException(
          "parties is " + parties + "; a barrier needs 1 or more, and usually 2");
    }
    this.parties = parties;
    this.action = action;
  }

  /**
   * A barrier for so many parties.
   *
   * @throws IllegalArgumentException when less than 1
   */
  public static Barrier of(int parties) {
    return new Barrier(null, parties, null);
  }

  /**
   * A barrier with an action, which the leader runs when all have arrived and before anybody goes on.
   *
   * @param action is given the number of the round; when it throws, the leader gets what it threw and the
   *     barrier is broken with it
   * @throws IllegalArgumentException when parties is less than 1
   */
  public static Barrier of(int parties, LongConsumer action) {
    return new Barrier(null, parties, Objects.requireNonNull(action, "action"));
  }

  /** As {@link #of(int)}, with a name that errors, dumps and {@code toString} show. */
  public static Barrier named(String name, int parties) {
    return new Barrier(Objects.requireNonNull(name, "name"), parties, null);
  }

  /** As {@link #of(int, LongConsumer)}, with a name that errors, dumps and {@code toString} show. */
  public static Barrier named(String name, int parties, LongConsumer action) {
    return new Barrier(
        Objects.requireNonNull(name, "name"), parties, Objects.requireNonNull(action, "action"));
  }

  // Arriving

  /**
   * Arrives, and waits for the others.
   *
   * @throws InterruptedException when interrupted before all had arrived; the arrival is withdrawn
   * @throws BarrierBrokenException when the barrier is broken, or is broken or reset while this call waits
   */
  public Passage await() throws InterruptedException {
    checkInterrupt();
    return Objects.requireNonNull(await(true, ThreadWaiter.FOREVER));
  }

  /**
   * As {@link #await()}, not longer than {@code timeout}; zero or less does not wait.
   *
   * @return null when the time ran out before all had arrived; the arrival is withdrawn
   * @throws InterruptedException when interrupted before all had arrived; the arrival is withdrawn
   * @throws BarrierBrokenException when the barrier is broken, or is broken or reset while this call waits
   */
  public @Nullable Passage await(Duration timeout) throws InterruptedException {
    long nanos = Durations.toNanosSaturated(timeout);
    checkInterrupt();
    return nanos > 0 ? await(true, ThreadWaiter.deadlineAfter(nanos)) : tryAwait();
  }

  /** As {@link #await()}; an interrupt is kept for later. */
  public Passage awaitUninterruptibly() {
    try {
      return Objects.requireNonNull(await(false, ThreadWaiter.FOREVER));
    } catch (InterruptedException impossible) { // it was told not to
      throw new AssertionError(impossible);
    }
  }

  /**
   * Arrives if all others have: never waits for one.
   *
   * @return null when somebody is missing; nothing has changed then
   * @throws BarrierBrokenException when the barrier is broken
   */
  public @Nullable Passage tryAwait() {
    return arrive(queue(), null);
  }

  /**
   * The arrival as a future: arrives at its first poll. Cancelling it withdraws the arrival, or comes too
   * late, and then the future gives its result.
   */
  public PollFuture<Passage> awaitAsync() {
    return new AwaitOperation(this);
  }

  // Breaking

  /** As {@link #breakBarrier(Throwable)} without a cause. */
  public boolean breakBarrier() {
    return breakBarrier(null);
  }

  /**
   * Breaks the barrier: those who wait, and all who come before a {@link #reset}, fail with {@link
   * BarrierBrokenException}. A round whose parties have all arrived, and whose action is running, is not
   * affected.
   *
   * @param cause carried by the exceptions, may be null
   * @return whether this call broke it; false when it was broken before
   */
  public boolean breakBarrier(@Nullable Throwable cause) {
    WaitQueue q = queue();
    WakeList left = new WakeList();
    BarrierBrokenException failure;
    q.lock();
    try {
      if (broken != null) {
        return false;
      }
      failure =
          new BarrierBrokenException(
              objectName()
                  + " was broken in round "
                  + round
                  + " with "
                  + q.waiters().count()
                  + " of "
                  + parties
                  + " parties arrived; reset() makes it usable again",
              cause);
      broken = failure;
      unlink(q, q.waiters().count(), left);
    } finally {
      q.unlock();
    }
    left.failAll(failure);
    left.wakeAll();
    return true;
  }

  /**
   * Makes a broken barrier usable again. Those who wait in one that is not broken fail with {@link
   * BarrierBrokenException}; a round whose action is running is not affected. The number of the round stays.
   */
  public void reset() {
    WaitQueue q = queue();
    WakeList left = new WakeList();
    int arrived;
    long missed;
    q.lock();
    try {
      broken = null;
      missed = round;
      arrived = q.waiters().count();
      unlink(q, arrived, left);
    } finally {
      q.unlock();
    }
    if (arrived != 0) {
      left.failAll(
          new BarrierBrokenException(
              objectName()
                  + " was reset in round "
                  + missed
                  + " with "
                  + arrived
                  + " of "
                  + parties
                  + " parties arrived; await again to take part in the new try",
              null));
      left.wakeAll();
    }
  }

  // Diagnostics

  /** How many parties a round needs. */
  public int parties() {
    return parties;
  }

  /**
   * How many have arrived and wait for the others. While an action runs, for the round after its own; then
   * alone it may be {@link #parties} or more, if more callers than parties use the barrier.
   */
  public int arrived() {
    return waiting();
  }

  /**
   * The number of the round that is waited for: how many were full before. One whose action failed counts;
   * one that was broken or reset otherwise does not, it is tried again.
   */
  public long round() {
    WaitQueue q = queue();
    q.lock();
    try {
      return round;
    } finally {
      q.unlock();
    }
  }

  /** Whether it is broken, and has not been reset. */
  public boolean isBroken() {
    WaitQueue q = queue();
    q.lock();
    try {
      return broken != null;
    } finally {
      q.unlock();
    }
  }

  @Override
  public String toString() {
    WaitQueue q = queue();
    long number;
    int arrived;
    String state;
    q.lock();
    try {
      number = round;
      arrived = q.waiters().count();
      state = broken != null ? ", broken" : acting ? ", action running" : "";
    } finally {
      q.unlock();
    }
    return objectName()
        + "[round="
        + number
        + ", arrived="
        + arrived
        + " of "
        + parties
        + state
        + "]";
  }

  private void checkInterrupt() throws InterruptedException {
    if (Thread.interrupted()) {
      throw new InterruptedException("interrupted before arriving at " + this);
    }
  }

  // Mechanism

  private @Nullable Passage await(boolean interruptible, long deadline)
      throws InterruptedException {
    WaitQueue q = queue();
    ThreadArrival w = new ThreadArrival(this);
    Passage passage = arrive(q, w);
    if (passage != null) {
      return passage;
    }
    switch (awaitQueued(q, w, interruptible, deadline)) {
      case GRANTED:
        return (Passage) w.item();
      case FAILED:
        throw copyOf(w.item());
      case TIMED_OUT:
        return null;
      case INTERRUPTED:
        throw new InterruptedException("interrupted while waiting at " + this);
      default:
        throw new AssertionError(w);
    }
  }

  /** The passage of the last; or null, then {@code w}, if there is one, is queued. */
  private @Nullable Passage arrive(WaitQueue q, @Nullable Waiter w) {
    WakeList others;
    long number;
    q.lock();
    try {
      if (broken != null) {
        throw copyOf(broken);
      }
      if (acting || q.waiters().count() < parties - 1) {
        if (w != null) {
          q.waiters().add(w);
        }
        return null;
      }
      number = round++;
      acting = action != null;
      others = new WakeList();
      unlink(q, parties - 1, others);
      if (action == null) {
        others.grantAll(new Passage(number, false));
      }
    } finally {
      q.unlock();
    }
    if (action == null) {
      others.wakeAll();
    } else {
      act(q, action, new FullRound(number, others));
    }
    return new Passage(number, true);
  }

  /** Runs the action of a round that is full, and lets go or fails those who wait in it. */
  private void act(WaitQueue q, LongConsumer action, FullRound mine) {
    Throwable own = failureOf(action, mine.number);
    FullRound next = end(q, mine, own);
    while (next != null) {
      // Callers beyond the parties have filled a round meanwhile, and its leader is asleep: the
      // action runs here, and what it throws goes there.
      next = end(q, next, failureOf(action, next.number));
    }
    if (own != null) {
      throw Barrier.<RuntimeException>thrown(own);
    }
  }

  /** Ends a round after its action; gives the next one when it is full already. */
  private @Nullable FullRound end(WaitQueue q, FullRound full, @Nullable Throwable thrown) {
    BarrierBrokenException failure = thrown == null ? null : actionFailed(full.number, thrown);
    WakeList failed = new WakeList();
    FullRound next = null;
    q.lock();
    try {
      if (failure != null && broken == null) {
        broken = failure;
        unlink(q, q.waiters().count(), failed);
      }
      acting = q.waiters().count() >= parties;
      if (acting) {
        next = new FullRound(round++, new WakeList());
        unlink(q, parties - 1, next.others);
        unlink(q, 1, next.leader);
      }
    } finally {
      q.unlock();
    }
    if (failure == null) {
      full.others.grantAll(new Passage(full.number, false));
      full.leader.grantAll(new Passage(full.number, true));
    } else {
      full.others.failAll(failure);
      full.leader.failAll(failure);
      failed.failAll(failure);
    }
    full.others.wakeAll();
    full.leader.wakeAll();
    failed.wakeAll();
    return next;
  }

  private static @Nullable Throwable failureOf(LongConsumer action, long number) {
    try {
      action.accept(number);
      return null;
    } catch (Throwable thrown) { // goes to the leader, and as a cause to the others
      return thrown;
    }
  }

  private BarrierBrokenException actionFailed(long number, Throwable thrown) {
    return new BarrierBrokenException(
        "the action of round "
            + number
            + " of "
            + objectName()
            + " failed, which broke the barrier; reset() makes it usable again",
        thrown);
  }

  /** Throws what a foreign action threw as it is, even if it did not declare it. */
  @SuppressWarnings({"unchecked", "TypeParameterUnusedInFormals"}) // nothing is cast at run time
  private static <E extends Throwable> E thrown(Throwable own) throws E {
    throw (E) own;
  }

  /** A new exception for each caller, with its own stack. */
  private static BarrierBrokenException copyOf(@Nullable Object failure) {
    BarrierBrokenException broken = (BarrierBrokenException) Objects.requireNonNull(failure);
    return new BarrierBrokenException(
        Objects.requireNonNull(broken.getMessage()), broken.getCause());
  }

  /** Moves the first {@code n} waiters; needs the lock. */
  private static void unlink(WaitQueue q, int n, WakeList to) {
    for (int i = 0; i < n; i++) {
      Waiter w = Objects.requireNonNull(q.head());
      q.waiters().remove(w);
      to.addUnfinished(w);
    }
  }

  /** Withdraws the arrival of {@code w}; false when it is too late. */
  private boolean withdraw(Waiter w) {
    WaitQueue q = queue();
    q.lock();
    try {
      return q.waiters().remove(w) && w.cancelPending();
    } finally {
      q.unlock();
    }
  }

  /** A round in which all have arrived, and whose action has not ended. */
  private static final class FullRound {
    final long number;
    final WakeList others;

    /** Its leader, if that one waits too and is not the caller that runs the action. */
    final WakeList leader = new WakeList();

    FullRound(long number, WakeList others) {
      this.number = number;
      this.others = others;
    }
  }

  /** A thread that has arrived. */
  private static final class ThreadArrival extends ThreadWaiter {
    private final Barrier barrier;

    ThreadArrival(Barrier barrier) {
      super(1, null);
      this.barrier = barrier;
    }

    @Override
    protected boolean giveUp() {
      return barrier.withdraw(this);
    }
  }

  /** An arrival as a future. */
  private static final class AwaitOperation extends Operation<Passage> {
    private final Barrier barrier;

    /** Whether the first poll was there; before it nothing is to be withdrawn. */
    private volatile boolean arrived;

    private @Nullable Passage own;

    AwaitOperation(Barrier barrier) {
      super(1, null);
      this.barrier = barrier;
    }

    @Override
    protected boolean attempt() {
      arrived = true;
      own = barrier.arrive(barrier.queue(), this);
      return own != null;
    }

    @Override
    protected Passage acquired() {
      return Objects.requireNonNull(own);
    }

    @Override
    protected Passage granted(@Nullable Object item) {
      return (Passage) Objects.requireNonNull(item);
    }

    @Override
    protected boolean giveUp() {
      return arrived ? barrier.withdraw(this) : cancelPending();
    }

    @Override
    protected void withdraw() {} // giving up has done it

    /** The others were let through because of it. */
    @Override
    protected boolean canGiveBack() {
      return false;
    }

    @Override
    protected void giveBackResult() {
      throw new AssertionError("an arrival that counted cannot be taken back: " + this);
    }

    @Override
    protected RuntimeException failure(@Nullable Object cause) {
      return copyOf(cause);
    }

    @Override
    protected String describe() {
      return "await of " + barrier.objectName();
    }
  }
}
