package dev.interlock.lincheck.broken;

import dev.interlock.internal.wait.ThreadWaiter;
import dev.interlock.internal.wait.WaitQueue;
import dev.interlock.internal.wait.Waiter;
import dev.interlock.internal.wait.WakeList;

/**
 * X4, second half. A read-write lock that forgets a writer.
 *
 * <p><b>The fault:</b> who leaves a section of a writer wakes the readers that wait and nobody else. A
 * writer that waited for it, without readers, sleeps on although the lock is free.
 */
public final class ReadersOnlyRwLock {
  private static final int WRITTEN = -1;

  private final WaitQueue readers = new WaitQueue();
  private final WaitQueue writers = new WaitQueue();

  /** Guarded by the lock of {@code readers}, as both lists are. */
  private int state;

  public void read() {
    enter(true);
  }

  public void write() {
    enter(false);
  }

  public void exitRead() {
    WakeList wakes = new WakeList();
    readers.lock();
    try {
      if (--state == 0) {
        wakeAllOf(writers, wakes);
      }
    } finally {
      readers.unlock();
    }
    wakes.wakeAll();
  }

  public void exitWrite() {
    WakeList wakes = new WakeList();
    readers.lock();
    try {
      state = 0;
      wakeAllOf(readers, wakes); // without readers it has to be a writer's turn
    } finally {
      readers.unlock();
    }
    wakes.wakeAll();
  }

  private void enter(boolean reading) {
    while (true) {
      ThreadWaiter w = new ThreadWaiter(1, null);
      readers.lock();
      try {
        if (reading ? state != WRITTEN : state == 0) {
          state = reading ? state + 1 : WRITTEN;
          return;
        }
        (reading ? readers : writers).waiters().add(w);
      } finally {
        readers.unlock();
      }
      w.await(this, false, ThreadWaiter.FOREVER, 0);
    }
  }

  private static void wakeAllOf(WaitQueue queue, WakeList wakes) {
    for (Waiter w; (w = queue.head()) != null; ) {
      queue.waiters().remove(w);
      if (w.grant()) {
        wakes.add(w);
      }
    }
  }
}
