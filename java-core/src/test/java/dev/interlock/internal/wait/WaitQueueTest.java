package dev.interlock.internal.wait;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class WaitQueueTest {
  private final WaitQueue queue = new WaitQueue();

  // The head is the first whose wait goes on; the count leaves out those that are over.
  @Test
  void head_cancelledBefore_nextOne() {
    TestWaiter first = new TestWaiter();
    TestWaiter second = new TestWaiter();
    queue.lock();
    try {
      assertNull(queue.head());
      queue.waiters().add(first);
      queue.waiters().add(second);
      assertSame(first, queue.head());
      first.cancelPending();
      assertSame(second, queue.head());
    } finally {
      queue.unlock();
    }
    assertEquals(1, queue.countWaiting());
  }

  // Each waiter may be overtaken so often from its joining on; the limit is always that of the
  // head.
  @Test
  void mustHandOver_countsFromTheJoiningOfTheHead() {
    TestWaiter first = new TestWaiter();
    TestWaiter second = new TestWaiter();
    queue.lock();
    try {
      queue.addOvertakeable(first, 2);
      assertFalse(queue.mustHandOver());
      queue.countOvertake();
      queue.addOvertakeable(second, 2);
      assertFalse(queue.mustHandOver());
      queue.countOvertake();
      assertTrue(queue.mustHandOver(), "the first was overtaken twice");
      assertTrue(queue.removeOvertakeable(first, 2));
      assertFalse(queue.mustHandOver(), "the second was overtaken once");
      queue.countOvertake();
      assertTrue(queue.mustHandOver());
      assertTrue(queue.removeOvertakeable(second, 2));
      assertFalse(queue.removeOvertakeable(second, 2));
    } finally {
      queue.unlock();
    }
  }

  // The count may wrap around, and the bound be as large as an int.
  @Test
  void mustHandOver_largestBound_notYet() {
    TestWaiter waiter = new TestWaiter();
    queue.lock();
    try {
      queue.countOvertake();
      queue.addOvertakeable(waiter, Integer.MAX_VALUE);
      assertFalse(queue.mustHandOver());
      queue.countOvertake();
      assertFalse(queue.mustHandOver());
    } finally {
      queue.unlock();
    }
  }

  // The spin estimate stays within its bounds, whatever it learns.
  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void learnSpin_always_staysWithinBounds(boolean paid) {
    for (int i = 0; i < 100; i++) {
      queue.learnSpin(paid);
      int estimate = queue.spinEstimate();
      assertTrue(Spin.MIN <= estimate && estimate <= Spin.MAX, () -> "estimate " + estimate);
    }
  }

  // Durations never become negative nor overflow.
  @Test
  void toNanosSaturated_extremes_clamped() {
    assertEquals(0, Durations.toNanosSaturated(Duration.ZERO));
    assertEquals(0, Durations.toNanosSaturated(Duration.ofNanos(-1)));
    assertEquals(0, Durations.toNanosSaturated(Duration.ofSeconds(Long.MIN_VALUE)));
    assertEquals(5, Durations.toNanosSaturated(Duration.ofNanos(5)));
    assertEquals(Long.MAX_VALUE >> 1, Durations.toNanosSaturated(Duration.ofNanos(Long.MAX_VALUE)));
    assertEquals(
        Long.MAX_VALUE >> 1, Durations.toNanosSaturated(Duration.ofSeconds(Long.MAX_VALUE)));
    assertThrows(NullPointerException.class, () -> Durations.toNanosSaturated(null));
  }

  // The calling thread of a test is a platform thread.
  @Test
  void isVirtual_platformThread_false() {
    assertFalse(Spin.isVirtual(Thread.currentThread()));
  }
}
