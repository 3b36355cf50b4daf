package dev.interlock.diagnostics;

import dev.interlock.InterlockException;
import java.io.Serial;

/**
 * The wait would have closed a cycle of parties that wait for each other, so it was refused and had
 * no effect. Thrown by choice, see {@link DeadlockDetector.Builder#throwInCloser}. What the caller
 * holds it still holds: let it go, so that the others can go on, and try again.
 */
public final class DeadlockException extends InterlockException {
  @Serial private static final long serialVersionUID = 1L;

  private final transient DeadlockReport report;

  DeadlockException(DeadlockReport report) {
    super(
        "waiting would never end; release what you hold, so that the others go on, and try again: "
            + report,
        null);
    this.report = report;
  }

  /** The cycle, which this exception has prevented. Not serialized. */
  public DeadlockReport report() {
    return report;
  }
}
