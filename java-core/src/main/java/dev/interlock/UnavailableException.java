package dev.interlock;

import java.io.Serial;
import org.jspecify.annotations.Nullable;

/**
 * What the operation needs is all in use: slots of a slab, places in a pool. Nothing was changed, and
 * the same call may succeed once something has been given back.
 */
public class UnavailableException extends InterlockException {
  @Serial private static final long serialVersionUID = 1L;

  /** An error with a message that names the object, its state and the remedy. */
  public UnavailableException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
