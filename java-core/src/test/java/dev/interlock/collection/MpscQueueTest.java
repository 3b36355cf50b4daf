package dev.interlock.collection;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.interlock.testing.Kind;
import dev.interlock.testing.Running;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class MpscQueueTest {
  // First in, first out, over the ends of segments of every size.
  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 16, 2000})
  void poll_manySegments_inOrder(int first) {
    MpscQueue<Integer> queue = new MpscQueue<>(first);
    int out = 0;
    for (int in = 0; in < 10_000; in++) {
      assertTrue(queue.offer(in));
      if (in % 3 == 0) {
        assertEquals(out, queue.peek());
        assertEquals(out++, in % 2 == 0 ? queue.poll() : queue.relaxedPoll());
      }
      assertEquals(in + 1 - out, queue.size());
      assertFalse(queue.isEmpty() && in + 1 > out);
    }
    while (out < 10_000) {
      assertEquals(out, queue.relaxedPeek());
      assertEquals(out++, queue.poll());
    }
    assertNull(queue.poll());
    assertNull(queue.peek());
    assertTrue(queue.isEmpty());
  }

  // Whatever one thread does, it behaves as the unbounded queue of the JDK.
  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 16})
  void operations_atRandom_asLinkedBlockingQueue(int first) {
    RandomCalls.compare(new MpscQueue<>(first), new LinkedBlockingQueue<>(), new Random(first));
  }

  // A batch is side by side, also over the ends of segments.
  @Test
  void offerBatch_longerThanSegments_isWhole() {
    MpscQueue<Integer> queue = new MpscQueue<>(1);
    Integer[] batch = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10};
    queue.offerBatch(batch, 2, 8);
    queue.offerBatch(batch, 0, 0);
    assertEquals(List.of(2, 3, 4, 5, 6, 7, 8, 9), List.copyOf(queue));
    assertThrows(NullPointerException.class, () -> queue.offerBatch(new Integer[] {1, null}, 0, 2));
    assertEquals(8, queue.size());
  }

  @Test
  void fillAndDrain_limits() {
    MpscQueue<Integer> queue = new MpscQueue<>();
    AtomicInteger next = new AtomicInteger();
    List<Integer> out = new ArrayList<>();
    assertEquals(50, queue.fill(next::getAndIncrement, 50));
    assertEquals(2, queue.drain(out::add, 2));
    assertEquals(3, queue.relaxedDrain(out::add, 3));
    assertEquals(45, queue.drain(out::add));
    assertEquals(0, queue.relaxedDrain(out::add, 3));
    assertEquals(50, out.size());
    assertThrows(IllegalArgumentException.class, () -> queue.drain(out::add, -1));
    assertThrows(NullPointerException.class, () -> queue.offer(null));
    assertThrows(IllegalArgumentException.class, () -> new MpscQueue<>(0));
  }

  // A producer that was stopped between its two steps: not empty, nothing to be had yet, and the
  // strict poll gets it as soon as it is there.
  @Test
  void relaxedPoll_producerStopped_isNullAndNotEmpty() throws Exception {
    MpscQueue<String> queue = new MpscQueue<>(2);
    MpscStall<String> stalled = MpscStall.of(queue); // took position 0
    queue.offer("b");
    assertFalse(queue.isEmpty());
    assertEquals(2, queue.size());
    assertNull(queue.relaxedPoll());
    assertNull(queue.relaxedPeek());
    assertEquals(0, queue.relaxedDrain(e -> {}, 5));
    assertEquals(List.of("b"), List.copyOf(queue));
    Running<String> polling = Kind.PLATFORM.start(queue::poll);
    stalled.goOn("a");
    assertEquals("a", polling.get());
    assertEquals("b", queue.poll());
  }
}
