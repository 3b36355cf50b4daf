package dev.interlock.benchmarks.lock;

import dev.interlock.sync.Mutex;

/** Ours, with the section as a function of the guarded value. */
final class WithLockCounter implements LockedCounter {
  private final Mutex<Count> mutex;

  WithLockCounter(Mutex<Count> mutex) {
    this.mutex = mutex;
  }

  @Override
  public long increment() {
    try {
      return mutex.withLock(count -> ++count.value);
    } catch (InterruptedException e) {
      throw new IllegalStateException("interrupted while measuring", e);
    }
  }
}
