package dev.interlock.sync;

import dev.interlock.diagnostics.DeadlockDetector;
import dev.interlock.diagnostics.WaitDump;
import dev.interlock.diagnostics.Watch;
import dev.interlock.internal.wait.Spin;
import dev.interlock.internal.wait.ThreadWaiter;
import dev.interlock.internal.wait.WaitQueue;
import dev.interlock.internal.wait.Waiter;
import java.lang.invoke.ConstantBootstraps;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What the objects of this package share: a name or a watch, and a wait queue that is made when
 * somebody waits for the first time.
 */
abstract class Synchronizer {
  private volatile @Nullable WaitQueue queue;

  /**
   * The name; or the watch, which knows the name too; or neither. One field keeps objects small.
   */
  private final @Nullable Object label;

  static {
    // By whoever makes the first object, and not by whoever waits first: that one is perhaps bound
    // to one processor.
    Spin.prepare();
  }

  Synchronizer(@Nullable String name) {
    this(name, null);
  }

  /** With a detector the object is watched; its subclass tells who holds it. */
  Synchronizer(@Nullable String name, @Nullable DeadlockDetector detector) {
    this.label = detector == null ? name : detector.watch(this, name);
  }

  /** A part of {@code whole}, which is what its watch, and so its name, refer to. */
  Synchronizer(@Nullable String name, @Nullable DeadlockDetector detector, Object whole) {
    this.label = detector == null ? name : detector.watch(whole, name);
  }

  /**
   * As the above, of an object that many may hold together, see {@link
   * DeadlockDetector#watchShared}.
   */
  Synchronizer(@Nullable String name, @Nullable DeadlockDetector detector, int cells) {
    this.label = detector == null ? name : detector.watchShared(this, name, cells);
  }

  /** How many callers wait; for monitoring. */
  public int waiting() {
    WaitQueue q = queue;
    return q == null ? 0 : q.countWaiting();
  }

  /**
   * Who waits, for a person to read: safe at any time, in production too. As {@link #dump(int)}, at
   * most a thousand of them.
   */
  public final WaitDump dump() {
    return dump(1_000);
  }

  /**
   * The state of this object and the first of those who wait for it, in the order of the queue. The
   * lock of the queue is held while so many nodes are copied, no thread is stopped, nothing is
   * changed.
   *
   * @param most how many to tell at most; the number of all is told anyway
   * @throws IllegalArgumentException when negative
   */
  public final WaitDump dump(int most) {
    if (most < 0) {
      throw new IllegalArgumentException("most is " + most + "; it must be 0 or more");
    }
    List<Waiter> found = new ArrayList<>();
    WaitQueue q = queue;
    int n = q == null ? 0 : q.copyWaiting(found, most);
    List<WaitDump.Waiting> waiters = new ArrayList<>(found.size());
    for (Waiter w : found) {
      waiters.add(new WaitDump.Waiting(w.callerKind(), w.caller(), w.need()));
    }
    return new WaitDump(toString(), n, waiters);
  }

  /** What a deadlock detector knows of this object, or null when it was made without one. */
  public final @Nullable Watch watch() {
    return label instanceof Watch w ? w : null;
  }

  /** The kind of object, and its name or, without one, a number that tells it from others. */
  final String objectName() {
    Object l = label;
    if (l instanceof Watch w) {
      return w.toString();
    }
    return getClass().getSimpleName()
        + (l == null ? "@" + Integer.toHexString(System.identityHashCode(this)) : "(" + l + ")");
  }

  /** For {@code toString}: " by" and the holder of a watched object, where it is known. */
  final String byHolder() {
    Object holder = label instanceof Watch w ? w.holder() : null;
    return holder == null ? "" : " by " + WaitDump.describe(holder);
  }

  // What the watch is told

  /** The calling thread has taken this by a call that would have waited; always true. */
  final boolean takenByThread() {
    if (label instanceof Watch w) {
      w.acquired(Thread.currentThread());
    }
    return true;
  }

  /** The calling thread has taken this by a call that would have given up; always true. */
  final boolean triedByThread() {
    if (label instanceof Watch w) {
      w.tried(Thread.currentThread());
    }
    return true;
  }

  /** A party has taken this by a call that would have waited; null when it is not known. */
  final void takenBy(@Nullable Object party) {
    if (label instanceof Watch w) {
      w.acquired(party);
    }
  }

  /** As {@link #takenBy}, by a call that would have given up. */
  final void triedBy(@Nullable Object party) {
    if (label instanceof Watch w) {
      w.tried(party);
    }
  }

  /** Whoever holds this is about to let it go. */
  final void givenBack() {
    if (label instanceof Watch w) {
      w.released();
    }
  }

  /** The queue, made now if need be. */
  final WaitQueue queue() {
    WaitQueue q = queue;
    if (q == null) {
      WaitQueue made = newQueue();
      q = (WaitQueue) QUEUE.compareAndExchange(this, null, made);
      if (q == null) {
        q = made;
      }
    }
    return q;
  }

  /** A queue for those who wait here. */
  WaitQueue newQueue() {
    return new WaitQueue();
  }

  /** Makes the queue before anybody waits, for an object whose queue is not the usual one. */
  final void useQueue(WaitQueue made) {
    queue = made;
  }

  /** The queue, or null while nobody has waited yet. */
  final @Nullable WaitQueue queueOrNull() {
    return queue;
  }

  /**
   * The calling thread waits in the queue, in which it stands with {@code w}; the queue learns
   * whether spinning was worth it. After any outcome but a grant the waiter may have to be
   * unlinked.
   */
  final ThreadWaiter.Outcome awaitQueued(
      WaitQueue q, ThreadWaiter w, boolean interruptible, long deadline) {
    ThreadWaiter.Outcome outcome = w.await(this, interruptible, deadline, q.spinEstimate());
    if (!Spin.isVirtual(Thread.currentThread())) {
      q.learnSpin(w.spinPaid());
    }
    return outcome;
  }

  /**
   * The calling thread enters, waiting if need be.
   *
   * @param need how many units {@link Waiter#need} tells those who grant
   * @param deadline from {@link ThreadWaiter#deadlineAfter}, or {@link ThreadWaiter#FOREVER}
   * @param timedOut what to return when the time runs out
   * @throws InterruptedException when interruptible and interrupted before it was let in
   */
  final <R extends @Nullable Object> R await(
      Entry<R> entry, int need, boolean interruptible, long deadline, R timedOut)
      throws InterruptedException {
    WaitQueue q = queue();
    ThreadWaiter w = new ThreadWaiter(need, null);
    if (entry.enterOrEnqueue(q, w)) {
      return entry.entered();
    }
    WaitNote note = WaitNote.ofThread(this, w, interruptible, deadline, entry);
    try {
      if (note != null && note.refuses(w)) {
        entry.withdraw(q, w);
        throw note.refusal();
      }
      for (; ; ) {
        switch (awaitQueued(q, w, interruptible, deadline)) {
          case GRANTED:
            return entry.granted(w.item());
          case NUDGED:
            if (entry.enterOrRearm(q, w)) {
              return entry.entered();
            }
            break;
          case FAILED:
            throw entry.failure(w.item());
          case TIMED_OUT:
            entry.withdraw(q, w);
            return timedOut;
          case INTERRUPTED:
            entry.withdraw(q, w);
            throw new InterruptedException("interrupted while waiting for " + this);
          default:
            throw new AssertionError(w);
        }
      }
    } finally {
      WaitNote.end(note);
    }
  }

  /** As {@link #await}, for ever, and an interrupt is kept for later. */
  final <R extends @Nullable Object> R awaitUninterruptibly(Entry<R> entry, int need, R neverUsed) {
    try {
      return await(entry, need, false, ThreadWaiter.FOREVER, neverUsed);
    } catch (InterruptedException impossible) { // it was told not to
      throw new AssertionError(impossible);
    }
  }

  /** Unlinks a waiter that has cancelled, when nothing but its own wait depends on it. */
  final void unlink(Waiter w) {
    WaitQueue q = queue();
    q.lock();
    try {
      q.waiters().remove(w);
    } finally {
      q.unlock();
    }
  }

  // VarHandle mechanics
  private static final VarHandle QUEUE =
      ConstantBootstraps.fieldVarHandle(
          MethodHandles.lookup(), "queue", VarHandle.class, Synchronizer.class, WaitQueue.class);
}
