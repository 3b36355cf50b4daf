package dev.interlock.lincheck.broken;

import dev.interlock.collection.SpscRingBuffer;

/**
 * X10. A ring buffer that two producers corrupt.
 *
 * <p><b>The fault:</b> none in the ring, which is for one producer. Two that are at the same place write
 * it both, and one element is gone although both were told that it is in.
 */
public final class TwoProducerRing {
  private final SpscRingBuffer<Integer> ring;

  public TwoProducerRing(int capacity) {
    ring = new SpscRingBuffer<>(capacity); // needs MpmcArrayQueue
  }

  public boolean offer(int n) {
    return ring.offer(n);
  }

  public Integer poll() {
    return ring.poll();
  }
}
