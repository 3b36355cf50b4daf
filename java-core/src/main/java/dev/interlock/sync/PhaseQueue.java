package dev.interlock.sync;

import dev.interlock.internal.wait.WaitQueue;
import dev.interlock.internal.wait.Waiter;
import dev.interlock.internal.wait.WaiterList;
import java.util.Collection;
import org.jspecify.annotations.Nullable;

/**
 * Who waits at a {@link PhaseFairLock}: writers in the inherited list, readers in one of their own,
 * because all of them are let in together, and the one reader that waits to be alone. Every call
 * needs the queue's lock, but those that count.
 */
final class PhaseQueue extends WaitQueue {
  private final WaiterList readers = new WaiterList();
  private final int bypassBound;
  private @Nullable Waiter upgrader;

  /** For a lock whose sleeping waiters may be overtaken {@code bypassBound} times. */
  PhaseQueue(int bypassBound) {
    this.bypassBound = bypassBound;
  }

  int bypassBound() {
    return bypassBound;
  }

  /** Appends a writer. */
  void addWriter(Waiter w) {
    addCounted(waiters(), w);
  }

  /** Appends a reader. */
  void addReader(Waiter w) {
    addCounted(readers, w);
  }

  /**
   * Whether somebody who waits has been overtaken as often as may be: turns are kept strictly then.
   */
  boolean isStrict() {
    return isAtBound(head()) || isAtBound(readers.peek());
  }

  private boolean isAtBound(@Nullable Waiter first) {
    return first != null && overtakesOf(first) >= bypassBound;
  }

  /**
   * Whether one of those whose turn it is has been asked to look, and newcomers may try meanwhile.
   */
  boolean isOpen() {
    return (isNudged(head()) || isNudged(readers.peek())) && !isStrict();
  }

  private static boolean isNudged(@Nullable Waiter first) {
    return first != null && first.isNudged();
  }

  /** Whether the readers that wait have been asked to look. */
  boolean areReadersNudged() {
    return isNudged(readers.peek());
  }

  /** The readers that wait. */
  WaiterList readers() {
    return readers;
  }

  /** The reader that waits to be alone, or null; one that has cancelled is dropped. */
  @Nullable Waiter upgrader() {
    Waiter w = upgrader;
    if (w != null && !w.isPending()) {
      upgrader = w = null;
    }
    return w;
  }

  /** There must be none. */
  void setUpgrader(Waiter w) {
    upgrader = w;
  }

  /** Without effect when it is not that any more. */
  void removeUpgrader(Waiter w) {
    if (upgrader == w) {
      upgrader = null;
    }
  }

  /** Whether nobody waits; those who have cancelled and not left yet do not count. */
  boolean isDeserted() {
    return head() == null && readers.peek() == null && upgrader() == null;
  }

  /** How many readers wait, the upgrading one not included. */
  int countReaders() {
    lock();
    try {
      return readers.count();
    } finally {
      unlock();
    }
  }

  @Override
  public int countWaiting() {
    lock();
    try {
      Waiter w = upgrader;
      return waiters().count() + readers.count() + (w != null && w.isPending() ? 1 : 0);
    } finally {
      unlock();
    }
  }

  /** The upgrading reader, the writers, the readers. */
  @Override
  public int copyWaiting(Collection<? super Waiter> target, int most) {
    lock();
    try {
      Waiter w = upgrader();
      int upgrading = w == null ? 0 : 1;
      if (w != null && most > 0) {
        target.add(w);
      }
      waiters().copyTo(target, most - upgrading);
      readers.copyTo(target, most - target.size());
      return upgrading + waiters().count() + readers.count();
    } finally {
      unlock();
    }
  }
}
