package dev.interlock.benchmarks.lock;

/** Peer: the monitor of the JVM. */
final class SynchronizedCounter implements LockedCounter {
  private long count;

  @Override
  public synchronized long increment() {
    return ++count;
  }
}
