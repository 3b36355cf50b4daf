package dev.interlock.benchmarks.lock;

/** A counter under a read-write lock: the shortest sections that the compiler cannot leave out. */
public interface SharedCount {
  /** Locks to read, reads, unlocks. */
  long get();

  /** Locks to write, adds one, unlocks, and returns the new count. */
  long increment();
}
