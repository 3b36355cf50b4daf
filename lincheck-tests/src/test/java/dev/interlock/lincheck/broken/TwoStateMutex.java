package dev.interlock.lincheck.broken;

import dev.interlock.internal.wait.Parker;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * X17, first half. A mutex of two states, free and locked, that loses a wake-up.
 *
 * <p><b>The fault:</b> a thread that found the mutex locked registers and sleeps without looking again.
 * An unlock between its look and its registration finds nobody to wake.
 */
public final class TwoStateMutex {
  private final AtomicBoolean locked = new AtomicBoolean();
  private final Queue<Thread> sleepers = new ConcurrentLinkedQueue<>();

  public void lock() {
    while (!locked.compareAndSet(false, true)) {
      sleepers.add(Thread.currentThread());
      Parker.park(this); // has to look at the state once more, between these two lines
    }
  }

  public void unlock() {
    locked.set(false);
    Thread sleeper = sleepers.poll();
    if (sleeper != null) {
      Parker.unpark(sleeper);
    }
  }
}
