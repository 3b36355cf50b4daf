package dev.interlock.benchmarks.lock;

import java.util.concurrent.locks.ReentrantLock;

/** The peer of {@link ReentrantCounter}. */
final class NestedLockCounter implements CounterByThread {
  private final ReentrantLock lock = new ReentrantLock();
  private final int depth;
  private long count;

  NestedLockCounter(int depth) {
    this.depth = depth;
  }

  @Override
  public LockedCounter forThread() {
    return () -> increment(depth);
  }

  private long increment(int left) {
    lock.lock();
    try {
      return left == 1 ? ++count : increment(left - 1);
    } finally {
      lock.unlock();
    }
  }
}
