package dev.interlock.benchmarks.queue;

import com.softwaremill.jox.Channel;
import java.util.function.IntFunction;

/** Makes the jox peer of a capacity; needs JDK 21, so it is found by name. */
public final class JoxQueues implements IntFunction<QueueUnderTest> {
  @Override
  public QueueUnderTest apply(int capacity) {
    return new JoxQueue(
        capacity == Queues.UNBOUNDED
            ? Channel.newUnlimitedChannel()
            : Channel.newBufferedChannel(capacity));
  }

  private static final class JoxQueue implements QueueUnderTest {
    private final Channel<Object> channel;

    JoxQueue(Channel<Object> channel) {
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
  }
}
