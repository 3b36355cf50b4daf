package dev.interlock.lincheck.broken;

import dev.interlock.atomic.StatisticsCounter.Snapshot;

/**
 * X21: changes all its figures in one step, under a lock, and reads them in three. Each load by itself is
 * right and volatile; together they are of three moments.
 */
public final class ThreeLoadsStatistics {
  private volatile long current;
  private volatile long highest;
  private volatile long operations;

  public synchronized void add(long delta) {
    long c = current + delta;
    operations++;
    highest = Math.max(highest, c);
    current = c;
  }

  public Snapshot snapshot() {
    return new Snapshot(current, highest, operations, true);
  }
}
