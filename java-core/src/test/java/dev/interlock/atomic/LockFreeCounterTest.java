package dev.interlock.atomic;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.interlock.testing.Kind;
import dev.interlock.testing.Running;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class LockFreeCounterTest {
  // Each change returns the value that it made.
  @Test
  void changes_oneThread_returnTheNewValue() {
    LockFreeCounter counter = new LockFreeCounter();
    assertEquals(1, counter.increment());
    assertEquals(0, counter.decrement());
    assertEquals(40, counter.add(40));
    assertEquals(-2, counter.add(-42));
    assertEquals(-2, counter.get());
    assertEquals(-2, counter.getAndSet(9));
    assertEquals("LockFreeCounter[9]", counter.toString());
  }

  // It only changes when the value is the expected one.
  @Test
  void compareAndSet_otherValue_changesNothing() {
    LockFreeCounter counter = new LockFreeCounter(5);
    assertFalse(counter.compareAndSet(4, 6));
    assertEquals(5, counter.get());
    assertTrue(counter.compareAndSet(5, 6));
    assertEquals(6, counter.get());
  }

  // The end of the range is not an error.
  @Test
  void increment_beyondTheEnd_wraps() {
    assertEquals(Long.MIN_VALUE, new LockFreeCounter(Long.MAX_VALUE).increment());
    assertEquals(Long.MAX_VALUE, new LockFreeCounter(Long.MIN_VALUE).decrement());
  }

  // Nothing is lost, and no two calls return the same value.
  @ParameterizedTest
  @EnumSource
  void increment_fourThreads_eachValueOnce(Kind kind) {
    int threads = 4;
    int each = 20_000;
    LockFreeCounter counter = new LockFreeCounter();
    List<Running<long[]>> running = new ArrayList<>();
    for (int t = 0; t < threads; t++) {
      running.add(
          kind.start(
              () -> {
                long[] mine = new long[each];
                for (int i = 0; i < each; i++) {
                  mine[i] = counter.increment();
                }
                return mine;
              }));
    }
    boolean[] seen = new boolean[threads * each + 1];
    for (Running<long[]> r : running) {
      long before = 0;
      for (long value : r.get()) {
        assertTrue(value > before, "values of one thread grow");
        assertFalse(seen[(int) value], () -> value + " was returned twice");
        seen[(int) value] = true;
        before = value;
      }
    }
    assertEquals((long) threads * each, counter.get());
  }
}
