package dev.interlock.benchmarks.lock;

import dev.interlock.sync.Owner;
import dev.interlock.sync.ReentrantGuard;
import dev.interlock.sync.ReentrantMutex;

/** Ours: each thread is an owner, and locks as often as it is told, one section in the other. */
final class ReentrantCounter implements CounterByThread {
  private final ReentrantMutex<?> mutex = ReentrantMutex.create();
  private final int depth;
  private long count;

  ReentrantCounter(int depth) {
    this.depth = depth;
  }

  @Override
  public LockedCounter forThread() {
    Owner owner = Owner.create();
    return () -> increment(owner, depth);
  }

  private long increment(Owner owner, int left) {
    try (ReentrantGuard<?> guard = mutex.lockUninterruptibly(owner)) {
      return left == 1 ? ++count : increment(owner, left - 1);
    }
  }
}
