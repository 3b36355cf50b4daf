package dev.interlock.channel;

import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Receiving one element as a future. */
final class ReceiveOperation<E> extends AbstractReceive<E, E> {
  private @Nullable E received;

  ReceiveOperation(AbstractChannel<E> channel) {
    super(channel);
  }

  @Override
  protected boolean attempt() {
    Object e = channel.take(this);
    if (receivedAtOnce(e)) {
      received = channel.element(e);
      return true;
    }
    return false;
  }

  @Override
  protected E acquired() {
    return Objects.requireNonNull(received);
  }

  @Override
  protected E granted(@Nullable Object item) {
    return given();
  }

  @Override
  protected String describe() {
    return "receive from " + channel.objectName();
  }
}
