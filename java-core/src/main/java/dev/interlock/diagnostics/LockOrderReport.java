package dev.interlock.diagnostics;

import java.util.List;

/**
 * A deadlock that could have happened: objects were taken in orders that contradict each other.
 * Each step was seen, the cycle was not; with other timing the parties of the steps may wait for
 * each other.
 *
 * @param steps each takes what the next one held, the last what the first one held
 */
public record LockOrderReport(List<Step> steps) {
  /** A report of these steps. */
  public LockOrderReport {
    steps = List.copyOf(steps);
  }

  /**
   * Somebody took one object while holding another.
   *
   * @param party who did so first, as reports show it
   * @param held the name of what it held
   * @param taken the name of what it took then
   * @param at where; empty unless {@linkplain DeadlockDetector.Builder#captureStacks stacks are
   *     captured}
   */
  public record Step(String party, String held, String taken, List<StackTraceElement> at) {
    /** A step; the list is copied. */
    public Step {
      at = List.copyOf(at);
    }
  }

  @Override
  public String toString() {
    StringBuilder text = new StringBuilder("lock order violated by ").append(steps.size());
    text.append(" steps");
    for (Step step : steps) {
      text.append("\n  ").append(step.party());
      text.append("\n    took  ").append(step.taken());
      Stacks.append(text, ", at", "        ", step.at());
      text.append("\n    while it held ").append(step.held());
    }
    return text.toString();
  }
}
