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

class OffHeapStackTest {
  private static final long EMPTY = Long.MIN_VALUE;

  // Last in, first out.
  @Test
  void pop_afterPushes_lastInFirstOut() {
    OffHeapStack stack = OffHeapStack.on(OffHeapSlab.poisoning("s", 100, 1));
    assertTrue(stack.isEmpty());
    assertEquals(EMPTY, stack.popOr(EMPTY));
    assertEquals(EMPTY, stack.peekOr(EMPTY));
    for (long i = 0; i < 100; i++) {
      stack.push(i);
      assertEquals(i, stack.peekOr(EMPTY));
    }
    for (long i = 99; i > 0; i--) {
      assertEquals(i, stack.pop());
    }
    assertEquals(0, stack.popOr(EMPTY));
    assertTrue(stack.isEmpty());
    assertContains(assertThrows(NoSuchElementException.class, stack::pop).getMessage(), "is empty");
  }

  // Without others inside, all slots of the slab can be filled, again and again: garbage gives way.
  @Test
  void push_slabFull_isRefusedExactlyThen() {
    for (int capacity : new int[] {1, 2, 3, 64, 1000}) {
      OffHeapStack stack = OffHeapStack.on(OffHeapSlab.poisoning("s", capacity, 1));
      for (int round = 0; round < 3; round++) {
        for (int i = 0; i < capacity; i++) {
          assertTrue(stack.tryPush(i), stack::toString);
        }
        assertFalse(stack.tryPush(-1));
        assertContains(
            assertThrows(UnavailableException.class, () -> stack.push(-1)).getMessage(),
            "all " + capacity + " are in use or are garbage",
            "pending=0");
        for (int i = capacity - 1; i >= 0; i--) {
          assertEquals(i, stack.pop());
        }
      }
    }
  }

  // A record without a word holds no long: that is refused before a slot is taken, or an element.
  @Test
  void longs_slabWithoutWords_areRefusedAndLoseNothing() {
    OffHeapSlab slab = OffHeapSlab.poisoning("s", 3, 0);
    OffHeapStack stack = OffHeapStack.on(slab);
    for (Executable use :
        List.<Executable>of(
            () -> stack.push(1),
            () -> stack.tryPush(1),
            stack::pop,
            () -> stack.popOr(1),
            () -> stack.peekOr(1))) {
      assertContains(
          assertThrows(IllegalStateException.class, use).getMessage(), "OffHeapSlab(s)", "no word");
      assertEquals(0, slab.live());
    }
    stack.push((s, slot) -> {});
    assertThrows(IllegalStateException.class, stack::pop);
    assertThrows(IllegalStateException.class, () -> stack.popOr(1));
    assertFalse(stack.isEmpty());
    assertTrue(stack.pop((s, slot) -> {}));
    stack.domain().scan();
    assertEquals(0, slab.live());
  }

  // A callback of somebody else on the same domain that throws takes no element along: it goes to
  // the thread's handler.
  @Test
  void pop_otherCallbackThrows_theElementIsGivenAllTheSame() {
    OffHeapSlab slab = OffHeapSlab.poisoning("s", 40, 1);
    HazardPointers domain = HazardPointers.create(1, 1);
    OffHeapStack stack = OffHeapStack.on(slab, domain);
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
                stack.push(i);
                switch ((int) i % 3) {
                  case 0 -> assertEquals(i, stack.pop());
                  case 1 -> assertEquals(i, stack.popOr(0));
                  default -> {
                    long[] read = {0};
                    assertTrue(stack.pop((s, slot) -> read[0] = s.get(slot, 0)));
                    assertEquals(i, read[0]);
                  }
                }
              }
              return null;
            })
        .get();
    assertFalse(handled.isEmpty(), "no callback ran in a pop");
    try {
      domain.scan();
    } catch (Exception ofTheLast) {
      assertContains(ofTheLast.getMessage(), "callback");
    }
    assertEquals(0, slab.live());
    assertEquals(0, domain.figures().pending());
  }

  // A slot that was garbage is found for a push although a callback of somebody else throws then.
  @Test
  void push_otherCallbackThrowsInItsScan_isNotRefused() {
    OffHeapSlab slab = OffHeapSlab.poisoning("s", 1, 1);
    HazardPointers domain = HazardPointers.create(1);
    OffHeapStack stack = OffHeapStack.on(slab, domain);
    HazardPointers.Participant keeper = domain.join();
    HazardPointers.Participant other = domain.join();
    keeper.publish(0, 77);
    other.retire(
        77,
        k -> {
          throw new IllegalStateException("callback");
        });
    stack.push(1);
    stack.pop(); // the only slot is garbage now
    other.close();
    keeper.close();
    List<Throwable> handled = new ArrayList<>();
    Kind.PLATFORM
        .start(
            () -> {
              Thread.currentThread().setUncaughtExceptionHandler((t, e) -> handled.add(e));
              stack.push(2);
              return null;
            })
        .get();
    assertEquals(2, stack.pop());
    assertTrue(handled.size() <= 1);
  }

  // A domain belongs to the first slab that is used with it: the names of two would collide.
  @Test
  void on_domainOfAnotherSlab_isRefused() {
    OffHeapSlab first = OffHeapSlab.create(4, 1);
    OffHeapSlab second = OffHeapSlab.named("second", 4, 1);
    HazardPointers domain = HazardPointers.named("shared", 2, 4);
    OffHeapStack stack = OffHeapStack.on(first, domain);
    OffHeapQueue queue = OffHeapQueue.on(first, domain);
    assertSame(stack.domain(), queue.domain());
    for (Executable use :
        List.<Executable>of(
            () -> OffHeapStack.on(second, domain), () -> OffHeapQueue.on(second, domain))) {
      assertContains(
          assertThrows(IllegalArgumentException.class, use).getMessage(),
          "HazardPointers(shared)",
          "OffHeapSlab(second)",
          "OffHeapSlab@",
          "a domain for each slab");
    }
    assertEquals(0, second.live());
    try (HazardPointers.Participant p = domain.join()) {
      long slot = second.acquire();
      assertThrows(IllegalArgumentException.class, () -> p.retire(slot, second.releaser()));
      assertEquals(0, domain.figures().pending());
      p.retire(first.acquire(), first.releaser());
    }
  }

  // Many structures on one slab share a domain, and its bound holds for all of them together.
  @Test
  void garbageBound_manyStructuresOnOneSlab_isKept() {
    OffHeapSlab slab = OffHeapSlab.poisoning("s", 1_000, 1);
    HazardPointers domain = HazardPointers.create(2, 1);
    List<OffHeapStack> stacks = new ArrayList<>();
    List<OffHeapQueue> queues = new ArrayList<>();
    for (int i = 0; i < 10; i++) {
      stacks.add(OffHeapStack.on(slab, domain));
      queues.add(OffHeapQueue.on(slab, domain));
    }
    for (int round = 0; round < 20; round++) {
      for (int i = 0; i < 10; i++) {
        stacks.get(i).push(i);
        queues.get(i).add(i);
      }
      for (int i = 0; i < 10; i++) {
        assertEquals(i, stacks.get(i).pop());
        assertEquals(i, queues.get(i).remove());
      }
    }
    assertTrue(domain.figures().peak() <= domain.garbageBound(), domain::toString);
  }

  // Records are written and read in place; a reader or a writer that throws leaves nothing behind.
  @Test
  void records_areWrittenAndReadInPlace() {
    OffHeapSlab slab = OffHeapSlab.poisoning("s", 4, 3);
    OffHeapStack stack = OffHeapStack.on(slab);
    stack.push(
        (s, slot) -> {
          assertSame(slab, s);
          for (int w = 0; w < 3; w++) {
            s.set(slot, w, 100 + w);
          }
        });
    long[] sum = {0};
    assertTrue(stack.pop((s, slot) -> sum[0] = s.get(slot, 0) + s.get(slot, 1) + s.get(slot, 2)));
    assertEquals(303, sum[0]);
    assertFalse(stack.pop((s, slot) -> sum[0] = -1));
    assertEquals(303, sum[0]);

    SlotAccess failing =
        (s, slot) -> {
          throw new ArithmeticException();
        };
    assertThrows(ArithmeticException.class, () -> stack.push(failing));
    assertTrue(stack.isEmpty());
    stack.push(1);
    assertThrows(ArithmeticException.class, () -> stack.pop(failing));
    assertTrue(stack.isEmpty());
    stack.domain().scan();
    assertEquals(0, slab.live());
    assertThrows(NullPointerException.class, () -> stack.push(null));
    assertThrows(NullPointerException.class, () -> stack.pop(null));
  }

  // Two stacks share a slab and a domain.
  @Test
  void slab_shared_servesBoth() {
    OffHeapSlab slab = OffHeapSlab.poisoning("s", 10, 1);
    HazardPointers domain = HazardPointers.create(2);
    OffHeapStack a = OffHeapStack.on(slab, domain);
    OffHeapStack b = OffHeapStack.on(slab, domain);
    for (int i = 0; i < 5; i++) {
      a.push(i);
      b.push(10 + i);
    }
    assertFalse(a.tryPush(1));
    for (int i = 4; i >= 0; i--) {
      assertEquals(i, a.pop());
      assertEquals(10 + i, b.pop());
    }
    assertSame(slab, a.slab());
    assertSame(domain, b.domain());
    domain.scan();
    assertEquals(0, slab.live());
    assertEquals(10, domain.figures().reclaimed());
  }

  // A slot that a reader protects is not given out again while it does.
  @Test
  void pop_protectedByOther_staysGarbage() {
    OffHeapSlab slab = OffHeapSlab.poisoning("s", 2, 1);
    HazardPointers domain = HazardPointers.create(1, 1);
    OffHeapStack stack = OffHeapStack.on(slab, domain);
    long[] slotOf = {0};
    stack.push(
        (s, slot) -> {
          s.set(slot, 0, 5);
          slotOf[0] = slot;
        });
    try (HazardPointers.Participant reader = domain.join()) {
      reader.publish(0, slotOf[0]);
      assertEquals(5, stack.pop());
      stack.push(6);
      assertFalse(stack.tryPush(7), "the other slot is protected");
      assertEquals(5, slab.get(slotOf[0], 0));
    }
    assertTrue(stack.tryPush(7));
    assertFalse(slab.isLive(slotOf[0]));
  }

  // A close gives back every slot, refuses what comes, and may come again.
  @Test
  void close_givesBackAllSlots() {
    OffHeapSlab slab = OffHeapSlab.poisoning("s", 20, 1);
    HazardPointers domain = HazardPointers.create(2);
    for (int elements = 0; elements < 20; elements += 3) {
      OffHeapStack stack = OffHeapStack.on(slab, domain);
      for (int i = 0; i < elements; i++) {
        stack.push(i);
      }
      stack.popOr(0);
      stack.close();
      assertEquals(0, slab.live());
      assertEquals(0, domain.figures().pending());
      stack.close();
      assertTrue(stack.isEmpty());
      assertEquals(EMPTY, stack.popOr(EMPTY));
      assertEquals(EMPTY, stack.peekOr(EMPTY));
      for (Executable use :
          List.<Executable>of(
              () -> stack.push(1), () -> stack.tryPush(1), () -> stack.push((s, slot) -> {}))) {
        assertContains(
            assertThrows(ClosedException.class, use).getMessage(), "OffHeapSlab(s) is closed");
      }
      assertEquals(0, slab.live());
    }
  }

  // Operations allocate nothing.
  @Test
  void operations_allocateNothing() {
    OffHeapStack stack = OffHeapStack.on(OffHeapSlab.create(1000, 2));
    SlotAccess writer = (slab, slot) -> slab.set(slot, 1, slot);
    SlotAccess reader = (slab, slot) -> assertTrue(slab.get(slot, 1) == slot);
    Allocation.assertNone(
        () -> {
          for (int i = 0; i < 10; i++) {
            stack.push(i);
            stack.push(writer);
          }
          for (int i = 0; i < 10; i++) {
            stack.pop(reader);
            stack.peekOr(0);
            stack.popOr(0);
          }
        });
  }

  @Test
  void on_null_isRefused() {
    assertThrows(NullPointerException.class, () -> OffHeapStack.on(null));
    assertThrows(NullPointerException.class, () -> OffHeapStack.on(OffHeapSlab.create(1, 1), null));
  }
}
