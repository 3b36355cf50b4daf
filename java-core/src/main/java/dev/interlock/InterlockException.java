package dev.interlock;

import java.io.Serial;
import org.jspecify.annotations.Nullable;

/**
 * The root of the errors that the toolkit's own objects report: what they are, not how they were
 * misused. Misuse keeps the exceptions of the platform: {@link NullPointerException}, {@link
 * IllegalArgumentException}, {@link IllegalStateException}, {@link IllegalMonitorStateException}.
 *
 * <p>Each message says which object, in what state, and what to do about it.
 */
public abstract class InterlockException extends RuntimeException {
  @Serial private static final long serialVersionUID = 1L;

  /** An error with a message and, where there is one, the cause. */
  protected InterlockException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
