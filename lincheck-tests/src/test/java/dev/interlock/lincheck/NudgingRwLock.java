package dev.interlock.lincheck;

import dev.interlock.internal.wait.ThreadWaiter;
import dev.interlock.internal.wait.WaitQueue;
import dev.interlock.internal.wait.Waiter;
import dev.interlock.internal.wait.WakeList;

/**
 * The smallest read-write lock that nudges: all of it under the queue's lock, one line for readers and
 * writers. Whoever is first in the line is asked to look, and newcomers may overtake it meanwhile, so often
 * and no more.
 *
 * <p>The two protected methods are what the twins get wrong.
 */
public class NudgingRwLock {
  private static final int WRITTEN = -1;
  private static final int READ = 1;
  private static final int WRITE = 2;

  private final WaitQueue queue = new WaitQueue();
  private final int bypassBound;

  /** How many readers are inside, or {@link #WRITTEN}; guarded by the queue's lock. */
  private int state;

  protected NudgingRwLock(int bypassBound) {
    this.bypassBound = bypassBound;
  }

  public final void read() {
    enter(new ThreadWaiter(READ, null));
  }

  public final void write() {
    enter(new ThreadWaiter(WRITE, null));
  }

  public final void exitRead() {
    exit(1);
  }

  public final void exitWrite() {
    exit(0);
  }

  public final int waiting() {
    return queue.countWaiting();
  }

  /** A newcomer goes past those who wait. */
  protected void overtake(WaitQueue q) {
    q.countOvertake();
  }

  /** One that was asked to look: goes in, or waits again. */
  protected boolean enterOrRearm(WaitQueue q, Waiter w, WakeList wakes) {
    q.lock();
    try {
      if (enterNudged(w, wakes)) {
        return true;
      }
      w.rearm();
      return false;
    } finally {
      q.unlock();
    }
  }

  /** Lets in one that was asked to look, if it may enter now; needs the lock. */
  protected final boolean enterNudged(Waiter w, WakeList wakes) {
    if (!w.isNudged() || !mayEnter(w)) {
      return false;
    }
    w.takeUngranted();
    queue.removeOvertakeable(w, bypassBound);
    take(w);
    settle(wakes); // a reader behind it
    return true;
  }

  private void enter(ThreadWaiter w) {
    if (enterOrEnqueue(w)) {
      return;
    }
    while (w.await(this, false, ThreadWaiter.FOREVER, 0) == ThreadWaiter.Outcome.NUDGED) {
      WakeList wakes = new WakeList();
      boolean inside = enterOrRearm(queue, w, wakes);
      wakes.wakeAll();
      if (inside) {
        return;
      }
    }
  }

  private boolean enterOrEnqueue(Waiter w) {
    queue.lock();
    try {
      Waiter first = queue.head();
      if (mayEnter(w) && (first == null || (first.isNudged() && !queue.mustHandOver()))) {
        if (first != null) {
          overtake(queue);
        }
        take(w);
        return true;
      }
      queue.addOvertakeable(w, bypassBound);
      return false;
    } finally {
      queue.unlock();
    }
  }

  private void exit(int readers) {
    WakeList wakes = new WakeList();
    queue.lock();
    try {
      state = readers == 0 ? 0 : state - readers;
      settle(wakes);
    } finally {
      queue.unlock();
    }
    wakes.wakeAll();
  }

  /** Asks the first to look, or lets it in if it was overtaken often enough; needs the lock. */
  private void settle(WakeList wakes) {
    for (Waiter first; (first = queue.head()) != null && mayEnter(first); ) {
      if (!queue.mustHandOver()) {
        if (first.nudge()) {
          wakes.addLinked(first);
        }
        break;
      }
      queue.removeOvertakeable(first, bypassBound);
      if (first.grant()) {
        take(first);
        wakes.add(first);
      }
    }
  }

  private boolean mayEnter(Waiter w) {
    return w.need() == READ ? state != WRITTEN : state == 0;
  }

  private void take(Waiter w) {
    state = w.need() == READ ? state + 1 : WRITTEN;
  }
}
