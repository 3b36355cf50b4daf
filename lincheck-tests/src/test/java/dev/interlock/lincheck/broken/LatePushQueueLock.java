package dev.interlock.lincheck.broken;

import dev.interlock.internal.wait.Parker;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;

/**
 * The wait queue, first twin. The lock of the queue, {@code QueueLock}, with a lost wake-up.
 *
 * <p><b>The fault:</b> a thread that gives up says "somebody sleeps" (SLEPT) before it is on the stack of
 * sleepers. The holder that leaves in between is told to wake somebody, finds the stack empty, and
 * leaves; the thread pushes itself and sleeps for ever. The right order is push, then swap.
 */
public final class LatePushQueueLock {
  private static final int FREE = 0;
  private static final int HELD = 1;
  private static final int SLEPT = 2;

  private final AtomicInteger word = new AtomicInteger(FREE);
  private final AtomicReference<Sleeper> sleepers = new AtomicReference<>();

  public void lock() {
    if (word.compareAndSet(FREE, HELD)) {
      return;
    }
    while (word.getAndSet(SLEPT) != FREE) {
      push(new Sleeper(Thread.currentThread())); // belongs before the swap
      Parker.park(this);
    }
  }

  public void unlock() {
    if (word.getAndSet(FREE) == SLEPT) {
      Sleeper top = pop();
      if (top != null) {
        Parker.unpark(top.thread);
      }
    }
  }

  private void push(Sleeper sleeper) {
    do {
      sleeper.below = sleepers.get();
    } while (!sleepers.compareAndSet(sleeper.below, sleeper));
  }

  private Sleeper pop() {
    for (; ; ) {
      Sleeper top = sleepers.get();
      if (top == null || sleepers.compareAndSet(top, top.below)) {
        return top;
      }
    }
  }

  private static final class Sleeper {
    final Thread thread;
    Sleeper below;

    Sleeper(Thread thread) {
      this.thread = thread;
    }
  }
}
