package dev.interlock.reclaim;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.interlock.ClosedException;
import dev.interlock.testing.Kind;
import dev.interlock.testing.Running;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicLongArray;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Slots of a poisoning slab under threads that come and go, platform and virtual: no use after free (the
 * slab finds a stale handle, a poisoned word, a late write), no double free (it refuses the second), no
 * leak (what is live in the end is what is linked, and nothing is pending).
 */
class ReclamationStressTest {
  private static final int WORKERS = 4;
  private static final int STEPS_OF_A_LIFE = 2_000;

  private static final long SHORT = TimeUnit.MILLISECONDS.toNanos(400);
  private static final long SOAK =
      TimeUnit.SECONDS.toNanos(Integer.getInteger("interlock.soak.seconds", 60));

  @Test
  void hazardPointers_short() {
    hazardPointers(SHORT);
  }

  @Test
  void epochs_short() {
    epochs(SHORT);
  }

  // However the threads are scheduled, the garbage of epochs keeps the bound that belongs to the
  // longest
  // pin there was, counted in collections of one participant.
  @Test
  void epochs_garbageBound_short() {
    int every = 16;
    EpochDomain domain = EpochDomain.builder().collectEvery(every).build();
    AtomicIntegerArray deferred = new AtomicIntegerArray(WORKERS);
    AtomicInteger longest = new AtomicInteger();
    AtomicLong reclaimed = new AtomicLong();
    long end = System.nanoTime() + SHORT;
    List<Running<Object>> workers = new ArrayList<>();
    for (int w = 0; w < WORKERS; w++) {
      int me = w;
      workers.add(
          Kind.PLATFORM.start(
              () -> {
                SplittableRandom random = new SplittableRandom(me);
                try (EpochDomain.Participant p = domain.join("worker " + me)) {
                  int[] before = new int[WORKERS];
                  while (System.nanoTime() < end) {
                    for (int i = 0; i < WORKERS; i++) {
                      before[i] = deferred.get(i) / every;
                    }
                    try (EpochDomain.Guard guard = p.pin()) {
                      for (int i = random.nextInt(4); i >= 0; i--) {
                        deferred.incrementAndGet(me);
                        p.defer(me, n -> reclaimed.incrementAndGet());
                      }
                      assertTrue(p.isPinned(), guard::toString);
                    }
                    for (int i = 0; i < WORKERS; i++) {
                      // One more, for a collection that was counted before and looked after.
                      int collections = deferred.get(i) / every - before[i] + 1;
                      longest.accumulateAndGet(collections, Math::max);
                    }
                  }
                }
                return null;
              }));
    }
    workers.forEach(Running::get);
    ReclamationFigures figures = domain.figures();
    assertTrue(
        figures.peak() <= domain.garbageBound(longest.get()), () -> domain + " of " + longest);
    for (int i = 0; i < 3; i++) {
      domain.collect();
    }
    assertEquals(domain.figures().retired(), reclaimed.get());
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void stack_short(boolean roomy) {
    stack(SHORT, roomy);
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void queue_short(boolean roomy) {
    queue(SHORT, roomy);
  }

  @Test
  @Tag("soak")
  void hazardPointers_soak() {
    hazardPointers(SOAK);
  }

  @Test
  @Tag("soak")
  void epochs_soak() {
    epochs(SOAK);
  }

  @Test
  @Tag("soak")
  void stack_soak() {
    stack(SOAK, true);
  }

  @Test
  @Tag("soak")
  void queue_soak() {
    queue(SOAK, true);
  }

  private static void hazardPointers(long nanos) {
    OffHeapSlab slab = OffHeapSlab.poisoning("hazards", 2_000, 1);
    HazardPointers domain = HazardPointers.create(2, 8);
    AtomicLongArray cells = cells(slab);
    AtomicInteger simultaneous = new AtomicInteger();
    AtomicInteger most = new AtomicInteger();
    lives(
        nanos,
        (random, life) -> {
          most.accumulateAndGet(simultaneous.incrementAndGet(), Math::max);
          try (HazardPointers.Participant me = domain.join()) {
            for (int step = 0; step < STEPS_OF_A_LIFE; step++) {
              int cell = random.nextInt(cells.length());
              if (random.nextInt(4) != 0) {
                long a = me.protect(0, () -> cells.get(cell));
                long b = me.protect(1, () -> cells.get((cell + 1) % cells.length()));
                assertEquals(~a, slab.get(a, 0));
                assertEquals(~b, slab.get(b, 0));
                me.clear(0);
                me.clear(1);
              } else {
                me.retire(cells.getAndSet(cell, written(slab)), slab.releaser());
              }
            }
          }
          simultaneous.decrementAndGet();
        });
    domain.scan();
    ReclamationFigures figures = domain.figures();
    assertEquals(0, figures.pending(), domain::toString);
    assertTrue(figures.retired() > 0);
    assertEquals(cells.length(), slab.live(), slab::toString);
    assertTrue(figures.peak() <= domain.garbageBound(), domain::toString);
    assertTrue(domain.records() <= 2 * most.get(), domain::toString);
  }

  private static void epochs(long nanos) {
    OffHeapSlab slab = OffHeapSlab.poisoning("epochs", 1 << 20, 1);
    EpochDomain domain = EpochDomain.builder().collectEvery(8).build();
    AtomicLongArray cells = cells(slab);
    lives(
        nanos,
        (random, life) -> {
          try (EpochDomain.Participant me = domain.join("life " + life)) {
            for (int step = 0; step < STEPS_OF_A_LIFE; step++) {
              int cell = random.nextInt(cells.length());
              if (random.nextInt(4) != 0) {
                try (EpochDomain.Guard guard = me.pin()) {
                  long a = cells.get(cell);
                  long b = cells.get((cell + 1) % cells.length());
                  assertEquals(~a, slab.get(a, 0), guard::toString);
                  assertEquals(~b, slab.get(b, 0), guard::toString);
                }
              } else {
                long slot = slab.tryAcquire();
                if (slot == OffHeapSlab.NONE) {
                  domain.collect(); // somebody was descheduled while pinned
                  Thread.yield();
                } else {
                  slab.set(slot, 0, ~slot);
                  me.defer(cells.getAndSet(cell, slot), slab.releaser());
                }
              }
            }
          }
        });
    for (int i = 0; i < 3; i++) {
      domain.collect();
    }
    assertEquals(0, domain.figures().pending(), domain::toString);
    assertEquals(cells.length(), slab.live(), slab::toString);
  }

  private static AtomicLongArray cells(OffHeapSlab slab) {
    AtomicLongArray cells = new AtomicLongArray(3);
    for (int i = 0; i < cells.length(); i++) {
      cells.set(i, written(slab));
    }
    return cells;
  }

  private static long written(OffHeapSlab slab) {
    long slot = slab.acquire();
    slab.set(slot, 0, ~slot);
    return slot;
  }

  /** All that was pushed is popped, once; a narrow slab is exhausted again and again. */
  private static void stack(long nanos, boolean roomy) {
    OffHeapSlab slab = OffHeapSlab.poisoning("stack", roomy ? 100_000 : 5, 2);
    OffHeapStack stack = OffHeapStack.on(slab);
    AtomicLong sum = new AtomicLong();
    AtomicLong count = new AtomicLong();
    SlotAccess reader =
        (s, slot) -> {
          assertEquals(~s.get(slot, 0), s.get(slot, 1));
          sum.addAndGet(-s.get(slot, 0));
          count.decrementAndGet();
        };
    lives(
        nanos,
        (random, life) -> {
          for (int step = 0; step < STEPS_OF_A_LIFE; step++) {
            long value = random.nextLong();
            if (random.nextBoolean()) {
              if (stack.tryPush(
                  (s, slot) -> {
                    s.set(slot, 0, value);
                    s.set(slot, 1, ~value);
                  })) {
                sum.addAndGet(value);
                count.incrementAndGet();
              }
            } else {
              stack.pop(reader);
              stack.peekOr(0);
            }
          }
        });
    while (stack.pop(reader)) {}
    assertEquals(0, count.get());
    assertEquals(0, sum.get());
    stack.domain().scan();
    assertEquals(0, slab.live(), stack::toString);
    assertEquals(0, stack.domain().figures().pending(), stack::toString);
    assertTrue(stack.domain().figures().peak() <= stack.domain().garbageBound(), stack::toString);
  }

  /** The same, and what one producer offers comes out in its order. */
  private static void queue(long nanos, boolean roomy) {
    OffHeapSlab slab = OffHeapSlab.poisoning("queue", roomy ? 100_000 : 5, 2);
    OffHeapQueue queue = OffHeapQueue.on(slab);
    AtomicLong offered = new AtomicLong();
    AtomicLong polled = new AtomicLong();
    lives(
        nanos,
        (random, life) -> {
          long[] seen = new long[WORKERS * 100_000];
          long next = 1;
          SlotAccess reader =
              (s, slot) -> {
                int from = (int) s.get(slot, 0);
                long number = s.get(slot, 1);
                assertTrue(number > seen[from], "the order of life " + from);
                seen[from] = number;
                polled.incrementAndGet();
              };
          for (int step = 0; step < STEPS_OF_A_LIFE; step++) {
            if (random.nextBoolean()) {
              long number = next;
              if (queue.offer(
                  (s, slot) -> {
                    s.set(slot, 0, life);
                    s.set(slot, 1, number);
                  })) {
                next++;
                offered.incrementAndGet();
              }
            } else {
              queue.poll(reader);
              queue.peekOr(0);
            }
          }
        });
    while (queue.poll((s, slot) -> polled.incrementAndGet())) {}
    assertEquals(offered.get(), polled.get());
    queue.domain().scan();
    assertEquals(1, slab.live(), queue::toString);
    assertEquals(0, queue.domain().figures().pending(), queue::toString);
    assertTrue(queue.domain().figures().peak() <= queue.domain().garbageBound(), queue::toString);
  }

  // A queue or stack that is closed while others are at work: what was taken was added, nothing can
  // be added
  // afterwards, and every slot comes back.
  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void close_whileOthersWork_givesBackAllSlots(boolean ofQueue) {
    OffHeapSlab slab = OffHeapSlab.poisoning("s", 64, 1);
    HazardPointers domain = HazardPointers.create(2, 4);
    long end = System.nanoTime() + SHORT;
    int rounds = 0;
    for (; System.nanoTime() < end; rounds++) {
      OffHeapQueue queue = ofQueue ? OffHeapQueue.on(slab, domain) : null;
      OffHeapStack stack = ofQueue ? null : OffHeapStack.on(slab, domain);
      AtomicLong sum = new AtomicLong();
      List<Running<Object>> workers = new ArrayList<>();
      for (int w = 0; w < 3; w++) {
        workers.add(
            Kind.PLATFORM.start(
                () -> {
                  for (long i = 1; ; i++) {
                    try {
                      if (queue != null ? queue.offer(i) : stack.tryPush(i)) {
                        sum.addAndGet(i);
                      }
                    } catch (ClosedException closed) {
                      return null;
                    }
                    long taken = queue != null ? queue.pollOr(0) : stack.popOr(0);
                    sum.addAndGet(-taken);
                  }
                }));
      }
      while (sum.get() == 0 && !workers.get(0).isDone()) {
        Thread.yield();
      }
      if (queue != null) {
        queue.close();
      } else {
        stack.close();
      }
      workers.forEach(Running::get);
      assertTrue(sum.get() >= 0, "taken that was not added");
      domain.scan();
      assertEquals(0, slab.live(), slab::toString);
      assertEquals(0, domain.figures().pending(), domain::toString);
    }
    assertTrue(rounds > 0);
  }

  /** Threads of both kinds, each for one life after the other, until the time is over. */
  private static void lives(long nanos, Life life) {
    long end = System.nanoTime() + nanos;
    AtomicBoolean failed = new AtomicBoolean();
    AtomicInteger lives = new AtomicInteger();
    List<Running<Object>> workers = new ArrayList<>();
    for (int w = 0; w < WORKERS; w++) {
      Kind kind = w % 2 == 0 ? Kind.PLATFORM : Kind.VIRTUAL;
      workers.add(
          Kind.PLATFORM.start(
              () -> {
                while (System.nanoTime() < end && !failed.get()) {
                  int number = lives.getAndIncrement();
                  Callable<Object> body =
                      () -> {
                        life.live(new SplittableRandom(number), number);
                        return null;
                      };
                  try {
                    kind.start(body).get();
                  } catch (AssertionError e) {
                    failed.set(true);
                    throw e;
                  }
                }
                return null;
              }));
    }
    for (Running<Object> worker : workers) {
      while (!worker.isDone() && System.nanoTime() < end) {
        Thread.onSpinWait();
        Thread.yield();
      }
      worker.get();
    }
  }

  private interface Life {
    void live(SplittableRandom random, int number);
  }
}
