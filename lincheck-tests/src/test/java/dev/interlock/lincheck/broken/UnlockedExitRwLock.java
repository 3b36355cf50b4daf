package dev.interlock.lincheck.broken;

import dev.interlock.internal.wait.ThreadWaiter;
import dev.interlock.internal.wait.WaitQueue;
import dev.interlock.internal.wait.Waiter;
import dev.interlock.internal.wait.WakeList;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * X4, first half. A read-write lock that loses a wake-up.
 *
 * <p><b>The fault:</b> an exit changes the state outside of the lock under which callers decide to wait. It
 * may come between the look at the state and the enqueuing, and finds nobody to let in.
 */
public final class UnlockedExitRwLock {
  private static final int WRITTEN = -1;

  private final AtomicInteger state = new AtomicInteger();
  private final WaitQueue queue = new WaitQueue();

  public void read() {
    enter(true);
  }

  public void write() {
    enter(false);
  }

  public void exitRead() {
    if (state.decrementAndGet() == 0) { // has to happen under the queue's lock
      wakeAll();
    }
  }

  public void exitWrite() {
    state.set(0); // the same
    wakeAll();
  }

  private void enter(boolean reading) {
    while (true) {
      ThreadWaiter w = new ThreadWaiter(1, null);
      queue.lock();
      try {
        int s = state.get();
        if (reading ? s != WRITTEN : s == 0) {
          if (state.compareAndSet(s, reading ? s + 1 : WRITTEN)) {
            return;
          }
          continue;
        }
        queue.waiters().add(w);
      } finally {
        queue.unlock();
      }
      w.await(this, false, ThreadWaiter.FOREVER, 0);
    }
  }

  private void wakeAll() {
    if (!queue.looksOccupied()) {
      return;
    }
    WakeList wakes = new WakeList();
    queue.lock();
    try {
      for (Waiter w; (w = queue.head()) != null; ) {
        queue.waiters().remove(w);
        if (w.grant()) {
          wakes.add(w);
        }
      }
    } finally {
      queue.unlock();
    }
    wakes.wakeAll();
  }
}
