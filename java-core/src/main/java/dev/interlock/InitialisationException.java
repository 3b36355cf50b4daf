package dev.interlock;

import java.io.Serial;
import org.jspecify.annotations.Nullable;

/**
 * A value cannot be had because its initialiser failed before, and the object was told to remember that.
 * The cause is what the initialiser threw; it will not be run again.
 */
public class InitialisationException extends InterlockException {
  @Serial private static final long serialVersionUID = 1L;

  /** An error with a message that names the object and the remedy, and what the initialiser threw. */
  public InitialisationException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
