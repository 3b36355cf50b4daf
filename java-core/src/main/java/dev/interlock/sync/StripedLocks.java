package dev.interlock.sync;

import dev.interlock.diagnostics.DeadlockDetector;
import dev.interlock.diagnostics.WaitDump;
import dev.interlock.diagnostics.Watch;
import dev.interlock.future.PollFuture;
import dev.interlock.internal.wait.Durations;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A fixed number of mutexes for any number of keys: equal keys have the same mutex, and different ones
 * usually have not. Prefer a {@link Mutex} in each object where there is an object to put it into.
 *
 * <p><b>Progress.</b> Blocking, as {@link Mutex}. A holder delays also those whose keys fall on the same
 * stripe.
 *
 * <p><b>Memory effects.</b> Those of the mutex: actions under the lock of a key happen-before actions under
 * the next lock of an equal key.
 *
 * <p><b>Ordering and fairness.</b> That of each mutex. Several keys are locked in the order of their stripes,
 * which is the same for all callers: {@link #lockAll} never makes a deadlock with another. Whoever holds a
 * stripe from {@link #lock} and asks for another may.
 *
 * <p><b>Blocking and errors.</b> Interruptible, but for the {@code Uninterruptibly} forms. A call that is
 * interrupted, times out or is cancelled holds nothing. Not reentrant: a holder that locks a key of the same
 * stripe waits for itself, so name all keys in one {@link #lockAll}, which locks a stripe once. A {@code
 * null} key is a {@link NullPointerException}.
 *
 * <p><b>Cost.</b> A hash code and an uncontended mutex for one key; for n keys sorting as well.
 *
 * <p><b>Footprint.</b> 36 bytes for each stripe, made at once; with a name that of each as well, with a
 * detector a {@link Watch}.
 *
 * <pre>{@code
 * StripedLocks locks = StripedLocks.of(64);
 * try (MutexGuard<?> guard = locks.lock(userId)) {
 *   update(userId);
 * }
 * }</pre>
 *
 * <p><b>Source.</b> Lock striping: Goetz and others, Java Concurrency in Practice, 2006, §11.4.3; several
 * keys at once are Guava's {@code Striped.bulkGet}. Differs from it in: locks them too.
 */
public final class StripedLocks {
  /** The most stripes. */
  public static final int MAX_STRIPES = 1 << 20;

  private final List<Mutex<@Nullable Void>> stripes;
  private final @Nullable String name;

  private StripedLocks(Builder options, int count) {
    if (count < 1 || count > MAX_STRIPES) {
      throw new IllegalArgumentException(
          "stripes is " + count + "; it must lie between 1 and " + MAX_STRIPES);
    }
    int rounded = count == 1 ? 1 : Integer.highestOneBit(count - 1) << 1;
    List<Mutex<@Nullable Void>> made = new ArrayList<>(rounded);
    for (int i = 0; i < rounded; i++) {
      made.add(options.stripe(i));
    }
    stripes = List.copyOf(made);
    name = options.name;
  }

  /**
   * At least {@code stripes} mutexes: as many, rounded up to a power of two.
   *
   * @throws IllegalArgumentException when less than 1 or more than {@link #MAX_STRIPES}
   */
  public static StripedLocks of(int stripes) {
    return builder().of(stripes);
  }

  /** A builder, for a name, a detector or another bypass bound. */
  public static Builder builder() {
    return new Builder();
  }

  /** Collects the options of striped locks; they are those of each mutex. */
  public static final class Builder {
    private final Mutex.Builder mutex = Mutex.builder();
    private @Nullable String name;

    private Builder() {}

    /** The name that errors, dumps and {@code toString} show, of each mutex with its number. */
    public Builder name(String name) {
      this.name = Objects.requireNonNull(name, "name");
      return this;
    }

    /** Who looks for deadlocks, see {@link Mutex.Builder#detector}. */
    public Builder detector(DeadlockDetector detector) {
      mutex.detector(detector);
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
      return this;
    }

    /**
     * At least {@code stripes} mutexes: as many, rounded up to a power of two.
     *
     * @throws IllegalArgumentException when less than 1 or more than {@link #MAX_STRIPES}
     */
    public StripedLocks of(int stripes) {
      return new StripedLocks(this, stripes);
    }

    private Mutex<@Nullable Void> stripe(int index) {
      if (name != null) {
        mutex.name(name + "[" + index + "]");
      }
      return mutex.of(null);
    }
  }

  /** The mutex of {@code key}, for the forms of locking that this class has not. */
  public Mutex<@Nullable Void> mutex(Object key) {
    return stripes.get(stripe(key));
  }

  /**
   * Waits for the lock of {@code key}.
   *
   * @throws InterruptedException when interrupted before it was given the lock
   */
  public MutexGuard<@Nullable Void> lock(Object key) throws InterruptedException {
    return mutex(key).lock();
  }

  /** As {@link #lock}; an interrupt is kept for later. */
  public MutexGuard<@Nullable Void> lockUninterruptibly(Object key) {
    return mutex(key).lockUninterruptibly();
  }

  /** Takes the lock of {@code key} if it is free now, otherwise returns null. */
  public @Nullable MutexGuard<@Nullable Void> tryLock(Object key) {
    return mutex(key).tryLock();
  }

  /**
   * Waits for the locks of all {@code keys}; those on one stripe share it.
   *
   * @throws InterruptedException when interrupted before; then none is held
   */
  public LockSet lockAll(Collection<?> keys) throws InterruptedException {
    return sequence(keys).lock();
  }

  /** As {@link #lockAll}; an interrupt is kept for later. */
  public LockSet lockAllUninterruptibly(Collection<?> keys) {
    return sequence(keys).lockUninterruptibly();
  }

  /** Takes the locks of all {@code keys} if each is free now; otherwise none, and returns null. */
  public @Nullable LockSet tryLockAll(Collection<?> keys) {
    return sequence(keys).tryLock();
  }

  /**
   * As {@link #lockAll}, not longer than {@code timeout}; zero or less does not wait.
   *
   * @return the set, or null when the time ran out; then none is held
   * @throws InterruptedException when interrupted before; then none is held
   */
  public @Nullable LockSet tryLockAll(Collection<?> keys, Duration timeout)
      throws InterruptedException {
    return sequence(keys).tryLock(Durations.toNanosSaturated(timeout));
  }

  /** As {@link #lockAll}, as a future: begun by its first poll. Cancelling it unlocks. */
  public PollFuture<LockSet> lockAllAsync(Collection<?> keys) {
    return new LockAllOperation(sequence(keys), null);
  }

  /**
   * As {@link #lockAllAsync(Collection)}, for a party that the deadlock detector is to know; see {@link
   * LockOrder#lockAllAsync(Collection, Object)}.
   */
  public PollFuture<LockSet> lockAllAsync(Collection<?> keys, Object party) {
    return new LockAllOperation(sequence(keys), Objects.requireNonNull(party, "party"));
  }

  // Diagnostics

  /** Whether these locks were made with a detector. */
  public boolean isWatched() {
    return stripes.get(0).watch() != null;
  }

  /** How many callers wait for one of the mutexes; for monitoring. */
  public int waiting() {
    int waiting = 0;
    for (Mutex<?> stripe : stripes) {
      waiting += stripe.waiting();
    }
    return waiting;
  }

  /** Who waits, a thousand of them at most; see {@link #dump(int)}. */
  public WaitDump dump() {
    return dump(1_000);
  }

  /**
   * Who waits for one of the mutexes, one mutex after the other, see {@link Mutex#dump(int)}: not all of one
   * moment. Who holds a mutex, and waits for it, is told by {@link #mutex} and its own dump.
   *
   * @param most how many to tell at most; the number of all is told anyway
   * @throws IllegalArgumentException when negative
   */
  public WaitDump dump(int most) {
    int waiting = 0;
    List<WaitDump.Waiting> waiters = new ArrayList<>();
    for (Mutex<?> stripe : stripes) {
      WaitDump dump = stripe.dump(most - waiters.size());
      waiting += dump.waiting();
      waiters.addAll(dump.waiters());
    }
    return new WaitDump(toString(), waiting, waiters);
  }

  /** How many mutexes there are. */
  public int stripes() {
    return stripes.size();
  }

  /** Which of them {@code key} has. */
  private int stripe(Object key) {
    int hash = Objects.requireNonNull(key, "key").hashCode() * 0x9E3779B9; // spreads the low bits
    return (hash >>> 12) & stripes.size() - 1;
  }

  private LockSequence sequence(Collection<?> keys) {
    Object[] all = keys.toArray();
    int[] wanted = new int[all.length];
    for (int i = 0; i < all.length; i++) {
      wanted[i] = stripe(all[i]);
    }
    Arrays.sort(wanted);
    Mutex<?>[] mutexes = new Mutex<?>[wanted.length];
    int count = 0;
    for (int i = 0; i < wanted.length; i++) {
      if (i == 0 || wanted[i] != wanted[i - 1]) {
        mutexes[count++] = stripes.get(wanted[i]);
      }
    }
    return new LockSequence(mutexes, count, null, false);
  }

  @Override
  public String toString() {
    int locked = 0;
    for (Mutex<?> stripe : stripes) {
      if (stripe.isLocked()) {
        locked++;
      }
    }
    return "StripedLocks"
        + (name == null ? "" : "(" + name + ")")
        + "["
        + stripes.size()
        + ", locked="
        + locked
        + "]";
  }
}
