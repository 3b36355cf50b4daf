package dev.interlock;

import java.io.Serial;
import org.jspecify.annotations.Nullable;

/**
 * A holder of the object failed, and may have left what it guards in the middle of a change; so the
 * operation was refused and had no effect. The cause is how that holder failed. The message says how to
 * take the object over and repair it.
 */
public class PoisonedException extends InterlockException {
  @Serial private static final long serialVersionUID = 1L;

  /** An error with a message that names the object, and how its holder failed. */
  public PoisonedException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
