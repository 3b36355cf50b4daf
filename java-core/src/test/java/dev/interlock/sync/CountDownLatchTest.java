package dev.interlock.sync;

import static dev.interlock.testing.Polls.assertCancelled;
import static dev.interlock.testing.Polls.assertCompleted;
import static dev.interlock.testing.Polls.assertContains;
import static dev.interlock.testing.Polls.pending;
import static dev.interlock.testing.Polls.ready;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.interlock.future.PollFuture;
import dev.interlock.testing.Conditions;
import dev.interlock.testing.CountingWaker;
import dev.interlock.testing.Kind;
import dev.interlock.testing.Polls;
import dev.interlock.testing.Running;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class CountDownLatchTest {
  private static final Duration LONG = Duration.ofHours(1);

  private final CountDownLatch latch = CountDownLatch.named("start", 2);

  @AfterEach
  void noInterruptIsLeft() {
    Polls.assertInterrupted(false);
  }

  private static Running<Void> awaiting(Kind kind, CountDownLatch l) {
    return kind.start(
        () -> {
          l.await();
          return null;
        });
  }

  private void awaitWaiting(int n) {
    Conditions.await(() -> latch.waiting() == n, () -> n + " waiting, at " + latch);
  }

  private void assertUnchanged() {
    assertEquals(2, latch.count());
    assertEquals(0, latch.waiting());
    assertFalse(latch.isOpen());
  }

  // A negative count is refused, and so is a name that is null.
  @Test
  void of_bad_refused() {
    assertContains(
        assertThrows(IllegalArgumentException.class, () -> CountDownLatch.of(-1)).getMessage(),
        "count is -1",
        "0 or more");
    assertThrows(NullPointerException.class, () -> CountDownLatch.named(null, 1));
  }

  // The text tells the name, the count, and how many wait.
  @Test
  void toString_tellsState() {
    assertEquals("CountDownLatch(start)[count=2, waiting=0]", latch.toString());
    pending(latch.awaitAsync());
    assertEquals("CountDownLatch(start)[count=2, waiting=1]", latch.toString());
    assertContains(CountDownLatch.of(0).toString(), "CountDownLatch@", "[count=0, waiting=0]");
  }

  // A latch of none is open, and nobody waits at it.
  @Test
  void await_open_returnsAtOnce() throws InterruptedException {
    CountDownLatch open = CountDownLatch.of(0);
    assertTrue(open.isOpen());
    open.await();
    assertTrue(open.await(Duration.ZERO));
    open.awaitUninterruptibly();
    ready(open.awaitAsync());
  }

  // It counts down one by one, and stays open.
  @Test
  void countDown_toZero_opensForGood() {
    latch.countDown();
    assertEquals(1, latch.count());
    assertFalse(latch.isOpen());
    latch.countDown();
    assertTrue(latch.isOpen());
    latch.countDown();
    assertEquals(0, latch.count());
  }

  // More than is left takes it to zero.
  @ParameterizedTest
  @ValueSource(ints = {2, 3, Integer.MAX_VALUE})
  void countDown_moreThanLeft_opens(int n) {
    PollFuture<Void> waiter = pending(latch.awaitAsync());
    latch.countDown(n);
    ready(waiter);
    assertEquals(0, latch.count());
  }

  // Less than one is refused.
  @ParameterizedTest
  @ValueSource(ints = {0, -1, Integer.MIN_VALUE})
  void countDown_lessThanOne_refusedAndUnchanged(int n) {
    assertContains(
        assertThrows(IllegalArgumentException.class, () -> latch.countDown(n)).getMessage(),
        "n is " + n);
    assertUnchanged();
  }

  // All who wait are let through by the last count, not before, in the order in which they came.
  @Test
  void countDown_manyWait_allLetThrough() {
    List<CountingWaker> wakers = new ArrayList<>();
    List<PollFuture<Void>> waiters = new ArrayList<>();
    for (int i = 0; i < 5; i++) {
      wakers.add(new CountingWaker());
      waiters.add(pending(latch.awaitAsync(), wakers.get(i)));
    }
    latch.countDown();
    wakers.forEach(w -> assertEquals(0, w.calls()));
    latch.countDown();
    wakers.forEach(w -> assertEquals(1, w.calls()));
    waiters.forEach(Polls::ready);
    waiters.forEach(Polls::assertCompleted);
    assertEquals(0, latch.waiting());
  }

  // Threads of both kinds wait beside a future.
  @ParameterizedTest
  @EnumSource
  void await_threadsAndFuture_allLetThrough(Kind kind) {
    Running<Void> first = awaiting(kind, latch);
    awaitWaiting(1);
    PollFuture<Void> second = pending(latch.awaitAsync());
    Running<Void> third = awaiting(kind, latch);
    awaitWaiting(3);
    latch.countDown(2);
    first.get();
    third.get();
    ready(second);
  }

  // An interrupt before the call ends it, even at an open latch.
  @Test
  void await_interruptedBefore_refused() {
    for (CountDownLatch l : List.of(latch, CountDownLatch.of(0))) {
      Thread.currentThread().interrupt();
      assertContains(
          assertThrows(InterruptedException.class, l::await).getMessage(), "interrupted before");
      Thread.currentThread().interrupt();
      assertThrows(InterruptedException.class, () -> l.await(LONG));
      Polls.assertInterrupted(false);
    }
    assertUnchanged();
  }

  // An interrupt ends the wait without effect.
  @ParameterizedTest
  @EnumSource
  void await_interruptedWhileQueued_leavesTheQueue(Kind kind) {
    Running<Void> waiter = awaiting(kind, latch);
    awaitWaiting(1);
    waiter.interrupt();
    assertContains(
        waiter.failure(InterruptedException.class).getMessage(),
        "interrupted while waiting",
        "CountDownLatch(start)[count=2");
    assertUnchanged();
  }

  // An uninterruptible wait goes on, and the interrupt is there afterwards.
  @ParameterizedTest
  @EnumSource
  void awaitUninterruptibly_interruptedWhileQueued_keepsTheInterrupt(Kind kind) {
    Running<Boolean> waiter =
        kind.start(
            () -> {
              latch.awaitUninterruptibly();
              return Thread.currentThread().isInterrupted();
            });
    awaitWaiting(1);
    waiter.interrupt();
    waiter.awaitAsleep();
    assertEquals(1, latch.waiting());
    latch.countDown(2);
    assertTrue(waiter.get());
  }

  // When the time runs out the wait leaves no trace.
  @ParameterizedTest
  @EnumSource
  void await_timeRunsOut_falseAndOutOfTheQueue(Kind kind) {
    assertFalse(kind.start(() -> latch.await(Duration.ofMillis(5))).get());
    assertUnchanged();
  }

  // No time means no wait, and null is refused.
  @Test
  void await_noTime_looks() throws InterruptedException {
    assertFalse(latch.await(Duration.ZERO));
    assertFalse(latch.await(Duration.ofSeconds(Long.MIN_VALUE)));
    assertThrows(NullPointerException.class, () -> latch.await(null));
    assertUnchanged();
  }

  // A timed wait ends in time.
  @ParameterizedTest
  @EnumSource
  void await_openedInTime_true(Kind kind) {
    Running<Boolean> waiter = kind.start(() -> latch.await(LONG));
    awaitWaiting(1);
    latch.countDown(2);
    assertTrue(waiter.get());
  }

  // A dropped future leaves the queue.
  @Test
  void awaitAsync_droppedWhileQueued_leavesTheQueue() {
    PollFuture<Void> first = pending(latch.awaitAsync());
    PollFuture<Void> second = pending(latch.awaitAsync());
    assertTrue(first.cancel());
    assertEquals(1, latch.waiting());
    latch.countDown(2);
    assertCancelled(first);
    ready(second);
  }

  // One that is dropped after the latch opened had nothing to give back.
  @Test
  void awaitAsync_droppedAfterTheZero_noEffect() {
    PollFuture<Void> future = pending(latch.awaitAsync());
    latch.countDown(2);
    assertTrue(future.cancel());
    assertCancelled(future);
    assertTrue(latch.isOpen());
  }

  // A future that was never polled stands in no queue; one that was ready is over.
  @Test
  void awaitAsync_notPolledAndDone() {
    PollFuture<Void> never = latch.awaitAsync();
    assertEquals(0, latch.waiting());
    assertTrue(never.cancel());
    latch.countDown(2);
    PollFuture<Void> late = latch.awaitAsync();
    ready(late);
    assertCompleted(late);
  }

  // A future that is driven for a time leaves the queue when it is over.
  @Test
  void block_timeRunsOut_leavesTheQueue() {
    assertThrows(TimeoutException.class, () -> latch.awaitAsync().block(Duration.ofMillis(5)));
    assertUnchanged();
  }

  // Many threads count, many wait: everybody gets through, and what was written before is seen.
  @ParameterizedTest
  @EnumSource
  void countDown_manyThreads_everybodySeesAll(Kind kind) {
    int counters = 4;
    for (int round = 0; round < 200; round++) {
      CountDownLatch l = CountDownLatch.of(counters);
      int[] written = new int[counters];
      List<Running<Integer>> waiters = new ArrayList<>();
      for (int i = 0; i < 3; i++) {
        waiters.add(
            kind.start(
                () -> {
                  l.await();
                  int sum = 0;
                  for (int w : written) {
                    sum += w;
                  }
                  return sum;
                }));
      }
      for (int i = 0; i < counters; i++) {
        int mine = i;
        kind.start(
            () -> {
              written[mine] = 1;
              l.countDown();
              return null;
            });
      }
      waiters.forEach(w -> assertEquals(counters, w.get()));
    }
  }
}
