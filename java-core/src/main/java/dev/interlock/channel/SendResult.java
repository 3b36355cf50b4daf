package dev.interlock.channel;

import org.jspecify.annotations.Nullable;

/**
 * How a send that does not wait ended. Exactly one of three; for a {@code switch} over them, match the three
 * types. In code that treats closed as an error, use the form that throws {@link ChannelClosedException}.
 *
 * <p><b>Memory effects.</b> Sent: those of a send. Full and closed: none, the channel was not changed and the
 * element stays with the caller.
 *
 * <p><b>Footprint.</b> Sent, full, and closed without a cause are shared objects; closed with a cause is one
 * of 16 bytes.
 */
public sealed interface SendResult {
  /** The channel accepted the element. */
  static SendResult sent() {
    return Sent.SENT;
  }

  /** There was no room and nobody to receive; nothing was changed. */
  static SendResult full() {
    return Full.FULL;
  }

  /** The channel is closed; nothing was changed. */
  static SendResult closed(@Nullable Throwable cause) {
    return cause == null ? Closed.WITHOUT_CAUSE : new Closed(cause);
  }

  /** Whether the channel accepted the element. */
  default boolean isSent() {
    return this == Sent.SENT;
  }

  /** See {@link SendResult#sent}. */
  enum Sent implements SendResult {
    /** The only value. */
    SENT
  }

  /** See {@link SendResult#full}. */
  enum Full implements SendResult {
    /** The only value. */
    FULL
  }

  /**
   * See {@link SendResult#closed}.
   *
   * @param cause what was given at closing
   */
  record Closed(@Nullable Throwable cause) implements SendResult {
    private static final Closed WITHOUT_CAUSE = new Closed(null);
  }
}
