package dev.interlock.lincheck.broken;

import dev.interlock.internal.wait.Parker;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * X17, second half. A mutex of two states that loses nothing and pays for it.
 *
 * <p><b>The fault:</b> with two states an unlock cannot know whether somebody sleeps, so each one goes to
 * the queue of sleepers. Correct, and an unlock that nobody waits for costs a second atomic operation,
 * or a system call where the kernel keeps the queue. A third state, or a bit, says whether it is needed.
 */
public final class AlwaysWakingMutex {
  private final AtomicBoolean locked = new AtomicBoolean();
  private final Queue<Thread> sleepers = new ConcurrentLinkedQueue<>();
  private final AtomicInteger wakeUps = new AtomicInteger();

  public void lock() {
    while (!locked.compareAndSet(false, true)) {
      Thread me = Thread.currentThread();
      sleepers.add(me);
      if (locked.get()) {
        Parker.park(this);
      }
      sleepers.remove(me);
    }
  }

  public void unlock() {
    locked.set(false);
    wakeUps.incrementAndGet(); // whether or not somebody sleeps
    Thread sleeper = sleepers.peek();
    if (sleeper != null) {
      Parker.unpark(sleeper);
    }
  }

  /** How often an unlock went to wake somebody. */
  public int wakeUps() {
    return wakeUps.get();
  }
}
