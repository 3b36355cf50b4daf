package dev.interlock.sync;

import dev.interlock.future.PollFuture;
import dev.interlock.internal.pause.Pause;
import dev.interlock.internal.wait.Durations;
import dev.interlock.internal.wait.Spin;
import dev.interlock.internal.wait.ThreadWaiter;
import dev.interlock.internal.wait.WaitQueue;
import dev.interlock.internal.wait.Waiter;
import dev.interlock.internal.wait.WakeList;
import java.lang.invoke.ConstantBootstraps;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
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
 * <p><b>Progress.</b> Blocking: a party waits until all have arrived. A platform thread that arrives while
 * nobody sleeps at the barrier changes one word; every other arrival takes a short lock.
 *
 * <p><b>Memory effects.</b> What every party did before it arrived happens-before the action of the
 * round, and that before the return of every party's {@code await}. A wait that was withdrawn: none.
 *
 * <p><b>Ordering and fairness.</b> Linearizable. The last to arrive is the leader of the round, exactly one
 * in each; of the others those who sleep are let go in the order in which they fell asleep. More callers than
 * parties may use a barrier: a round takes those who came first.
 *
 * <p><b>Blocking and errors.</b> {@code await} and its timed form are interruptible, {@code
 * awaitUninterruptibly} is not. An arrival that is interrupted, times out or is cancelled is withdrawn: the
 * round misses one arrival again, and nobody else notices. When all have arrived it is too late for that,
 * and the wait reports success. An action that throws breaks the barrier, and so does {@link #breakBarrier}:
 * those who wait, and all who come before a {@link #reset}, fail with {@link BarrierBrokenException}. The
 * action runs in the call of the leader, which for a future or a coroutine is a poll: it should be short. An
 * action that arrives at its own barrier would wait for a round that cannot begin before it has ended: on its
 * own thread that is an {@link IllegalStateException}, which breaks the barrier unless the action catches it.
 * Not seen, and a hang: an action that waits for somebody else who arrives, or for a future that arrives and
 * is not driven by {@link PollFuture#block() block}.
 *
 * <p><b>Cost.</b> A round whose parties are platform threads that do not fall asleep is one compare-and-set for
 * each. Any other arrival is one more and a swap, of the short lock; the last one lets n others go in O(n).
 * Withdrawing one is O(1).
 *
 * <p><b>Footprint.</b> 48 bytes with compressed references, and the queue from the first arrival on; 24 bytes
 * for each passage, and one object of the queue for each party that sleeps.
 *
 * <p><b>Source.</b> The contract of {@link java.util.concurrent.CyclicBarrier}; differs from it in that a
 * party which gives up does not break the barrier for the others, and in who may wait.
 */
public final class Barrier extends Synchronizer {
  /*
   * A party that has arrived and waits is counted, or linked. A platform thread is counted first: it has no
   * node, nobody knows it, and it looks at the word until the turn that it arrived in is over. If that takes
   * too long, it exchanges its count for a node in the queue and sleeps. All others are linked at once.
   *
   *   word:    turn (52 bits) | counted (11) | GUARDED (1)
   *
   *   GUARDED  who may change the word              holds when
   *   -------  -----------------------              ----------
   *   0        anybody, by compare-and-set          nobody is linked, no action runs, not broken
   *   1        the holder of the queue's lock       else; and while the holder changes anything
   *
   * So the lock guards the queue, the fields below and, while the bit is set, the word: its holder sets the
   * bit (guard), does as it likes, and clears the bit as it leaves, if it may (leave).
   *
   * A turn is one try of a round: it ends with the trip or, with an action, when that has ended; and when the
   * barrier is broken or reset. Turns that were broken or reset and had counted parties are noted (lost)
   * until each of those has come for its failure.
   *
   *                     counted  linked   acting  broken  turn   who                    and then
   *                     -------  ------   ------  ------  ----   ---                    --------
   *   arrives           c+1      .        -       -       .      c + 1 < parties, and   waits, and looks
   *                                                              not guarded
   *   trips             0        -        -       -       t+1    c + 1 = parties, not   returns; the others
   *                                                              guarded, no action     see the turn change
   *   exchanges         c-1      l+1      -       -       .      a counted party of     waits, asleep
   *                                                              this turn
   *                     .        .        yes     .       .      the same while its     waits for the end of
   *                                                              action runs            the action
   * under the lock:
   *   arrives           .        l+1      .       -       .      c + l + 1 < parties,   waits
   *                                                              or somebody acts
   *   trips             0        0        -       -       t+1    c + l + 1 = parties,   grants those who were
   *                                                              no action              linked
   *   trips             0        0        yes     -       .      the same with one      leaves the lock, runs
   *                                                                                     the action, takes the
   *                                                                                     lock and ends it:
   *   ends the action   -        l        -       -       t+1    l < parties            grants those of its
   *                                                                                     round
   *                     -        l-par.   yes     -       t+1    l >= parties           the same, and runs the
   *                                                                                     action of the round
   *                                                                                     that is full
   *     it threw        -        0        -       yes     t+1    the leader             notes the turn, fails
   *                                                                                     those of its round, and
   *                                                                                     those who were linked
   *   gives up          .        l-1      .       .       .      a linked waiter        reports failure
   *                     .        .        .       .       .      one that is not        waits on: the end comes
   *                                                              linked
   *   breaks, resets    0        0        .       yes, -  t+1,   anybody                notes the turn, fails
   *                                                       c > 0                         those who were linked
   *
   * Invariants
   *   - a linked waiter is WAITING, and one that is WAITING and was enqueued is linked or belongs to
   *     somebody who is about to end its wait;
   *   - while nobody acts, counted + linked < parties;
   *   - while somebody acts, counted = 0: whoever arrives then is linked;
   *   - `broken`: nobody is linked or counted.
   * Non-invariant: while somebody acts there may be any number linked, by callers beyond the parties.
   *
   * Why giving up takes the lock. Elsewhere a waiter cancels by a compare-and-set of its own and unlinks
   * itself later; the granter, who may meet it between the two, goes on to the next in the queue. Here there is
   * no next: to trip is to end `parties - 1` waits or none, and a waiter that cancelled while others of its
   * round were granted already would have left them through a round that had one arrival too few. So the
   * queue and the round are one decision, taken under one lock, and whoever is unlinked has no way back. A
   * counted party does not give up: it exchanges first.
   *
   * Linearization points: of a round, the compare-and-set that trips, or the unlinking of all, under the
   * lock; of a break and of a reset, the latter; of a wait that gives up, its own unlinking.
   *
   * Rejected: no counted parties, all linked at once. It is half of this class; but an arrival is then the
   * lock, the queue, and a node that the leader has to write, four cache lines that move one after the
   * other, where two threads that arrive together need one.
   */
  private static final long GUARDED = 1;

  private static final long ONE_COUNTED = 2;
  private static final int COUNTED_BITS = 11;
  private static final int TURN_SHIFT = COUNTED_BITS + 1;

  /** More parties than this are all linked. */
  private static final int MOST_COUNTED = 1 << COUNTED_BITS;

  /**
   * A counted party looks so often, one pause apart and without the clock: that long takes a round whose
   * parties are all there, and each pause more would be a part of it.
   */
  private static final int FIRST_LOOKS = Pause.PAYS ? 16 : 0;

  /** Between two looks after those. */
  private static final int LONGEST_PAUSE = 4;

  /**
   * What a party has who was let through.
   *
   * @param round the number of the round: 0 for the first
   * @param leader whether the caller was the last to arrive
   */
  public record Passage(long round, boolean leader) {}

  private final int parties;
  private final @Nullable LongConsumer action;

  private volatile long word;

  // Guarded by the lock of the queue

  /** Null until a turn fails. Volatile: a counted party looks without the lock, see there. */
  private volatile @Nullable Failures failures;

  /** The round whose action runs. */
  private @Nullable FullRound acting;

  private Barrier(@Nullable String name, int parties, @Nullable LongConsumer action) {
    super(name);
    if (parties < 1) {
      throw new IllegalArgumentException(
          "parties is " + parties + "; a barrier needs 1 or more, and usually 2");
    }
    this.parties = parties;
    this.action = action;
    this.word = parties <= MOST_COUNTED ? 0 : GUARDED;
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
   * @throws IllegalStateException when called by the action
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
   * @throws IllegalStateException when called by the action and it would wait
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
    return arriveLinked(queue(), null, false);
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
      if (broken() != null) {
        return false;
      }
      guard();
      failure =
          new BarrierBrokenException(
              objectName()
                  + " was broken in round "
                  + number(word)
                  + " with "
                  + arrived(q, word)
                  + " of "
                  + parties
                  + " parties arrived; reset() makes it usable again",
              cause);
      failures().broken = failure;
      loseTurn(q, failure, left);
    } finally {
      leave(q);
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
    BarrierBrokenException failure;
    q.lock();
    try {
      guard();
      mend();
      int arrived = arrived(q, word);
      if (arrived == 0) {
        return;
      }
      failure =
          new BarrierBrokenException(
              objectName()
                  + " was reset in round "
                  + number(word)
                  + " with "
                  + arrived
                  + " of "
                  + parties
                  + " parties arrived; await again to take part in the new try",
              null);
      loseTurn(q, failure, left);
    } finally {
      leave(q);
    }
    left.failAll(failure);
    left.wakeAll();
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
    WaitQueue q = queue();
    q.lock();
    try {
      return arrived(q, word);
    } finally {
      q.unlock();
    }
  }

  /**
   * As {@link #arrived}. A thread that has just arrived, and does not sleep yet, counts here but is not among
   * the waiters that {@link #dump} tells.
   */
  @Override
  public int waiting() {
    return arrived();
  }

  /**
   * The number of the round that is waited for: how many were full before. One whose action failed counts;
   * one that was broken or reset otherwise does not, it is tried again.
   */
  public long round() {
    WaitQueue q = queue();
    q.lock();
    try {
      return number(word);
    } finally {
      q.unlock();
    }
  }

  /** Whether it is broken, and has not been reset. */
  public boolean isBroken() {
    WaitQueue q = queue();
    q.lock();
    try {
      return broken() != null;
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
      long w = word;
      number = number(w);
      arrived = arrived(q, w);
      state = broken() != null ? ", broken" : acting != null ? ", action running" : "";
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
    if (!Spin.isVirtual(Thread.currentThread())) {
      for (long w; ((w = word) & GUARDED) == 0; ) {
        long number = turn(w) - retries(); // of this turn, if the word has not changed until then
        if (counted(w) < parties - 1) {
          if (WORD.compareAndSet(this, w, w + ONE_COUNTED)) {
            return awaitCounted(q, turn(w), number, interruptible, deadline);
          }
        } else if (action != null) {
          break;
        } else if (WORD.compareAndSet(this, w, startOf(turn(w) + 1))) {
          return new Passage(number, true);
        }
      }
    }
    ThreadArrival arrival = new ThreadArrival(this);
    Passage passage = arriveLinked(q, arrival, true);
    if (passage != null) {
      return passage;
    }
    WaitNote note = WaitNote.ofThread(this, arrival, interruptible, deadline);
    try {
      return passed(arrival, awaitQueued(q, arrival, interruptible, deadline));
    } finally {
      WaitNote.end(note);
    }
  }

  /** Waits as a party that was counted in {@code turn}, which is round {@code number}. */
  private @Nullable Passage awaitCounted(
      WaitQueue q, long turn, long number, boolean interruptible, long deadline)
      throws InterruptedException {
    if (spin(q, turn)) {
      q.learnSpin(true);
      return passed(q, turn, number);
    }
    ThreadArrival arrival = new ThreadArrival(this);
    if (!exchange(q, turn, arrival)) {
      return passed(q, turn, number);
    }
    q.learnSpin(false);
    WaitNote note = WaitNote.ofThread(this, arrival, interruptible, deadline);
    try {
      return passed(arrival, arrival.await(this, interruptible, deadline, 0));
    } finally {
      WaitNote.end(note);
    }
  }

  /** Looks at the word for a while; whether the turn is over. */
  private boolean spin(WaitQueue q, long turn) {
    for (int look = 0; look < FIRST_LOOKS; look++) {
      if (turn(word) != turn) {
        return true;
      }
      Thread.onSpinWait();
    }
    Spin spin = new Spin(q.spinEstimate(), LONGEST_PAUSE);
    do {
      if (turn(word) != turn) {
        return true;
      }
    } while (spin.pause());
    return false;
  }

  /** Links a counted party, so that it can sleep; false when its turn is over. */
  private boolean exchange(WaitQueue q, long turn, Waiter w) {
    q.lock();
    try {
      long guarded = guard();
      if (turn(guarded) != turn) {
        return false;
      }
      FullRound full = acting;
      if (full == null) {
        word = guarded - ONE_COUNTED;
        q.waiters().add(w);
      } else {
        full.counted--;
        full.others.addUnfinished(w);
      }
      return true;
    } finally {
      leave(q);
    }
  }

  /** What a counted party has whose turn is over. */
  private Passage passed(WaitQueue q, long turn, long number) {
    // Without the lock: whoever sees the turn over sees it noted, and it stays so until taken here.
    Failures all = failures;
    BarrierBrokenException failure =
        all == null || all.lost == null ? null : takeLost(q, all, turn);
    if (failure != null) {
      throw copyOf(failure);
    }
    return new Passage(number, false);
  }

  /** What a linked party has, null when its time ran out. */
  private @Nullable Passage passed(ThreadArrival arrival, ThreadWaiter.Outcome outcome)
      throws InterruptedException {
    switch (outcome) {
      case GRANTED:
        return (Passage) arrival.item();
      case FAILED:
        throw copyOf(arrival.item());
      case TIMED_OUT:
        return null;
      case INTERRUPTED:
        throw new InterruptedException("interrupted while waiting at " + this);
      default:
        throw new AssertionError(arrival);
    }
  }

  /** The passage of the last; or null, then {@code w}, if there is one, is linked. */
  private @Nullable Passage arriveLinked(WaitQueue q, @Nullable Waiter w, boolean blocks) {
    FullRound full;
    q.lock();
    try {
      BarrierBrokenException failure = broken();
      if (failure != null) {
        throw copyOf(failure);
      }
      long guarded = guard();
      if (blocks && acting != null && acting.actsHere()) {
        throw new IllegalStateException(
            "the action of round "
                + acting.number
                + " of "
                + objectName()
                + " arrived at its own barrier, whose next round begins when the action has ended; "
                + "take that call out of the action");
      }
      if (acting != null || arrived(q, guarded) < parties - 1) {
        if (w != null) {
          q.waiters().add(w);
        }
        return null;
      }
      full = new FullRound(number(guarded), counted(guarded));
      unlink(q, q.waiters().count(), full.others);
      if (action == null) {
        word = startOf(turn(guarded) + 1) | GUARDED;
        full.others.grantAll(new Passage(full.number, false));
      } else {
        word = startOf(turn(guarded)) | GUARDED;
        acting = full;
      }
    } finally {
      leave(q);
    }
    if (action == null) {
      full.others.wakeAll();
    } else {
      act(q, action, full);
    }
    return new Passage(full.number, true);
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
      long turn = turn(word);
      if (failure != null) {
        note(turn, full.counted, failure);
        if (broken() == null) {
          failures().broken = failure;
          unlink(q, q.waiters().count(), failed);
        }
      }
      if (q.waiters().count() >= parties) {
        next = new FullRound(full.number + 1, 0);
        unlink(q, parties - 1, next.others);
        unlink(q, 1, next.leader);
      }
      acting = next;
      word = startOf(turn + 1) | GUARDED;
    } finally {
      leave(q);
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

  // Under the lock

  /** Makes the word change under the lock only, until {@link #leave}; gives it. */
  private long guard() {
    long w = word;
    return (w & GUARDED) != 0 ? w : (long) WORD.getAndBitwiseOr(this, GUARDED) | GUARDED;
  }

  /** Leaves the lock, and the word to all if it may be. */
  private void leave(WaitQueue q) {
    long w = word;
    if ((w & GUARDED) != 0
        && q.waiters().isEmpty()
        && acting == null
        && broken() == null
        && parties <= MOST_COUNTED) {
      word = w & ~GUARDED;
    }
    q.unlock();
  }

  /** How many have arrived and wait; {@code w} may be an unguarded word, then nobody is linked. */
  private static int arrived(WaitQueue q, long w) {
    return counted(w) + q.waiters().count();
  }

  /** The number of the round that is waited for. */
  private long number(long w) {
    return turn(w) - retries() + (acting == null ? 0 : 1);
  }

  /** Fails those who wait, but not those of a round whose action runs. */
  private void loseTurn(WaitQueue q, BarrierBrokenException failure, WakeList left) {
    unlink(q, q.waiters().count(), left);
    long w = word;
    if (counted(w) != 0) {
      note(turn(w), counted(w), failure);
      failures().retries++;
      word = startOf(turn(w) + 1) | GUARDED;
    }
  }

  private @Nullable BarrierBrokenException broken() {
    Failures all = failures;
    return all == null ? null : all.broken;
  }

  private void mend() {
    Failures all = failures;
    if (all != null) {
      all.broken = null;
    }
  }

  /** Needs no lock if the caller changes the word afterwards. */
  private int retries() {
    Failures all = failures;
    return all == null ? 0 : all.retries;
  }

  /** The failures, made now if need be. */
  private Failures failures() {
    Failures all = failures;
    if (all == null) {
      all = new Failures();
      failures = all;
    }
    return all;
  }

  /** Notes the failure of a turn for its counted parties; before its end shows in the word. */
  private void note(long turn, int counted, BarrierBrokenException failure) {
    if (counted != 0) {
      Failures all = failures();
      all.lost = new LostTurn(turn, counted, failure, all.lost);
    }
  }

  /** Moves the first {@code n} waiters. */
  private static void unlink(WaitQueue q, int n, WakeList to) {
    for (int i = 0; i < n; i++) {
      Waiter w = Objects.requireNonNull(q.head());
      q.waiters().remove(w);
      to.addUnfinished(w);
    }
  }

  // Taking the lock

  /** Withdraws the arrival of {@code w}; false when it is too late. */
  private boolean withdraw(Waiter w) {
    WaitQueue q = queue();
    q.lock();
    try {
      return q.waiters().remove(w) && w.cancelPending();
    } finally {
      leave(q);
    }
  }

  /** The failure of a turn for one of its counted parties, or null. */
  private static @Nullable BarrierBrokenException takeLost(WaitQueue q, Failures all, long turn) {
    q.lock();
    try {
      for (LostTurn before = null, l = all.lost; l != null; before = l, l = l.next) {
        if (l.turn == turn) {
          if (--l.counted == 0) {
            if (before == null) {
              all.lost = l.next;
            } else {
              before.next = l.next;
            }
          }
          return l.failure;
        }
      }
      return null;
    } finally {
      q.unlock();
    }
  }

  // The word

  private static long turn(long w) {
    return w >>> TURN_SHIFT;
  }

  private static int counted(long w) {
    return (int) (w >>> 1) & (MOST_COUNTED - 1);
  }

  private static long startOf(long turn) {
    return turn << TURN_SHIFT;
  }

  /** A round in which all have arrived, and whose action has not ended. */
  private static final class FullRound {
    final long number;

    /** Who runs the action. */
    private final Thread actor = Thread.currentThread();

    /** How many of its parties are counted still. */
    int counted;

    final WakeList others = new WakeList();

    /** Its leader, if that one waits too and is not the caller that runs the action. */
    final WakeList leader = new WakeList();

    FullRound(long number, int counted) {
      this.number = number;
      this.counted = counted;
    }

    boolean actsHere() {
      return actor == Thread.currentThread();
    }
  }

  /** What only a barrier has that was broken or reset once; guarded by the lock of the queue. */
  private static final class Failures {
    /**
     * How many turns were no round: the number of a turn less these is the number of its round. Read without
     * the lock by those who then change the word: it changes only after GUARDED was set and with the turn, so
     * whose compare-and-set succeeds has read what belongs to the turn.
     */
    int retries;

    /** Volatile, because a counted party whose turn is over looks without the lock whether it is null. */
    volatile @Nullable LostTurn lost;

    /** What those who arrive get a copy of. */
    @Nullable BarrierBrokenException broken;
  }

  /** A turn that failed, until all who were counted in it have taken the failure. */
  private static final class LostTurn {
    final long turn;
    final BarrierBrokenException failure;
    int counted;
    @Nullable LostTurn next;

    LostTurn(long turn, int counted, BarrierBrokenException failure, @Nullable LostTurn next) {
      this.turn = turn;
      this.counted = counted;
      this.failure = failure;
      this.next = next;
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
  private static final class AwaitOperation extends NotedOperation<Passage> {
    private final Barrier barrier;

    /** Whether the first poll was there; before it nothing is to be withdrawn. */
    private volatile boolean arrived;

    private boolean blocks;

    private @Nullable Passage own;

    AwaitOperation(Barrier barrier) {
      super(1, null);
      this.barrier = barrier;
    }

    @Override
    Synchronizer object() {
      return barrier;
    }

    @Override
    protected boolean attempt() {
      arrived = true;
      own = barrier.arriveLinked(barrier.queue(), this, blocks);
      return own != null;
    }

    @Override
    public void drivenBy(Thread thread) {
      blocks = true;
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
    public void giveBackResult() {
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

  // VarHandle mechanics
  private static final VarHandle WORD =
      ConstantBootstraps.fieldVarHandle(
          MethodHandles.lookup(), "word", VarHandle.class, Barrier.class, long.class);
}
