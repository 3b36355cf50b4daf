package dev.interlock.benchmarks.lock;

/** A counter under a lock: the shortest section that the compiler cannot leave out. */
public interface LockedCounter {
  /** Locks, adds one, unlocks, and returns the new count; where the lock is one to read, it adds nothing. */
  long increment();
}
