package dev.interlock.sync;

import dev.interlock.PoisonedException;
import dev.interlock.diagnostics.DeadlockDetector;
import dev.interlock.diagnostics.Watch;
import dev.interlock.future.PollFuture;
import dev.interlock.internal.wait.Durations;
import dev.interlock.internal.wait.Spin;
import dev.interlock.internal.wait.ThreadWaiter;
import dev.interlock.internal.wait.WaitQueue;
import dev.interlock.internal.wait.Waiter;
import dev.interlock.internal.wait.WaiterList;
import dev.interlock.internal.wait.WakeList;
import java.lang.invoke.ConstantBootstraps;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.locks.Lock;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * A lock that owns the value it guards, for threads, virtual threads, coroutines and futures at the
 * same time. Prefer {@link java.util.concurrent.locks.ReentrantLock} when a holder has to lock
 * again: this one is not reentrant, and its owner is a guard, not a thread.
 *
 * <p><b>Progress.</b> {@code tryLock} and an uncontended {@code lock} and {@code close} are one
 * compare-and-set each. Blocking otherwise: a stalled holder delays everybody.
 *
 * <p><b>Memory effects.</b> Actions before the guard is closed happen-before actions after the next
 * successful lock, of whatever form. Failed attempts have no memory effects to rely on.
 *
 * <p><b>Ordering and fairness.</b> A newcomer may barge in while the lock is free, but a waiter,
 * wherever in the queue it stands, is overtaken at most {@link #bypassBound} times: after that the
 * lock is handed to those before it, in their order, and to it. A bound of 0 gives strict first in,
 * first out; {@code tryLock} then fails while anybody waits.
 *
 * <p><b>Blocking and errors.</b> {@code lock} and its timed form are interruptible, {@code
 * lockUninterruptibly} is not. A waiter that is interrupted, times out or is cancelled leaves the
 * queue without effect; if it had been given the lock in the same moment, a thread keeps it and
 * reports success, a future or coroutine passes it on to the next. Locking twice without closing
 * the guard waits for oneself. Closing a guard twice is harmless. With {@link Builder#poisoning}, a
 * holder that fails inside {@code withLock}, or says so by {@link MutexGuard#poison}, poisons the
 * mutex: it stays locked, those who wait and those who come get a {@link PoisonedException}, until
 * somebody takes it over by {@link #recover}.
 *
 * <p><b>Cost.</b> Uncontended: two atomic read-modify-writes for lock and unlock together. An
 * unlock wakes nobody when nobody waits, and at most one waiter otherwise. Cancelling a wait is
 * O(1).
 *
 * <p><b>Footprint.</b> 32 bytes with compressed references; the queue is made when somebody waits
 * for the first time. A guard is 24 bytes and usually stays on the stack ({@code withLock} makes
 * none that escapes).
 *
 * <pre>{@code
 * Mutex<Account> account = Mutex.of(new Account());
 * try (MutexGuard<Account> guard = account.lock()) {
 *   guard.get().deposit(100);
 * }
 * }</pre>
 *
 * <p><b>Source.</b> Barging with eventual hand-off is parking_lot's (A. d'Antras, 2016, after
 * WebKit's WTF::Lock); differs from it in: the bypass is bounded by a count, not by a clock, so
 * that the bound can be checked.
 *
 * @param <T> the type of the guarded value
 */
public final class Mutex<T extends @Nullable Object> extends Synchronizer {
  /*
   * state is three bits.
   *
   *   L  LOCKED   somebody holds the lock, or it is on its way to a waiter that was granted it
   *   Q  QUEUED   the queue has waiters
   *   N  NUDGED   the head was told that the lock was free; it is awake and has not looked yet
   *
   *   L Q N   meaning                           lock            unlock by the holder
   *   - - -   -------                           ----            --------------------
   *   0 0 0   free                              CAS L           -
   *   1 0 0   held, nobody waits                wait: 1 1 0     CAS 0
   *   1 1 0   held, the head sleeps             wait            queue lock; see below
   *   0 1 1   free, the head is about to look   CAS L (barge)   -
   *   1 1 1   held, the head is about to look   wait            CAS, L off  (below the bound)
   *
   * Who may change what
   *   L on        anybody, by CAS, while L is off
   *   L off       the holder
   *   Q, N        only under the queue's lock
   *
   * Unlock with Q, under the queue's lock: nobody is left (all cancelled): 0 0 0. The head was
   * overtaken as often as allowed: it is unlinked and granted, L stays on. Otherwise L off, N on,
   * and the head is nudged.
   *
   * No wake-up is lost. The holder leaves without looking at the queue only if it sees 1 0 0, and
   * whoever enqueues sets Q by CAS while L is on, so one of the two fails its CAS and looks again;
   * or if it sees N, and a nudged head, before it sleeps again, takes N off by CAS while L is on:
   * the same.
   *
   * Poisoned is P L alone, P for POISONED: locked and held by nobody. The holder sets it, and fails
   * all who are queued, under the queue's lock; nobody is queued while it is set; recover takes P
   * off by CAS and is the holder. To all fast paths that is one more lock that is held, so they do
   * not look for it. Meanwhile value is a Poison, with the value and the cause in it; no open guard
   * can see that.
   *
   * The head that was nudged keeps its place: it competes with newcomers, each success of whom
   * counts as a bypass of everybody in the queue (the holder counts, so the counter needs no
   * atomics). Each waiter notes the count when it joins; when the head's is the bound ago, the
   * holder grants. Those behind joined later, so none of them has been overtaken more often than
   * the head.
   */
  private static final int LOCKED = 1;
  private static final int QUEUED = 2;
  private static final int NUDGED = 4;
  private static final int POISONED = 8;

  /** Beside the bypass bound, in one word: this mutex can be poisoned. */
  private static final int POISONING = 1 << 31;

  /** The bypass bound of {@link #of}: a nudged head has time to wake up before it is reached. */
  public static final int DEFAULT_BYPASS_BOUND = 262_144;

  /**
   * A thread that spins at a lock slows its holder down, and one that sleeps lets others have the
   * processor; so the spin is much shorter than the sleep that it may save.
   */
  private static final int MOST_SPIN_NANOS = 2_000;

  /**
   * The most pauses between two looks of a spinning thread: long enough for several short sections.
   */
  private static final int LONGEST_PAUSE = 128;

  private volatile int state;
  private final int options;
  private T value;

  /** As a part of {@code whole}; in reports and errors it is called like that. */
  Mutex(
      @Nullable String name,
      @Nullable DeadlockDetector detector,
      Object whole,
      int bypassBound,
      T value) {
    super(name, detector, whole);
    this.options = bypassBound;
    this.value = value;
  }

  private Mutex(@Nullable String name, @Nullable DeadlockDetector detector, int options, T value) {
    super(name, detector);
    this.options = options;
    this.value = value;
  }

  /** A mutex that guards {@code value}, with the {@linkplain #DEFAULT_BYPASS_BOUND usual bound}. */
  public static <T extends @Nullable Object> Mutex<T> of(T value) {
    return new Mutex<>(null, null, DEFAULT_BYPASS_BOUND, value);
  }

  /** A mutex that guards {@code value} and serves strictly first in, first out. */
  public static <T extends @Nullable Object> Mutex<T> fair(T value) {
    return new Mutex<>(null, null, 0, value);
  }

  /** A mutex that guards no value. */
  public static Mutex<@Nullable Void> create() {
    return new Mutex<>(null, null, DEFAULT_BYPASS_BOUND, null);
  }

  /** A builder, for a name or another bypass bound. */
  public static Builder builder() {
    return new Builder();
  }

  /** Collects the options of a mutex. */
  public static final class Builder {
    private @Nullable String name;
    private @Nullable DeadlockDetector detector;
    private int bypassBound = DEFAULT_BYPASS_BOUND;
    private int poisoning;

    private Builder() {}

    /** The name that errors, dumps and {@code toString} show. */
    public Builder name(String name) {
      this.name = Objects.requireNonNull(name, "name");
      return this;
    }

    /**
     * Who looks for deadlocks. The detector takes threads by themselves, coroutines by their jobs,
     * and futures by the party given to {@link Mutex#lockAsync(Object)}. A guard that is closed by
     * another party than it was given to is announced by {@link MutexGuard#handOver}.
     */
    public Builder detector(DeadlockDetector detector) {
      this.detector = Objects.requireNonNull(detector, "detector");
      return this;
    }

    /**
     * How often newcomers may overtake a waiter.
     *
     * @param bound 0 for strict first in, first out
     * @throws IllegalArgumentException when negative
     */
    public Builder bypassBound(int bound) {
      if (bound < 0) {
        throw new IllegalArgumentException(
            "bypassBound is " + bound + "; it must be 0 (strict FIFO) or more");
      }
      this.bypassBound = bound;
      return this;
    }

    /**
     * A holder that fails inside {@code withLock} poisons the mutex; one with a guard may do it by
     * {@link MutexGuard#poison}. Costs nothing while nobody fails.
     */
    public Builder poisoning() {
      poisoning = POISONING;
      return this;
    }

    /** A mutex that guards {@code value}. */
    public <T extends @Nullable Object> Mutex<T> of(T value) {
      return new Mutex<>(name, detector, bypassBound | poisoning, value);
    }
  }

  // Locking

  /**
   * Waits for the lock.
   *
   * @throws InterruptedException when interrupted before it was given the lock
   */
  public MutexGuard<T> lock() throws InterruptedException {
    if (Thread.interrupted()) {
      throw new InterruptedException("interrupted before locking " + this);
    }
    acquire();
    return new MutexGuard<>(this);
  }

  /** Waits for the lock; an interrupt is kept for later. */
  public MutexGuard<T> lockUninterruptibly() {
    acquireUninterruptibly();
    return new MutexGuard<>(this);
  }

  /** Takes the lock if it is free now, otherwise returns null. */
  public @Nullable MutexGuard<T> tryLock() {
    return tryAcquire() ? new MutexGuard<>(this) : null;
  }

  /**
   * Waits for the lock, not longer than {@code timeout}; zero or less does not wait.
   *
   * @return the guard, or null when the time ran out
   * @throws InterruptedException when interrupted before it was given the lock
   */
  public @Nullable MutexGuard<T> tryLock(Duration timeout) throws InterruptedException {
    return tryAcquire(Durations.toNanosSaturated(timeout)) ? new MutexGuard<>(this) : null;
  }

  /** The lock as a future: queued from its first poll on. Cancelling it passes the lock on. */
  public PollFuture<MutexGuard<T>> lockAsync() {
    return new LockOperation<>(this, null);
  }

  /**
   * As {@link #lockAsync()}, for a party that the deadlock detector is to know; without one it
   * takes no part in what is detected. The party is taken to wait without a limit, unless
   * {@linkplain PollFuture#block(Duration) blocked for some time}; see {@link DeadlockDetector}.
   */
  public PollFuture<MutexGuard<T>> lockAsync(Object party) {
    return new LockOperation<>(this, Objects.requireNonNull(party, "party"));
  }

  /**
   * Runs {@code body} with the value under the lock and returns its result.
   *
   * @throws InterruptedException when interrupted before it was given the lock
   */
  public <R extends @Nullable Object> R withLock(Function<? super T, ? extends R> body)
      throws InterruptedException {
    Objects.requireNonNull(body, "body");
    if (Thread.interrupted()) {
      throw new InterruptedException("interrupted before locking " + this);
    }
    acquire();
    return runLocked(body);
  }

  /** As {@link #withLock}; an interrupt is kept for later. */
  public <R extends @Nullable Object> R withLockUninterruptibly(
      Function<? super T, ? extends R> body) {
    Objects.requireNonNull(body, "body");
    acquireUninterruptibly();
    return runLocked(body);
  }

  private <R extends @Nullable Object> R runLocked(Function<? super T, ? extends R> body) {
    R result;
    try {
      result = body.apply(value);
    } catch (Throwable failure) {
      releaseFailed(failure);
      throw failure;
    }
    release();
    return result;
  }

  /**
   * Closes {@code guard}, which must be an open guard of this mutex.
   *
   * @throws IllegalMonitorStateException when it is not; nothing is changed
   */
  public void unlock(MutexGuard<T> guard) {
    Objects.requireNonNull(guard, "guard");
    if (guard.mutex() != this) {
      throw new IllegalMonitorStateException(
          "the guard belongs to "
              + guard.mutex()
              + ", not to "
              + this
              + "; close it, or unlock the mutex that it came from");
    }
    if (!guard.isOpen()) {
      throw new IllegalMonitorStateException(
          "the guard was closed before, and no longer holds " + this);
    }
    guard.close();
  }

  /**
   * A {@link Lock} over this mutex, for code that expects one. The thread that has locked through a
   * view unlocks through the same view: {@code unlock}, and the methods of a condition, are an {@link
   * IllegalMonitorStateException} to all others, a holder of a guard included, and change nothing.
   * Not reentrant.
   *
   * <p>The view of a mutex that can be poisoned has no conditions: {@code newCondition} is an {@link
   * UnsupportedOperationException}. A wait there may end with a {@link PoisonedException} and without
   * the lock, and the {@code unlock} that stands in a {@code finally} behind every wait would then
   * be one too many. {@link #newCondition()} of the mutex itself tells by the guard.
   */
  public Lock asLock() {
    return new MutexLockView(this);
  }

  // Recovery

  /**
   * Waits for the lock as {@link #lock}, and if the mutex is poisoned, or gets so meanwhile, takes
   * it over: it is no longer poisoned then, and the caller is to repair the value, or to poison it
   * again.
   *
   * @throws InterruptedException when interrupted before it was given the lock
   */
  public MutexGuard<T> recover() throws InterruptedException {
    while (true) {
      if (Thread.interrupted()) {
        throw new InterruptedException("interrupted before locking " + this);
      }
      MutexGuard<T> guard = tryRecover();
      if (guard != null) {
        return guard;
      }
      try {
        return lock();
      } catch (PoisonedException meanwhile) {
        // Then there is something to take over, or there was.
      }
    }
  }

  /** Takes the mutex over, as {@link #recover}, if it is poisoned; otherwise returns null. */
  public @Nullable MutexGuard<T> tryRecover() {
    if (takeOver() == null) {
      return null;
    }
    triedByThread();
    return new MutexGuard<>(this);
  }

  /**
   * {@link #recover} as a future: queued, or the holder of what was poisoned, from its first poll on.
   * Cancelling it passes the lock on, or leaves the mutex poisoned as it was.
   */
  public PollFuture<MutexGuard<T>> recoverAsync() {
    return new RecoverOperation<>(this, null);
  }

  /**
   * As {@link #recoverAsync()}, for a party that the deadlock detector is to know; see {@link
   * #lockAsync(Object)}.
   */
  public PollFuture<MutexGuard<T>> recoverAsync(Object party) {
    return new RecoverOperation<>(this, Objects.requireNonNull(party, "party"));
  }

  /** Locks the mutex if it is poisoned, for whoever tells the watch; how its holder failed, or null. */
  @Nullable Throwable takeOver() {
    if (!isPoisoned() || !casState(LOCKED | POISONED, LOCKED)) {
      return null;
    }
    Poison poison = (Poison) Objects.requireNonNull(value, "value");
    value = poison.<T>value();
    return poison.cause;
  }

  /** Whether a holder has failed, and nobody has recovered the mutex since. */
  public boolean isPoisoned() {
    return (state & POISONED) != 0;
  }

  /** Whether this mutex was made to be poisoned by a holder that fails. */
  public boolean isPoisoning() {
    return options < 0;
  }

  /** How the holder failed that poisoned this mutex; null when it is not poisoned. */
  public @Nullable Throwable poisonCause() {
    return isPoisoned() && value instanceof Poison poison ? poison.cause : null;
  }

  /** A condition of this mutex, see {@link Condition}. */
  public Condition<T> newCondition() {
    return new Condition<>(this, null);
  }

  /** A condition of this mutex with a name that errors, dumps and {@code toString} show. */
  public Condition<T> newCondition(String name) {
    return new Condition<>(this, Objects.requireNonNull(name, "name"));
  }

  // Diagnostics

  /** Whether somebody holds the lock now; for monitoring, not for deciding. */
  public boolean isLocked() {
    return (state & (LOCKED | POISONED)) == LOCKED;
  }

  /** How often a waiter may be overtaken. */
  public int bypassBound() {
    return options & ~POISONING;
  }

  @Override
  public String toString() {
    int s = state;
    return objectName()
        + "["
        + ((s & POISONED) != 0 ? "poisoned" : (s & LOCKED) != 0 ? "locked" + byHolder() : "free")
        + ", waiting="
        + waiting()
        + "]";
  }

  // The guard's side

  T value() {
    return value;
  }

  void setValue(T newValue) {
    value = newValue;
  }

  // The lock without guards

  // A free lock is either 0 0 0 or 0 1 1, so a guess is enough to try the compare-and-set at once.
  // Reading the state first costs 4 ns of 11: the read has to wait for the one before it, which
  // wrote the same word.

  /** For the calling thread. */
  boolean tryAcquire() {
    return tryTake() && triedByThread();
  }

  /** As {@link #tryLock()}, for a party; null when it is not known who holds then. */
  @Nullable MutexGuard<T> tryLockFor(@Nullable Object party) {
    if (!tryTake()) {
      return null;
    }
    triedBy(party);
    return new MutexGuard<>(this);
  }

  /** As {@link #lockAsync(Object)}; null when the party is not known. */
  PollFuture<MutexGuard<T>> lockAsyncFor(@Nullable Object party) {
    return new LockOperation<>(this, party);
  }

  /** For whoever tells the watch. */
  boolean tryTake() {
    WaitQueue q = queueOrNull();
    if (q != null && q.looksOccupied()) {
      if (casState(QUEUED | NUDGED, LOCKED | QUEUED | NUDGED)) {
        q.countOvertake();
        return true;
      }
    } else if (casState(0, LOCKED)) {
      return true;
    }
    return tryBarge();
  }

  void release() {
    givenBack();
    WaitQueue q = queueOrNull();
    if (q != null && q.looksOccupied()) {
      if (q.mustHandOver() || !casState(LOCKED | QUEUED | NUDGED, QUEUED | NUDGED)) {
        releaseQueued();
      }
    } else if (!casState(LOCKED, 0)) {
      releaseQueued();
    }
  }

  /** Takes the lock if it is free; with a bound of 0 it never is while others are queued. */
  private boolean tryBarge() {
    int s;
    while (((s = state) & LOCKED) == 0) {
      if (casState(s, s | LOCKED)) {
        if (s != 0) {
          countOvertake();
        }
        return true;
      }
    }
    if ((s & POISONED) != 0) {
      throw poisoned(poisonCause());
    }
    return false;
  }

  private void releaseQueued() {
    WaitQueue q = queue();
    if (!tryReleaseToNobody(q)) {
      releaseToHead(q);
    }
  }

  /** False when the head of the queue has to be told. */
  private boolean tryReleaseToNobody(WaitQueue q) {
    for (int s; (s = state) == LOCKED || ((s & NUDGED) != 0 && !q.mustHandOver()); ) {
      if (casState(s, s & ~LOCKED)) {
        return true;
      }
    }
    return false;
  }

  /**
   * {@link #release}, and {@code w} joins {@code waiters}, which the queue's lock guards; one step for whoever
   * looks under that lock.
   */
  void releaseAndJoin(WaiterList waiters, Waiter w) {
    givenBack();
    WaitQueue q = queue();
    Waiter toWake = null;
    q.lock();
    try {
      waiters.add(w);
      if (!tryReleaseToNobody(q)) {
        toWake = grantOrNudgeHead(q);
      }
    } finally {
      q.unlock();
    }
    if (toWake != null) {
      WakeList.wake(toWake);
    }
  }

  void acquire() throws InterruptedException {
    if (!tryTake()) {
      acquireContended(true, ThreadWaiter.FOREVER);
    }
    takenByThread();
  }

  void acquireUninterruptibly() {
    if (!tryTake()) {
      try {
        acquireContended(false, ThreadWaiter.FOREVER);
      } catch (InterruptedException impossible) { // it was told not to
        throw new AssertionError(impossible);
      }
    }
    takenByThread();
  }

  // The lock of an owner, see ReentrantMutex: as the above, but that the watch is told of the owner

  void acquire(Owner me) throws InterruptedException {
    if (!tryTake()) {
      acquireContended(true, ThreadWaiter.FOREVER, me);
    }
    takenByOwner(me);
  }

  void acquireUninterruptibly(Owner me) {
    if (!tryTake()) {
      try {
        acquireContended(false, ThreadWaiter.FOREVER, me);
      } catch (InterruptedException impossible) { // it was told not to
        throw new AssertionError(impossible);
      }
    }
    takenByOwner(me);
  }

  boolean tryAcquire(Owner me) {
    return tryTake() && triedByOwner(me);
  }

  boolean tryAcquire(Owner me, long nanos) throws InterruptedException {
    return tryAcquire(me)
        || (nanos > 0
            && acquireContended(true, ThreadWaiter.deadlineAfter(nanos), me)
            && triedByOwner(me));
  }

  private void takenByOwner(Owner me) {
    Watch w = watch();
    if (w != null) {
      w.acquired(me.party());
    }
  }

  private boolean triedByOwner(Owner me) {
    Watch w = watch();
    if (w != null) {
      w.tried(me.party());
    }
    return true;
  }

  boolean tryAcquire(long nanos) throws InterruptedException {
    if (Thread.interrupted()) {
      throw new InterruptedException("interrupted before locking " + this);
    }
    if (tryAcquire()) {
      return true;
    }
    return nanos > 0
        && acquireContended(true, ThreadWaiter.deadlineAfter(nanos))
        && triedByThread();
  }

  private boolean acquireContended(boolean interruptible, long deadline)
      throws InterruptedException {
    return acquireContended(interruptible, deadline, null);
  }

  private boolean acquireContended(boolean interruptible, long deadline, @Nullable Owner owner)
      throws InterruptedException {
    WaitQueue q = queue();
    if (!Spin.isVirtual(Thread.currentThread()) && spinAndAcquire(q)) {
      return true;
    }
    ThreadWaiter w = new ThreadWaiter(1, null);
    if (acquireOrEnqueue(q, w)) {
      return true;
    }
    WaitNote note =
        owner == null
            ? WaitNote.ofThread(this, w, interruptible, deadline)
            : WaitNote.ofOwner(this, w, interruptible, deadline, owner);
    try {
      if (note != null && note.refuses(w)) {
        withdraw(q, w);
        throw note.refusal();
      }
      return awaitTurn(q, w, interruptible, deadline);
    } finally {
      WaitNote.end(note);
    }
  }

  /**
   * The calling thread waits in the queue, in which it stands with {@code w}, until it has the
   * lock.
   */
  private boolean awaitTurn(WaitQueue q, ThreadWaiter w, boolean interruptible, long deadline)
      throws InterruptedException {
    boolean virtual = Spin.isVirtual(Thread.currentThread());
    for (; ; ) {
      switch (w.await(this, interruptible, deadline, 0)) {
        case GRANTED:
          return true;
        case NUDGED:
          if (!virtual) {
            spinUntilFree(q);
          }
          if (acquireOrRearm(q, w)) {
            return true;
          }
          break;
        case TIMED_OUT:
          withdraw(q, w);
          return false;
        case INTERRUPTED:
          withdraw(q, w);
          throw new InterruptedException("interrupted while waiting for " + this);
        case FAILED:
          throw poisoned((Throwable) w.item());
        default:
          throw new AssertionError(w);
      }
    }
  }

  /** As the above, for ever, and an interrupt is kept for later. */
  void awaitTurn(WaitQueue q, ThreadWaiter w) {
    try {
      awaitTurn(q, w, false, ThreadWaiter.FOREVER);
    } catch (InterruptedException impossible) { // it was told not to
      throw new AssertionError(impossible);
    }
  }

  /** Barging, with spinning, before a thread joins the queue. */
  private boolean spinAndAcquire(WaitQueue q) {
    if (bypassBound() == 0 && (state & QUEUED) != 0) {
      return false; // the lock will not become free for a newcomer
    }
    Spin spin = new Spin(Math.min(MOST_SPIN_NANOS, q.spinEstimate()), LONGEST_PAUSE);
    do {
      if ((state & LOCKED) == 0 && tryTake()) {
        q.learnSpin(spin.paid());
        return true;
      }
    } while (spin.pause());
    q.learnSpin(false);
    return false;
  }

  /** A nudged head looks for a moment longer than one look. */
  private void spinUntilFree(WaitQueue q) {
    Spin spin = new Spin(Math.min(MOST_SPIN_NANOS, q.spinEstimate()), LONGEST_PAUSE);
    while ((state & LOCKED) != 0) {
      if (!spin.pause()) {
        return;
      }
    }
  }

  // Transitions under the queue's lock

  /** True: the lock was free and is taken. False: {@code w} is queued. */
  boolean acquireOrEnqueue(WaitQueue q, Waiter w) {
    q.lock();
    try {
      for (; ; ) {
        int s = state;
        if ((s & LOCKED) == 0) {
          if (casState(s, s | LOCKED)) {
            if (s != 0) {
              q.countOvertake();
            }
            return true;
          }
        } else if ((s & POISONED) != 0) {
          throw poisoned(poisonCause());
        } else if ((s & QUEUED) != 0 || casState(s, s | QUEUED)) {
          q.addOvertakeable(w, bypassBound());
          return false;
        }
      }
    } finally {
      q.unlock();
    }
  }

  /**
   * For one that comes from a condition: true, the lock was free and wanted by nobody, and is
   * taken; false: {@code w} is queued, behind everybody. Needs the queue's lock.
   */
  boolean takeOrEnqueue(WaitQueue q, Waiter w) {
    for (; ; ) {
      int s = state;
      if (s == 0) {
        if (casState(0, LOCKED)) {
          return true;
        }
      } else if ((s & POISONED) != 0) {
        throw poisoned(poisonCause());
      } else if ((s & QUEUED) != 0 || casState(s, s | QUEUED)) {
        q.addOvertakeable(w, bypassBound());
        return false;
      }
    }
  }

  /**
   * Undoes {@link #takeOrEnqueue} that has taken the lock, within the same hold of the queue's
   * lock.
   */
  void untake() {
    state = 0; // nobody can have queued meanwhile, and the holder alone takes LOCKED off
  }

  /** For the nudged head: takes the lock and unlinks it, or makes it wait again. */
  boolean acquireOrRearm(WaitQueue q, Waiter w) {
    q.lock();
    try {
      for (; ; ) {
        if (!w.isNudged()) {
          return false; // granted, or cancelled, meanwhile
        }
        int s = state;
        if ((s & LOCKED) == 0) {
          if (casState(s, q.waiters().isOnly(w) ? LOCKED : LOCKED | QUEUED)) {
            q.removeOvertakeable(w, bypassBound());
            return true;
          }
        } else if (casState(s, s & ~NUDGED)) {
          w.rearm();
          return false;
        }
      }
    } finally {
      q.unlock();
    }
  }

  /** Unlinks a cancelled waiter; when it was the nudged head, the nudge goes on to the next. */
  void withdraw(WaitQueue q, Waiter w) {
    Waiter toWake = null;
    q.lock();
    try {
      boolean first = q.waiters().isFirst(w);
      if (!q.removeOvertakeable(w, bypassBound())) {
        return; // whoever unlinked it has taken care of the bits
      }
      Waiter head = q.head();
      for (; ; ) {
        int s = state;
        boolean passOn = first && (s & (LOCKED | NUDGED)) == NUDGED;
        int next = s;
        if (head == null) {
          next = s & LOCKED;
        } else if (first && !passOn) {
          next = s & ~NUDGED;
        }
        if (casState(s, next)) {
          if (head != null && passOn && head.nudge()) {
            toWake = head;
          }
          break;
        }
      }
    } finally {
      q.unlock();
    }
    if (toWake != null) {
      WakeList.wake(toWake);
    }
  }

  private void releaseToHead(WaitQueue q) {
    Waiter toWake;
    q.lock();
    try {
      toWake = grantOrNudgeHead(q);
    } finally {
      q.unlock();
    }
    if (toWake != null) {
      WakeList.wake(toWake);
    }
  }

  /** Returns whom to wake. */
  private @Nullable Waiter grantOrNudgeHead(WaitQueue q) {
    for (Waiter head; (head = q.head()) != null; ) {
      if (!q.mustHandOver()) {
        Waiter toWake = head.nudge() ? head : null;
        state = QUEUED | NUDGED;
        return toWake;
      }
      // The grant comes last: the head may be awake, and unlock the moment that it sees it.
      q.removeOvertakeable(head, bypassBound());
      state = q.waiters().isEmpty() ? LOCKED : LOCKED | QUEUED;
      if (head.grant()) {
        return head;
      }
      // Cancelled between the two lines: look for the next.
    }
    // Everybody cancelled. Nobody else may change the state: it is locked, by us, and the other
    // bits change under the queue's lock only.
    state = 0;
    return null;
  }

  // Poisoning

  /** As {@link #release}, after the section has failed. */
  void releaseFailed(Throwable failure) {
    if (isPoisoning()) {
      poison(failure);
    } else {
      release();
    }
  }

  /** The holder leaves the mutex poisoned. */
  @SuppressWarnings("unchecked") // nobody reads it as a T before recover has put the T back
  void poison(Throwable cause) {
    givenBack();
    value = (T) new Poison(cause, value);
    WaitQueue q = queue();
    WakeList wakes = new WakeList();
    q.lock();
    try {
      state = LOCKED | POISONED;
      q.waiters().failAll(cause, wakes);
    } finally {
      q.unlock();
    }
    wakes.wakeAll();
  }

  /** A new error, with its own stack. */
  PoisonedException poisoned(@Nullable Throwable cause) {
    return Poison.refusal("a holder", objectName(), cause);
  }

  private void countOvertake() {
    WaitQueue q = queueOrNull();
    if (q != null) {
      q.countOvertake();
    }
  }

  private boolean casState(int expected, int next) {
    return STATE.compareAndSet(this, expected, next);
  }

  // VarHandle mechanics
  private static final VarHandle STATE =
      ConstantBootstraps.fieldVarHandle(
          MethodHandles.lookup(), "state", VarHandle.class, Mutex.class, int.class);
}
