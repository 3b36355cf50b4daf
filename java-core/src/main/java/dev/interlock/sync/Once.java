package dev.interlock.sync;

import dev.interlock.InitialisationException;
import dev.interlock.diagnostics.DeadlockDetector;
import dev.interlock.diagnostics.DeadlockException;
import dev.interlock.internal.wait.ThreadWaiter;
import dev.interlock.internal.wait.WaitQueue;
import dev.interlock.internal.wait.Waiter;
import dev.interlock.internal.wait.WakeList;
import java.lang.invoke.ConstantBootstraps;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.Objects;
import java.util.concurrent.CancellationException;
import org.jspecify.annotations.Nullable;

/**
 * A value that is made once: what {@link OnceCell} and {@link Lazy} are.
 *
 * @param <T> the type of the value
 */
abstract class Once<T> extends Synchronizer {
  /*
   * state                   meaning
   * -----                   -------
   * null                    no value, nobody makes it
   * Running(c, false)       the holder of the claim c makes it
   * Running(c, true)        the same, and others may be queued for the role
   * the value               set, for good
   * Failed(cause)           failed, for good
   *
   * before                  after                     who
   * ------                  -----                     ---
   * null                    Running(c, false)         who asks for the role, by CAS
   * null                    v                         set(v), by CAS
   * Running(c, false)       Running(c, true)          who enqueues for the role, by CAS under the queue's lock
   * Running(c, any)         v                         c.set(v), by CAS
   * Running(c, any)         Failed                    c.fail, by CAS, if failures are remembered
   * Running(c, false)       null                      c.close, or c.fail if they are not, by CAS
   * Running(c, true)        Running(d, any)           the same, under the queue's lock, when d is queued
   * Running(c, true)        null                      the same, under the queue's lock, when nobody is
   *
   * Two kinds of callers stand in the queue, told apart by their need: those who would make the value
   * (CLAIM), and those who only want it (READ), who may wait before anybody makes it.
   *
   * Nobody is forgotten at the end. Who ends it writes the state and then looks whether there is a queue;
   * who enqueues has made the queue and then looks at the state, under its lock. All four are volatile, so
   * one of the two sees the other: either the end finds the queue, and takes its lock behind the
   * enqueuing, or the enqueuing finds the end.
   *
   * Nobody is overtaken in the role. A CLAIM is enqueued only under Running(c, true), and that state is
   * left for null under the queue's lock, with no CLAIM queued. So null means that none is queued.
   *
   * `value` is a copy of the state, written right after it: the state alone is the truth, and where the
   * copy is still null the state is looked at. It is there because one load and one comparison with null
   * are all that a hit costs; the state would have to be compared with a class.
   *
   * Recursion. Who asks is compared with the claim of the role, under the queue's lock and before it would
   * wait: by its party, and by its thread, if a function of the claim's holder runs on one. Both are told
   * by the party itself, before it can ask, and it is compared with itself alone; so neither needs an order.
   *
   * Deadlocks. To a detector the party of the claim holds the cell, from where it has the claim in its hands
   * to the end of the role. Who only wants the value of a cell that nobody is about to make waits for nobody.
   *
   * Linearization points: a hit, its load; anything that makes, fails or gives up, its write of the state;
   * a wait, that write of the one who ended it.
   *
   * Rejected: a set that wins against a running initialiser. The initialiser would then have made a value
   * (opened a connection, taken a port) that nobody hears of and nobody closes.
   */
  static final int READ = 0;
  static final int CLAIM = 1;

  private volatile @Nullable Object state;
  private volatile @Nullable T value;
  private final boolean remembers;

  /** What is neither null nor the value. */
  private abstract static class Phase {}

  private static final class Running extends Phase {
    final OnceClaim<?> claim;
    final boolean wanted;

    Running(OnceClaim<?> claim, boolean wanted) {
      this.claim = claim;
      this.wanted = wanted;
    }
  }

  private static final class Failed extends Phase {
    final Throwable cause;

    Failed(Throwable cause) {
      this.cause = cause;
    }
  }

  Once(
      @Nullable String name,
      @Nullable DeadlockDetector detector,
      OnFailure onFailure,
      @Nullable T value) {
    super(name, detector);
    this.remembers = Objects.requireNonNull(onFailure, "onFailure") == OnFailure.REMEMBER;
    this.state = value;
    this.value = value;
  }

  /** The value, or null while there is none. */
  public final @Nullable T tryGet() {
    T v = value;
    return v != null ? v : settledValue(state);
  }

  /** Whether there is a value. */
  public final boolean isSet() {
    return tryGet() != null;
  }

  /** What the initialiser threw, if that is remembered; otherwise null. */
  public final @Nullable Throwable failure() {
    return state instanceof Failed failed ? failed.cause : null;
  }

  @Override
  public final String toString() {
    Object s = state;
    String text =
        s == null
            ? "empty"
            : s instanceof Running ? "initialising" : s instanceof Failed ? "failed" : "set";
    String by = s instanceof Running ? byHolder() : "";
    return objectName() + "[" + text + by + ", waiting=" + waiting() + "]";
  }

  // The value, if it is there

  @SuppressWarnings("unchecked") // what is not a phase is the value
  private @Nullable T settledValue(@Nullable Object s) {
    return s instanceof Phase ? null : (T) s;
  }

  // Asking for the role

  /** The value, made by {@code initialiser} if this caller gets the role; waits as a thread. */
  final T make(Initialiser<? extends T> initialiser) throws InterruptedException {
    checkInterrupt("initialising");
    Claims entry = new Claims(Thread.currentThread());
    OnceClaim<T> claim =
        entry.tryEnter()
            ? entry.entered()
            : await(entry, CLAIM, true, ThreadWaiter.FOREVER, entry.neverTimesOut());
    return run(claim, initialiser);
  }

  /** As {@link #make}; an interrupt is kept for later. */
  final T makeUninterruptibly(Initialiser<? extends T> initialiser) {
    Claims entry = new Claims(Thread.currentThread());
    OnceClaim<T> claim =
        entry.tryEnter()
            ? entry.entered()
            : awaitUninterruptibly(entry, CLAIM, entry.neverTimesOut());
    try {
      return run(claim, initialiser);
    } catch (InterruptedException impossible) { // suppliers throw none
      throw new AssertionError(impossible);
    }
  }

  /** The value from a claim, by {@code initialiser} if the claim holds the role. */
  private T run(OnceClaim<T> claim, Initialiser<? extends T> initialiser)
      throws InterruptedException {
    if (!claim.isInitialiser()) {
      return claim.get();
    }
    claim.runOn(Thread.currentThread());
    T made;
    try {
      made = initialiser.get();
      if (made == null) {
        throw new NullPointerException(
            "the initialiser of " + this + " returned null; a value is not null");
      }
    } catch (InterruptedException | CancellationException | DeadlockException ended) {
      claim.close(); // it did not fail, it was told to stop
      throw ended;
    } catch (Throwable failure) {
      claim.fail(failure);
      throw failure;
    }
    return claim.set(made);
  }

  /** The value or the role, whichever there is now; null when somebody else has the role. */
  private @Nullable Object tryClaim() {
    for (; ; ) {
      Object s = state;
      if (s == null) {
        Running mine = new Running(new OnceClaim<>(this, null), false);
        if (casState(null, mine)) {
          return mine;
        }
      } else if (s instanceof Running) {
        return null;
      } else {
        return valueOrThrow(s);
      }
    }
  }

  /** The same, or null when {@code w} is queued. */
  private @Nullable Object claimOrEnqueue(WaitQueue q, Waiter w, @Nullable Object party) {
    q.lock();
    try {
      for (; ; ) {
        Object now = tryClaim();
        if (now != null) {
          return now;
        }
        if (state instanceof Running running) {
          refuseRecursion(running, party);
          if (running.wanted || casState(running, new Running(running.claim, true))) {
            q.waiters().add(w);
            return null;
          }
        }
      }
    } finally {
      q.unlock();
    }
  }

  /** The value, or null when {@code w} is queued until there is one. */
  private @Nullable Object readOrEnqueue(WaitQueue q, Waiter w, @Nullable Object party) {
    q.lock();
    try {
      Object s = state;
      if (s != null && !(s instanceof Running)) {
        return valueOrThrow(s);
      }
      if (s instanceof Running running) {
        refuseRecursion(running, party);
      }
      q.waiters().add(w);
      return null;
    } finally {
      q.unlock();
    }
  }

  private Object valueOrThrow(Object settled) {
    if (settled instanceof Failed failed) {
      throw remembered(failed.cause);
    }
    return settled;
  }

  /** Who has the role, or runs the initialiser, would wait for itself. */
  private void refuseRecursion(Running running, @Nullable Object party) {
    if (running.claim.runsOn(Thread.currentThread())) {
      throw new IllegalStateException(
          "recursive initialisation of "
              + objectName()
              + ": its initialiser asked for the value that it is to make; "
              + "take that call out of the initialiser");
    }
    if (running.claim.isHeldBy(party)) {
      throw new IllegalStateException(
          "recursive initialisation of "
              + objectName()
              + ": who holds the claim to make its value asked for that value; set it first, or, if "
              + "somebody else will, say so by handOver() of the claim");
    }
  }

  private InitialisationException remembered(@Nullable Throwable cause) {
    return new InitialisationException(
        objectName()
            + " has no value: its initialiser failed ("
            + cause
            + "), and failures are remembered; make a new one, or choose OnFailure.RETRY",
        cause);
  }

  // Waiting for the value

  final T read() throws InterruptedException {
    checkInterrupt("waiting for");
    T v = this.<@Nullable T>await(readByThread(), READ, true, ThreadWaiter.FOREVER, null);
    return Objects.requireNonNull(v);
  }

  final @Nullable T read(long nanos) throws InterruptedException {
    checkInterrupt("waiting for");
    if (nanos <= 0) {
      Object s = state;
      if (s instanceof Failed failed) {
        throw remembered(failed.cause);
      }
      return settledValue(s);
    }
    return this.<@Nullable T>await(
        readByThread(), READ, true, ThreadWaiter.deadlineAfter(nanos), null);
  }

  final T readUninterruptibly() {
    T v = this.<@Nullable T>awaitUninterruptibly(readByThread(), READ, null);
    return Objects.requireNonNull(v);
  }

  private <R extends @Nullable Object> Reads<R> readByThread() {
    return new Reads<>(Thread.currentThread());
  }

  private void checkInterrupt(String what) throws InterruptedException {
    if (Thread.interrupted()) {
      throw new InterruptedException("interrupted before " + what + " " + this);
    }
  }

  // Ending the role; called by the claim that holds it

  /** Sets the value unless there is one, or somebody makes it, or it failed for good. */
  final boolean setIfEmpty(T made) {
    if (!casState(null, made)) {
      return false;
    }
    value = made;
    settle();
    return true;
  }

  final void complete(T made) {
    end(made);
    value = made;
    settled();
    settle();
  }

  /** Called once by who has set the value from the role, or failed for good. */
  void settled() {}

  final void failed(Throwable failure) {
    if (remembers) {
      end(new Failed(failure));
      settled();
      settle();
    } else {
      release();
    }
  }

  /** From running to its end; nobody but who enqueues changes the state meanwhile. */
  private void end(Object settled) {
    Object s;
    do {
      s = state;
    } while (!casState(s, settled));
  }

  /** Lets everybody go on who waits. */
  private void settle() {
    WaitQueue q = queueOrNull();
    if (q == null) {
      return;
    }
    WakeList wakes = new WakeList();
    q.lock();
    try {
      Object s = Objects.requireNonNull(state);
      if (s instanceof Failed failed) {
        q.waiters().failAll(failed.cause, wakes);
      } else {
        for (Waiter w; (w = q.head()) != null; ) {
          q.waiters().remove(w);
          if (w.grant(s)) {
            wakes.add(w);
          }
        }
      }
    } finally {
      q.unlock();
    }
    wakes.wakeAll();
  }

  /** Gives the role to the first who waits for it; if there is none, the cell is as before. */
  final void release() {
    while (state instanceof Running running && !running.wanted) {
      if (casState(running, null)) {
        return;
      }
    }
    WaitQueue q = queue();
    Waiter toWake = null;
    q.lock();
    try {
      for (Waiter next; toWake == null; ) {
        next = q.waiters().peek(CLAIM);
        if (next == null) {
          state = null; // ours: from here it changes under this lock alone
          break;
        }
        q.waiters().remove(next);
        Running role = new Running(new OnceClaim<>(this, null), !q.waiters().isEmpty());
        // The grant comes last: the next may be awake, and set the value the moment that it sees
        // it.
        state = role;
        if (next.grant(role)) {
          toWake = next;
        }
      }
    } finally {
      q.unlock();
    }
    if (toWake != null) {
      WakeList.wake(toWake);
    }
  }

  private boolean casState(@Nullable Object expected, @Nullable Object next) {
    return STATE.compareAndSet(this, expected, next);
  }

  // Ways of waiting

  /** What is asked of this object, by somebody who may be known. */
  abstract static class OnceEntry<R extends @Nullable Object> extends Entry<R> {
    /** Who asks, or null when that is not known. */
    @Nullable Object party;

    OnceEntry(@Nullable Object party) {
      this.party = party;
    }
  }

  /** Waits for the value or for the role. One instance is one wait: it keeps what it got at once. */
  abstract class ClaimEntry<R> extends OnceEntry<R> {
    private @Nullable Object obtained;

    ClaimEntry(@Nullable Object party) {
      super(party);
    }

    /** What the caller has who has a claim. */
    abstract R finish(OnceClaim<T> claim);

    @Override
    final boolean tryEnter() {
      obtained = tryClaim();
      return obtained != null;
    }

    @Override
    final boolean enterOrEnqueue(WaitQueue q, Waiter w) {
      obtained = claimOrEnqueue(q, w, party);
      return obtained != null;
    }

    @Override
    final void withdraw(WaitQueue q, Waiter w) {
      unlink(w);
    }

    @Override
    final R entered() {
      return finish(claimOf(obtained));
    }

    @Override
    final R granted(@Nullable Object item) {
      return finish(claimOf(item));
    }

    @Override
    final void giveBack(@Nullable Object item) {
      if ((item == null ? obtained : item) instanceof Running running) {
        running.claim.close();
      }
    }

    @Override
    final RuntimeException failure(@Nullable Object cause) {
      return remembered((Throwable) cause);
    }

    @SuppressWarnings("unchecked") // a running phase of this object holds a claim of this object
    private OnceClaim<T> claimOf(@Nullable Object got) {
      return got instanceof Running running
          ? (OnceClaim<T>) running.claim
          : new OnceClaim<>(Once.this, Objects.requireNonNull(settledValue(got)));
    }
  }

  /** The claim itself. */
  final class Claims extends ClaimEntry<OnceClaim<T>> {
    private boolean mayGiveUp;

    Claims(@Nullable Object party) {
      super(party);
    }

    @Override
    void setMayGiveUp() {
      mayGiveUp = true;
    }

    @Override
    OnceClaim<T> finish(OnceClaim<T> claim) {
      claim.takenBy(party, mayGiveUp);
      return claim;
    }

    /** For a wait without a deadline. */
    OnceClaim<T> neverTimesOut() {
      return new OnceClaim<>(Once.this, null);
    }

    @Override
    String describe() {
      return "claim of " + objectName();
    }
  }

  /** The value; who gets the role makes it at once, where the result is asked for. */
  final class Makes extends ClaimEntry<T> {
    private final Initialiser<? extends T> initialiser;

    Makes(Initialiser<? extends T> initialiser, @Nullable Object party) {
      super(party);
      this.initialiser = initialiser;
    }

    @Override
    T finish(OnceClaim<T> claim) {
      // Whoever asks, the thread that polls now is stuck where the initialiser is.
      claim.takenBy(Thread.currentThread(), false);
      try {
        return run(claim, initialiser);
      } catch (InterruptedException impossible) { // suppliers throw none
        throw new AssertionError(impossible);
      }
    }

    @Override
    String describe() {
      return "initialisation of " + objectName();
    }
  }

  /** The value, whoever makes it. It takes nothing, so there is nothing to give back. */
  final class Reads<R extends @Nullable Object> extends OnceEntry<R> {
    private @Nullable Object obtained;

    Reads(@Nullable Object party) {
      super(party);
    }

    @Override
    boolean tryEnter() {
      obtained = tryGet();
      return obtained != null;
    }

    @Override
    boolean enterOrEnqueue(WaitQueue q, Waiter w) {
      obtained = readOrEnqueue(q, w, party);
      return obtained != null;
    }

    @Override
    void withdraw(WaitQueue q, Waiter w) {
      unlink(w);
    }

    @Override
    R entered() {
      return valueOf(obtained);
    }

    @Override
    R granted(@Nullable Object item) {
      return valueOf(item);
    }

    @SuppressWarnings(
        "unchecked") // R is T, or T and null, which only a wait whose time ran out returns
    private R valueOf(@Nullable Object got) {
      return (R) Objects.requireNonNull(got);
    }

    @Override
    void giveBack(@Nullable Object item) {}

    @Override
    RuntimeException failure(@Nullable Object cause) {
      return remembered((Throwable) cause);
    }

    @Override
    String describe() {
      return "get of " + objectName();
    }
  }

  // VarHandle mechanics
  private static final VarHandle STATE =
      ConstantBootstraps.fieldVarHandle(
          MethodHandles.lookup(), "state", VarHandle.class, Once.class, Object.class);
}
