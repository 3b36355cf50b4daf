package dev.interlock.lincheck.broken;

import dev.interlock.internal.wait.Parker;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * X5. A semaphore that loses a wake-up.
 *
 * <p><b>The fault:</b> {@link #release} counts and looks for a sleeper without the lock under which {@link
 * #acquire} decides to sleep. It may come between the decision and the registration: the permit is
 * there, nobody is told, and the caller sleeps beside it.
 */
public final class UnlockedReleaseSemaphore {
  private final AtomicInteger permits = new AtomicInteger();
  private final Queue<Thread> sleepers = new ConcurrentLinkedQueue<>();

  public void acquire() {
    for (; ; ) {
      synchronized (this) {
        if (permits.get() > 0) {
          permits.decrementAndGet();
          return;
        }
        sleepers.add(Thread.currentThread());
      }
      Parker.park(this);
    }
  }

  public void release() {
    permits.incrementAndGet(); // belongs into the synchronized block, and so does the look below
    Thread sleeper = sleepers.poll();
    if (sleeper != null) {
      Parker.unpark(sleeper);
    }
  }
}
