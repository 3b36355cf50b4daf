package dev.interlock.benchmarks.lock;

/** A counter under a lock of which each thread needs something of its own: a handle, an owner. */
@FunctionalInterface
public interface CounterByThread {
  /** The counter as one more thread reaches it. */
  LockedCounter forThread();
}
