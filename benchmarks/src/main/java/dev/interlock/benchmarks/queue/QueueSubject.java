package dev.interlock.benchmarks.queue;

/** A queue on which nobody waits, ours or a peer's: what {@code LockFreeQueueBenchmark} measures. */
public interface QueueSubject {
  /** Appends, or says that there is no room. */
  boolean offer(Object element);

  /** Takes the first, or null when there is none. */
  Object poll();
}
