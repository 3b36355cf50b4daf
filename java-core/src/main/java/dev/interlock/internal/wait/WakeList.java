package dev.interlock.internal.wait;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The waiters that one operation granted or failed under the lock, to be woken in that order after it
 * has left the lock. Chained through the nodes, so it allocates nothing beyond itself.
 */
public final class WakeList {
  private @Nullable Waiter first;
  private @Nullable Waiter last;

  /** Those that stand in their queue still, and so cannot be chained. */
  private @Nullable List<Waiter> linked;

  /**
   * Adds a waiter that was unlinked from its queue and whose wait is over, unless it is awake and will see that:
   * to look at such a node later would take its cache line from the processor that goes on with it.
   */
  public void add(Waiter w) {
    if (w.needsWake()) {
      append(w);
    }
  }

  /** Adds a waiter that was unlinked, and whose wait {@link #grantAll} or {@link #failAll} will end. */
  public void addUnfinished(Waiter w) {
    append(w);
  }

  private void append(Waiter w) {
    assert w.next == null : w;
    if (last == null) {
      first = w;
    } else {
      last.next = w;
    }
    last = w;
  }

  /** Adds a waiter that was nudged and keeps its place in the queue. */
  public void addLinked(Waiter w) {
    if (linked == null) {
      linked = new ArrayList<>();
    }
    linked.add(w);
  }

  /**
   * Ends all waits with success and hands {@code received} over. For waiters that nobody else can find any
   * more, and that cannot give up since they were unlinked; without the lock.
   */
  public void grantAll(Object received) {
    for (Waiter w = takeAll(), next; w != null; w = next) {
      next = w.next;
      w.next = null; // a waiter that goes on must not keep the others reachable
      boolean granted = w.grant(received);
      assert granted : w;
      add(w);
    }
  }

  /** As {@link #grantAll}, with a failure. */
  public void failAll(Throwable failure) {
    for (Waiter w = takeAll(), next; w != null; w = next) {
      next = w.next;
      w.next = null;
      boolean failed = w.fail(failure);
      assert failed : w;
      add(w);
    }
  }

  private @Nullable Waiter takeAll() {
    Waiter all = first;
    first = null;
    last = null;
    return all;
  }

  /** Wakes all of them. Must be called without the lock. */
  public void wakeAll() {
    for (Waiter w = first; w != null; ) {
      Waiter next = w.next;
      w.next = null; // a woken waiter must not keep the others reachable
      wake(w);
      w = next;
    }
    first = null;
    last = null;
    if (linked != null) {
      linked.forEach(WakeList::wake);
      linked = null;
    }
  }

  /**
   * Wakes one waiter. A waker is foreign code: what it throws goes to the thread's handler of uncaught
   * exceptions, because the operation that calls it has succeeded and the other waiters still have to
   * be woken.
   */
  public static void wake(Waiter w) {
    try {
      w.wake();
    } catch (Throwable fromWaker) { // reported, see above
      Thread current = Thread.currentThread();
      current.getUncaughtExceptionHandler().uncaughtException(current, fromWaker);
    }
  }
}
