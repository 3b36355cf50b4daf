package dev.interlock.collection;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
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
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class MpmcArrayQueueTest {
  // A capacity of n holds n elements, for every n, lap after lap, strict and relaxed.
  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 4, 5, 7, 8, 9, 16, 17, 100, 1000, 1024, 1025})
  void offer_untilFull_holdsExactlyTheCapacity(int capacity) {
    MpmcArrayQueue<Integer> queue = new MpmcArrayQueue<>(capacity);
    int in = 0;
    int out = 0;
    for (int lap = 0; lap < 5; lap++) {
      for (int i = 0; i < capacity; i++) {
        assertEquals(i, queue.size());
        assertTrue(i % 2 == 0 ? queue.offer(in++) : queue.relaxedOffer(in++));
      }
      assertFalse(queue.offer(-1));
      assertFalse(queue.relaxedOffer(-1));
      assertEquals(capacity, queue.size());
      for (int i = 0; i < capacity; i++) {
        assertEquals(out, queue.relaxedPeek());
        assertEquals(out++, i % 2 == 0 ? queue.poll() : queue.relaxedPoll());
      }
      assertNull(queue.poll());
      assertNull(queue.relaxedPoll());
      assertNull(queue.relaxedPeek());
      assertTrue(queue.offer(in++));
      assertEquals(out++, queue.poll());
    }
  }

  // Whatever one thread does, it behaves as the bounded queue of the JDK.
  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 5, 8, 13})
  void operations_atRandom_asArrayBlockingQueue(int capacity) {
    RandomCalls.compare(
        new MpmcArrayQueue<>(capacity), new ArrayBlockingQueue<>(capacity), new Random(capacity));
  }

  // A batch goes in as far as there is room, and comes out as far as there is something.
  @ParameterizedTest
  @ValueSource(ints = {1, 3, 4, 5})
  void batches_partly(int capacity) {
    MpmcArrayQueue<String> queue = new MpmcArrayQueue<>(capacity);
    String[] six = {"a", "b", "c", "d", "e", "f"};
    for (int lap = 0; lap < 3; lap++) {
      assertEquals(Math.min(capacity, 5), queue.offerBatch(six, 1, 5));
      assertEquals(0, queue.offerBatch(six, 0, 1));
      String[] out = new String[7];
      assertEquals(Math.min(capacity, 5), queue.pollBatch(out, 1, 6));
      assertNull(out[0]);
      for (int i = 1; i <= Math.min(capacity, 5); i++) {
        assertEquals(six[i], out[i]);
      }
      assertEquals(0, queue.pollBatch(out, 0, 7));
    }
  }

  // A batch with a null is refused whole; an array that does not fit leaves the elements in.
  @Test
  void batches_refused_changeNothing() {
    MpmcArrayQueue<Object> queue = new MpmcArrayQueue<>(4);
    assertThrows(NullPointerException.class, () -> queue.offerBatch(new Object[] {1, null}, 0, 2));
    assertTrue(queue.isEmpty());
    queue.offerBatch(new Object[] {"a", 1}, 0, 2);
    String[] strings = new String[2];
    assertThrows(ArrayStoreException.class, () -> queue.pollBatch(strings, 0, 2));
    assertEquals(List.of("a", 1), List.copyOf(queue));
    Object[] objects = new Object[2];
    assertEquals(2, queue.pollBatch(objects, 0, 2));
    assertArrayEquals(new Object[] {"a", 1}, objects);
  }

  // The array may be written while its elements are put in: no null gets into the queue by that.
  @Test
  void offerBatch_arrayWrittenMeanwhile_takesNoNull() {
    MpmcArrayQueue<Integer> queue = new MpmcArrayQueue<>(8);
    Integer[] batch = {1, 2, 3, 4, 5, 6, 7, 8};
    AtomicBoolean done = new AtomicBoolean();
    Running<Void> writer =
        Kind.PLATFORM.start(
            () -> {
              while (!done.get()) {
                batch[7] = null;
                Thread.onSpinWait();
                batch[7] = 8;
                Thread.onSpinWait();
              }
              return null;
            });
    try {
      for (int taken = 0, refused = 0; taken + refused < 200_000; ) {
        try {
          int count = queue.offerBatch(batch, 0, 8);
          taken++;
          for (int i = 0; i < count; i++) {
            assertEquals(i + 1, queue.poll(), "of batch " + taken);
          }
        } catch (NullPointerException nullSeen) {
          refused++;
          assertTrue(queue.isEmpty());
        }
      }
    } finally {
      done.set(true);
    }
    writer.get();
  }

  // A filter that throws changes nothing and lets the others in again.
  @Test
  void removeIf_filterThrows_letsConsumersIn() {
    MpmcArrayQueue<Integer> queue = new MpmcArrayQueue<>(3);
    queue.addAll(List.of(1, 0, 2));
    assertThrows(ArithmeticException.class, () -> queue.removeIf(e -> 1 / e > 0));
    assertEquals(List.of(1, 0, 2), List.copyOf(queue));
    assertEquals(1, queue.poll());
  }

  @Test
  void add_full_saysWhatToDo() {
    MpmcArrayQueue<String> queue = new MpmcArrayQueue<>(1);
    queue.add("a");
    assertEquals(
        "MpmcArrayQueue[size=1, capacity=1] is full; use offer(), which tells, or poll first",
        assertThrows(IllegalStateException.class, () -> queue.add("b")).getMessage());
    assertThrows(NullPointerException.class, () -> queue.offer(null));
    assertThrows(NullPointerException.class, () -> queue.relaxedOffer(null));
    assertThrows(IllegalArgumentException.class, () -> new MpmcArrayQueue<>(0));
  }

  // fill stops when full, drain when empty, both at the limit.
  @Test
  void fillAndDrain_limits() {
    MpmcArrayQueue<Integer> queue = new MpmcArrayQueue<>(5);
    AtomicInteger next = new AtomicInteger();
    List<Integer> out = new ArrayList<>();
    assertEquals(3, queue.fill(next::getAndIncrement, 3));
    assertEquals(2, queue.fill(next::getAndIncrement, 10));
    assertEquals(5, next.get());
    assertEquals(2, queue.drain(out::add, 2));
    assertEquals(3, queue.drain(out::add));
    assertEquals(List.of(0, 1, 2, 3, 4), out);
    assertThrows(IllegalArgumentException.class, () -> queue.drain(out::add, -1));
  }
}
