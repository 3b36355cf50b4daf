package dev.interlock.atomic;

import dev.interlock.annotation.Progress;
import dev.interlock.annotation.ProgressGuarantee;
import dev.interlock.internal.pause.Pause;
import java.lang.invoke.ConstantBootstraps;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/**
 * A counter that never leaves a range: a step that would is refused, says so and changes nothing. For
 * quotas, places and credits where the caller does something else when there is none; to wait for one,
 * take a {@code Semaphore}.
 *
 * <p><b>Progress.</b> Lock-free: a step is tried again only when another thread's step came in between.
 * {@link #get} and {@link #compareAndSet} are wait-free.
 *
 * <p><b>Memory effects.</b> Actions before a step that is taken happen-before actions after a call that
 * sees it. A refused step has the effects of {@link #get}.
 *
 * <p><b>Ordering and fairness.</b> Linearizable. A refused step is refused at the moment at which it saw
 * a value that left it no room; a moment later there may be room. No thread is preferred to another.
 *
 * <p><b>Blocking and errors.</b> Never waits. Bounds in the wrong order, an initial value outside of them
 * and a {@code compareAndSet} to a value outside of them are an {@link IllegalArgumentException} that
 * changes nothing. Steps of any size are compared without overflow.
 *
 * <p><b>Cost.</b> One read and one compare-and-set for a step that is taken, one read for one that is
 * refused.
 *
 * <p><b>Footprint.</b> 40 bytes with compressed class pointers, not padded; nothing for a call, but a
 * {@link Backoff} where it does not fit into registers and the step met another.
 *
 * <p><b>Source.</b> None: the compare-and-set loop of the textbooks.
 */
@ProgressGuarantee(Progress.LOCK_FREE)
public final class BoundedCounter {
  /*
   * One word, min <= value <= max always.
   *
   *   tryAdd(d):   v = value
   *                v + d outside of [min, max]   -> false           linearized at the read of v
   *                CAS(v, v + d)                 -> true            linearized here
   *                CAS failed                    -> pause, begin again
   *
   * Rejected: fetch-and-add with a correction when it went too far. It is faster under contention, but
   * other threads see the value outside of the range meanwhile, and two steps that each would have fit
   * can refuse each other.
   */
  /**
   * So many pauses after the first lost race: about the time of some dozens of changes by one thread. While
   * the loser is away the winner keeps the cache line, which is what makes changes cheap.
   */
  private static final int SHORTEST = 16;

  private static final int LONGEST = 8 * SHORTEST;

  static {
    Pause.prepare();
  }

  private final long min;
  private final long max;
  private volatile long value;

  /**
   * Counts from {@code min} to {@code max}, both included, and starts at {@code min}.
   *
   * @throws IllegalArgumentException when {@code min} is above {@code max}
   */
  public BoundedCounter(long min, long max) {
    this(min, max, min);
  }

  /**
   * Counts from {@code min} to {@code max}, both included, and starts at {@code initial}.
   *
   * @throws IllegalArgumentException when {@code min} is above {@code max}, or {@code initial} is not
   *     between them
   */
  public BoundedCounter(long min, long max, long initial) {
    if (min > max) {
      throw new IllegalArgumentException(
          "BoundedCounter: min is " + min + ", above max " + max + "; give the smaller one first");
    }
    if (initial < min || initial > max) {
      throw new IllegalArgumentException(
          "BoundedCounter: the initial value is "
              + initial
              + "; it must lie between "
              + min
              + " and "
              + max);
    }
    this.min = min;
    this.max = max;
    this.value = initial;
  }

  /** Adds one unless the value is {@link #max}; says whether it did. */
  public boolean tryIncrement() {
    return tryAdd(1);
  }

  /** Subtracts one unless the value is {@link #min}; says whether it did. */
  public boolean tryDecrement() {
    return tryAdd(-1);
  }

  /**
   * Adds {@code delta}, which may be negative, unless that would leave the range; never a part of it.
   *
   * @return whether it did
   */
  public boolean tryAdd(long delta) {
    for (int pauses = SHORTEST; ; pauses = Math.min(2 * pauses, LONGEST)) {
      long v = value;
      // Room and step as unsigned numbers: their difference may not fit into a long.
      boolean fits =
          delta >= 0
              ? Long.compareUnsigned(delta, max - v) <= 0
              : Long.compareUnsigned(-delta, v - min) <= 0;
      if (!fits) {
        return false;
      }
      if (VALUE.compareAndSet(this, v, v + delta)) {
        return true;
      }
      Pause.times(pauses); // not an object: a change allocates nothing, lost races included
    }
  }

  /**
   * Sets the value to {@code newValue} if it is {@code expected}, and says whether it was.
   *
   * @throws IllegalArgumentException when {@code newValue} is not between {@link #min} and {@link #max}
   */
  @ProgressGuarantee(Progress.WAIT_FREE)
  public boolean compareAndSet(long expected, long newValue) {
    if (newValue < min || newValue > max) {
      throw new IllegalArgumentException(
          this + " cannot be set to " + newValue + "; give a value between its bounds");
    }
    return VALUE.compareAndSet(this, expected, newValue);
  }

  /** The value. */
  @ProgressGuarantee(Progress.WAIT_FREE)
  public long get() {
    return value;
  }

  /** The smallest value. */
  @ProgressGuarantee(Progress.WAIT_FREE)
  public long min() {
    return min;
  }

  /** The largest value. */
  @ProgressGuarantee(Progress.WAIT_FREE)
  public long max() {
    return max;
  }

  @Override
  @ProgressGuarantee(Progress.WAIT_FREE)
  public String toString() {
    return "BoundedCounter[" + value + " of " + min + ".." + max + "]";
  }

  // VarHandle mechanics
  private static final VarHandle VALUE =
      ConstantBootstraps.fieldVarHandle(
          MethodHandles.lookup(), "value", VarHandle.class, BoundedCounter.class, long.class);
}
