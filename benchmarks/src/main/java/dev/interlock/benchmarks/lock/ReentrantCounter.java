package dev.interlock.benchmarks.lock;

import dev.interlock.sync.Owner;
import dev.interlock.sync.ReentrantGuard;
import dev.interlock.sync.ReentrantMutex;

/** Ours: one owner, which locks as often as it is told, one section in the other. */
final class ReentrantCounter implements LockedCounter {
  private final ReentrantMutex<?> mutex = ReentrantMutex.create();
  private final Owner owner = Owner.create();
  private final int depth;
  private long count;

  ReentrantCounter(int depth) {
    this.depth = depth;
  }

  @Override
  public long increment() {
    return increment(depth);
  }

  private long increment(int left) {
    try (ReentrantGuard<?> guard = mutex.lockUninterruptibly(owner)) {
      return left == 1 ? ++count : increment(left - 1);
    }
  }
}
