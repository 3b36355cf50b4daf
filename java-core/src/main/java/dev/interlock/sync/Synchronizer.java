package dev.interlock.sync;

import dev.interlock.internal.wait.Spin;
import dev.interlock.internal.wait.ThreadWaiter;
import dev.interlock.internal.wait.WaitQueue;
import dev.interlock.internal.wait.Waiter;
import java.lang.invoke.ConstantBootstraps;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import org.jspecify.annotations.Nullable;

/**
 * What the objects of this package share: a name, and a wait queue that is made when somebody waits for
 * the first time.
 */
abstract class Synchronizer {
  private volatile @Nullable WaitQueue queue;
  private final @Nullable String name;

  static {
    // By whoever makes the first object, and not by whoever waits first: that one is perhaps bound
    // to
    // one processor.
    Spin.prepare();
  }

  Synchronizer(@Nullable String name) {
    this.name = name;
  }

  /** How many callers wait; for monitoring. */
  public final int waiting() {
    WaitQueue q = queue;
    return q == null ? 0 : q.countWaiting();
  }

  /** The kind of object, and its name or, without one, a number that tells it from others. */
  final String objectName() {
    return getClass().getSimpleName()
        + (name == null
            ? "@" + Integer.toHexString(System.identityHashCode(this))
            : "(" + name + ")");
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

  /** The queue, or null while nobody has waited yet. */
  final @Nullable WaitQueue queueOrNull() {
    return queue;
  }

  /**
   * The calling thread waits in the queue, in which it stands with {@code w}; the queue learns whether
   * spinning was worth it. After any outcome but a grant the waiter may have to be unlinked.
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
    switch (awaitQueued(q, w, interruptible, deadline)) {
      case GRANTED:
        return entry.granted(w.item());
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
