package dev.interlock.reclaim;

import static dev.interlock.testing.Polls.assertContains;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.interlock.UnavailableException;
import java.util.NoSuchElementException;
import org.junit.jupiter.api.Test;

class OffHeapQueueTest {
  private static final long EMPTY = Long.MIN_VALUE;

  // First in, first out.
  @Test
  void poll_afterOffers_firstInFirstOut() {
    OffHeapQueue queue = OffHeapQueue.on(OffHeapSlab.poisoning("s", 200, 1));
    assertTrue(queue.isEmpty());
    assertEquals(EMPTY, queue.pollOr(EMPTY));
    assertEquals(EMPTY, queue.peekOr(EMPTY));
    for (long i = 0; i < 100; i++) {
      queue.add(i);
      assertEquals(0, queue.peekOr(EMPTY));
    }
    assertFalse(queue.isEmpty());
    for (long i = 0; i < 99; i++) {
      assertEquals(i, queue.remove());
    }
    assertEquals(99, queue.pollOr(EMPTY));
    assertTrue(queue.isEmpty());
    assertContains(
        assertThrows(NoSuchElementException.class, queue::remove).getMessage(), "is empty");
  }

  // Without others inside, all slots of the slab but one can be filled, again and again.
  @Test
  void offer_slabFull_isRefusedExactlyThen() {
    for (int capacity : new int[] {1, 2, 3, 64, 1000}) {
      OffHeapQueue queue = OffHeapQueue.on(OffHeapSlab.poisoning("s", capacity, 1));
      for (int round = 0; round < 3; round++) {
        for (int i = 0; i < capacity - 1; i++) {
          assertTrue(queue.offer(i), queue::toString);
        }
        assertFalse(queue.offer(-1));
        assertContains(
            assertThrows(UnavailableException.class, () -> queue.add(-1)).getMessage(),
            "all " + capacity + " are in use or are garbage",
            "pending=0");
        for (int i = 0; i < capacity - 1; i++) {
          assertEquals(i, queue.remove());
        }
      }
    }
  }

  // Records are written and read in place; a reader or a writer that throws leaves nothing behind.
  @Test
  void records_areWrittenAndReadInPlace() {
    OffHeapSlab slab = OffHeapSlab.poisoning("s", 4, 3);
    OffHeapQueue queue = OffHeapQueue.on(slab);
    queue.add(
        (s, slot) -> {
          assertSame(slab, s);
          for (int w = 0; w < 3; w++) {
            s.set(slot, w, 100 + w);
          }
        });
    queue.add(7);
    long[] sum = {0};
    assertTrue(queue.poll((s, slot) -> sum[0] = s.get(slot, 0) + s.get(slot, 1) + s.get(slot, 2)));
    assertEquals(303, sum[0]);
    assertEquals(7, queue.remove());
    assertFalse(queue.poll((s, slot) -> sum[0] = -1));
    assertEquals(303, sum[0]);

    SlotAccess failing =
        (s, slot) -> {
          throw new ArithmeticException();
        };
    assertThrows(ArithmeticException.class, () -> queue.add(failing));
    assertTrue(queue.isEmpty());
    queue.add(1);
    assertThrows(ArithmeticException.class, () -> queue.poll(failing));
    assertTrue(queue.isEmpty());
    queue.domain().scan();
    assertEquals(1, slab.live(), "the slot that the queue always holds");
    assertThrows(NullPointerException.class, () -> queue.add(null));
    assertThrows(NullPointerException.class, () -> queue.poll(null));
  }

  // A queue and a stack share a slab and a domain.
  @Test
  void slab_shared_servesBoth() {
    OffHeapSlab slab = OffHeapSlab.poisoning("s", 11, 1);
    HazardPointers domain = HazardPointers.create(2);
    OffHeapQueue queue = OffHeapQueue.on(slab, domain);
    OffHeapStack stack = OffHeapStack.on(slab, domain);
    for (int i = 0; i < 5; i++) {
      queue.add(i);
      stack.push(i);
    }
    assertFalse(queue.offer(1));
    for (int i = 0; i < 5; i++) {
      assertEquals(i, queue.remove());
      assertEquals(4 - i, stack.pop());
    }
    domain.scan();
    assertEquals(1, slab.live());
  }

  // Operations allocate nothing.
  @Test
  void operations_allocateNothing() {
    OffHeapQueue queue = OffHeapQueue.on(OffHeapSlab.create(1000, 2));
    SlotAccess writer = (slab, slot) -> slab.set(slot, 1, slot);
    SlotAccess reader = (slab, slot) -> assertTrue(slab.get(slot, 1) == slot);
    Allocation.assertNone(
        () -> {
          for (int i = 0; i < 10; i++) {
            queue.offer(writer);
            queue.add(i);
          }
          for (int i = 0; i < 10; i++) {
            queue.peekOr(0);
            queue.poll(reader);
            queue.pollOr(0);
            queue.isEmpty();
          }
        });
  }

  // A queue needs a slab with a slot, and a domain with two for each participant.
  @Test
  void on_badArguments_areRefused() {
    OffHeapSlab slab = OffHeapSlab.create(1, 1);
    assertThrows(NullPointerException.class, () -> OffHeapQueue.on(null));
    assertThrows(NullPointerException.class, () -> OffHeapQueue.on(slab, null));
    assertContains(
        assertThrows(
                IllegalArgumentException.class,
                () -> OffHeapQueue.on(slab, HazardPointers.create(1)))
            .getMessage(),
        "a queue needs 2");
    OffHeapQueue.on(slab);
    assertThrows(UnavailableException.class, () -> OffHeapQueue.on(slab));
  }
}
