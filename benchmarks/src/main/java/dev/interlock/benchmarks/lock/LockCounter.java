package dev.interlock.benchmarks.lock;

import java.util.concurrent.locks.Lock;

/** Any {@link Lock}: the peers of {@code java.util.concurrent}, and our view of that type. */
final class LockCounter implements LockedCounter {
  private final Lock lock;
  private long count;

  LockCounter(Lock lock) {
    this.lock = lock;
  }

  @Override
  public long increment() {
    lock.lock();
    try {
      return ++count;
    } finally {
      lock.unlock();
    }
  }
}
