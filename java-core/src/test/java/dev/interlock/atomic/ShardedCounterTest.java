package dev.interlock.atomic;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.interlock.testing.Kind;
import dev.interlock.testing.Running;
import java.lang.reflect.Field;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class ShardedCounterTest {
  // One thread alone sees a plain counter.
  @Test
  void sum_oneThread_isExact() {
    ShardedCounter counter = new ShardedCounter();
    assertEquals(0, counter.sum());
    counter.increment();
    counter.add(10);
    counter.decrement();
    assertEquals(10, counter.sum());
    assertEquals("ShardedCounter[10]", counter.toString());
    assertEquals(10, counter.sumThenReset());
    assertEquals(0, counter.sum());
    counter.add(Long.MAX_VALUE);
    counter.increment();
    assertEquals(Long.MIN_VALUE, counter.sum());
  }

  // When nobody adds any more, the sum is exact, whatever cells were used.
  @ParameterizedTest
  @EnumSource
  void sum_afterManyThreads_isExact(Kind kind) {
    ShardedCounter counter = new ShardedCounter();
    int threads = 8;
    int each = 100_000;
    List<Running<Void>> running = new ArrayList<>();
    for (int t = 0; t < threads; t++) {
      long step = t + 1;
      running.add(
          kind.start(
              () -> {
                for (int i = 0; i < each; i++) {
                  counter.add(step);
                }
                return null;
              }));
    }
    running.forEach(Running::get);
    assertEquals(36L * each, counter.sum());
  }

  // The bound: everything that returned before is in it, nothing that was called afterwards.
  @Test
  void sum_whileThreadsAdd_liesBetweenReturnedAndCalled() {
    ShardedCounter counter = spread();
    long before = counter.sum();
    int threads = 3;
    int each = 200_000;
    AtomicLong[] called = new AtomicLong[threads];
    AtomicLong[] returned = new AtomicLong[threads];
    List<Running<Void>> running = new ArrayList<>();
    for (int t = 0; t < threads; t++) {
      called[t] = new AtomicLong();
      returned[t] = new AtomicLong();
      int me = t;
      running.add(
          Kind.PLATFORM.start(
              () -> {
                for (int i = 1; i <= each; i++) {
                  called[me].set(i);
                  counter.increment();
                  returned[me].set(i);
                }
                return null;
              }));
    }
    long last = 0;
    while (running.stream().anyMatch(r -> !r.isDone())) {
      long least = total(returned);
      long sum = counter.sum() - before;
      long most = total(called);
      assertTrue(least <= sum && sum <= most, () -> least + " <= " + sum + " <= " + most);
      assertTrue(sum >= last, "increments alone: sums never go back");
      last = sum;
    }
    running.forEach(Running::get);
    assertEquals((long) threads * each, counter.sum() - before);
  }

  // Every addition is in the result of exactly one sumThenReset, or in the last sum.
  @Test
  void sumThenReset_whileThreadsAdd_takesEachOnce() {
    ShardedCounter counter = spread();
    long before = counter.sum();
    int each = 200_000;
    List<Running<Long>> adding = new ArrayList<>();
    List<Running<Long>> taking = new ArrayList<>();
    for (int t = 0; t < 2; t++) {
      adding.add(
          Kind.PLATFORM.start(
              () -> {
                for (int i = 0; i < each; i++) {
                  counter.add(i);
                }
                return 0L;
              }));
    }
    for (int t = 0; t < 2; t++) {
      taking.add(
          Kind.PLATFORM.start(
              () -> {
                long taken = 0;
                while (adding.stream().anyMatch(r -> !r.isDone())) {
                  taken += counter.sumThenReset();
                }
                return taken;
              }));
    }
    adding.forEach(Running::get);
    long taken = taking.stream().mapToLong(Running::get).sum();
    assertEquals(before + (long) each * (each - 1), taken + counter.sum());
  }

  // A cell in which threads take turns is left: the instance takes another multiplier.
  @Test
  void cells_sharedByBusyThreads_areLeft() throws Exception {
    ShardedCounter counter = spread();
    long[] cells = cellsOf(counter);
    long multiplier = multiplierOf(counter);
    Set<Long> used = new HashSet<>();
    for (int i = 0; i < 1_000; i++) {
      // As if another thread had been in every cell meanwhile.
      for (int cell = 16; cell < cells.length - 16; cell += 16) {
        cells[cell + 1] = -1;
      }
      counter.increment();
      used.add(multiplierOf(counter));
      assertTrue((multiplierOf(counter) & 1) == 1, "an even one would lose thread numbers");
    }
    assertTrue(multiplierOf(counter) != multiplier, "shared cells bring another multiplier");
    assertTrue(used.size() >= 4 && used.size() < 60, used.size() + " multipliers in 1000 moves");
  }

  // Consecutive thread numbers, as many as half the cells, do not share a cell to begin with.
  @Test
  void cells_consecutiveThreads_differ() throws Exception {
    var cellOf = ShardedCounter.class.getDeclaredMethod("cellOf", long.class, long.class);
    cellOf.setAccessible(true);
    long golden = multiplierOf(new ShardedCounter());
    int cells = 1 << ShardedCounter.cellsLog2(Runtime.getRuntime().availableProcessors());
    for (long first = 1; first < 10_000; first++) {
      List<Object> used = new ArrayList<>();
      for (long thread = first; thread < first + cells / 2; thread++) {
        Object cell = cellOf.invoke(null, thread, golden);
        assertTrue(!used.contains(cell), "threads from " + first + " on share a cell");
        used.add(cell);
      }
    }
  }

  // Four cells for each processor, a power of two, at most MAX_CELLS.
  @Test
  void cellsLog2_anyMachine_isBounded() {
    assertEquals(3, ShardedCounter.cellsLog2(1));
    assertEquals(3, ShardedCounter.cellsLog2(2));
    assertEquals(4, ShardedCounter.cellsLog2(3));
    assertEquals(4, ShardedCounter.cellsLog2(4));
    assertEquals(8, ShardedCounter.cellsLog2(64));
    assertEquals(8, ShardedCounter.cellsLog2(1_000));
  }

  /** A counter that has its cells: contended until it has. */
  private static ShardedCounter spread() {
    ShardedCounter counter = new ShardedCounter();
    List<Running<Void>> running = new ArrayList<>();
    for (int t = 0; t < 2; t++) {
      running.add(
          Kind.PLATFORM.start(
              () -> {
                while (cellsOf(counter) == null) {
                  counter.increment();
                }
                return null;
              }));
    }
    running.forEach(Running::get);
    return counter;
  }

  private static long total(AtomicLong[] counts) {
    long total = 0;
    for (AtomicLong count : counts) {
      total += count.get();
    }
    return total;
  }

  private static long[] cellsOf(ShardedCounter counter) throws ReflectiveOperationException {
    Field field = ShardedCounter.class.getDeclaredField("cells");
    field.setAccessible(true);
    return (long[]) field.get(counter);
  }

  private static long multiplierOf(ShardedCounter counter) throws ReflectiveOperationException {
    Field field = ShardedCounter.class.getDeclaredField("multiplier");
    field.setAccessible(true);
    return (long) field.get(counter);
  }
}
