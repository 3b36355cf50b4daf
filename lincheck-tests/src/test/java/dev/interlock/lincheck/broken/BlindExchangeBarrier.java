package dev.interlock.lincheck.broken;

import dev.interlock.internal.wait.ThreadWaiter;
import dev.interlock.internal.wait.WaitQueue;
import dev.interlock.internal.wait.Waiter;
import dev.interlock.internal.wait.WakeList;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A barrier whose party sleeps although its round is over.
 *
 * <p><b>The fault:</b> a party is counted first, without a node, and exchanges its count for a node when it has
 * to sleep. It does so without looking whether its round has ended meanwhile: then nobody will wake it.
 */
public final class BlindExchangeBarrier {
  private final WaitQueue queue = new WaitQueue();
  private final int parties;

  /** How many have arrived, counted and linked, in all rounds. */
  private final AtomicInteger arrivals = new AtomicInteger();

  public BlindExchangeBarrier(int parties) {
    this.parties = parties;
  }

  /** Arrives; whether the caller was the last. */
  public boolean await() {
    if (arrivals.incrementAndGet() % parties == 0) {
      letAllGo();
      return true;
    }
    ThreadWaiter w = new ThreadWaiter(1, null);
    queue.lock();
    try {
      // the second look at arrivals, and to return when the round is over, is missing
      queue.waiters().add(w);
    } finally {
      queue.unlock();
    }
    w.await(this, false, ThreadWaiter.FOREVER, 0);
    return false;
  }

  private void letAllGo() {
    WakeList others = new WakeList();
    queue.lock();
    try {
      for (Waiter other; (other = queue.head()) != null; ) {
        queue.waiters().remove(other);
        other.grant();
        others.add(other);
      }
    } finally {
      queue.unlock();
    }
    others.wakeAll();
  }
}
