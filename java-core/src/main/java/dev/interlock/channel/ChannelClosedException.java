package dev.interlock.channel;

import dev.interlock.ClosedException;
import java.io.Serial;
import org.jspecify.annotations.Nullable;

/**
 * The channel is closed: a send was refused and the element stays with the caller, or a receive found
 * everything received. The cause is the one given at closing, if one was.
 */
public final class ChannelClosedException extends ClosedException {
  @Serial private static final long serialVersionUID = 1L;

  /** An error with a message that names the channel, and the cause given at closing. */
  public ChannelClosedException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
