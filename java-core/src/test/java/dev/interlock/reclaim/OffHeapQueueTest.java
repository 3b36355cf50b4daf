package dev.interlock.reclaim;

import static dev.interlock.testing.Polls.assertContains;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.interlock.ClosedException;
import dev.interlock.UnavailableException;
import dev.interlock.testing.Kind;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.NoSuchElementException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;

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

  // A record without a word holds no long: that is refused before a slot is taken, or an element.
  @Test
  void longs_slabWithoutWords_areRefusedAndLoseNothing() {
    OffHeapSlab slab = OffHeapSlab.poisoning("s", 3, 0);
    OffHeapQueue queue = OffHeapQueue.on(slab);
    for (Executable use :
        List.<Executable>of(
            () -> queue.add(1),
            () -> queue.offer(1),
            queue::remove,
            () -> queue.pollOr(1),
            () -> queue.peekOr(1))) {
      assertContains(
          assertThrows(IllegalStateException.class, use).getMessage(), "OffHeapSlab(s)", "no word");
      assertEquals(1, slab.live());
    }
    queue.add((s, slot) -> {});
    assertThrows(IllegalStateException.class, queue::remove);
    assertThrows(IllegalStateException.class, () -> queue.pollOr(1));
    assertFalse(queue.isEmpty());
    assertTrue(queue.poll((s, slot) -> {}));
    queue.domain().scan();
    assertEquals(1, slab.live());
  }

  // A callback of somebody else on the same domain that throws takes no element along: it goes to
  // the thread's handler.
  @Test
  void poll_otherCallbackThrows_theElementIsGivenAllTheSame() {
    OffHeapSlab slab = OffHeapSlab.poisoning("s", 40, 1);
    HazardPointers domain = HazardPointers.create(2, 1);
    OffHeapQueue queue = OffHeapQueue.on(slab, domain);
    List<Throwable> handled = new ArrayList<>();
    Kind.PLATFORM
        .start(
            () -> {
              Thread.currentThread().setUncaughtExceptionHandler((t, e) -> handled.add(e));
              for (long i = 1; i <= 60; i++) {
                // A name that waits in the list of a record that an operation owns next.
                HazardPointers.ParticipantRecord r = domain.claim();
                domain.retire(
                    r,
                    -i,
                    k -> {
                      throw Sneaky.thrown(new IOException("callback " + k));
                    });
                Throwable early = r.takeFailure();
                r.release();
                if (early != null) {
                  handled.add(early);
                }
                queue.add(i);
                switch ((int) i % 3) {
                  case 0 -> assertEquals(i, queue.remove());
                  case 1 -> assertEquals(i, queue.pollOr(0));
                  default -> {
                    long[] read = {0};
                    assertTrue(queue.poll((s, slot) -> read[0] = s.get(slot, 0)));
                    assertEquals(i, read[0]);
                  }
                }
              }
              return null;
            })
        .get();
    assertFalse(handled.isEmpty(), "no callback ran in a poll");
    try {
      domain.scan();
    } catch (Exception ofTheLast) {
      assertContains(ofTheLast.getMessage(), "callback");
    }
    assertEquals(1, slab.live());
    assertEquals(0, domain.figures().pending());
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

  // A close gives back every slot, refuses what comes, and may come again.
  @Test
  void close_givesBackAllSlots() {
    OffHeapSlab slab = OffHeapSlab.poisoning("s", 20, 1);
    HazardPointers domain = HazardPointers.create(2);
    for (int elements = 0; elements < 20; elements += 3) {
      OffHeapQueue queue = OffHeapQueue.on(slab, domain);
      for (int i = 0; i < elements; i++) {
        queue.add(i);
      }
      queue.pollOr(0);
      queue.close();
      assertEquals(0, slab.live());
      assertEquals(0, domain.figures().pending());
      queue.close();
      assertTrue(queue.isEmpty());
      assertEquals(EMPTY, queue.pollOr(EMPTY));
      assertEquals(EMPTY, queue.peekOr(EMPTY));
      for (Executable use :
          List.<Executable>of(
              () -> queue.add(1), () -> queue.offer(1), () -> queue.add((s, slot) -> {}))) {
        assertContains(
            assertThrows(ClosedException.class, use).getMessage(), "OffHeapSlab(s) is closed");
      }
      assertEquals(0, slab.live());
    }
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
