package dev.interlock.atomic;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.interlock.atomic.StatisticsCounter.Snapshot;
import dev.interlock.testing.Kind;
import dev.interlock.testing.Running;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class StatisticsCounterTest {
  // The highest value stays when the counter goes down again; each change is an operation.
  @Test
  void figures_upAndDown_areKept() {
    StatisticsCounter counter = new StatisticsCounter();
    assertEquals(new Snapshot(0, 0, 0, true), counter.snapshot());
    assertTrue(counter.increment());
    assertTrue(counter.add(4));
    assertTrue(counter.decrement());
    assertTrue(counter.add(0));
    assertEquals(new Snapshot(4, 5, 4, true), counter.snapshot());
    assertTrue(counter.add(-10));
    assertEquals(-6, counter.current());
    assertEquals(5, counter.highest());
    assertEquals(5, counter.operations());
    assertEquals("StatisticsCounter[-6, highest=5, operations=5]", counter.toString());
  }

  // Below zero from the beginning: the initial value is the highest so far.
  @Test
  void highest_negativeStart_isTheStart() {
    StatisticsCounter counter = new StatisticsCounter(-5);
    counter.decrement();
    assertEquals(new Snapshot(-6, -5, 1, true), counter.snapshot());
    counter.add(3);
    assertEquals(new Snapshot(-3, -3, 2, true), counter.snapshot());
  }

  // After the end nothing changes any more, and that is said; the figures stay.
  @Test
  void changes_afterShutdown_areRefused() {
    StatisticsCounter counter = new StatisticsCounter();
    counter.add(3);
    assertTrue(counter.isActive());
    assertTrue(counter.shutdown());
    assertFalse(counter.shutdown());
    assertFalse(counter.isActive());
    assertFalse(counter.increment());
    assertFalse(counter.add(1L << 40));
    assertFalse(counter.add(-1));
    assertEquals(new Snapshot(3, 3, 1, false), counter.snapshot());
    assertEquals("StatisticsCounter[3, highest=3, operations=1, shut down]", counter.toString());
  }

  // Out of the range of long: an error, nothing is changed, and it goes on.
  @Test
  void add_outOfRange_changesNothing() {
    StatisticsCounter counter = new StatisticsCounter(Long.MAX_VALUE - 1);
    assertTrue(counter.increment());
    for (long delta : new long[] {1, 1L << 40, Long.MAX_VALUE}) {
      String message =
          assertThrows(ArithmeticException.class, () -> counter.add(delta)).getMessage();
      assertTrue(message.contains("" + delta), message);
    }
    assertEquals(new Snapshot(Long.MAX_VALUE, Long.MAX_VALUE, 1, true), counter.snapshot());
    assertTrue(counter.add(Long.MIN_VALUE));
    assertTrue(counter.add(Long.MIN_VALUE + 1));
    assertEquals(new Snapshot(Long.MIN_VALUE, Long.MAX_VALUE, 3, true), counter.snapshot());
    assertThrows(ArithmeticException.class, counter::decrement);
    assertEquals(3, counter.operations());
  }

  // Steps of all sizes, so that epochs end everywhere: as three plain variables would have it.
  @Test
  void changes_allSizes_agreeWithPlainVariables() {
    Random random = new Random(42);
    StatisticsCounter counter = new StatisticsCounter();
    long current = 0;
    long highest = 0;
    for (int i = 1; i <= 200_000; i++) {
      long delta = random.nextLong() >> random.nextInt(8, 64);
      counter.add(delta);
      current += delta;
      highest = Math.max(highest, current);
      assertEquals(new Snapshot(current, highest, i, true), counter.snapshot());
    }
  }

  // More operations than one word counts, up and down, at the edges of what it holds.
  @Test
  void operations_moreThanAWordHolds_areCounted() {
    StatisticsCounter counter = new StatisticsCounter();
    int steps = (1 << 22) + 10;
    for (int i = 0; i < steps; i++) {
      counter.add((i & 1) == 0 ? 1 : -1);
    }
    assertEquals(new Snapshot(0, 1, steps, true), counter.snapshot());
    StatisticsCounter up = new StatisticsCounter();
    StatisticsCounter down = new StatisticsCounter();
    int edge = (1 << 19) + 3;
    for (int i = 1; i <= edge; i++) {
      up.increment();
      down.decrement();
      if (i > edge - 8) {
        assertEquals(new Snapshot(i, i, i, true), up.snapshot());
        assertEquals(new Snapshot(-i, 0, i, true), down.snapshot());
      }
    }
    up.decrement();
    assertEquals(new Snapshot(edge - 1, edge, edge + 1, true), up.snapshot());
  }

  // No change is lost, and every snapshot is one that can have been: all steps are by one, so
  // operations and value have the same parity, and no value is above the highest or the number of
  // operations.
  @ParameterizedTest
  @EnumSource
  void snapshot_whileFourThreadsChange_belongsTogether(Kind kind) {
    StatisticsCounter counter = new StatisticsCounter();
    int each = 100_000;
    List<Running<Void>> threads = new ArrayList<>();
    for (int t = 0; t < 4; t++) {
      int step = t % 2 == 0 ? 1 : -1;
      threads.add(
          kind.start(
              () -> {
                for (int i = 0; i < each; i++) {
                  assertTrue(counter.add(step));
                }
                return null;
              }));
    }
    Snapshot before = counter.snapshot();
    while (threads.stream().anyMatch(r -> !r.isDone())) {
      Snapshot s = counter.snapshot();
      assertEquals(s.operations() & 1, s.current() & 1, s::toString);
      assertTrue(s.highest() >= s.current() && s.highest() >= before.highest(), s::toString);
      assertTrue(s.highest() <= s.operations() && s.operations() >= before.operations());
      before = s;
    }
    threads.forEach(Running::get);
    assertEquals(0, counter.current());
    assertEquals(4L * each, counter.operations());
  }

  // The same with steps so large that each of them ends an epoch.
  @Test
  void add_largeSteps_fourThreads_noneIsLost() {
    StatisticsCounter counter = new StatisticsCounter();
    int each = 20_000;
    List<Running<Void>> threads = new ArrayList<>();
    for (int t = 0; t < 4; t++) {
      long step = t == 0 ? 1 : 1L << 20;
      threads.add(
          Kind.PLATFORM.start(
              () -> {
                for (int i = 0; i < each; i++) {
                  assertTrue(counter.add(step));
                }
                return null;
              }));
    }
    threads.forEach(Running::get);
    long sum = each + 3L * each * (1L << 20);
    assertEquals(new Snapshot(sum, sum, 4L * each, true), counter.snapshot());
  }

  // What was accepted before the end is in the figures, and nothing else: one thread ends it, once.
  @Test
  void shutdown_whileOthersCount_figuresAreThoseAccepted() {
    for (int round = 0; round < 200; round++) {
      StatisticsCounter counter = new StatisticsCounter();
      List<Running<Long>> counting = new ArrayList<>();
      for (int t = 0; t < 2; t++) {
        long step = t == 0 ? 1 : 1L << 20;
        counting.add(
            Kind.PLATFORM.start(
                () -> {
                  long accepted = 0;
                  while (counter.add(step)) {
                    accepted++;
                  }
                  return accepted;
                }));
      }
      List<Running<Boolean>> ending = new ArrayList<>();
      for (int t = 0; t < 2; t++) {
        ending.add(Kind.PLATFORM.start(counter::shutdown));
      }
      assertEquals(1, ending.stream().filter(Running::get).count());
      Snapshot atEnd = counter.snapshot();
      long small = counting.get(0).get();
      long large = counting.get(1).get();
      assertEquals(
          new Snapshot(small + (large << 20), small + (large << 20), small + large, false), atEnd);
      assertEquals(atEnd, counter.snapshot());
    }
  }
}
