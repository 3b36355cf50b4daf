package dev.interlock.atomic;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.interlock.testing.Kind;
import dev.interlock.testing.Running;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class BoundedCounterTest {
  // A step out of the range is refused and changes nothing; one to its very end is taken.
  @Test
  void tryAdd_beyondABound_isRefusedAndChangesNothing() {
    BoundedCounter counter = new BoundedCounter(-2, 3);
    assertEquals(-2, counter.get());
    assertFalse(counter.tryDecrement());
    assertEquals(-2, counter.get());
    assertFalse(counter.tryAdd(6));
    assertEquals(-2, counter.get());
    assertTrue(counter.tryAdd(5));
    assertEquals(3, counter.get());
    assertFalse(counter.tryIncrement());
    assertTrue(counter.tryAdd(0));
    assertFalse(counter.tryAdd(-6));
    assertTrue(counter.tryAdd(-5));
    assertEquals(-2, counter.get());
    assertEquals("BoundedCounter[-2 of -2..3]", counter.toString());
  }

  // Steps, bounds and values of any size: as with numbers that have no end.
  @Test
  void tryAdd_extremes_isDecidedWithoutOverflow() {
    long[] extremes = {
      Long.MIN_VALUE, Long.MIN_VALUE + 1, -2, -1, 0, 1, 2, Long.MAX_VALUE - 1, Long.MAX_VALUE
    };
    for (long min : extremes) {
      for (long max : extremes) {
        for (long initial : extremes) {
          if (min > initial || initial > max) {
            continue;
          }
          for (long delta : extremes) {
            BoundedCounter counter = new BoundedCounter(min, max, initial);
            BigInteger sum = BigInteger.valueOf(initial).add(BigInteger.valueOf(delta));
            boolean fits =
                sum.compareTo(BigInteger.valueOf(min)) >= 0
                    && sum.compareTo(BigInteger.valueOf(max)) <= 0;
            String text = counter + " + " + delta;
            assertEquals(fits, counter.tryAdd(delta), text);
            assertEquals(fits ? initial + delta : initial, counter.get(), text);
          }
        }
      }
    }
  }

  // Constructing and setting with values outside of the range names them.
  @Test
  void bounds_impossible_areRefused() {
    assertMessage("min is 2, above max 1", () -> new BoundedCounter(2, 1));
    assertMessage("initial value is 4", () -> new BoundedCounter(0, 3, 4));
    BoundedCounter counter = new BoundedCounter(0, 3, 1);
    assertMessage("cannot be set to 4", () -> counter.compareAndSet(1, 4));
    assertMessage("cannot be set to -1", () -> counter.compareAndSet(7, -1));
    assertEquals(1, counter.get());
    assertFalse(counter.compareAndSet(0, 2));
    assertTrue(counter.compareAndSet(1, 3));
    assertEquals(3, counter.get());
    assertEquals(0, counter.min());
    assertEquals(3, counter.max());
  }

  private static void assertMessage(String part, Runnable body) {
    String message = assertThrows(IllegalArgumentException.class, body::run).getMessage();
    assertTrue(message.contains(part), message);
  }

  // Whoever races, the value never leaves the range, and the steps taken add up to it.
  @ParameterizedTest
  @EnumSource
  void steps_fourThreads_neverLeaveTheRange(Kind kind) {
    BoundedCounter counter = new BoundedCounter(0, 3);
    List<Running<Long>> threads = new ArrayList<>();
    for (int t = 0; t < 4; t++) {
      int step = t % 2 == 0 ? 1 + t / 2 : -1 - t / 2;
      threads.add(
          kind.start(
              () -> {
                long taken = 0;
                for (int i = 0; i < 50_000; i++) {
                  if (counter.tryAdd(step)) {
                    taken += step;
                  }
                  long v = counter.get();
                  assertTrue(v >= 0 && v <= 3, () -> "value " + v);
                }
                return taken;
              }));
    }
    assertEquals(threads.stream().mapToLong(Running::get).sum(), counter.get());
  }

  // A hundred places are given away exactly a hundred times.
  @Test
  void tryIncrement_fourThreads_exactlyAsManyAsThereIsRoom() {
    for (int round = 0; round < 50; round++) {
      BoundedCounter counter = new BoundedCounter(0, 100);
      List<Running<Integer>> threads = new ArrayList<>();
      for (int t = 0; t < 4; t++) {
        threads.add(
            Kind.PLATFORM.start(
                () -> {
                  int taken = 0;
                  while (counter.tryIncrement()) {
                    taken++;
                  }
                  return taken;
                }));
      }
      assertEquals(100, threads.stream().mapToInt(Running::get).sum());
    }
  }
}
