package dev.interlock.atomic;

import dev.interlock.annotation.Progress;
import dev.interlock.annotation.ProgressGuarantee;
import java.lang.invoke.ConstantBootstraps;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/**
 * A counter of 64 bits. Prefer {@link ShardedCounter} when many threads count and few read, {@link
 * BoundedCounter} when there is a limit, and {@link StatisticsCounter} to know the highest value too.
 *
 * <p><b>Progress.</b> Wait-free where the processor has fetch-and-add (x86, Arm from 8.1 on): no call
 * retries. Lock-free where the virtual machine has to make fetch-and-add of a retry loop.
 *
 * <p><b>Memory effects.</b> Actions before a call that changes the counter happen-before actions after a
 * call that sees the change, {@link #get} included. A failed {@link #compareAndSet} has the effects of
 * {@link #get}.
 *
 * <p><b>Ordering and fairness.</b> Linearizable: all changes come in one order, and each call that
 * returns the value tells its place in it, so that no two increments return the same.
 *
 * <p><b>Blocking and errors.</b> Never waits and never fails. Past the largest {@code long} it goes on
 * with the smallest, as {@code long} does.
 *
 * <p><b>Cost.</b> One atomic read-modify-write for a change, one read for {@link #get}.
 *
 * <p><b>Footprint.</b> 24 bytes with compressed class pointers, not padded; nothing for a call. Asserted
 * in {@code AtomicFootprintTest}.
 *
 * <p><b>Source.</b> None: the word is the structure.
 */
@ProgressGuarantee(
    value = Progress.WAIT_FREE,
    unless = "the processor has no fetch-and-add: lock-free there")
public final class LockFreeCounter {
  /*
   * One word. Each change is one read-modify-write of it, which is the linearization point; a read is
   * its own. There is no compare-and-set loop in here on purpose: under contention it is two to three
   * times as slow as fetch-and-add, and a thread may lose every round.
   */
  @SuppressWarnings("unused") // through VALUE
  private volatile long value;

  /** Starts at zero. */
  public LockFreeCounter() {}

  /** Starts at {@code initial}. */
  public LockFreeCounter(long initial) {
    value = initial;
  }

  /** Adds one and returns the new value. */
  public long increment() {
    return (long) VALUE.getAndAdd(this, 1L) + 1;
  }

  /** Subtracts one and returns the new value. */
  public long decrement() {
    return (long) VALUE.getAndAdd(this, -1L) - 1;
  }

  /** Adds {@code delta}, which may be negative, and returns the new value. */
  public long add(long delta) {
    return (long) VALUE.getAndAdd(this, delta) + delta;
  }

  /** The value. */
  public long get() {
    return value;
  }

  /** Sets the value to {@code newValue} if it is {@code expected}, and says whether it was. */
  public boolean compareAndSet(long expected, long newValue) {
    return VALUE.compareAndSet(this, expected, newValue);
  }

  /** Sets the value to {@code newValue} and returns the one before: nothing that was counted is lost. */
  public long getAndSet(long newValue) {
    return (long) VALUE.getAndSet(this, newValue);
  }

  @Override
  public String toString() {
    return "LockFreeCounter[" + value + "]";
  }

  // VarHandle mechanics
  private static final VarHandle VALUE =
      ConstantBootstraps.fieldVarHandle(
          MethodHandles.lookup(), "value", VarHandle.class, LockFreeCounter.class, long.class);
}
