package dev.interlock.collection;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Queue;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.openjdk.jol.info.GraphLayout;

class MichaelScottQueueTest extends UnboundedQueueContract {
  @Override
  <E> Queue<E> create() {
    return new MichaelScottQueue<>();
  }

  @Override
  <E> int drain(Queue<E> queue, Consumer<? super E> consumer, int limit) {
    return ((MichaelScottQueue<E>) queue).drain(consumer, limit);
  }

  @Override
  <E> int fill(Queue<E> queue, Supplier<? extends E> supplier, int limit) {
    return ((MichaelScottQueue<E>) queue).fill(supplier, limit);
  }

  // A consumer that fails is given no more.
  @Test
  void drain_consumerFails_endsThere() {
    Queue<Integer> queue = of(1, 2, 3);
    try {
      drain(
          queue,
          e -> {
            throw new IllegalStateException();
          },
          3);
    } catch (IllegalStateException expected) {
      assertEquals(List.of(2, 3), List.copyOf(queue));
      return;
    }
    throw new AssertionError("the failure was kept back");
  }

  // What is removed from the middle does not pile up, however long the first element stays.
  @Test
  void remove_behindAnElementThatStays_leavesNoNodes() {
    Queue<Integer> queue = of(-1);
    for (int i = 0; i < 1000; i++) {
      queue.offer(i);
      assertTrue(queue.remove((Object) i));
    }
    long bytes = GraphLayout.parseInstance(queue).totalSize();
    assertTrue(bytes < 400, () -> bytes + " bytes with one element");
  }

  // A node that has left does not lead to those behind it, so an old dead one keeps no young one
  // alive.
  @Test
  void poll_leavesNodeWithoutAWayBehind() throws Exception {
    MichaelScottQueue<Integer> queue = new MichaelScottQueue<>();
    queue.addAll(IntStream.range(0, 100).boxed().toList());
    java.lang.reflect.Field head = MichaelScottQueue.class.getDeclaredField("head");
    head.setAccessible(true);
    Object end = head.get(queue);
    java.lang.reflect.Field node = end.getClass().getDeclaredField("node");
    node.setAccessible(true);
    Object dummy = node.get(end);
    for (int i = 0; i < 50; i++) {
      queue.poll();
    }
    assertEquals(
        1, GraphLayout.parseInstance(dummy).totalCount(), "objects that the dead node keeps");
  }
}
