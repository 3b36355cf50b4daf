package dev.interlock.benchmarks.lock;

import dev.interlock.sync.RwLock;
import dev.interlock.sync.WriteGuard;

/** Counts under the write lock. */
final class WriteGuardCounter implements LockedCounter {
  private final RwLock<Count> lock;

  WriteGuardCounter(RwLock.Builder options) {
    lock = options.of(new Count());
  }

  @Override
  public long increment() {
    try (WriteGuard<Count> guard = lock.writeUninterruptibly()) {
      return ++guard.get().value;
    }
  }
}
