package dev.interlock.sync;

import dev.interlock.InterlockException;
import java.io.Serial;
import org.jspecify.annotations.Nullable;

/**
 * A {@link Barrier} let nobody through: it was broken, or reset, while the caller waited, or before the
 * caller came. The cause is what its action threw, or what was given to {@link Barrier#breakBarrier}, if
 * there was any.
 */
public class BarrierBrokenException extends InterlockException {
  @Serial private static final long serialVersionUID = 1L;

  /** An error with a message that names the barrier, and what it was broken with. */
  public BarrierBrokenException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
