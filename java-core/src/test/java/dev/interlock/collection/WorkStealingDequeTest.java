package dev.interlock.collection;

import static dev.interlock.testing.Polls.assertContains;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.interlock.testing.Conditions;
import dev.interlock.testing.Kind;
import java.lang.ref.WeakReference;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** One caller at a time. */
class WorkStealingDequeTest {
  private final WorkStealingDeque<Integer> deque = WorkStealingDeque.create(4);

  // The owner gets the newest, a thief the oldest.
  @Test
  void popAndSteal_takeFromOppositeEnds() {
    pushUpTo(3);

    assertEquals(3, deque.pop());
    assertEquals(1, deque.steal());
    assertEquals(2, deque.pop());
    assertNull(deque.pop());
    assertNull(deque.steal());
    assertNull(deque.relaxedSteal());
    assertTrue(deque.isEmpty());
  }

  // The last element can go either way, and the deque goes on after that.
  @Test
  void lastElement_poppedOrStolen_thenUsedAgain() {
    for (int round = 0; round < 20; round++) {
      deque.push(round);
      assertEquals(1, deque.size());
      assertEquals(round, round % 2 == 0 ? deque.pop() : deque.steal());
      assertNull(deque.pop());
      assertEquals(0, deque.size());
    }
    assertEquals(4, deque.capacity());
  }

  // Any number fits; order is kept over growing; the array gets small again.
  @Test
  void push_beyondCapacity_growsAndShrinks() {
    pushUpTo(1000);
    assertEquals(1024, deque.capacity());
    assertEquals(1000, deque.size());
    for (int i = 1; i <= 500; i++) {
      assertEquals(i, deque.steal());
    }
    for (int i = 1000; i > 500; i--) {
      assertEquals(i, deque.pop());
    }
    assertTrue(deque.capacity() <= 8, deque::toString);
    while (deque.capacity() > 4) {
      assertNull(deque.pop()); // a deque that thieves have emptied shrinks when its owner looks
    }
    assertEquals(4, deque.capacity());
  }

  // The same calls on a plain deque have the same results.
  @Test
  void randomCalls_asAModel() {
    for (long seed = 0; seed < 200; seed++) {
      Random random = new Random(seed);
      WorkStealingDeque<Integer> ours = WorkStealingDeque.create(2);
      WorkStealingDeque<Integer> other = WorkStealingDeque.create(2);
      ArrayDeque<Integer> model = new ArrayDeque<>();
      ArrayDeque<Integer> otherModel = new ArrayDeque<>();
      for (int i = 0; i < 400; i++) {
        switch (random.nextInt(8)) {
          case 0, 1 -> {
            ours.push(i);
            model.addLast(i);
          }
          case 2 -> {
            List<Integer> more = new ArrayList<>();
            for (int n = random.nextInt(9); n > 0; n--) {
              more.add(i * 1000 + n);
            }
            ours.pushAll(more);
            more.forEach(model::addLast);
          }
          case 3 -> assertEquals(model.pollLast(), ours.pop());
          case 4 -> assertEquals(model.pollFirst(), ours.steal());
          case 5 -> {
            int limit = random.nextInt(5);
            List<Integer> drained = new ArrayList<>();
            List<Integer> expected = new ArrayList<>();
            for (int n = 0; n < limit && !model.isEmpty(); n++) {
              expected.add(model.pollLast());
            }
            assertEquals(expected.size(), ours.drain(drained::add, limit));
            assertEquals(expected, drained);
          }
          case 6 -> {
            int half = Math.min(3, (model.size() + 1) / 2);
            for (int n = 0; n < half; n++) {
              otherModel.addLast(model.pollFirst());
            }
            assertEquals(half, ours.stealBatchInto(other, 3));
          }
          default -> assertEquals(otherModel.pollLast(), other.pop());
        }
        assertEquals(model.size(), ours.size());
        assertEquals(model.isEmpty(), ours.isEmpty());
      }
    }
  }

  // A batch is the older half, rounded up, bounded, and keeps its order.
  @Test
  void stealBatch_olderHalf() {
    WorkStealingDeque<Number> thief = WorkStealingDeque.create();
    pushUpTo(7);

    assertEquals(4, deque.stealBatchInto(thief));
    assertEquals(3, deque.size());
    assertEquals(4, thief.pop());
    assertEquals(1, thief.steal());
    assertEquals(1, deque.stealBatchInto(thief, 1));
    assertEquals(5, thief.pop());

    pushUpTo(200);
    assertEquals(WorkStealingDeque.BATCH_LIMIT, deque.stealBatchInto(thief));
    assertEquals(0, WorkStealingDeque.<Integer>create().stealBatchInto(thief));
  }

  // The first of a batch comes back to be run, the rest goes into the deque of the thief.
  @Test
  void stealBatchAndTake_givesOldest() {
    WorkStealingDeque<Integer> thief = WorkStealingDeque.create();
    pushUpTo(6);

    assertEquals(1, deque.stealBatchAndTake(thief));
    assertEquals(2, thief.size());
    assertEquals(3, thief.pop());
    assertEquals(2, thief.pop());
    assertEquals(3, deque.size());
    assertNull(thief.stealBatchAndTake(deque));
  }

  // All or nothing: a null in the middle adds nothing.
  @Test
  void pushAll_withNull_addsNothing() {
    assertThrows(NullPointerException.class, () -> deque.pushAll(Arrays.asList(1, null, 3)));
    assertEquals(0, deque.size());
    deque.pushAll(List.of());
    deque.pushAll(List.of(1, 2, 3, 4, 5, 6));
    assertEquals(6, deque.pop());
    assertEquals(1, deque.steal());
  }

  // A consumer that throws has what it was given; the rest is there as before.
  @Test
  void drain_consumerThrows_keepsTheRest() {
    pushUpTo(5);
    List<Integer> given = new ArrayList<>();

    assertThrows(
        IllegalStateException.class,
        () ->
            deque.drain(
                x -> {
                  given.add(x);
                  if (x == 4) {
                    throw new IllegalStateException("enough");
                  }
                },
                4));

    assertEquals(List.of(5, 4), given);
    assertEquals(3, deque.size());
    assertEquals(3, deque.pop());
    assertEquals(1, deque.steal());
    assertEquals(2, deque.pop());
  }

  // A consumer may use the deque: what it pushes comes behind what was left.
  @Test
  void drain_consumerPushes_addsToTheDeque() {
    pushUpTo(4);
    List<Integer> given = new ArrayList<>();

    assertEquals(
        3,
        deque.drain(
            x -> {
              given.add(x);
              deque.push(x * 10);
              deque.push(x * 100);
              deque.pop();
            },
            3));

    assertEquals(List.of(4, 3, 2), given);
    assertEquals(4, deque.size());
    assertEquals(20, deque.pop());
    assertEquals(30, deque.pop());
    assertEquals(40, deque.pop());
    assertEquals(1, deque.pop());
  }

  // Both at once: pushes of its own, and then an exception.
  @Test
  void drain_consumerPushesAndThrows_losesNothing() {
    pushUpTo(4);
    assertThrows(
        IllegalStateException.class,
        () ->
            deque.drain(
                x -> {
                  deque.push(x * 10);
                  if (x == 3) {
                    throw new IllegalStateException("enough");
                  }
                },
                4));
    List<Integer> left = new ArrayList<>();
    deque.drain(left::add, 10);
    assertEquals(List.of(2, 1, 30, 40), left);
  }

  @Test
  void badArguments_sayWhatToDo() {
    assertThrows(NullPointerException.class, () -> deque.push(null));
    assertThrows(NullPointerException.class, () -> deque.drain(null, 1));
    assertMessage(() -> WorkStealingDeque.create(0), "capacity", "0", "between 1 and");
    assertMessage(() -> deque.drain(x -> {}, -1), "-1", "zero or more");
    assertMessage(() -> deque.stealBatchInto(deque), "WorkStealingDeque@", "the thief");
    assertMessage(() -> deque.stealBatchAndTake(deque), "WorkStealingDeque@", "the thief");
    assertMessage(
        () -> deque.stealBatchInto(WorkStealingDeque.create(), 0), "limit is 0", "one or more");
  }

  @Test
  void toString_tellsState() {
    pushUpTo(5);
    assertContains(deque.toString(), "WorkStealingDeque@", "size=5", "capacity=8");
    assertContains(WorkStealingDeque.checked().toString(), "owner=nobody");
  }

  // Whoever takes an element lets go of it, owner or thief.
  @Test
  void takenElements_areNotReachable() {
    WorkStealingDeque<Object> objects = WorkStealingDeque.create(4);
    List<WeakReference<Object>> references = new ArrayList<>();
    for (int i = 0; i < 12; i++) {
      Object x = new Object();
      references.add(new WeakReference<>(x));
      objects.push(x);
    }
    for (int i = 0; i < 3; i++) {
      objects.pop();
      objects.steal();
      objects.drain(x -> {}, 2);
    }
    assertEquals(0, objects.size());
    Conditions.awaitCollected(references);
    assertEquals(0, objects.size());
  }

  // Checked mode names both threads, and the call has changed nothing.
  @Test
  void checked_secondOwner_named() {
    WorkStealingDeque<Integer> checked = WorkStealingDeque.checked();
    checked.push(1);
    String me = Thread.currentThread().getName();
    for (Runnable call :
        List.<Runnable>of(
            () -> checked.push(2),
            () -> checked.pushAll(List.of(2)),
            checked::pop,
            () -> checked.drain(x -> {}, 1),
            checked::releaseOwnership,
            () -> deque.stealBatchInto(checked),
            () -> Injector.<Integer>create().stealBatchInto(checked),
            () -> Injector.<Integer>create().stealBatchAndTake(checked))) {
      String message =
          Kind.PLATFORM
              .start(
                  () -> {
                    Thread.currentThread().setName("intruder");
                    call.run();
                    return null;
                  })
              .failure(IllegalStateException.class)
              .getMessage();
      assertContains(message, "\"intruder\"", "\"" + me + "\"", "steal");
    }
    assertEquals(1, checked.size());
    assertContains(checked.toString(), "owner=\"" + me);
  }

  // Anybody may steal in checked mode, and the owner may hand over.
  @Test
  void checked_releaseOwnership_nextIsOwner() {
    WorkStealingDeque<Integer> checked = WorkStealingDeque.checked();
    checked.pushAll(List.of(1, 2, 3));
    assertEquals(1, Kind.PLATFORM.start(checked::steal).get());
    checked.releaseOwnership();
    assertEquals(3, Kind.VIRTUAL.start(checked::pop).get());
    assertThrows(IllegalStateException.class, checked::pop);
    assertEquals(2, checked.steal());
    assertFalse(deque.toString().contains("owner"));
    deque.releaseOwnership(); // nothing to release without the check
  }

  private void pushUpTo(int last) {
    for (int i = 1; i <= last; i++) {
      deque.push(i);
    }
  }

  private static void assertMessage(Runnable call, String... parts) {
    assertContains(assertThrows(IllegalArgumentException.class, call::run).getMessage(), parts);
  }
}
