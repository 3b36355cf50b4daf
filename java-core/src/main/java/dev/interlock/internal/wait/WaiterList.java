package dev.interlock.internal.wait;

import java.util.Collection;
import org.jspecify.annotations.Nullable;

/**
 * A first-in, first-out list of waiters. Every call needs the lock of the object that it belongs to.
 *
 * <p><b>Cost.</b> All operations are O(1), unlinking from the middle included; {@link #peek} and
 * {@link #failAll} are O(1) per waiter, amortised, because each cancelled waiter that they meet is met once. The nodes
 * are the waiters themselves: no allocation.
 */
public final class WaiterList {
  /*
   * head <-> w <-> w <-> tail, null at both ends. A waiter that is cancelled unlinks itself under the
   * lock right after its transition, so at any quiet moment the list holds live waiters only; those
   * that were cancelled and have not got the lock yet are unlinked by whoever meets them at the head.
   */
  private @Nullable Waiter head;
  private @Nullable Waiter tail;
  private int count;

  /** Appends a waiter that stands in no queue. */
  public void add(Waiter w) {
    Waiter last = tail;
    w.prev = last;
    w.next = null;
    w.linked = true;
    count++;
    tail = w;
    if (last == null) {
      head = w;
    } else {
      last.next = w;
    }
  }

  /** Unlinks {@code w}; false when it is not linked any more. */
  public boolean remove(Waiter w) {
    if (!w.linked) {
      return false;
    }
    Waiter before = w.prev;
    Waiter after = w.next;
    if (before == null) {
      head = after;
    } else {
      before.next = after;
    }
    if (after == null) {
      tail = before;
    } else {
      after.prev = before;
    }
    w.prev = null;
    w.next = null;
    w.linked = false;
    count--;
    return true;
  }

  /** The first waiter whose wait goes on, or null. Unlinks the cancelled ones before it. */
  public @Nullable Waiter peek() {
    Waiter w;
    while ((w = head) != null && !w.isPending()) {
      remove(w);
    }
    return w;
  }

  /**
   * The first waiter for {@code need} units whose wait goes on, or null. For an object on which callers
   * wait for different things; O(n) in those that stand before it and wait for something else.
   */
  public @Nullable Waiter peek(int need) {
    Waiter w = head;
    while (w != null && (w.need() != need || !w.isPending())) {
      w = w.next;
    }
    return w;
  }

  /** The first node, or null; its wait may be over. */
  @Nullable Waiter first() {
    return head;
  }

  /** Unlinks every waiter and fails those whose wait goes on; they are to be woken. */
  public void failAll(Throwable failure, WakeList wakes) {
    for (Waiter w; (w = peek()) != null; ) {
      remove(w);
      if (w.fail(failure)) {
        wakes.add(w);
      }
    }
  }

  /**
   * Grants those whose caller is awake, and asks the others to try again.
   *
   * @param all to grant the sleeping ones as well
   * @return how many were granted
   */
  public int grantOrNudge(boolean all, WakeList wakes) {
    int granted = 0;
    for (Waiter w = head, next; w != null; w = next) {
      next = w.next;
      if (!all && (w.isNudged() || w.isAsleep())) {
        if (w.nudge()) {
          wakes.addLinked(w);
        }
      } else {
        remove(w);
        if (w.grant()) {
          wakes.add(w);
          granted++;
        }
      }
    }
    return granted;
  }

  /** Whether no node is linked; cancelled ones that were not unlinked yet count. */
  public boolean isEmpty() {
    return head == null;
  }

  /** Whether {@code w} is the only node. */
  public boolean isOnly(Waiter w) {
    return head == w && tail == w;
  }

  /** Whether {@code w} is the first node. */
  public boolean isFirst(Waiter w) {
    return head == w;
  }

  /** Adds the first nodes to {@code target}, at most {@code most}, without those that have cancelled. */
  public void copyTo(Collection<? super Waiter> target, int most) {
    int left = most;
    for (Waiter w = head; w != null && left > 0; w = w.next) {
      if (w.isPending()) {
        target.add(w);
        left--;
      }
    }
  }

  /** How many nodes are linked; one that was cancelled counts until it is unlinked. */
  public int count() {
    return count;
  }
}
