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
import java.lang.reflect.Method;
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

  // A hint that has fallen behind, as a producer leaves it that was stopped before it wrote it: the
  // next one
  // walks on, and brings it up to date.
  @ParameterizedTest
  @ValueSource(ints = {0, 1, 3})
  void offer_hintHasFallenBehind_walksOn(int hint) throws Exception {
    MpmcUnboundedQueue<Integer> queue = new MpmcUnboundedQueue<>(4);
    queue.addAll(List.of(0, 1, 2));
    setFilled(field(queue, "tail"), hint);
    assertEquals(3, queue.size());
    queue.offer(3);
    setFilled(field(queue, "tail"), hint);
    assertEquals(4, queue.size());
    queue.offer(4);
    assertEquals(5, queue.size());
    List<Integer> all = new ArrayList<>();
    assertEquals(5, queue.drain(all::add, 10));
    assertEquals(List.of(0, 1, 2, 3, 4), all);
    assertEquals(0, queue.size());
  }

  // A size is right when the tail has fallen behind, as a producer leaves it that was stopped
  // before it moved it.
  @Test
  void size_tailHasFallenBehind_countsWhatIsThere() throws Exception {
    MpmcUnboundedQueue<Integer> queue = new MpmcUnboundedQueue<>(2);
    queue.addAll(List.of(0, 1));
    Object full = field(queue, "tail");
    queue.offer(2);
    Field tail = MpmcUnboundedQueue.class.getDeclaredField("tail");
    tail.setAccessible(true);
    tail.set(queue, full);
    assertEquals(3, queue.size());
    queue.offer(3);
    assertEquals(List.of(0, 1, 2, 3), List.copyOf(queue));
  }

  // A producer that was stopped with a segment in hand does not fill a cell of the array's next
  // life.
  @Test
  void put_arrayIsUsedAgain_fillsNothing() throws Exception {
    MpmcUnboundedQueue<Integer> queue = new MpmcUnboundedQueue<>(2);
    Object stopped = field(queue, "tail");
    Object array = cellsOf(stopped);
    Method put = stopped.getClass().getDeclaredMethod("put", int.class, Object.class);
    put.setAccessible(true);
    boolean again = false;
    for (int i = 0; i < 10; i++) {
      queue.offer(i);
      assertEquals(i, queue.poll());
      Object tail = field(queue, "tail");
      if (tail != stopped && cellsOf(tail) == array) {
        assertEquals(2, put.invoke(stopped, 0, -1), "no place is blank to it");
        assertNull(queue.poll());
        again = true;
      }
    }
    assertTrue(again, "the array was never used again");
  }

  // An array that a consumer has not left yet is not used again: he may still write there.
  @Test
  void consumerStopped_arrayIsNotUsedAgain() throws Exception {
    MpmcUnboundedQueue<Integer> queue = new MpmcUnboundedQueue<>(2);
    queue.addAll(List.of(-2, -1));
    Object stopped = field(queue, "head");
    Object array = cellsOf(stopped);
    assertEquals(-2, queue.poll());
    ((Object[]) array)[0] = -2; // as before he left
    assertEquals(-1, queue.poll());
    for (int i = 0; i < 100; i++) {
      queue.offer(i);
      assertEquals(i, queue.poll());
      assertFalse(cellsOf(field(queue, "tail")) == array, "used again");
    }
  }

  // Nor is one from which an element was removed in the middle: the remover may still be about to.
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

  private static void setFilled(Object segment, int value) throws Exception {
    Class<?> type = segment.getClass();
    while (!type.getSimpleName().equals("ProducerSide")) {
      type = type.getSuperclass();
    }
    Field filled = type.getDeclaredField("filled");
    filled.setAccessible(true);
    filled.setInt(segment, value);
  }
}
