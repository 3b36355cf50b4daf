package dev.interlock.collection;

import static dev.interlock.testing.Polls.assertContains;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.interlock.testing.Kind;
import dev.interlock.testing.Running;
import java.util.ArrayList;
import java.util.Iterator;
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

  // Checked: a second consumer is named beside the first, with a remedy, whatever it calls;
  // nothing is changed. Any thread may still put in, and look.
  @Test
  void consumerOperations_bySecondThread_areReported() {
    MpscQueue<String> queue = MpscQueue.checked();
    queue.offer("a");
    assertEquals("a", queue.peek());
    Iterator<String> iterator = queue.iterator();
    iterator.next();
    List<Runnable> calls =
        List.of(
            queue::poll,
            queue::peek,
            queue::relaxedPoll,
            queue::relaxedPeek,
            queue::clear,
            queue::remove,
            queue::element,
            iterator::remove,
            queue::releaseConsumer,
            () -> queue.remove("a"),
            () -> queue.removeIf(x -> true),
            () -> queue.removeAll(List.of("a")),
            () -> queue.retainAll(List.of()),
            () -> queue.drain(x -> {}),
            () -> queue.drain(x -> {}, 1),
            () -> queue.relaxedDrain(x -> {}, 1));
    String me = Thread.currentThread().getName();
    for (Runnable call : calls) {
      IllegalStateException e =
          Kind.PLATFORM
              .start(
                  () -> {
                    Thread.currentThread().setName("intruder");
                    call.run();
                    return null;
                  })
              .failure(IllegalStateException.class);
      assertContains(
          e.getMessage(),
          "a second consumer of CheckedMpscQueue[size=1]",
          "\"" + me + "\"",
          "\"intruder\"",
          "releaseConsumer()",
          "MpmcUnboundedQueue");
    }
    assertTrue(
        Kind.PLATFORM
            .start(
                () ->
                    queue.offer("b")
                        && queue.fill(() -> "c", 1) == 1
                        && queue.contains("c")
                        && queue.size() == 3
                        && !queue.isEmpty()
                        && List.copyOf(queue).size() == 3)
            .get());
    assertEquals("a", queue.poll());
  }

  // Checked: the role can be handed over, and then is the other thread's.
  @Test
  void releaseConsumer_thenAnotherThread_mayPoll() {
    MpscQueue<String> queue = MpscQueue.checked();
    queue.offer("a");
    queue.offer("b");
    assertEquals("a", queue.poll());
    queue.releaseConsumer();
    assertEquals("b", Kind.PLATFORM.start(queue::poll).get());
    assertThrows(IllegalStateException.class, queue::poll);
  }

  // Unchecked, the same call is there and asks for nothing.
  @Test
  void releaseConsumer_unchecked_hasNoEffect() {
    MpscQueue<String> queue = new MpscQueue<>();
    queue.offer("a");
    queue.releaseConsumer();
    assertEquals("a", queue.poll());
  }

  // A removal looks at what was there when it began: one that goes with its producers would have no
  // end.
  @Test
  void removeIf_whileOthersOffer_ends() {
    MpscQueue<Integer> queue = new MpscQueue<>(2);
    queue.addAll(List.of(1, 2, 3));
    AtomicInteger asked = new AtomicInteger();
    assertTrue(
        queue.removeIf(
            e -> {
              if (asked.getAndIncrement() < 1_000) {
                queue.offer(10 * e);
              }
              return e == 2;
            }));
    assertEquals(3, asked.get());
    assertEquals(List.of(1, 3, 10, 20, 30), List.copyOf(queue));
  }
}
