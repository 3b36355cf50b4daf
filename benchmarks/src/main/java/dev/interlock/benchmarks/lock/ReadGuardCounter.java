package dev.interlock.benchmarks.lock;

import dev.interlock.sync.ReadGuard;
import dev.interlock.sync.RwLock;

/** Reads a count under the read lock; nobody ever counts. */
final class ReadGuardCounter implements LockedCounter {
  private final RwLock<Count> lock;

  ReadGuardCounter(RwLock.Builder options) {
    lock = options.of(new Count());
  }

  @Override
  public long increment() {
    try (ReadGuard<Count> guard = lock.readUninterruptibly()) {
      return guard.get().value;
    }
  }
}
