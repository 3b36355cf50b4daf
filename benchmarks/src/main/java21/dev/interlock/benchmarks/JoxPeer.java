package dev.interlock.benchmarks;

import com.softwaremill.jox.Channel;
import java.util.function.IntUnaryOperator;

/** Sends a value through a jox channel; needs JDK 21, so it is found by name. */
public final class JoxPeer implements IntUnaryOperator {
  private final Channel<Integer> channel = Channel.newBufferedChannel(1);

  @Override
  public int applyAsInt(int value) {
    try {
      channel.send(value);
      return channel.receive();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted in a channel that never waits", e);
    }
  }
}
