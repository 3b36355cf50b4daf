package dev.interlock.sync;

import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A group of members that come and go, and callers of any kind who wait until nobody is left in it. When
 * the number is known from the beginning and nobody joins later, {@link CountDownLatch} says so.
 *
 * <pre>{@code
 * WaitGroup group = WaitGroup.create();
 * for (Job job : jobs) {
 *   group.add(); // before the job starts, so that no waiter finds the group empty too early
 *   executor.execute(() -> {
 *     try {
 *       job.run();
 *     } finally {
 *       group.done();
 *     }
 *   });
 * }
 * group.await();
 * }</pre>
 *
 * <p><b>Progress.</b> {@code add} is lock-free, and so is {@code done} while others are left. The step to
 * zero takes a short lock when somebody waits, and so does a wait for a group that is not empty; a waiter
 * goes on only when the members have left. {@code await} of an empty group is one volatile read.
 *
 * <p><b>Memory effects.</b> Actions before a {@code done} happen-before actions after an {@code await} that
 * returned because of the zero that it led to. Failed and timed-out waits: none.
 *
 * <p><b>Ordering and fairness.</b> Linearizable. All who wait are let through by the step to zero, also when
 * a member joins right after it; they are woken in the order in which they came.
 *
 * <p><b>Blocking and errors.</b> {@code await} and its timed form are interruptible, {@code
 * awaitUninterruptibly} is not. A wait that is interrupted, times out or is cancelled leaves the queue
 * without effect. {@code done} without a member is an {@link IllegalStateException} and changes nothing.
 *
 * <p><b>Cost.</b> One atomic read-modify-write for {@code add} and {@code done}; the step to zero wakes n
 * waiters in O(n). Cancelling a wait is O(1).
 *
 * <p><b>Footprint.</b> 24 bytes with compressed references; the queue is made when somebody waits for the
 * first time.
 *
 * <p><b>Source.</b> The contract of Go's <i>sync.WaitGroup</i>; differs from it in who may wait, in that
 * the group may be joined while somebody waits, and in that misuse changes nothing.
 */
public final class WaitGroup extends CountedGate {
  private WaitGroup(@Nullable String name) {
    super(name, 0);
  }

  /** An empty group. */
  public static WaitGroup create() {
    return new WaitGroup(null);
  }

  /** An empty group with a name that errors, dumps and {@code toString} show. */
  public static WaitGroup named(String name) {
    return new WaitGroup(Objects.requireNonNull(name, "name"));
  }

  /** One more member. */
  public void add() {
    add(1);
  }

  /**
   * {@code n} more members, in one step.
   *
   * @throws IllegalArgumentException when {@code n} is less than 1
   * @throws IllegalStateException when there would be more than 2,147,483,647; nothing changes
   */
  public void add(int n) {
    checkMembers(n);
    if (!tryAdd(n)) {
      throw new IllegalStateException(
          "adding " + n + " members to " + this + " would make more than " + MAX_COUNT);
    }
  }

  /** One member leaves. */
  public void done() {
    done(1);
  }

  /**
   * {@code n} members leave, in one step.
   *
   * @throws IllegalArgumentException when {@code n} is less than 1
   * @throws IllegalStateException when fewer are left; nothing changes
   */
  public void done(int n) {
    checkMembers(n);
    if (!trySubtract(n)) {
      throw new IllegalStateException(
          n + " members cannot leave " + this + "; call done once for each add, and add first");
    }
  }

  private static void checkMembers(int n) {
    if (n < 1) {
      throw new IllegalArgumentException("n is " + n + "; it must be 1 or more");
    }
  }
}
