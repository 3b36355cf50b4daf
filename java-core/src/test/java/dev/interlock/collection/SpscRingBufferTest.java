package dev.interlock.collection;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.interlock.testing.Kind;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SpscRingBufferTest {
  // A capacity of n holds n elements, for every n, lap after lap.
  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 4, 5, 7, 8, 9, 16, 17, 100, 1000, 1024, 1025})
  void offer_untilFull_holdsExactlyTheCapacity(int capacity) {
    SpscRingBuffer<Integer> ring = new SpscRingBuffer<>(capacity);
    int in = 0;
    int out = 0;
    for (int lap = 0; lap < 5; lap++) {
      for (int i = 0; i < capacity; i++) {
        assertEquals(i, ring.size());
        assertTrue(ring.offer(in++));
      }
      assertFalse(ring.offer(-1));
      assertEquals(capacity, ring.size());
      for (int i = 0; i < capacity; i++) {
        assertEquals(out++, ring.poll());
      }
      assertNull(ring.poll());
      assertTrue(ring.isEmpty());
      assertTrue(ring.offer(in++)); // so that the laps begin at different places
      assertEquals(out++, ring.poll());
    }
  }

  // Whatever one thread does, it behaves as the bounded queue of the JDK.
  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 5, 8, 13})
  void operations_atRandom_asArrayBlockingQueue(int capacity) {
    RandomCalls.compare(
        new SpscRingBuffer<>(capacity), new ArrayBlockingQueue<>(capacity), new Random(capacity));
  }

  // The same where the number of the lap changes its sign, and where it begins again at 0.
  @ParameterizedTest
  @CsvSource({"1, -1", "2, -1", "3, -1", "8, -1", "1, 2147483647", "3, 2147483647"})
  void operations_lapsOverflow_asArrayBlockingQueue(int capacity, int lap) {
    RandomCalls.compare(
        new SpscRingBuffer<>(capacity, lap),
        new ArrayBlockingQueue<>(capacity),
        new Random(capacity));
  }

  // An iterator from before such a lap takes out what it has shown, where it stands now, and
  // nothing
  // else.
  @ParameterizedTest
  @ValueSource(ints = {-1, Integer.MAX_VALUE, 0})
  void iteratorRemove_lapsOverflow_takesItsElement(int lap) {
    SpscRingBuffer<String> ring = new SpscRingBuffer<>(3, lap);
    ring.fill(List.of("x", "y").iterator()::next, 2);
    ring.poll();
    ring.poll();
    ring.fill(List.of("a", "b", "c").iterator()::next, 3);
    Iterator<String> iterator = ring.iterator();
    assertEquals("a", iterator.next());
    ring.remove("b"); // a moves into the next lap
    iterator.remove();
    assertEquals(List.of("c"), List.copyOf(ring));
    assertEquals("b", iterator.next());
    iterator.remove();
    assertEquals("c", iterator.next());
    ring.clear();
    ring.offer("d");
    iterator.remove();
    assertEquals("[d]", ring.toString());
  }

  // A supplier that fails at the end of a lap leaves the ring as it was, whatever comes next.
  @Test
  void fill_throwingAtTheEndOfALap_keepsTheRing() {
    for (int capacity = 1; capacity <= 8; capacity++) {
      SpscRingBuffer<Integer> ring = new SpscRingBuffer<>(capacity);
      for (int i = 0; i < 3 * capacity; i++) {
        assertThrows(ArithmeticException.class, () -> ring.fill(() -> 1 / ring.size(), 1));
        assertThrows(NullPointerException.class, () -> ring.fill(() -> null, 1));
        assertThrows(IllegalStateException.class, () -> ring.fill(() -> ring.offer(-1) ? 0 : 1, 1));
        assertTrue(capacity == 1 || ring.offer(i));
        assertEquals(-1, ring.poll());
        assertEquals(capacity == 1 ? null : i, ring.poll());
      }
    }
  }

  // Full means an exception from add, with what to do, and nothing appended.
  @Test
  void add_full_saysWhatToDo() {
    SpscRingBuffer<String> ring = new SpscRingBuffer<>(1);
    ring.add("a");
    String message = assertThrows(IllegalStateException.class, () -> ring.add("b")).getMessage();
    assertEquals(
        "SpscRingBuffer[size=1, capacity=1] is full; use offer(), which tells, or poll first",
        message);
    assertEquals("[a]", ring.toString());
  }

  // A bad size names the object, the size and the bounds.
  @Test
  void constructor_badCapacity_isRefused() {
    for (int capacity : new int[] {0, -1, (1 << 29) + 1}) {
      String message =
          assertThrows(IllegalArgumentException.class, () -> new SpscRingBuffer<>(capacity))
              .getMessage();
      assertTrue(message.startsWith("capacity of SpscRingBuffer is " + capacity), message);
    }
  }

  @Test
  void offer_null_isRefused() {
    SpscRingBuffer<String> ring = new SpscRingBuffer<>(1);
    assertThrows(NullPointerException.class, () -> ring.offer(null));
    assertThrows(NullPointerException.class, () -> ring.fill(() -> null, 1));
    assertTrue(ring.isEmpty());
  }

  // fill stops when full, drain when empty, both at the limit.
  @Test
  void fillAndDrain_limits() {
    SpscRingBuffer<Integer> ring = new SpscRingBuffer<>(5);
    AtomicInteger next = new AtomicInteger();
    List<Integer> out = new ArrayList<>();
    assertEquals(3, ring.fill(next::getAndIncrement, 3));
    assertEquals(2, ring.fill(next::getAndIncrement, 10));
    assertEquals(5, next.get());
    assertEquals(2, ring.drain(out::add, 2));
    assertEquals(3, ring.drain(out::add));
    assertEquals(List.of(0, 1, 2, 3, 4), out);
    assertThrows(IllegalArgumentException.class, () -> ring.drain(out::add, -1));
    assertThrows(IllegalArgumentException.class, () -> ring.fill(next::getAndIncrement, -1));
  }

  // What a throwing supplier or action leaves behind.
  @Test
  void fillAndDrain_throwing_keepTheRest() {
    SpscRingBuffer<Integer> ring = new SpscRingBuffer<>(5);
    AtomicInteger next = new AtomicInteger();
    assertThrows(
        ArithmeticException.class, () -> ring.fill(() -> 6 / (3 - next.getAndIncrement()), 5));
    assertEquals(List.of(2, 3, 6), List.copyOf(ring));
    assertThrows(ArithmeticException.class, () -> ring.drain(e -> next.set(1 / (e - 3))));
    assertEquals(List.of(6), List.copyOf(ring));
  }

  // A batch goes in as far as there is room, and comes out as far as there is something, over the
  // ends of laps.
  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 4, 5, 16, 17})
  void batches_partly(int capacity) {
    SpscRingBuffer<Integer> ring = new SpscRingBuffer<>(capacity);
    Random random = new Random(capacity);
    int in = 0;
    int out = 0;
    for (int round = 0; round < 1_000; round++) {
      int count = random.nextInt(7);
      Integer[] from = new Integer[count + 2];
      for (int i = 0; i < count; i++) {
        from[1 + i] = in + i;
      }
      int room = capacity - (in - out);
      assertEquals(Math.min(count, room), ring.offerBatch(from, 1, count));
      in += Math.min(count, room);
      assertEquals(in - out, ring.size());
      int wanted = random.nextInt(7);
      Integer[] into = new Integer[wanted + 2];
      int taken = ring.pollBatch(into, 1, wanted);
      assertEquals(Math.min(wanted, in - out), taken);
      for (int i = 0; i < into.length; i++) {
        assertEquals(i >= 1 && i <= taken ? out + i - 1 : null, into[i]);
      }
      out += taken;
      assertEquals(in - out, ring.size());
      assertEquals(in == out ? null : out, ring.peek());
    }
  }

  // A batch with a null is refused whole; an array that does not fit leaves the elements in.
  @Test
  void batches_refused_changeNothing() {
    SpscRingBuffer<Object> ring = new SpscRingBuffer<>(4);
    assertThrows(NullPointerException.class, () -> ring.offerBatch(new Object[] {1, null}, 0, 2));
    assertThrows(IndexOutOfBoundsException.class, () -> ring.offerBatch(new Object[] {1, 2}, 1, 2));
    assertThrows(IndexOutOfBoundsException.class, () -> ring.pollBatch(new Object[2], -1, 2));
    assertTrue(ring.isEmpty());
    ring.offerBatch(new Object[] {"a", 1}, 0, 2);
    assertThrows(ArrayStoreException.class, () -> ring.pollBatch(new String[2], 0, 2));
    assertEquals(List.of("a", 1), List.copyOf(ring));
    assertEquals(2, ring.pollBatch(new Object[2], 0, 2));
    assertTrue(ring.isEmpty());
  }

  // Checked: the second producer is named beside the first, with a remedy; nothing is changed.
  @Test
  void offer_bySecondThread_isReported() {
    SpscRingBuffer<String> ring = SpscRingBuffer.checked(4);
    ring.offer("a");
    String me = Thread.currentThread().getName();
    IllegalStateException e =
        Kind.PLATFORM
            .start(
                () -> {
                  Thread.currentThread().setName("intruder");
                  return ring.offer("b");
                })
            .failure(IllegalStateException.class);
    for (String part :
        new String[] {
          "a second producer",
          "\"" + me + "\"",
          "\"intruder\"",
          "releaseProducer()",
          "MpmcArrayQueue"
        }) {
      assertTrue(e.getMessage().contains(part), e.getMessage());
    }
    assertEquals(List.of("a"), List.copyOf(ring));
  }

  // Checked: the same for every operation of the consumer.
  @Test
  void consumerOperations_bySecondThread_areReported() {
    SpscRingBuffer<String> ring = SpscRingBuffer.checked(4);
    ring.offer("a");
    assertEquals("a", ring.peek());
    Iterator<String> iterator = ring.iterator();
    iterator.next();
    List<Runnable> calls =
        List.of(
            ring::poll,
            ring::peek,
            ring::relaxedPoll,
            ring::relaxedPeek,
            ring::clear,
            ring::remove,
            ring::element,
            iterator::remove,
            ring::releaseConsumer,
            () -> ring.remove("a"),
            () -> ring.removeIf(x -> true),
            () -> ring.removeAll(List.of("a")),
            () -> ring.retainAll(List.of()),
            () -> ring.drain(x -> {}),
            () -> ring.drain(x -> {}, 1),
            () -> ring.pollBatch(new Object[1], 0, 1));
    for (Runnable call : calls) {
      IllegalStateException e =
          Kind.PLATFORM
              .start(
                  () -> {
                    call.run();
                    return null;
                  })
              .failure(IllegalStateException.class);
      assertTrue(e.getMessage().contains("a second consumer"), e.getMessage());
    }
    assertEquals(1, ring.size());
  }

  // Checked: a role can be handed over.
  @Test
  void releaseProducer_thenAnotherThread_mayOffer() {
    SpscRingBuffer<String> ring = SpscRingBuffer.checked(4);
    ring.offer("a");
    ring.releaseProducer();
    assertTrue(Kind.PLATFORM.start(() -> ring.offer("b")).get());
    assertThrows(IllegalStateException.class, () -> ring.offer("c"));
    assertEquals("a", ring.poll());
    ring.releaseConsumer();
    assertEquals("b", Kind.PLATFORM.start(ring::poll).get());
  }
}
