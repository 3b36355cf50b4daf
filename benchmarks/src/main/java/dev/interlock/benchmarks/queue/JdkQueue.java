package dev.interlock.benchmarks.queue;

import java.util.Collection;
import java.util.concurrent.BlockingQueue;

/** Peers: the blocking queues of {@code java.util.concurrent}. */
final class JdkQueue implements QueueUnderTest {
  private final BlockingQueue<Object> queue;

  JdkQueue(BlockingQueue<Object> queue) {
    this.queue = queue;
  }

  @Override
  public void put(Object element) throws InterruptedException {
    queue.put(element);
  }

  @Override
  public Object take() throws InterruptedException {
    return queue.take();
  }

  @Override
  public int takeBatch(Collection<Object> into, int max) throws InterruptedException {
    // drainTo does not wait, so a batch that has to begins with a take.
    int taken = queue.drainTo(into, max);
    if (taken > 0) {
      return taken;
    }
    into.add(queue.take());
    return 1 + queue.drainTo(into, max - 1);
  }
}
