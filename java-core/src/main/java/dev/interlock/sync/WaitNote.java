package dev.interlock.sync;

import dev.interlock.diagnostics.DeadlockException;
import dev.interlock.diagnostics.Wait;
import dev.interlock.diagnostics.Watch;
import dev.interlock.internal.event.Recorder;
import dev.interlock.internal.wait.ThreadWaiter;
import dev.interlock.internal.wait.Waiter;
import java.lang.invoke.ConstantBootstraps;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.Objects;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * What is kept of one wait while it goes on: for the deadlock detector, if the object is watched,
 * and for the flight recorder, if it records. Usually neither, and then there is none.
 *
 * <p>Made after the waiter was enqueued and the lock of the queue was left; ended by the caller.
 */
final class WaitNote {
  private final Supplier<String> name;
  private final String kind;
  private final @Nullable Wait wait;
  private @Nullable Wait waitOfOwner;

  @SuppressWarnings("unused") // through EVENT
  private volatile @Nullable Object event;

  private WaitNote(
      Supplier<String> name, String kind, @Nullable Wait wait, @Nullable Object event) {
    this.name = name;
    this.kind = kind;
    this.wait = wait;
    this.event = event;
  }

  /** As the below, for an object at which all wait for the same. */
  static @Nullable WaitNote ofThread(
      Synchronizer object, ThreadWaiter w, boolean interruptible, long deadline) {
    return ofThread(object, w, interruptible, deadline, null);
  }

  /**
   * A thread waits on behalf of an owner. Two parties are stuck then: what the owner holds, and
   * what the thread holds, is not let go before.
   */
  static @Nullable WaitNote ofOwner(
      Synchronizer object, ThreadWaiter w, boolean interruptible, long deadline, Owner owner) {
    WaitNote note = ofThread(object, w, interruptible, deadline);
    Watch watch = note == null || note.wait == null ? null : object.watch();
    Thread thread = w.caller();
    if (note == null || watch == null || owner.party() == thread || note.isRefused()) {
      return note;
    }
    BooleanSupplier pending = () -> w.isPending() && !(interruptible && thread.isInterrupted());
    note.waitOfOwner = watch.waits(owner.party(), thread, pending);
    return note;
  }

  /**
   * A thread waits. With a deadline, or once it is interrupted, it is in no deadlock that lasts.
   */
  static @Nullable WaitNote ofThread(
      Synchronizer object,
      ThreadWaiter w,
      boolean interruptible,
      long deadline,
      @Nullable Entry<?> entry) {
    Object event = Recorder.beginWait();
    Watch watch = deadline == ThreadWaiter.FOREVER ? object.watch() : null;
    if (watch == null) {
      return event == null ? null : new WaitNote(object::objectName, w.callerKind(), null, event);
    }
    Thread thread = w.caller();
    BooleanSupplier pending = () -> w.isPending() && !(interruptible && thread.isInterrupted());
    return new WaitNote(
        object::objectName, w.callerKind(), begin(watch, entry, thread, pending), event);
  }

  /** A future waits, for {@code party}, if it is known. */
  static @Nullable WaitNote ofFuture(
      Synchronizer object, Waiter w, @Nullable Object party, @Nullable Entry<?> entry) {
    Object event = Recorder.beginWait();
    Watch watch = party == null ? null : object.watch();
    if (watch == null || party == null) {
      return event == null ? null : new WaitNote(object::objectName, w.callerKind(), null, event);
    }
    return new WaitNote(
        object::objectName, w.callerKind(), begin(watch, entry, party, w::isPending), event);
  }

  /**
   * A future waits for {@code mutex} that has unlocked it already, and so cannot be refused.
   *
   * @param waits for whom, if it is known
   * @param pending whether it is the lock that is waited for
   * @param name what the flight recorder calls the object
   */
  static @Nullable WaitNote ofRelock(
      Mutex<?> mutex,
      Waiter w,
      @Nullable Object waits,
      BooleanSupplier pending,
      Supplier<String> name) {
    Object event = Recorder.beginWait();
    Watch watch = waits == null ? null : mutex.watch();
    if (watch == null || waits == null) {
      return event == null ? null : new WaitNote(name, w.callerKind(), null, event);
    }
    Wait wait = watch.waitsRegardless(waits, pending);
    return new WaitNote(name, w.callerKind(), wait, event);
  }

  private static Wait begin(
      Watch watch, @Nullable Entry<?> entry, Object party, BooleanSupplier pending) {
    return entry == null ? watch.waits(party, pending) : entry.waits(watch, party, pending);
  }

  /**
   * Whether the wait closed a cycle and was cancelled for it. Then the caller withdraws it and
   * throws {@link #refusal}.
   */
  boolean refuses(Waiter w) {
    return isRefused() && w.cancelPending();
  }

  /** The exception for a refused wait. */
  DeadlockException refusal() {
    Wait refused = waitOfOwner != null && waitOfOwner.isRefused() ? waitOfOwner : wait;
    return Objects.requireNonNull(refused, "wait").refusal();
  }

  boolean isRefused() {
    return (wait != null && wait.isRefused()) || (waitOfOwner != null && waitOfOwner.isRefused());
  }

  /** The wait is over; harmless when said twice, by two threads at once too. */
  static void end(@Nullable WaitNote note) {
    if (note != null) {
      note.end();
    }
  }

  private void end() {
    endForDetector();
    Object begun = event == null ? null : EVENT.getAndSet(this, null);
    if (begun != null) {
      Recorder.endWait(begun, kind, name);
    }
  }

  /** The wait goes on, and is not in a deadlock that lasts, because it may be given up. */
  void endForDetector() {
    if (wait != null) {
      wait.close();
    }
    if (waitOfOwner != null) {
      waitOfOwner.close();
    }
  }

  // VarHandle mechanics
  private static final VarHandle EVENT =
      ConstantBootstraps.fieldVarHandle(
          MethodHandles.lookup(), "event", VarHandle.class, WaitNote.class, Object.class);
}
