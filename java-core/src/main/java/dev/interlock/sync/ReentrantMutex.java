package dev.interlock.sync;

import dev.interlock.diagnostics.DeadlockDetector;
import dev.interlock.diagnostics.WaitDump;
import dev.interlock.diagnostics.Watch;
import dev.interlock.future.PollFuture;
import dev.interlock.internal.wait.Durations;
import java.lang.invoke.ConstantBootstraps;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.time.Duration;
import java.util.Objects;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * A {@link Mutex} that its holder may lock again. The holder is an {@link Owner}, a handle, and not
 * the thread, so that a coroutine that goes on elsewhere, or a request that is handed on, is still
 * itself. Prefer {@link Mutex} where code can be laid out so that nothing locks twice: it costs
 * less, and a section that is entered again may find the value in the middle of a change.
 *
 * <p><b>Progress.</b> To lock again, and to end any hold but the last, is wait-free: no atomic
 * read-modify-write. Otherwise that of {@link Mutex}: one compare-and-set when free, blocking when
 * not.
 *
 * <p><b>Memory effects.</b> Actions before the last hold ends happen-before actions after the next
 * owner's first successful lock, of whatever form. Failed attempts: none.
 *
 * <p><b>Ordering and fairness.</b> That of {@link Mutex} for first holds. Who holds the mutex
 * already is never queued.
 *
 * <p><b>Blocking and errors.</b> Interruption and cancellation as for {@link Mutex}; an
 * interruptible form looks for an interrupt also when the owner holds the mutex already. To end a
 * hold that the owner does not have is an {@link IllegalMonitorStateException}; one hold more than
 * {@link #MAX_HOLDS} is an {@link IllegalStateException}: recursion without an end. Neither changes
 * anything. It is never poisoned: a hold that fails may be one within another of the same owner,
 * which goes on and can repair the value, and only the owner knows which one was the last word.
 *
 * <p><b>Cost.</b> Uncontended: two atomic read-modify-writes for a first lock and its unlock, none
 * for those within.
 *
 * <p><b>Footprint.</b> 64 bytes with compressed references; a guard is 24 bytes and usually stays
 * on the stack.
 *
 * <pre>{@code
 * Owner me = Owner.named("transfer");
 * try (ReentrantGuard<Account> guard = account.lock(me)) {
 *   audit(me); // locks account again
 * }
 * }</pre>
 *
 * <p><b>Source.</b> The hold count is that of {@link java.util.concurrent.locks.ReentrantLock};
 * differs from it in: the owner is a handle.
 *
 * @param <T> the type of the guarded value
 */
public final class ReentrantMutex<T extends @Nullable Object> {
  /*
   *   owner   holds    meaning
   *   null    0        nobody holds it, or somebody is just coming or going
   *   me      n > 0    held by me, n times; the mutex is locked
   *
   *   lock(me)     owner == me    holds + 1
   *                otherwise      lock the mutex; holds = 1; owner = me
   *   unlock(me)   owner != me    an error
   *                holds > 1      holds - 1
   *                holds == 1     holds = 0; owner = null; unlock the mutex
   *
   * holds is written by who holds the mutex, and so is owner. owner is read by anybody, without the
   * mutex, for one question: is it me? The answer is right although the read orders nothing. If I
   * hold the mutex, I wrote me there after everything else that was written, and nobody else writes
   * till I leave. If I do not, then my last write there, if there was one, was null, and it
   * happened before this read, as one owner does one thing at a time; a read never goes back behind
   * a write that happened before it, and what came after were the writes of other owners.
   *
   * Linearization point of lock: that of the mutex, or the look at owner.
   */

  /** The most holds of one owner. */
  public static final int MAX_HOLDS = 65_535;

  private final Mutex<T> mutex;
  private final @Nullable String name;

  @SuppressWarnings("unused") // through OWNER
  private volatile @Nullable Owner owner;

  private int holds;

  private ReentrantMutex(@Nullable String name, Mutex<T> mutex) {
    this.name = name;
    this.mutex = mutex;
  }

  private ReentrantMutex(
      @Nullable String name, DeadlockDetector detector, int bypassBound, T value) {
    this.name = name;
    this.mutex = new Mutex<>(name, detector, this, bypassBound, value);
  }

  /**
   * A mutex that guards {@code value}, with the usual {@linkplain Mutex#bypassBound bypass bound}.
   */
  public static <T extends @Nullable Object> ReentrantMutex<T> of(T value) {
    return new ReentrantMutex<>(null, Mutex.of(value));
  }

  /** A mutex that guards {@code value} and serves owners strictly first in, first out. */
  public static <T extends @Nullable Object> ReentrantMutex<T> fair(T value) {
    return new ReentrantMutex<>(null, Mutex.fair(value));
  }

  /** A mutex that guards no value. */
  public static ReentrantMutex<@Nullable Void> create() {
    return new ReentrantMutex<>(null, Mutex.create());
  }

  /** A builder, for a name, a detector or another bypass bound. */
  public static Builder builder() {
    return new Builder();
  }

  /** Collects the options of a reentrant mutex. */
  public static final class Builder {
    private final Mutex.Builder mutex = Mutex.builder();
    private @Nullable String name;
    private @Nullable DeadlockDetector detector;
    private int bypassBound = Mutex.DEFAULT_BYPASS_BOUND;

    private Builder() {}

    /** The name that errors, dumps and {@code toString} show. */
    public Builder name(String name) {
      mutex.name(name);
      this.name = name;
      return this;
    }

    /**
     * How often newcomers may overtake a waiter.
     *
     * @param bound 0 for strict first in, first out
     * @throws IllegalArgumentException when negative
     */
    public Builder bypassBound(int bound) {
      mutex.bypassBound(bound);
      bypassBound = bound;
      return this;
    }

    /**
     * Who looks for deadlocks. The party is the {@link Owner}, or that for which the owner was
     * {@linkplain Owner#of made}; a thread that waits on behalf of an owner is one too. To lock
     * again is no wait.
     */
    public Builder detector(DeadlockDetector detector) {
      this.detector = Objects.requireNonNull(detector, "detector");
      return this;
    }

    /** A mutex that guards {@code value}. */
    public <T extends @Nullable Object> ReentrantMutex<T> of(T value) {
      return detector == null
          ? new ReentrantMutex<>(name, mutex.of(value))
          : new ReentrantMutex<>(name, detector, bypassBound, value);
    }
  }

  // Locking

  /**
   * Waits for the lock, unless {@code me} holds it.
   *
   * @throws InterruptedException when interrupted before it was given the lock
   * @throws IllegalStateException when {@code me} has the most holds already
   */
  public ReentrantGuard<T> lock(Owner me) throws InterruptedException {
    Objects.requireNonNull(me, "owner");
    checkInterrupt();
    if (!enterAgain(me)) {
      mutex.acquire(me);
      enter(me);
    }
    return new ReentrantGuard<>(this, me);
  }

  /** As {@link #lock}; an interrupt is kept for later. */
  public ReentrantGuard<T> lockUninterruptibly(Owner me) {
    Objects.requireNonNull(me, "owner");
    if (!enterAgain(me)) {
      mutex.acquireUninterruptibly(me);
      enter(me);
    }
    return new ReentrantGuard<>(this, me);
  }

  /** Takes the lock if it is free now or held by {@code me}, otherwise returns null. */
  public @Nullable ReentrantGuard<T> tryLock(Owner me) {
    Objects.requireNonNull(me, "owner");
    if (!enterAgain(me)) {
      if (!mutex.tryAcquire(me)) {
        return null;
      }
      enter(me);
    }
    return new ReentrantGuard<>(this, me);
  }

  /**
   * As {@link #lock}, waiting not longer than {@code timeout}; zero or less does not wait.
   *
   * @return the guard, or null when the time ran out
   * @throws InterruptedException when interrupted before it was given the lock
   */
  public @Nullable ReentrantGuard<T> tryLock(Owner me, Duration timeout)
      throws InterruptedException {
    Objects.requireNonNull(me, "owner");
    long nanos = Durations.toNanosSaturated(timeout);
    checkInterrupt();
    if (!enterAgain(me)) {
      if (!mutex.tryAcquire(me, nanos)) {
        return null;
      }
      enter(me);
    }
    return new ReentrantGuard<>(this, me);
  }

  /**
   * The lock as a future: queued from its first poll on, ready at once when {@code me} holds it. To
   * a deadlock detector the owner waits without a limit, unless {@linkplain
   * PollFuture#block(Duration) blocked for some time}; see {@link DeadlockDetector}.
   */
  public PollFuture<ReentrantGuard<T>> lockAsync(Owner me) {
    return new ReentrantLockOperation<>(this, mutex, Objects.requireNonNull(me, "owner"));
  }

  /**
   * Runs {@code body} with the value under the lock and returns its result.
   *
   * @throws InterruptedException when interrupted before it was given the lock
   */
  public <R extends @Nullable Object> R withLock(Owner me, Function<? super T, ? extends R> body)
      throws InterruptedException {
    Objects.requireNonNull(me, "owner");
    Objects.requireNonNull(body, "body");
    checkInterrupt();
    if (!enterAgain(me)) {
      mutex.acquire(me);
      enter(me);
    }
    return runLocked(me, body);
  }

  /** As {@link #withLock}; an interrupt is kept for later. */
  public <R extends @Nullable Object> R withLockUninterruptibly(
      Owner me, Function<? super T, ? extends R> body) {
    Objects.requireNonNull(me, "owner");
    Objects.requireNonNull(body, "body");
    if (!enterAgain(me)) {
      mutex.acquireUninterruptibly(me);
      enter(me);
    }
    return runLocked(me, body);
  }

  private <R extends @Nullable Object> R runLocked(
      Owner me, Function<? super T, ? extends R> body) {
    try {
      return body.apply(mutex.value());
    } finally {
      unlock(me);
    }
  }

  /**
   * Ends one hold of {@code me}, for code that keeps no guard.
   *
   * @throws IllegalMonitorStateException when {@code me} has no hold; nothing is changed
   */
  public void unlock(Owner me) {
    if (ownerOpaque() != Objects.requireNonNull(me, "owner")) {
      throw new IllegalMonitorStateException(
          me + " does not hold " + this + "; unlock by the owner that locked, once for each lock");
    }
    leave();
  }

  // Diagnostics

  /** How often {@code me} holds this mutex; exact when asked by what runs as that owner. */
  public int holds(Owner me) {
    return isHeldBy(me) ? holds : 0;
  }

  /** Whether {@code me} holds this mutex; exact when asked by what runs as that owner. */
  public boolean isHeldBy(Owner me) {
    return ownerOpaque() == Objects.requireNonNull(me, "owner");
  }

  /** Who holds this mutex now, or null; for monitoring, not for deciding. */
  public @Nullable Owner owner() {
    return ownerOpaque();
  }

  /** Whether somebody holds the lock now; for monitoring, not for deciding. */
  public boolean isLocked() {
    return mutex.isLocked();
  }

  /** How many callers wait; for monitoring. */
  public int waiting() {
    return mutex.waiting();
  }

  /** What a deadlock detector knows of this mutex, or null when it was made without one. */
  public @Nullable Watch watch() {
    return mutex.watch();
  }

  /** Who waits, a thousand of them at most; see {@link Mutex#dump()}. */
  public WaitDump dump() {
    return dump(1_000);
  }

  /**
   * Who waits; see {@link Mutex#dump(int)}.
   *
   * @param most how many to tell at most; the number of all is told anyway
   * @throws IllegalArgumentException when negative
   */
  public WaitDump dump(int most) {
    WaitDump dump = mutex.dump(most);
    return new WaitDump(toString(), dump.waiting(), dump.waiters());
  }

  /** How often a waiter may be overtaken. */
  public int bypassBound() {
    return mutex.bypassBound();
  }

  @Override
  public String toString() {
    Owner who = owner();
    return "ReentrantMutex"
        + (name == null
            ? "@" + Integer.toHexString(System.identityHashCode(this))
            : "(" + name + ")")
        + "["
        + (who != null ? "held by " + who : isLocked() ? "locked" : "free")
        + ", waiting="
        + waiting()
        + "]";
  }

  // Mechanism

  T value() {
    return mutex.value();
  }

  void setValue(T newValue) {
    mutex.setValue(newValue);
  }

  /** One hold more, if {@code me} has one. */
  boolean enterAgain(Owner me) {
    if (ownerOpaque() != me) {
      return false;
    }
    if (holds == MAX_HOLDS) {
      throw new IllegalStateException(
          me
              + " holds "
              + this
              + " "
              + MAX_HOLDS
              + " times, the most that is allowed; look for a recursion without an end, or for locks"
              + " that are not unlocked");
    }
    holds++;
    return true;
  }

  /** The first hold; the caller has locked the mutex. */
  void enter(Owner me) {
    holds = 1;
    setOwnerOpaque(me);
  }

  /** One hold less; the caller has one. */
  void leave() {
    if (holds > 1) {
      holds--;
    } else {
      holds = 0;
      setOwnerOpaque(null);
      mutex.release();
    }
  }

  private void checkInterrupt() throws InterruptedException {
    if (Thread.interrupted()) {
      throw new InterruptedException("interrupted before locking " + this);
    }
  }

  // VarHandle mechanics
  private @Nullable Owner ownerOpaque() {
    // Ordering: Opaque. Nothing is read through it; only "is it me" is asked, and an owner's own
    // last write cannot be missed, see above. Evidence: ReentrantMutexPublication.
    return (Owner) OWNER.getOpaque(this);
  }

  private void setOwnerOpaque(@Nullable Owner next) {
    // Ordering: Opaque. Published to the next holder by the unlock of the mutex; others only
    // compare it with themselves. Evidence: ReentrantMutexPublication.
    OWNER.setOpaque(this, next);
  }

  private static final VarHandle OWNER =
      ConstantBootstraps.fieldVarHandle(
          MethodHandles.lookup(), "owner", VarHandle.class, ReentrantMutex.class, Owner.class);
}
