package dev.interlock.channel;

import org.jspecify.annotations.Nullable;

/**
 * How a receive that may end without an element ended. Exactly one of three; for a {@code switch} over them,
 * match the three types.
 *
 * <p><b>Memory effects.</b> Received: those of a receive, actions before the send of the element
 * happen-before what follows. Closed: actions before the closing happen-before what follows. Empty: none.
 *
 * <p><b>Footprint.</b> Empty, and closed without a cause, are shared objects; received, and closed with a
 * cause, are of 16 bytes.
 *
 * @param <E> the type of the element
 */
public sealed interface ReceiveResult<E> {
  /** An element was received. */
  static <E> ReceiveResult<E> received(E element) {
    return new Received<>(element);
  }

  /** Nothing was there, or nothing came in time; the channel is open. */
  @SuppressWarnings("unchecked") // holds no element, so it fits every type
  static <E> ReceiveResult<E> empty() {
    return (ReceiveResult<E>) Empty.INSTANCE;
  }

  /** The channel is closed and everything was received. */
  @SuppressWarnings("unchecked") // holds no element, so it fits every type
  static <E> ReceiveResult<E> closed(@Nullable Throwable cause) {
    return cause == null ? (ReceiveResult<E>) Closed.WITHOUT_CAUSE : new Closed<>(cause);
  }

  /** The element, or null when there is none. */
  default @Nullable E orNull() {
    return null;
  }

  /** Whether there is an element. */
  default boolean isReceived() {
    return false;
  }

  /** Whether the channel is closed and everything was received. */
  default boolean isClosed() {
    return false;
  }

  /**
   * See {@link ReceiveResult#received}.
   *
   * @param element what was received
   */
  record Received<E>(E element) implements ReceiveResult<E> {
    @Override
    public E orNull() {
      return element;
    }

    @Override
    public boolean isReceived() {
      return true;
    }
  }

  /** See {@link ReceiveResult#empty}. */
  record Empty<E>() implements ReceiveResult<E> {
    private static final Empty<?> INSTANCE = new Empty<>();
  }

  /**
   * See {@link ReceiveResult#closed}.
   *
   * @param cause what was given at closing
   */
  record Closed<E>(@Nullable Throwable cause) implements ReceiveResult<E> {
    private static final Closed<?> WITHOUT_CAUSE = new Closed<>(null);

    @Override
    public boolean isClosed() {
      return true;
    }
  }
}
