package dev.interlock.diagnostics;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.interlock.testing.Conditions;
import java.util.concurrent.CopyOnWriteArrayList;

/** What the detectors of a test report, as it comes. */
final class Reports extends CopyOnWriteArrayList<DeadlockReport> {
  private static final long serialVersionUID = 1;

  /** The one that there is by now. */
  DeadlockReport only() {
    assertEquals(1, size(), this::toString);
    return get(0);
  }

  /** The one that comes. */
  DeadlockReport awaitOnly() {
    Conditions.await(() -> !isEmpty(), () -> "a report");
    return only();
  }
}
