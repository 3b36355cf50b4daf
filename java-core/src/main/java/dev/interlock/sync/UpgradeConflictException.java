package dev.interlock.sync;

import dev.interlock.InterlockException;
import java.io.Serial;

/**
 * Two readers of one {@link RwLock} upgrade at the same time, and each would wait for the other to leave.
 * The second of them gets this; nothing was changed, it still reads. It should close its guard, lock for
 * writing, and expect that the value is another one by then.
 */
public class UpgradeConflictException extends InterlockException {
  @Serial private static final long serialVersionUID = 1L;

  /** An error with a message that names the lock, its state and the remedy. */
  public UpgradeConflictException(String message) {
    super(message, null);
  }
}
