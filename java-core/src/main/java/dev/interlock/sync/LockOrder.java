package dev.interlock.sync;

import dev.interlock.diagnostics.DeadlockDetector;
import dev.interlock.future.PollFuture;
import dev.interlock.internal.wait.Durations;
import java.time.Duration;
import java.util.Arrays;
import java.util.Collection;
import java.util.Comparator;
import java.util.Objects;
import java.util.function.ToIntFunction;
import org.jspecify.annotations.Nullable;

/**
 * Locks several mutexes together without a deadlock, in whatever order its callers name them. Prefer one
 * {@link Mutex} over all the data where there is little contention, and {@link StripedLocks} where the data
 * is found by keys.
 *
 * <p>There are two ways. {@link #total} locks one after the other in an order that is the same for all;
 * {@link #backingOff} locks one, tries the others, and lets go of all when one of them is taken. All who lock
 * some of the same mutexes together have to share one instance, and must not hold one of them from elsewhere
 * when they ask: a caller that does may wait for itself or in a circle.
 *
 * <p><b>Progress.</b> Blocking. With {@link #total} a holder that does not go on delays those who wait for
 * it, and they those who wait for what they hold. With {@link #backingOff} nobody holds a mutex while
 * waiting for another; that two callers disturb each other for ever is possible in theory, and ended by
 * random delays in practice.
 *
 * <p><b>Memory effects.</b> Those of each mutex.
 *
 * <p><b>Ordering and fairness.</b> That of each mutex with {@link #total}; none with {@link #backingOff}: who
 * wants many is overtaken by those who want few.
 *
 * <p><b>Blocking and errors.</b> Interruptible, but for {@code lockAllUninterruptibly}. A call that is
 * interrupted, times out or is cancelled holds none of the mutexes. A mutex that is named twice is locked
 * once. {@code null} is a {@link NullPointerException}, before anything is locked.
 *
 * <p><b>Cost.</b> Sorting n mutexes, and n uncontended locks; more with {@link #backingOff} when others
 * interfere.
 *
 * <p><b>Footprint.</b> 80 bytes for the order; a call makes the set, the guards and an array or two.
 *
 * <pre>{@code
 * LockOrder order = LockOrder.total();
 * try (LockSet locked = order.lockAll(from, to)) {
 *   locked.guard(from).get().withdraw(100);
 *   locked.guard(to).get().deposit(100);
 * }
 * }</pre>
 *
 * <p><b>Source.</b> Havender, Avoiding deadlock in multitasking systems, IBM Systems Journal 7(2), 1968. The
 * order by identity hash codes with a lock for ties is that of Goetz and others, Java Concurrency in
 * Practice, 2006, §10.1.2; beginning with the lock that was taken is that of C++'s {@code std::lock} (H.
 * Hinnant). Differs from them in: the tie lock belongs to the instance, and the delays are random.
 */
public final class LockOrder {
  /*
   * The order is by identity hash code. Two mutexes with the same code are rare and have no order: whoever
   * locks two such mutexes takes the tie lock first and holds it with them. So at most one caller at a time
   * depends on the order of equal ones, and the tie lock, being the first, is below all others.
   */
  private final Mutex<@Nullable Void> tie = Mutex.create();
  private final ToIntFunction<Object> rank;
  private final Comparator<Mutex<?>> byRank = (a, b) -> Integer.compare(rank(a), rank(b));
  private final boolean backingOff;

  LockOrder(boolean backingOff, ToIntFunction<Object> rank) {
    this.backingOff = backingOff;
    this.rank = rank;
  }

  /** Locks in one order that is the same for all callers. */
  public static LockOrder total() {
    return new LockOrder(false, System::identityHashCode);
  }

  /** Locks one, tries the others, and lets go when one of them is taken, for a random time. */
  public static LockOrder backingOff() {
    return new LockOrder(true, System::identityHashCode);
  }

  /**
   * Waits until it holds all of {@code mutexes}.
   *
   * @throws InterruptedException when interrupted before; then none is held
   */
  public LockSet lockAll(Mutex<?>... mutexes) throws InterruptedException {
    return sequence(mutexes.clone()).lock();
  }

  /** As {@link #lockAll(Mutex[])}. */
  public LockSet lockAll(Collection<? extends Mutex<?>> mutexes) throws InterruptedException {
    return sequence(toArray(mutexes)).lock();
  }

  /** As {@link #lockAll(Mutex[])}; an interrupt is kept for later. */
  public LockSet lockAllUninterruptibly(Mutex<?>... mutexes) {
    return sequence(mutexes.clone()).lockUninterruptibly();
  }

  /** As {@link #lockAll(Collection)}; an interrupt is kept for later. */
  public LockSet lockAllUninterruptibly(Collection<? extends Mutex<?>> mutexes) {
    return sequence(toArray(mutexes)).lockUninterruptibly();
  }

  /** Locks all of {@code mutexes} if each of them is free now; otherwise none, and returns null. */
  public @Nullable LockSet tryLockAll(Collection<? extends Mutex<?>> mutexes) {
    return sequence(toArray(mutexes)).tryLock();
  }

  /**
   * As {@link #lockAll(Collection)}, not longer than {@code timeout}; zero or less does not wait.
   *
   * @return the set, or null when the time ran out; then none is held
   * @throws InterruptedException when interrupted before; then none is held
   */
  public @Nullable LockSet tryLockAll(Collection<? extends Mutex<?>> mutexes, Duration timeout)
      throws InterruptedException {
    return sequence(toArray(mutexes)).tryLock(Durations.toNanosSaturated(timeout));
  }

  /** Locking all of {@code mutexes} as a future: begun by its first poll. Cancelling it unlocks. */
  public PollFuture<LockSet> lockAllAsync(Collection<? extends Mutex<?>> mutexes) {
    return new LockAllOperation(sequence(toArray(mutexes)), null);
  }

  /**
   * As {@link #lockAllAsync(Collection)}, for a party that the deadlock detectors of the mutexes are to
   * know; without one it takes no part in what is detected. The party is taken to wait without a limit, unless
   * {@linkplain PollFuture#block(Duration) blocked for some time}; see {@link DeadlockDetector}.
   */
  public PollFuture<LockSet> lockAllAsync(Collection<? extends Mutex<?>> mutexes, Object party) {
    return new LockAllOperation(sequence(toArray(mutexes)), Objects.requireNonNull(party, "party"));
  }

  private static Mutex<?>[] toArray(Collection<? extends Mutex<?>> mutexes) {
    return mutexes.toArray(new Mutex<?>[0]);
  }

  /** Those in {@code mutexes}, each once, in order; the array is the caller's to give away. */
  private LockSequence sequence(Mutex<?>[] mutexes) {
    for (Mutex<?> mutex : mutexes) {
      Objects.requireNonNull(mutex, "mutex");
    }
    Arrays.sort(mutexes, byRank);
    int count = 0;
    boolean ties = false;
    for (Mutex<?> mutex : mutexes) {
      int sameRank = 0; // those before it that have its rank
      boolean twice = false;
      for (int i = count; --i >= 0 && rank(mutexes[i]) == rank(mutex); ) {
        sameRank++;
        twice |= mutexes[i] == mutex;
      }
      if (!twice) {
        ties |= sameRank > 0;
        mutexes[count++] = mutex;
      }
    }
    return new LockSequence(mutexes, count, ties && !backingOff ? tie : null, backingOff);
  }

  private int rank(Mutex<?> mutex) {
    return rank.applyAsInt(mutex);
  }

  @Override
  public String toString() {
    return "LockOrder[" + (backingOff ? "backing off" : "total") + "]";
  }
}
