package dev.interlock.collection;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.interlock.testing.Kind;
import dev.interlock.testing.Running;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Iterator;
import java.util.List;
import java.util.NavigableSet;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicIntegerArray;
import org.junit.jupiter.api.Test;

/** Many threads on one set. */
class LockFreeSkipListSetStressTest {
  private static final int THREADS = 3;

  private final LockFreeSkipListSet<Integer> set =
      LockFreeSkipListSet.create(Comparator.naturalOrder(), 42);

  // For each key, what was added less what was removed is what is there; the walk is sorted.
  @Test
  void mixedCalls_balancePerKey() {
    int keys = 64;
    AtomicIntegerArray balance = new AtomicIntegerArray(keys);
    List<Running<Void>> running = new ArrayList<>();
    for (int t = 0; t < THREADS; t++) {
      Random random = new Random(t);
      running.add(
          Kind.PLATFORM.start(
              () -> {
                NavigableSet<Integer> upper = set.tailSet(keys / 2);
                for (int i = 0; i < 100_000; i++) {
                  int x = random.nextInt(keys);
                  switch (random.nextInt(8)) {
                    case 0, 1, 2 -> balance.addAndGet(x, set.add(x) ? 1 : 0);
                    case 3 -> balance.addAndGet(x, set.remove(x) ? -1 : 0);
                    case 4 -> settle(balance, set.pollFirst());
                    case 5 -> settle(balance, set.pollLast());
                    case 6 -> settle(balance, upper.pollFirst());
                    default -> {
                      Integer higher = set.higher(x);
                      assertTrue(higher == null || higher > x);
                      Integer floor = set.floor(x);
                      assertTrue(floor == null || floor <= x);
                    }
                  }
                }
                return null;
              }));
    }
    running.forEach(Running::get);
    int last = -1;
    for (int x : set) {
      assertTrue(x > last);
      last = x;
    }
    for (int x = 0; x < keys; x++) {
      assertEquals(set.contains(x) ? 1 : 0, balance.get(x), "balance of " + x);
      assertEquals(set.contains(x), x == (set.ceiling(x) == null ? -1 : set.ceiling(x)));
    }
  }

  // As a queue of priorities: everything that is offered is polled once, and a single poller that
  // is faster than nobody sees its own elements in order.
  @Test
  void pollFirst_producersAndConsumers_nothingLostNothingTwice() {
    int each = 60_000;
    AtomicIntegerArray taken = new AtomicIntegerArray(THREADS * each);
    AtomicInteger left = new AtomicInteger(THREADS * each);
    List<Running<Void>> running = new ArrayList<>();
    for (int t = 0; t < THREADS; t++) {
      int first = t;
      running.add(
          Kind.PLATFORM.start(
              () -> {
                Random random = new Random(first);
                for (int i = 0; i < each; i++) {
                  assertTrue(set.add(first + THREADS * i));
                  if (random.nextBoolean()) {
                    count(taken, left, set.pollFirst());
                  }
                }
                while (left.get() > 0) {
                  count(taken, left, set.pollFirst());
                }
                return null;
              }));
    }
    running.forEach(Running::get);
    for (int i = 0; i < taken.length(); i++) {
      assertEquals(1, taken.get(i), "times that " + i + " was polled");
    }
    assertTrue(set.isEmpty());
  }

  // While nothing is added, what is polled is greater than all that was polled before.
  @Test
  void pollFirst_nothingAdded_ascends() {
    int n = 100_000;
    for (int x = 0; x < n; x++) {
      set.add(x);
    }
    AtomicInteger over = new AtomicInteger(-1);
    List<Running<Integer>> running = new ArrayList<>();
    for (int t = 0; t < THREADS; t++) {
      running.add(
          Kind.PLATFORM.start(
              () -> {
                for (int count = 0; ; count++) {
                  int before = over.get();
                  Integer polled = set.pollFirst();
                  if (polled == null) {
                    return count;
                  }
                  assertTrue(polled > before, () -> polled + " after " + before);
                  over.accumulateAndGet(polled, Math::max);
                }
              }));
    }
    assertEquals(n, running.stream().mapToInt(Running::get).sum());
  }

  // A walk shows every element that was there all the time, in order, whatever is added and removed
  // between.
  @Test
  void iterator_amongChanges_showsWhatStays() {
    int n = 2_000;
    for (int x = 0; x < n; x += 2) {
      set.add(x);
    }
    AtomicInteger walking = new AtomicInteger(2);
    List<Running<Void>> running = new ArrayList<>();
    running.add(
        Kind.PLATFORM.start(
            () -> {
              Random random = new Random(5);
              while (walking.get() > 0) {
                int odd = 2 * random.nextInt(n / 2) + 1;
                if (!set.add(odd)) {
                  set.remove(odd);
                }
              }
              return null;
            }));
    for (boolean down : new boolean[] {false, true}) {
      running.add(
          Kind.PLATFORM.start(
              () -> {
                NavigableSet<Integer> view = down ? set.descendingSet() : set;
                for (int round = 0; round < 30; round++) {
                  int expected = down ? n - 2 : 0;
                  for (Iterator<Integer> i = view.iterator(); i.hasNext(); ) {
                    int x = i.next();
                    if (x % 2 == 0) {
                      assertEquals(expected, x);
                      expected += down ? -2 : 2;
                    } else {
                      assertTrue(down ? x > expected : x < expected);
                    }
                  }
                  assertEquals(down ? -2 : n, expected);
                }
                walking.decrementAndGet();
                return null;
              }));
    }
    running.forEach(Running::get);
    assertFalse(set.isEmpty());
  }

  private static void settle(AtomicIntegerArray balance, Integer polled) {
    if (polled != null) {
      balance.decrementAndGet(polled);
    }
  }

  private static void count(AtomicIntegerArray taken, AtomicInteger left, Integer polled) {
    if (polled != null) {
      taken.incrementAndGet(polled);
      left.decrementAndGet();
    }
  }
}
