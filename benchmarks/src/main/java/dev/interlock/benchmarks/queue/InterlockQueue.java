package dev.interlock.benchmarks.queue;

import dev.interlock.channel.Channel;
import java.util.Collection;

/** Ours: the blocking form of a channel. */
final class InterlockQueue implements QueueUnderTest {
  private final Channel<Object> channel;

  InterlockQueue(Channel<Object> channel) {
    this.channel = channel;
  }

  @Override
  public void put(Object element) throws InterruptedException {
    channel.send(element);
  }

  @Override
  public Object take() throws InterruptedException {
    return channel.receive();
  }

  @Override
  public int takeBatch(Collection<Object> into, int max) throws InterruptedException {
    return channel.receiveBatch(into, max);
  }
}
