package dev.interlock;

import java.io.Serial;
import org.jspecify.annotations.Nullable;

/**
 * The object was closed, so the operation was refused and had no effect. The cause is the one that
 * was given at closing, if one was.
 */
public class ClosedException extends InterlockException {
  @Serial private static final long serialVersionUID = 1L;

  /** An error with a message that names the object, and the cause given at closing. */
  public ClosedException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
