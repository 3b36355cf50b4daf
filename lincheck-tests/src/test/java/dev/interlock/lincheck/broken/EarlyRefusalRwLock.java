package dev.interlock.lincheck.broken;

import dev.interlock.PoisonedException;
import dev.interlock.internal.wait.ThreadWaiter;
import dev.interlock.internal.wait.WaitQueue;
import dev.interlock.internal.wait.Waiter;
import dev.interlock.internal.wait.WakeList;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A read-write lock that forgets a caller when it is poisoned.
 *
 * <p><b>The fault:</b> {@link #poison} refuses those who wait, and then says that the lock is poisoned, in two
 * steps. Who comes in between finds a writer inside and waits for it; there is none, and nobody is refused a
 * second time.
 */
public final class EarlyRefusalRwLock {
  private static final int WRITTEN = -1;
  private static final int POISONED = -2;

  /** Readers inside, or one of the above; changed under the queue's lock, but see the fault. */
  private final AtomicInteger state = new AtomicInteger();

  private final WaitQueue queue = new WaitQueue();

  public void read() {
    enter(true);
  }

  public void write() {
    enter(false);
  }

  public void exitRead() {
    WakeList wakes = new WakeList();
    queue.lock();
    try {
      if (state.decrementAndGet() == 0) {
        wakeAll(wakes);
      }
    } finally {
      queue.unlock();
    }
    wakes.wakeAll();
  }

  /** The writer leaves, and everybody is refused from now on. */
  public void poison(Throwable cause) {
    WakeList wakes = new WakeList();
    queue.lock();
    try {
      queue.waiters().failAll(cause, wakes);
    } finally {
      queue.unlock();
    }
    state.set(POISONED); // has to come before those who wait are refused, under the queue's lock
    wakes.wakeAll();
  }

  private void enter(boolean reading) {
    while (true) {
      ThreadWaiter w = new ThreadWaiter(1, null);
      queue.lock();
      try {
        int s = state.get();
        if (s == POISONED) {
          throw new PoisonedException("poisoned", null);
        }
        if (reading ? s != WRITTEN : s == 0) {
          state.set(reading ? s + 1 : WRITTEN);
          return;
        }
        queue.waiters().add(w);
      } finally {
        queue.unlock();
      }
      if (w.await(this, false, ThreadWaiter.FOREVER, 0) == ThreadWaiter.Outcome.FAILED) {
        throw new PoisonedException("poisoned", (Throwable) w.item());
      }
    }
  }

  private void wakeAll(WakeList wakes) {
    for (Waiter w; (w = queue.head()) != null; ) {
      queue.waiters().remove(w);
      if (w.grant()) {
        wakes.add(w);
      }
    }
  }
}
