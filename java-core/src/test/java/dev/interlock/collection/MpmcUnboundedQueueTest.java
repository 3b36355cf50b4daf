package dev.interlock.collection;

import static dev.interlock.collection.UnboundedTraffic.each;
import static dev.interlock.collection.UnboundedTraffic.one;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.interlock.collection.UnboundedTraffic.Item;
import java.lang.reflect.Field;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class MpmcUnboundedQueueTest extends UnboundedQueueContract {
  @Override
  <E> Queue<E> create() {
    return new MpmcUnboundedQueue<>(8);
  }

  @Override
  <E> int drain(Queue<E> queue, Consumer<? super E> consumer, int limit) {
    return ((MpmcUnboundedQueue<E>) queue).drain(consumer, limit);
  }

  @Override
  <E> int fill(Queue<E> queue, Supplier<? extends E> supplier, int limit) {
    return ((MpmcUnboundedQueue<E>) queue).fill(supplier, limit);
  }

  // Sizes that make no sense are refused, with the size and the remedy.
  @ParameterizedTest
  @ValueSource(ints = {0, -1, Integer.MIN_VALUE, (1 << 28) + 1})
  void constructor_badSize_isRefused(int places) {
    IllegalArgumentException refused =
        assertThrows(IllegalArgumentException.class, () -> new MpmcUnboundedQueue<>(places));
    assertTrue(refused.getMessage().contains("" + places), refused.getMessage());
    assertTrue(refused.getMessage().contains("between 1 and"), refused.getMessage());
  }

  // Any number of places will do, one and odd ones too; traffic over them is whole.
  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 64, 1000, 1024})
  void traffic_anyNumberOfPlaces_isWhole(int places) throws Exception {
    MpmcUnboundedQueue<Item> queue = new MpmcUnboundedQueue<>(places);
    UnboundedTraffic.run(
        List.of(each(queue::offer), each(queue::relaxedOffer)),
        places == 1 ? 3_000 : 20_000,
        List.of(one(queue::poll), one(queue::relaxedPoll)),
        () -> {
          queue.peek();
          queue.relaxedPeek();
        },
        true);
    assertTrue(queue.isEmpty());
  }

  // Alone, the relaxed operations are as the others.
  @Test
  void relaxed_alone_asTheOthers() {
    MpmcUnboundedQueue<Integer> queue = new MpmcUnboundedQueue<>(2);
    assertNull(queue.relaxedPeek());
    assertNull(queue.relaxedPoll());
    for (int i = 0; i < 10; i++) {
      assertTrue(queue.relaxedOffer(i));
    }
    assertTrue(queue.remove((Object) 0));
    for (int i = 1; i < 10; i++) {
      assertEquals(i, queue.relaxedPeek());
      assertEquals(i, queue.relaxedPoll());
    }
    assertNull(queue.relaxedPeek());
    assertNull(queue.relaxedPoll());
  }

  // Arrays are used again: a queue that never holds much makes only a few.
  @Test
  void offerAndPoll_longTraffic_usesArraysAgain() throws Exception {
    MpmcUnboundedQueue<Integer> queue = new MpmcUnboundedQueue<>(4);
    Map<Object, Boolean> arrays = new IdentityHashMap<>();
    for (int i = 0; i < 1000; i++) {
      queue.offer(i);
      arrays.put(cellsOf(field(queue, "tail")), true);
      assertEquals(i, queue.poll());
    }
    assertTrue(
        arrays.size() <= 4, () -> arrays.size() + " arrays for 1000 elements, one at a time");
  }

  // What was polled is not kept alive by the array.
  @Test
  void poll_leavesNoReference() throws Exception {
    MpmcUnboundedQueue<Object> queue = new MpmcUnboundedQueue<>(4);
    Object element = new Object();
    queue.offer(element);
    assertSame(element, queue.poll());
    Object[] cells = (Object[]) cellsOf(field(queue, "head"));
    for (Object cell : cells) {
      assertFalse(cell == element);
    }
  }

  // A producer that was stopped between its two steps holds up nobody, and loses nothing.
  @Test
  void poll_producerIsStopped_closesItsPlace() throws Exception {
    MpmcUnboundedQueue<Integer> queue = new MpmcUnboundedQueue<>(4);
    issueInTail(queue); // a producer that has taken place 0 and does not come
    queue.offer(1);
    assertNull(queue.relaxedPoll(), "a relaxed poll does not pass it");
    assertNull(queue.relaxedPeek());
    assertEquals(2, queue.size(), "the one who is stopped is counted");
    assertEquals(1, queue.peek());
    assertEquals(1, queue.poll());
    assertNull(queue.poll());
    assertEquals(0, queue.size());
    issueInTail(queue);
    assertTrue(queue.isEmpty());
    assertFalse(queue.contains(1));
    queue.offer(2);
    assertTrue(queue.contains(2));
    assertEquals(List.of(2), List.copyOf(queue));
  }

  // An array with a place whose producer was stopped is not used again: he may still come.
  @Test
  void closedPlace_arrayIsNotUsedAgain() throws Exception {
    MpmcUnboundedQueue<Integer> queue = new MpmcUnboundedQueue<>(2);
    Object stopped = field(queue, "tail");
    issueInTail(queue);
    Object array = cellsOf(stopped);
    for (int i = 0; i < 100; i++) {
      queue.offer(i);
      assertEquals(i, queue.poll());
      assertFalse(i > 2 && cellsOf(field(queue, "tail")) == array, "used again");
    }
  }

  // Nor is one from which an element was removed in the middle, for the same reason.
  @Test
  void interiorRemoval_arrayIsNotUsedAgain() throws Exception {
    MpmcUnboundedQueue<Integer> queue = new MpmcUnboundedQueue<>(4);
    queue.addAll(List.of(-3, -2, -1));
    Object array = cellsOf(field(queue, "tail"));
    assertTrue(queue.remove((Object) (-2)));
    assertEquals(2, queue.size());
    assertEquals(-3, queue.poll());
    assertEquals(-1, queue.poll());
    assertEquals(0, queue.size());
    for (int i = 0; i < 100; i++) {
      queue.offer(i);
      assertEquals(i, queue.poll());
      assertFalse(i > 2 && cellsOf(field(queue, "tail")) == array, "used again");
    }
  }

  // An iterator that was left behind in an array that is used again shows nothing twice.
  @Test
  void iterator_arrayIsUsedAgain_showsNothingTwice() {
    MpmcUnboundedQueue<Integer> queue = new MpmcUnboundedQueue<>(4);
    queue.addAll(IntStream.range(0, 4).boxed().toList());
    var iterator = queue.iterator();
    assertEquals(0, iterator.next());
    for (int i = 4; i < 100; i++) {
      queue.offer(i);
      queue.poll();
    }
    List<Integer> rest = new ArrayList<>();
    iterator.forEachRemaining(rest::add);
    assertEquals(rest.stream().distinct().sorted().toList(), rest);
    assertTrue(rest.containsAll(List.of(96, 97, 98, 99)), rest::toString);
  }

  private static Object field(Object of, String name) throws Exception {
    for (Class<?> type = of.getClass(); ; type = type.getSuperclass()) {
      try {
        Field field = type.getDeclaredField(name);
        field.setAccessible(true);
        return field.get(of);
      } catch (NoSuchFieldException e) {
        if (type == Object.class) {
          throw e;
        }
      }
    }
  }

  private static Object cellsOf(Object segment) throws Exception {
    return field(segment, "cells");
  }

  private static void issueInTail(Object queue) throws Exception {
    Object tail = field(queue, "tail");
    Field issued =
        tail.getClass()
            .getSuperclass()
            .getSuperclass()
            .getSuperclass()
            .getSuperclass()
            .getDeclaredField("issued");
    issued.setAccessible(true);
    issued.setLong(tail, issued.getLong(tail) + 1);
  }
}
