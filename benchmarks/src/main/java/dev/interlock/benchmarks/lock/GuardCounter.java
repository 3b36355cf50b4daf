package dev.interlock.benchmarks.lock;

import dev.interlock.sync.Mutex;
import dev.interlock.sync.MutexGuard;

/** Ours, with a guard that try-with-resources closes. */
final class GuardCounter implements LockedCounter {
  private final Mutex<?> mutex;
  private long count;

  GuardCounter(Mutex<?> mutex) {
    this.mutex = mutex;
  }

  @Override
  public long increment() {
    try (MutexGuard<?> guard = mutex.lockUninterruptibly()) {
      return ++count;
    }
  }
}
