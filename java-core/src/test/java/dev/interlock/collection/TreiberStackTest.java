package dev.interlock.collection;

import static dev.interlock.collection.UnboundedTraffic.each;
import static dev.interlock.collection.UnboundedTraffic.one;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.interlock.collection.UnboundedTraffic.Item;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Collections;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Queue;
import java.util.Random;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class TreiberStackTest {
  private final TreiberStack<Integer> stack = new TreiberStack<>();

  // An empty stack has nothing; the view as a queue throws where queues do.
  @Test
  void empty_everyWayToTake_findsNothing() {
    assertNull(stack.pop());
    assertNull(stack.peek());
    assertTrue(stack.isEmpty());
    assertEquals(0, stack.size());
    assertEquals(List.of(), stack.popAll());
    assertFalse(stack.contains(1));
    assertFalse(stack.contains(null));
    assertFalse(stack.remove(1));
    assertFalse(stack.remove(null));
    assertFalse(stack.iterator().hasNext());
    assertThrows(NoSuchElementException.class, stack.iterator()::next);
    assertThrows(NoSuchElementException.class, () -> stack.asLifoQueue().remove());
    assertEquals("[]", stack.toString());
  }

  // Last in, first out, with removals from the middle, as a deque does it.
  @Test
  void everyOperation_asTheModel() {
    ArrayDeque<Integer> model = new ArrayDeque<>();
    Queue<Integer> queue = stack.asLifoQueue();
    Random random = new Random(3);
    for (int i = 0; i < 10_000; i++) {
      int value = random.nextInt(20);
      switch (random.nextInt(model.size() > 30 ? 9 : 5)) {
        case 0, 1, 2 -> {
          stack.push(value);
          model.push(value);
        }
        case 3 -> {
          queue.offer(value);
          model.push(value);
        }
        case 4 -> assertEquals(model.remove(value), stack.remove((Object) value));
        case 5 -> assertEquals(model.poll(), stack.pop());
        case 6 -> assertEquals(model.poll(), queue.poll());
        case 7 ->
            assertEquals(
                model.removeIf(e -> e % 7 == value % 7), stack.removeIf(e -> e % 7 == value % 7));
        default -> {
          Iterator<Integer> ours = stack.iterator();
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
      assertEquals(List.copyOf(model), List.copyOf(stack));
      assertEquals(model.toString(), stack.toString());
      assertEquals(model.size(), queue.size());
      assertEquals(model.peek(), stack.peek());
      assertEquals(model.contains(value), stack.contains(value));
    }
    assertEquals(List.copyOf(model), stack.popAll());
    assertTrue(stack.isEmpty());
  }

  // Many at once: the last of them is on top.
  @Test
  void pushAllFillDrain_inOrder() {
    assertEquals(3, stack.pushAll(List.of(1, 2, 3)));
    assertEquals(0, stack.pushAll(List.of()));
    assertFalse(stack.addAll(List.of()));
    assertTrue(stack.asLifoQueue().addAll(List.of(4)));
    int[] next = {5};
    assertEquals(2, stack.fill(() -> next[0]++, 2));
    assertEquals(List.of(6, 5, 4, 3, 2, 1), List.copyOf(stack));
    List<Integer> out = new ArrayList<>();
    assertEquals(0, stack.drain(out::add, 0));
    assertEquals(2, stack.drain(out::add, 2));
    assertEquals(4, stack.drain(out::add, 100));
    assertEquals(List.of(6, 5, 4, 3, 2, 1), out);
    assertThrows(IllegalArgumentException.class, () -> stack.drain(out::add, -1));
    assertThrows(IllegalArgumentException.class, () -> stack.fill(() -> 1, -1));
    stack.clear();
    assertTrue(stack.isEmpty());
  }

  // Null is refused and changes nothing; so is the stack itself.
  @Test
  void badArguments_areRefused() {
    stack.push(1);
    assertThrows(NullPointerException.class, () -> stack.push(null));
    assertThrows(NullPointerException.class, () -> stack.add(null));
    assertThrows(NullPointerException.class, () -> stack.asLifoQueue().offer(null));
    assertThrows(NullPointerException.class, () -> stack.pushAll(Arrays.asList(2, null)));
    assertThrows(NullPointerException.class, () -> stack.fill(() -> null, 1));
    assertThrows(NullPointerException.class, () -> stack.drain(null, 1));
    assertThrows(NullPointerException.class, () -> stack.removeIf(null));
    Collection<Integer> itself = stack;
    assertThrows(IllegalArgumentException.class, () -> stack.addAll(itself));
    Queue<Integer> queue = stack.asLifoQueue();
    Collection<Integer> view = queue;
    assertThrows(IllegalArgumentException.class, () -> queue.addAll(view));
    assertEquals(List.of(1), List.copyOf(stack));
  }

  // An iterator shows the stack as it was when it was made.
  @Test
  void iterator_stackChangesMeanwhile_showsTheSnapshot() {
    stack.pushAll(List.of(1, 2, 3));
    Iterator<Integer> iterator = stack.iterator();
    stack.pop();
    stack.push(9);
    stack.remove((Object) 1);
    List<Integer> seen = new ArrayList<>();
    iterator.forEachRemaining(seen::add);
    assertEquals(List.of(3, 2, 1), seen);
    iterator.remove(); // 1 is gone already
    assertEquals(List.of(9, 2), List.copyOf(stack));
    assertThrows(IllegalStateException.class, iterator::remove);
  }

  // A removal by iterator finds its element when another removal has copied the node.
  @Test
  void iteratorRemove_nodeWasCopied_removesTheSameObject() {
    stack.pushAll(List.of(1, 2, 3));
    Iterator<Integer> iterator = stack.iterator();
    iterator.next();
    stack.remove((Object) 2);
    iterator.remove();
    assertEquals(List.of(1), List.copyOf(stack));
  }

  private static final int EACH = 30_000;

  // Pushers and poppers who meet: nothing lost, nothing twice.
  @Test
  void traffic_threeToThree_isWhole() throws Exception {
    TreiberStack<Item> items = new TreiberStack<>();
    UnboundedTraffic.run(
        Collections.nCopies(3, each(items::push)),
        EACH,
        Collections.nCopies(3, one(items::pop)),
        Thread::onSpinWait,
        false);
    assertTrue(items.isEmpty());
  }

  // Batches, removals from the middle and everybody else.
  @Test
  void traffic_everything_isWhole() throws Exception {
    TreiberStack<Item> items = new TreiberStack<>();
    Supplier<List<Item>> remover =
        () -> {
          int steps = 0;
          for (Item item : items) {
            if (++steps % 3 == 0) {
              return items.remove(item) ? List.of(item) : List.of();
            }
          }
          return List.of();
        };
    UnboundedTraffic.run(
        List.of(
            each(items::push),
            all -> {
              for (int i = 0; i < all.size(); i += 10) {
                items.pushAll(all.subList(i, i + 10));
              }
            }),
        EACH / 3,
        List.of(one(items::pop), items::popAll, remover),
        () -> {
          List<Item> seen = List.copyOf(items);
          assertEquals(seen.size(), seen.stream().distinct().count(), "shown twice");
        },
        false);
    assertTrue(items.isEmpty());
  }

  // Elements of one pushAll come out together: between them stands nothing else.
  @Test
  void pushAll_isOneStep() throws Exception {
    TreiberStack<Item> items = new TreiberStack<>();
    Supplier<List<Item>> taker =
        () -> {
          List<Item> all = items.popAll();
          assertEquals(0, all.size() % 10, "a part of a batch");
          for (int i = 0; i < all.size(); i++) {
            assertEquals(9 - i % 10, all.get(i).number() % 10, "a batch with something in between");
          }
          return all;
        };
    UnboundedTraffic.Producer batches =
        all -> {
          for (int i = 0; i < all.size(); i += 10) {
            items.pushAll(all.subList(i, i + 10));
          }
        };
    UnboundedTraffic.run(
        List.of(batches, batches),
        EACH,
        List.of(taker, taker),
        () -> assertEquals(0, items.size() % 10, "a part of a batch"),
        false);
  }

  // A meeting place hands over each thing once.
  @Test
  void eliminationArray_offerAndTake_handOverOnce() throws Exception {
    EliminationArray<Item> places = new EliminationArray<>();
    assertNull(places.take(0));
    assertFalse(places.offer(new Item(0, 0), 0), "nobody is there");
    assertNull(places.take(0), "withdrawn");
    UnboundedTraffic.Producer insisting =
        items -> {
          for (Item item : items) {
            for (int i = 0; !places.offer(item, 50); i++) {
              if (i % 100 == 99) {
                Thread.yield(); // the only processor may be needed by who takes
              }
            }
          }
        };
    UnboundedTraffic.run(
        List.of(insisting, insisting),
        300,
        List.of(one(() -> places.take(5)), one(() -> places.take(0))),
        Thread::onSpinWait,
        false);
  }

  // The order of a long stack is kept by a removal that copies most of it.
  @Test
  void remove_deepDown_keepsTheOrder() {
    stack.pushAll(IntStream.range(0, 5000).boxed().toList());
    assertTrue(stack.remove((Object) 1));
    assertTrue(stack.retainAll(IntStream.range(0, 4000).boxed().toList()));
    assertEquals(3999, stack.size());
    assertEquals(3999, stack.peek());
    assertTrue(stack.removeAll(List.of(0)));
    assertFalse(stack.contains(0));
  }
}
