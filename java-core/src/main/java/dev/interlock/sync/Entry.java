package dev.interlock.sync;

import dev.interlock.diagnostics.Wait;
import dev.interlock.diagnostics.Watch;
import dev.interlock.internal.op.Operation;
import dev.interlock.internal.wait.WaitQueue;
import dev.interlock.internal.wait.Waiter;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * One way of waiting at a {@link Synchronizer}: what is asked for, said once for every kind of
 * caller. {@link Synchronizer#await} lets the calling thread wait for it, {@link EntryOperation} a
 * future.
 *
 * @param <R> what a caller has who was let in
 */
abstract class Entry<R extends @Nullable Object> {
  /** Lets the caller in without looking at the queue, if that is possible. */
  abstract boolean tryEnter();

  /**
   * Lets the caller in or appends {@code w} to the queue, in one step under the queue's lock, which
   * the caller does not hold yet.
   *
   * @throws RuntimeException when the object refuses
   */
  abstract boolean enterOrEnqueue(WaitQueue q, Waiter w);

  /**
   * For {@code w}, which was nudged: lets the caller in and unlinks it, or makes it wait again, in
   * one step under the queue's lock, which the caller does not hold yet. Only of an object that
   * nudges.
   */
  boolean enterOrRearm(WaitQueue q, Waiter w) {
    throw new AssertionError("this wait is never nudged: " + describe());
  }

  /** Unlinks {@code w}, which has cancelled, and lets in whom it kept waiting. */
  abstract void withdraw(WaitQueue q, Waiter w);

  /** What a caller has who was let in at once. */
  abstract R entered();

  /** What a caller has whom somebody granted its wait with {@code item}. */
  abstract R granted(@Nullable Object item);

  /** Whether being let in can be undone; if not, a cancel that meets the grant comes too late. */
  boolean canGiveBack() {
    return true;
  }

  /** See {@link Operation#endsWithGrant}; of an entry whose waits nobody is told of. */
  boolean endsWithGrant() {
    return false;
  }

  /** Undoes being let in; {@code item} came with the grant, or is null. */
  abstract void giveBack(@Nullable Object item);

  /**
   * What a caller gets whose wait failed with {@code cause}; a new exception, with its own stack.
   */
  RuntimeException failure(@Nullable Object cause) {
    throw new AssertionError("this wait never fails: " + describe(), (Throwable) cause);
  }

  /** Tells the object's watch that {@code party} waits; see {@link Watch#waits}. */
  Wait waits(Watch watch, Object party, BooleanSupplier pending) {
    return watch.waits(party, pending);
  }

  /** As {@link Waiter#setMayGiveUp}, for what the watch is told on success. */
  void setMayGiveUp() {}

  /** What the caller does, for a sentence: "lock of Mutex(accounts)". */
  abstract String describe();
}
