package dev.interlock.collection;

import static dev.interlock.testing.Polls.assertContains;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.interlock.testing.Conditions;
import java.lang.ref.WeakReference;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** One caller at a time; what {@code java.util.Queue} asks for is in {@link InjectorSuiteTest}. */
class InjectorTest {
  private final Injector<Integer> injector = Injector.create(4);

  // First in, first out, over several segments.
  @Test
  void poll_firstInFirstOut() {
    for (int i = 0; i < 100; i++) {
      assertTrue(injector.offer(i));
      assertEquals(i + 1, injector.size());
    }
    for (int i = 0; i < 100; i++) {
      assertEquals(i, injector.peek());
      assertEquals(i, injector.poll());
    }
    assertNull(injector.poll());
    assertNull(injector.peek());
    assertTrue(injector.isEmpty());
  }

  // An element in the middle goes without a trace.
  @Test
  void remove_inTheMiddle() {
    injector.addAll(List.of(1, 2, 3, 4, 5, 2));

    assertTrue(injector.remove(2));
    assertTrue(injector.contains(2));
    assertTrue(injector.remove(2));
    assertFalse(injector.remove(2));
    assertFalse(injector.contains(2));
    assertFalse(injector.remove(null));
    assertFalse(injector.contains(null));
    assertEquals(List.of(1, 3, 4, 5), List.copyOf(injector));
    assertTrue(injector.removeIf(x -> x % 2 == 1));
    assertFalse(injector.removeIf(x -> x % 2 == 1));
    assertEquals(4, injector.poll());
    assertTrue(injector.isEmpty());
  }

  // A batch comes out of the deque in the order in which it went into the injector.
  @Test
  void stealBatch_keepsOrderOfArrival() {
    WorkStealingDeque<Number> deque = WorkStealingDeque.create(2);
    for (int i = 0; i < 9; i++) {
      injector.offer(i);
    }
    assertEquals(5, injector.stealBatchInto(deque));
    for (int i = 0; i < 5; i++) {
      assertEquals(i, deque.pop());
    }
    assertEquals(5, injector.stealBatchAndTake(deque));
    assertEquals(6, deque.pop());
    assertNull(deque.pop());
    assertEquals(1, injector.stealBatchInto(deque, 1));
    assertEquals(7, deque.steal());
    assertEquals(8, injector.stealBatchAndTake(deque));
    assertNull(injector.stealBatchAndTake(deque));
    assertEquals(0, injector.stealBatchInto(deque));
  }

  // A batch goes behind what the deque holds, and is popped before it.
  @Test
  void stealBatch_intoDequeWithElements() {
    WorkStealingDeque<Integer> deque = WorkStealingDeque.create(2);
    deque.push(-1);
    for (int i = 0; i < 200; i++) {
      injector.offer(i);
    }
    assertEquals(WorkStealingDeque.BATCH_LIMIT, injector.stealBatchInto(deque));
    for (int i = 0; i < WorkStealingDeque.BATCH_LIMIT; i++) {
      assertEquals(i, deque.pop());
    }
    assertEquals(-1, deque.pop());
  }

  // The same calls on a plain queue have the same results.
  @Test
  void randomCalls_asAModel() {
    for (long seed = 0; seed < 200; seed++) {
      Random random = new Random(seed);
      Injector<Integer> ours = Injector.create(1 + random.nextInt(5));
      ArrayDeque<Integer> model = new ArrayDeque<>();
      for (int i = 0; i < 300; i++) {
        int x = random.nextInt(10);
        switch (random.nextInt(6)) {
          case 0, 1, 2 -> {
            ours.add(x);
            model.add(x);
          }
          case 3 -> assertEquals(model.poll(), ours.poll());
          case 4 -> assertEquals(model.remove(x), ours.remove(x));
          default -> assertEquals(model.peek(), ours.peek());
        }
        assertEquals(List.copyOf(model), List.copyOf(ours));
      }
    }
  }

  // An iterator goes on over what was taken meanwhile, and removes what it gave last, once.
  @Test
  void iterator_weaklyConsistent() {
    injector.addAll(List.of(1, 2, 3, 4, 5, 6));
    Iterator<Integer> iterator = injector.iterator();
    assertThrows(IllegalStateException.class, iterator::remove);
    assertEquals(1, iterator.next());
    assertEquals(1, injector.poll());
    assertEquals(2, injector.poll());
    iterator.remove(); // taken already: nothing happens
    assertEquals(4, injector.size());
    List<Integer> rest = new ArrayList<>();
    iterator.forEachRemaining(rest::add);
    assertTrue(rest.containsAll(List.of(3, 4, 5, 6)), rest::toString);
    iterator.remove();
    assertThrows(IllegalStateException.class, iterator::remove);
    assertEquals(List.of(3, 4, 5), List.copyOf(injector));
  }

  // Batches keep the order and end at their limit; what fails takes or gives no more than it did.
  @Test
  void fillAndDrain_limitsAndFailures() {
    AtomicInteger next = new AtomicInteger();
    List<Integer> out = new ArrayList<>();
    assertEquals(0, injector.fill(next::getAndIncrement, 0));
    assertEquals(50, injector.fill(next::getAndIncrement, 50));
    assertEquals(3, injector.drain(out::add, 3));
    assertEquals(0, injector.drain(out::add, 0));
    assertThrows(
        ArithmeticException.class, () -> injector.drain(x -> out.add(x / (x - 5) > 0 ? x : x)));
    assertEquals(List.of(0, 1, 2, 3, 4), out);
    assertEquals(6, injector.peek(), "5 was given, and is gone");
    assertEquals(44, injector.drain(out::add));
    assertEquals(0, injector.drain(out::add));
    next.set(0);
    assertThrows(
        ArithmeticException.class, () -> injector.fill(() -> 6 / (3 - next.getAndIncrement()), 5));
    assertEquals(List.of(2, 3, 6), List.copyOf(injector));
    assertThrows(NullPointerException.class, () -> injector.fill(() -> null, 1));
    assertThrows(NullPointerException.class, () -> injector.fill(null, 1));
    assertThrows(NullPointerException.class, () -> injector.drain(null));
    assertThrows(IllegalArgumentException.class, () -> injector.fill(next::get, -1));
    assertThrows(IllegalArgumentException.class, () -> injector.drain(out::add, -1));
    assertEquals(3, injector.size());
  }

  @Test
  void badArguments_sayWhatToDo() {
    assertThrows(NullPointerException.class, () -> injector.offer(null));
    assertContains(
        assertThrows(IllegalArgumentException.class, () -> Injector.create(0)).getMessage(),
        "Injector",
        "0",
        "between 1 and");
    assertContains(
        assertThrows(
                IllegalArgumentException.class,
                () -> injector.stealBatchInto(WorkStealingDeque.create(), 0))
            .getMessage(),
        "limit is 0");
  }

  // Neither a taken element nor a segment that is used up stays reachable.
  @Test
  void takenElements_areNotReachable() {
    Injector<Object> objects = Injector.create(4);
    List<WeakReference<Object>> references = new ArrayList<>();
    for (int i = 0; i < 30; i++) {
      Object x = new Object();
      references.add(new WeakReference<>(x));
      objects.offer(x);
    }
    for (int i = 0; i < 10; i++) {
      objects.poll();
      objects.remove(references.get(29 - i).get());
      objects.poll();
    }
    assertEquals(0, objects.size());
    Conditions.awaitCollected(references);
    assertNull(objects.poll());
  }
}
