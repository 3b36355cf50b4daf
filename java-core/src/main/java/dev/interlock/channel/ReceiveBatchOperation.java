package dev.interlock.channel;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Receiving what is there, one element at least, as a future. */
final class ReceiveBatchOperation<E> extends AbstractReceive<E, List<E>> {
  private final int max;
  private List<E> received = List.of();

  ReceiveBatchOperation(AbstractChannel<E> channel, int max) {
    super(channel);
    this.max = max;
  }

  @Override
  protected boolean attempt() {
    List<E> batch = channel.takeBatch(max);
    if (batch.isEmpty()) {
      batch = channel.takeBatchOrEnqueue(max, this);
      if (batch == null) {
        throw channel.drained();
      }
    }
    received = batch;
    return !batch.isEmpty();
  }

  @Override
  protected List<E> acquired() {
    return received;
  }

  @Override
  protected List<E> granted(@Nullable Object item) {
    return new ArrayList<>(List.of(given()));
  }

  @Override
  protected String describe() {
    return "receive of up to " + max + " from " + channel.objectName();
  }
}
