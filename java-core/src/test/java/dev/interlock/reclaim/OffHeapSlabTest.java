package dev.interlock.reclaim;

import static dev.interlock.testing.Polls.assertContains;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.interlock.UnavailableException;
import dev.interlock.testing.Kind;
import dev.interlock.testing.Running;
import java.lang.management.BufferPoolMXBean;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class OffHeapSlabTest {
  static List<OffHeapSlab> slabs() {
    return List.of(
        OffHeapSlab.create(3, 2),
        OffHeapSlab.poisoning("poisoning", 3, 2),
        OffHeapSlab.visible("visible", 3, 2));
  }

  // The slab holds its capacity exactly, every slot another one; then it says that it is exhausted.
  @ParameterizedTest
  @MethodSource("slabs")
  void acquire_all_holdsCapacityExactly(OffHeapSlab slab) {
    Set<Long> slots = new HashSet<>();
    for (int i = 0; i < 3; i++) {
      long slot = slab.acquire();
      assertTrue(slot > 0);
      assertTrue(slots.add(slot));
    }
    assertEquals(3, slab.live());
    assertEquals(OffHeapSlab.NONE, slab.tryAcquire());
    assertContains(
        assertThrows(UnavailableException.class, slab::acquire).getMessage(),
        "OffHeapSlab",
        "all 3 are in use",
        "release some");
    slots.forEach(slab::release);
    assertEquals(0, slab.live());
  }

  // Each slot has words of its own.
  @ParameterizedTest
  @MethodSource("slabs")
  void words_ofSeveralSlots_areApart(OffHeapSlab slab) {
    long[] slots = {slab.acquire(), slab.acquire(), slab.acquire()};
    for (int i = 0; i < 3; i++) {
      slab.set(slots[i], 0, 10 * i);
      slab.setVolatile(slots[i], 1, 10 * i + 1);
    }
    for (int i = 0; i < 3; i++) {
      assertEquals(10 * i, slab.getVolatile(slots[i], 0));
      assertEquals(10 * i + 1, slab.get(slots[i], 1));
      assertFalse(slab.compareAndSet(slots[i], 1, -1, 5));
      assertTrue(slab.compareAndSet(slots[i], 1, 10 * i + 1, 5));
      assertEquals(5, slab.get(slots[i], 1));
    }
    assertContains(
        assertThrows(IndexOutOfBoundsException.class, () -> slab.get(slots[0], 2)).getMessage(),
        "word is 2");
    assertThrows(IndexOutOfBoundsException.class, () -> slab.set(slots[0], -1, 0));
  }

  // A handle is an error once its slot was released, also when the slot is in use again.
  @ParameterizedTest
  @MethodSource("slabs")
  void handle_stale_isRefused(OffHeapSlab slab) {
    long old = slab.acquire();
    slab.release(old);
    assertFalse(slab.isLive(old));
    assertStale(slab, old, "is free in generation 2");
    long fresh = slab.acquire();
    assertNotEquals(old, fresh);
    assertEquals((int) old, (int) fresh, "the slot released last is given out first");
    assertStale(slab, old, "is in use in generation 2");
    slab.set(fresh, 0, 1);
    assertTrue(slab.isLive(fresh));
  }

  private static void assertStale(OffHeapSlab slab, long slot, String state) {
    for (Runnable use :
        List.<Runnable>of(
            () -> slab.get(slot, 0),
            () -> slab.set(slot, 0, 1),
            () -> slab.getVolatile(slot, 0),
            () -> slab.setVolatile(slot, 0, 1),
            () -> slab.compareAndSet(slot, 0, 1, 2),
            () -> slab.release(slot))) {
      assertContains(
          assertThrows(IllegalStateException.class, use::run).getMessage(),
          "slot 0 of OffHeapSlab",
          "handle of generation 1",
          state,
          "retire it instead");
    }
  }

  // What was never a handle of this slab is refused too.
  @ParameterizedTest
  @MethodSource("slabs")
  void handle_foreign_isRefused(OffHeapSlab slab) {
    for (long slot : new long[] {0, -1, 3 | 1L << 32, 0x8000_0000_0000_0000L}) {
      assertFalse(slab.isLive(slot));
      RuntimeException e = assertThrows(RuntimeException.class, () -> slab.get(slot, 0));
      assertTrue(
          e instanceof IllegalArgumentException || e instanceof IllegalStateException, e::toString);
    }
  }

  // In test mode a released slot is poisoned, and a write that comes later is found.
  @Test
  void poisoning_writeAfterRelease_isFound() {
    OffHeapSlab slab = OffHeapSlab.visible("test", 2, 2);
    long slot = slab.acquire();
    assertEquals(OffHeapSlab.POISON, slab.get(slot, 0), "what was never written");
    slab.set(slot, 0, 1);
    slab.release(slot);
    long again = slab.acquire();
    assertEquals(OffHeapSlab.POISON, slab.get(again, 0));
    slab.release(again);
    // A write that passed its check just before the release.
    writeBehindItsBack(slab, 1);
    assertContains(
        assertThrows(IllegalStateException.class, slab::acquire).getMessage(),
        "slot 0 of OffHeapSlab(test) was written after its release",
        "word 1 is 0x2a");
  }

  private static void writeBehindItsBack(OffHeapSlab slab, int word) {
    try {
      var memory = OffHeapSlab.class.getDeclaredField("memory");
      memory.setAccessible(true);
      ((SlabMemory) memory.get(slab)).setVolatile(2 + word, 42);
    } catch (ReflectiveOperationException e) {
      throw new AssertionError(e);
    }
  }

  // Of two releases of the same handle at the same time, one is refused.
  @Test
  void release_twiceAtOnce_oneIsRefused() {
    OffHeapSlab slab = OffHeapSlab.create(1, 0);
    for (int round = 0; round < 2_000; round++) {
      long slot = slab.acquire();
      AtomicInteger released = new AtomicInteger();
      Running<Object> other =
          Kind.PLATFORM.start(
              () -> {
                tryRelease(slab, slot, released);
                return null;
              });
      tryRelease(slab, slot, released);
      other.get();
      assertEquals(1, released.get());
      if (round == 200) {
        round = 1_900; // threads are dear
      }
    }
  }

  private static void tryRelease(OffHeapSlab slab, long slot, AtomicInteger released) {
    try {
      slab.release(slot);
      released.incrementAndGet();
    } catch (IllegalStateException second) {
      assertContains(second.getMessage(), "released");
    }
  }

  // Threads that take and give back at random: no slot has two owners, and all are back in the end.
  @Test
  void slab_byManyThreads_noSlotHasTwoOwners() {
    OffHeapSlab slab = OffHeapSlab.poisoning("shared", 8, 1);
    List<Running<Object>> threads = new ArrayList<>();
    for (int t = 1; t <= 4; t++) {
      long mark = t;
      threads.add(
          Kind.PLATFORM.start(
              () -> {
                long[] mine = new long[4];
                long random = mark;
                for (int i = 0; i < 100_000; i++) {
                  random ^= random << 13;
                  random ^= random >>> 7;
                  random ^= random << 17;
                  int at = (int) (random & 3);
                  if (mine[at] != 0) {
                    assertEquals(mark, slab.get(mine[at], 0));
                    slab.release(mine[at]);
                    mine[at] = 0;
                  } else if ((mine[at] = slab.tryAcquire()) != 0) {
                    slab.set(mine[at], 0, mark);
                  }
                }
                for (long slot : mine) {
                  if (slot != 0) {
                    slab.release(slot);
                  }
                }
                return null;
              }));
    }
    threads.forEach(Running::get);
    assertEquals(0, slab.live());
    for (int i = 0; i < 8; i++) {
      slab.acquire();
    }
    assertEquals(OffHeapSlab.NONE, slab.tryAcquire());
  }

  // Sizes that make no sense, or do not fit, are refused with the remedy.
  @Test
  void create_badSizes_areRefused() {
    assertContains(
        assertThrows(IllegalArgumentException.class, () -> OffHeapSlab.create(0, 1)).getMessage(),
        "0 slots");
    assertThrows(IllegalArgumentException.class, () -> OffHeapSlab.create(1, -1));
    assertContains(
        assertThrows(IllegalArgumentException.class, () -> OffHeapSlab.create(Integer.MAX_VALUE, 8))
            .getMessage(),
        "use several");
    assertThrows(NullPointerException.class, () -> OffHeapSlab.named(null, 1, 1));
  }

  // The records lie in direct memory: 16 bytes and the words for each slot.
  @Test
  void footprint_isDirectMemory() {
    BufferPoolMXBean direct =
        ManagementFactory.getPlatformMXBeans(BufferPoolMXBean.class).stream()
            .filter(pool -> pool.getName().equals("direct"))
            .findFirst()
            .orElseThrow();
    long before = direct.getTotalCapacity();
    OffHeapSlab slab = OffHeapSlab.create(100_000, 3);
    long taken = direct.getTotalCapacity() - before;
    assertEquals(100_000L * (16 + 24), slab.bytes());
    assertTrue(taken >= slab.bytes() && taken <= slab.bytes() + 64, () -> taken + " bytes");
    assertEquals(100_000, slab.capacity());
    assertEquals(3, slab.words());
  }

  // The text tells how many are in use.
  @Test
  void toString_tellsState() {
    OffHeapSlab slab = OffHeapSlab.named("s", 2, 1);
    slab.acquire();
    assertEquals("OffHeapSlab(s)[live=1 of 2, words=1]", slab.toString());
    assertEquals(
        "OffHeapSlab(p)[live=0 of 2, words=1, poisoning]",
        OffHeapSlab.poisoning("p", 2, 1).toString());
  }
}
