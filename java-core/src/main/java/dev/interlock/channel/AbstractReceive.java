package dev.interlock.channel;

import dev.interlock.internal.op.Operation;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Receiving as a future, whatever is made of the element. */
abstract class AbstractReceive<E, R> extends Operation<R> {
  final AbstractChannel<E> channel;

  AbstractReceive(AbstractChannel<E> channel) {
    super(1, null);
    this.channel = channel;
  }

  final boolean receivedAtOnce(Object e) {
    if (e == AbstractChannel.CLOSED_NOW) {
      throw channel.drained();
    }
    return e != AbstractChannel.EMPTY;
  }

  final E given() {
    return channel.element(AbstractChannel.granted(this));
  }

  @Override
  public void giveBackResult() {
    channel.putBack(List.of(given()));
  }

  @Override
  protected void withdraw() {
    channel.withdrawReceiver(this);
  }

  @Override
  protected RuntimeException failure(@Nullable Object cause) {
    return channel.drained();
  }
}
