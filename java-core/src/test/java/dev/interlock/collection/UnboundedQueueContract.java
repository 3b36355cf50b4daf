package dev.interlock.collection;

import static dev.interlock.collection.UnboundedTraffic.each;
import static dev.interlock.collection.UnboundedTraffic.one;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.interlock.collection.UnboundedTraffic.Item;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Queue;
import java.util.Random;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** What every unbounded queue here promises. */
abstract class UnboundedQueueContract {
  abstract <E> Queue<E> create();

  abstract <E> int drain(Queue<E> queue, Consumer<? super E> consumer, int limit);

  abstract <E> int fill(Queue<E> queue, Supplier<? extends E> supplier, int limit);

  final Queue<Integer> of(Integer... elements) {
    Queue<Integer> queue = create();
    for (Integer element : elements) {
      assertTrue(queue.offer(element));
    }
    return queue;
  }

  // An empty queue has nothing, and says so in the way of each method.
  @Test
  void empty_everyWayToTake_findsNothing() {
    Queue<Integer> queue = of();
    assertNull(queue.poll());
    assertNull(queue.peek());
    assertThrows(NoSuchElementException.class, queue::remove);
    assertThrows(NoSuchElementException.class, queue::element);
    assertTrue(queue.isEmpty());
    assertEquals(0, queue.size());
    assertFalse(queue.iterator().hasNext());
    assertFalse(queue.contains(1));
    assertFalse(queue.remove((Object) 1));
    assertFalse(queue.contains(null));
    assertFalse(queue.remove(null));
    assertEquals("[]", queue.toString());
  }

  // The first in is the first out, over many segments and after each was emptied.
  @Test
  void offerAndPoll_manyTimes_firstInFirstOut() {
    Queue<Integer> queue = of();
    ArrayDeque<Integer> model = new ArrayDeque<>();
    Random random = new Random(1);
    for (int i = 0; i < 20_000; i++) {
      if (random.nextInt(100) < (i / 2_000 % 2 == 0 ? 60 : 40)) {
        queue.offer(i);
        model.offer(i);
      } else {
        assertEquals(model.peek(), queue.peek());
        assertEquals(model.poll(), queue.poll());
      }
      assertEquals(model.isEmpty(), queue.isEmpty());
      if (i % 97 == 0) {
        assertEquals(model.size(), queue.size());
        assertEquals(List.copyOf(model), List.copyOf(queue));
      }
    }
  }

  // The same with removals from the middle, by value and by iterator.
  @Test
  void remove_anywhere_asTheModel() {
    Queue<Integer> queue = of();
    ArrayDeque<Integer> model = new ArrayDeque<>();
    Random random = new Random(2);
    for (int i = 0; i < 10_000; i++) {
      int value = random.nextInt(20);
      switch (random.nextInt(model.size() > 30 ? 8 : 5)) {
        case 0, 1, 2 -> {
          queue.add(value);
          model.add(value);
        }
        case 3 -> assertEquals(model.remove(value), queue.remove((Object) value));
        case 4 -> assertEquals(model.contains(value), queue.contains(value));
        case 5 -> assertEquals(model.poll(), queue.poll());
        case 6 ->
            assertEquals(
                model.removeIf(e -> e % 7 == value % 7), queue.removeIf(e -> e % 7 == value % 7));
        default -> {
          Iterator<Integer> ours = queue.iterator();
          Iterator<Integer> its = model.iterator();
          for (int steps = value % 5; steps >= 0 && its.hasNext(); steps--) {
            assertEquals(its.next(), ours.next());
            if (steps == 0) {
              its.remove();
              ours.remove();
            }
          }
        }
      }
      assertEquals(List.copyOf(model), List.copyOf(queue));
      assertEquals(model.size(), queue.size());
      assertEquals(model.peek(), queue.peek());
    }
  }

  // Null is refused by everything that puts in, and leaves the queue as it was.
  @Test
  void null_isRefused() {
    Queue<Integer> queue = of(1);
    assertThrows(NullPointerException.class, () -> queue.offer(null));
    assertThrows(NullPointerException.class, () -> queue.add(null));
    assertThrows(NullPointerException.class, () -> queue.addAll(Arrays.asList(2, null)));
    assertThrows(NullPointerException.class, () -> queue.addAll(null));
    assertThrows(NullPointerException.class, () -> drain(queue, null, 1));
    assertThrows(NullPointerException.class, () -> fill(queue, null, 1));
    assertEquals(List.of(1), List.copyOf(queue));
  }

  // A queue cannot be added to itself: it would never end.
  @Test
  void addAll_itself_isRefused() {
    Queue<Integer> queue = of(1, 2);
    Collection<Integer> itself = queue;
    assertThrows(IllegalArgumentException.class, () -> queue.addAll(itself));
    assertEquals(List.of(1, 2), List.copyOf(queue));
  }

  // Batches keep the order and end at their limit.
  @Test
  void fillAndDrain_withLimits_inOrder() {
    Queue<Integer> queue = of();
    Iterator<Integer> numbers = IntStream.range(0, 1000).iterator();
    assertEquals(0, fill(queue, numbers::next, 0));
    assertEquals(500, fill(queue, numbers::next, 500));
    assertTrue(queue.addAll(List.of(500, 501)));
    assertFalse(queue.addAll(List.of()));
    assertEquals(502, queue.size());
    List<Integer> out = new ArrayList<>();
    assertEquals(0, drain(queue, out::add, 0));
    assertEquals(3, drain(queue, out::add, 3));
    assertEquals(499, drain(queue, out::add, Integer.MAX_VALUE));
    assertEquals(IntStream.range(0, 502).boxed().toList(), out);
    assertThrows(IllegalArgumentException.class, () -> drain(queue, out::add, -1));
    assertThrows(IllegalArgumentException.class, () -> fill(queue, numbers::next, -1));
  }

  // What a supplier gave before it failed is in the queue.
  @Test
  void fill_supplierFails_keepsWhatItGave() {
    Queue<Integer> queue = of();
    int[] given = {0};
    assertThrows(
        IllegalStateException.class,
        () ->
            fill(
                queue,
                () -> {
                  if (given[0] == 70) {
                    throw new IllegalStateException("no more");
                  }
                  return given[0]++;
                },
                100));
    assertEquals(IntStream.range(0, 70).boxed().toList(), List.copyOf(queue));
    assertThrows(NullPointerException.class, () -> fill(queue, () -> null, 1));
    assertEquals(70, queue.size());
  }

  // A consumer that fails loses nothing but what it was given.
  @Test
  void drain_consumerFails_losesNothing() {
    Queue<Integer> queue = of(IntStream.range(0, 200).boxed().toArray(Integer[]::new));
    List<Integer> seen = new ArrayList<>();
    IllegalStateException failure =
        assertThrows(
            IllegalStateException.class,
            () ->
                drain(
                    queue,
                    e -> {
                      seen.add(e);
                      if (e % 10 == 5) {
                        throw new IllegalStateException("at " + e);
                      }
                    },
                    1000));
    assertEquals("at 5", failure.getMessage());
    drain(queue, seen::add, 1000);
    assertEquals(IntStream.range(0, 200).boxed().toList(), seen);
  }

  // The same when it fails with what it has not declared, as code in other languages may.
  @Test
  void drain_consumerFailsUndeclared_losesNothing() {
    Queue<Integer> queue = of(IntStream.range(0, 200).boxed().toArray(Integer[]::new));
    List<Integer> seen = new ArrayList<>();
    IOException failure =
        assertThrows(
            IOException.class,
            () ->
                drain(
                    queue,
                    e -> {
                      seen.add(e);
                      if (e % 10 == 5) {
                        throw UnboundedQueueContract.<RuntimeException>undeclared("at " + e);
                      }
                    },
                    1000));
    assertEquals("at 5", failure.getMessage());
    drain(queue, seen::add, 1000);
    assertEquals(IntStream.range(0, 200).boxed().toList(), seen);
  }

  // And a supplier: what it gave before is in the queue.
  @Test
  void fill_supplierFailsUndeclared_keepsWhatItGave() {
    Queue<Integer> queue = of();
    int[] given = {0};
    assertThrows(
        IOException.class,
        () ->
            fill(
                queue,
                () -> {
                  if (given[0] == 70) {
                    throw UnboundedQueueContract.<RuntimeException>undeclared("no more");
                  }
                  return given[0]++;
                },
                100));
    assertEquals(IntStream.range(0, 70).boxed().toList(), List.copyOf(queue));
  }

  @SuppressWarnings("unchecked") // erased: nothing is cast
  private static <X extends Throwable> X undeclared(String message) throws X {
    throw (X) new IOException(message);
  }

  // An iterator shows what was there all the time, once, whatever happens meanwhile.
  @Test
  void iterator_queueChangesMeanwhile_isWeaklyConsistent() {
    Queue<Integer> queue = of(IntStream.range(0, 10).boxed().toArray(Integer[]::new));
    Iterator<Integer> iterator = queue.iterator();
    assertThrows(IllegalStateException.class, iterator::remove);
    assertEquals(0, iterator.next());
    for (int i = 0; i < 5; i++) {
      queue.poll();
    }
    queue.remove((Object) 7);
    queue.offer(10);
    List<Integer> rest = new ArrayList<>();
    iterator.forEachRemaining(rest::add);
    assertTrue(rest.containsAll(List.of(5, 6, 8, 9)), rest::toString);
    assertEquals(rest.stream().distinct().sorted().toList(), rest);
    assertThrows(NoSuchElementException.class, iterator::next);
  }

  // To remove by an iterator what has been polled already removes nothing else.
  @Test
  void iteratorRemove_elementIsGone_removesNothing() {
    Queue<Integer> queue = of(1, 1, 1);
    Iterator<Integer> iterator = queue.iterator();
    iterator.next();
    queue.poll();
    iterator.remove();
    assertEquals(2, queue.size());
    assertThrows(IllegalStateException.class, iterator::remove);
  }

  private static final int EACH = 30_000;

  // Two producers, two consumers: nothing lost, nothing twice, each producer's in order.
  @Test
  void traffic_twoToTwo_isWhole() throws Exception {
    Queue<Item> queue = create();
    UnboundedTraffic.run(
        List.of(each(queue::offer), each(queue::offer)),
        EACH,
        List.of(one(queue::poll), one(queue::poll)),
        Thread::onSpinWait,
        true);
    assertTrue(queue.isEmpty());
    assertEquals(0, queue.size());
  }

  // The same with batches at both ends, and others who look at the queue all the time.
  @Test
  void traffic_batchesAndLookers_isWhole() throws Exception {
    Queue<Item> queue = create();
    Supplier<List<Item>> drainer =
        () -> {
          List<Item> some = new ArrayList<>();
          drain(queue, some::add, 7);
          return some;
        };
    UnboundedTraffic.run(
        List.of(
            each(queue::offer),
            queue::addAll,
            items -> {
              Iterator<Item> iterator = items.iterator();
              for (int left = items.size(); left > 0; ) {
                left -= fill(queue, iterator::next, Math.min(left, 13));
              }
            }),
        EACH,
        List.of(one(queue::poll), drainer, drainer),
        () -> {
          int size = queue.size();
          assertTrue(size >= 0, () -> "size " + size);
          queue.peek();
          assertFalse(queue.contains(new Item(9, 9)));
          int before = 0;
          for (Item item : queue) {
            if (before++ > 100) {
              break;
            }
            assertTrue(item != null);
          }
        },
        true);
    assertTrue(queue.isEmpty());
    assertEquals(0, queue.size());
  }

  // Those who remove from the middle compete with those who poll: each element goes to one of them.
  @Test
  void traffic_removers_isWhole() throws Exception {
    Queue<Item> queue = create();
    Supplier<List<Item>> remover =
        () -> {
          int steps = 0;
          for (Item item : queue) {
            if (++steps % 3 == 0 && queue.remove(item)) {
              return List.of(item);
            }
          }
          Item item = queue.poll();
          return item == null ? List.of() : List.of(item);
        };
    UnboundedTraffic.run(
        List.of(each(queue::offer), each(queue::offer)),
        EACH / 3,
        List.of(one(queue::poll), remover, remover),
        () -> {
          Collection<Item> some = new ArrayList<>();
          for (Item item : queue) {
            some.add(item);
            if (some.size() > 50) {
              break;
            }
          }
          assertEquals(some.size(), some.stream().distinct().count(), "shown twice");
        },
        false);
    assertTrue(queue.isEmpty());
    assertEquals(0, queue.size());
    assertNull(queue.peek());
  }
}
