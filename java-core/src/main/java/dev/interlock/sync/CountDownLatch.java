package dev.interlock.sync;

import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A count that goes down, and callers of any kind who wait for it to be zero; it then stays open. When the
 * count may go up again use {@link WaitGroup}; for parties that wait for each other, round after round, a
 * barrier.
 *
 * <p><b>Progress.</b> {@code countDown} above zero is lock-free. The step to zero takes a short lock when
 * somebody waits, and so does a wait for a count that is not zero; a waiter goes on only when others have
 * counted down. {@code await} of an open latch is one volatile read.
 *
 * <p><b>Memory effects.</b> Actions before a {@code countDown} happen-before actions after an {@code await}
 * that returned because of the zero that it led to. Failed and timed-out waits: none.
 *
 * <p><b>Ordering and fairness.</b> Linearizable. All who wait are let through by the one step to zero, and
 * woken in the order in which they came.
 *
 * <p><b>Blocking and errors.</b> {@code await} and its timed form are interruptible, {@code
 * awaitUninterruptibly} is not. A wait that is interrupted, times out or is cancelled leaves the queue
 * without effect. Counting down an open latch has no effect.
 *
 * <p><b>Cost.</b> One atomic read-modify-write for a {@code countDown}; the step to zero wakes n waiters in
 * O(n). Cancelling a wait is O(1).
 *
 * <p><b>Footprint.</b> 24 bytes with compressed references; the queue is made when somebody waits for the
 * first time.
 *
 * <p><b>Source.</b> The contract of {@link java.util.concurrent.CountDownLatch}; differs from it in who may
 * wait.
 */
public final class CountDownLatch extends CountedGate {
  private CountDownLatch(@Nullable String name, int count) {
    super(name, count);
    if (count < 0) {
      throw new IllegalArgumentException("count is " + count + "; it must be 0 or more");
    }
  }

  /**
   * A latch that opens after {@code count} counts; with 0 it is open.
   *
   * @throws IllegalArgumentException when negative
   */
  public static CountDownLatch of(int count) {
    return new CountDownLatch(null, count);
  }

  /** As {@link #of}, with a name that errors, dumps and {@code toString} show. */
  public static CountDownLatch named(String name, int count) {
    return new CountDownLatch(Objects.requireNonNull(name, "name"), count);
  }

  /** Counts down by one; no effect when the latch is open. */
  public void countDown() {
    countDown(1);
  }

  /**
   * Counts down by {@code n} in one step, to zero at the most; no effect when the latch is open.
   *
   * @throws IllegalArgumentException when {@code n} is less than 1
   */
  public void countDown(int n) {
    if (n < 1) {
      throw new IllegalArgumentException("n is " + n + "; count down by 1 or more");
    }
    subtractAtMost(n);
  }

  /** Whether the count is zero. */
  public boolean isOpen() {
    return count() == 0;
  }
}
