package dev.interlock.verification;

import dev.interlock.atomic.StatisticsCounter.Snapshot;

/** Four plain variables. */
public final class StatisticsCounterSpecification {
  private long current;
  private long highest;
  private long operations;
  private boolean active = true;

  /** Starts at {@code initial}. */
  public StatisticsCounterSpecification(long initial) {
    current = initial;
    highest = initial;
  }

  /** Adds while active. */
  public boolean add(long delta) {
    if (!active) {
      return false;
    }
    current = Math.addExact(current, delta);
    highest = Math.max(highest, current);
    operations++;
    return true;
  }

  /** Ends it. */
  public boolean shutdown() {
    boolean was = active;
    active = false;
    return was;
  }

  /** All of them. */
  public Snapshot snapshot() {
    return new Snapshot(current, highest, operations, active);
  }
}
