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
import dev.interlock.internal.wait.WaitQueue;
import dev.interlock.internal.wait.Waiter;
import dev.interlock.testing.Conditions;
import dev.interlock.testing.CountingWaker;
import dev.interlock.testing.Kind;
import dev.interlock.testing.Polls;
import dev.interlock.testing.Running;
import java.lang.ref.WeakReference;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.openjdk.jol.info.GraphLayout;

class NotifyTest {
  private static final Duration LONG = Duration.ofHours(1);
  private static final Duration SHORT = Duration.ofMillis(5);

  private final Notify notify = Notify.named("ready");

  @AfterEach
  void noInterruptIsLeft() {
    Polls.assertInterrupted(false);
  }

  private void awaitWaiting(int n) {
    Conditions.await(() -> notify.waiting() == n, () -> n + " waiting, at " + notify);
  }

  private void assertUntouched() {
    assertEquals(0, notify.waiting());
    assertFalse(notify.isNotified());
  }

  // Names and durations are not null.
  @Test
  void anything_null_refused() {
    assertThrows(NullPointerException.class, () -> Notify.named(null));
    assertThrows(NullPointerException.class, () -> notify.await(null));
  }

  // The text tells the name, and what is kept or who waits.
  @Test
  void toString_tellsState() {
    assertEquals("Notify(ready)[waiting=0]", notify.toString());
    notify.notifyOne();
    assertEquals("Notify(ready)[notified]", notify.toString());
    assertTrue(notify.tryAwait());
    pending(notify.awaitAsync());
    assertEquals("Notify(ready)[waiting=1]", notify.toString());
    assertContains(Notify.create().toString(), "Notify@", "[waiting=0]");
  }

  // It is as small as it promises.
  @Test
  void footprint_idle_asPromised() {
    assertTrue(GraphLayout.parseInstance(Notify.create()).totalSize() <= 24);
  }

  // A notification that nobody waits for is kept, once, for whoever comes first.
  @Test
  void notifyOne_nobodyWaits_oneIsKept() throws InterruptedException {
    notify.notifyOne();
    notify.notifyOne();
    assertTrue(notify.isNotified());
    notify.await();
    assertFalse(notify.isNotified());
    assertFalse(notify.tryAwait());
    notify.notifyOne();
    assertTrue(notify.await(Duration.ZERO));
    notify.notifyOne();
    assertTrue(notify.await(LONG));
    notify.notifyOne();
    notify.awaitUninterruptibly();
    notify.notifyOne();
    ready(notify.awaitAsync());
    assertUntouched();
  }

  // One goes to the one that has waited longest, and to nobody else.
  @Test
  void notifyOne_manyWait_inOrder() {
    List<CountingWaker> wakers = new ArrayList<>();
    List<PollFuture<Void>> waiters = new ArrayList<>();
    for (int i = 0; i < 4; i++) {
      wakers.add(new CountingWaker());
      waiters.add(pending(notify.awaitAsync(), wakers.get(i)));
    }
    for (int i = 0; i < 4; i++) {
      notify.notifyOne();
      assertFalse(notify.isNotified());
      for (int j = 0; j < 4; j++) {
        assertEquals(j <= i ? 1 : 0, wakers.get(j).calls());
      }
      ready(waiters.get(i));
      assertCompleted(waiters.get(i));
    }
    assertUntouched();
  }

  // All who wait, and nothing is kept for who comes later.
  @Test
  void notifyWaiters_manyWait_all() {
    List<PollFuture<Void>> waiters =
        List.of(pending(notify.awaitAsync()), pending(notify.awaitAsync()));
    notify.notifyWaiters();
    waiters.forEach(Polls::ready);
    assertUntouched();
    notify.notifyWaiters();
    assertFalse(notify.tryAwait());
    pending(notify.awaitAsync());
  }

  // It leaves what is kept where it is.
  @Test
  void notifyWaiters_oneIsKept_staysKept() {
    notify.notifyOne();
    notify.notifyWaiters();
    assertTrue(notify.tryAwait());
  }

  // Who polls first, then looks, then waits, misses no notifyWaiters.
  @Test
  void notifyWaiters_betweenPollAndBlock_isNotMissed() throws Exception {
    PollFuture<Void> waiter = pending(notify.awaitAsync());
    notify.notifyWaiters();
    waiter.block(SHORT);
  }

  // Threads of both kinds wait beside a future, in one order.
  @ParameterizedTest
  @EnumSource
  void await_threadsAndFuture_inOrder(Kind kind) {
    Running<Boolean> first = kind.start(() -> notify.await(LONG));
    awaitWaiting(1);
    PollFuture<Void> second = pending(notify.awaitAsync());
    Running<Void> third =
        kind.start(
            () -> {
              notify.await();
              return null;
            });
    awaitWaiting(3);
    notify.notifyOne();
    assertTrue(first.get());
    pending(second);
    notify.notifyOne();
    ready(second);
    assertFalse(third.isDone());
    notify.notifyWaiters();
    third.get();
    assertUntouched();
  }

  // Cancellation

  // An interrupt before the call ends it, even when a notification is kept, which stays.
  @Test
  void await_interruptedBefore_refusedAndUnchanged() {
    notify.notifyOne();
    Thread.currentThread().interrupt();
    assertContains(
        assertThrows(InterruptedException.class, notify::await).getMessage(), "interrupted before");
    Thread.currentThread().interrupt();
    assertThrows(InterruptedException.class, () -> notify.await(LONG));
    assertTrue(notify.isNotified());
  }

  // An interrupt ends the wait without effect; the notification goes to the next.
  @ParameterizedTest
  @EnumSource
  void await_interruptedWhileQueued_leavesTheQueue(Kind kind) {
    for (boolean timed : new boolean[] {false, true}) {
      Running<Boolean> waiter =
          kind.start(
              () -> {
                if (timed) {
                  return notify.await(LONG);
                }
                notify.await();
                return true;
              });
      awaitWaiting(1);
      PollFuture<Void> next = pending(notify.awaitAsync());
      waiter.interrupt();
      assertContains(
          waiter.failure(InterruptedException.class).getMessage(),
          "interrupted while waiting",
          "Notify(ready)");
      assertEquals(1, notify.waiting());
      notify.notifyOne();
      ready(next);
      assertUntouched();
    }
  }

  /** A notification up to the wake-up, which does not come. */
  private void notifyWithoutWaking() {
    WaitQueue q = notify.queue();
    q.lock();
    try {
      Waiter head = q.head();
      assertTrue(head.grant());
      q.waiters().remove(head);
    } finally {
      q.unlock();
    }
  }

  // An interrupt that meets the notification: the thread has it, and the interrupt status is set.
  @ParameterizedTest
  @EnumSource
  void await_interruptMeetsTheNotification_keepsIt(Kind kind) {
    Running<Boolean> waiter =
        kind.start(
            () -> {
              boolean notified = notify.await(LONG);
              assertTrue(Thread.interrupted());
              return notified;
            });
    awaitWaiting(1);
    waiter.awaitAsleep();
    notifyWithoutWaking();
    waiter.interrupt();
    assertTrue(waiter.get());
  }

  // A time that runs out as the notification comes: the thread has it.
  @ParameterizedTest
  @EnumSource
  void await_timeOutMeetsTheNotification_keepsIt(Kind kind) {
    Running<Boolean> waiter = kind.start(() -> notify.await(Duration.ofSeconds(1)));
    awaitWaiting(1);
    notifyWithoutWaking();
    assertTrue(waiter.get());
  }

  // An uninterruptible wait goes on, and the interrupt is there afterwards.
  @ParameterizedTest
  @EnumSource
  void awaitUninterruptibly_interruptedWhileQueued_keepsTheInterrupt(Kind kind) {
    Running<Boolean> waiter =
        kind.start(
            () -> {
              notify.awaitUninterruptibly();
              return Thread.currentThread().isInterrupted();
            });
    awaitWaiting(1);
    waiter.interrupt();
    waiter.awaitAsleep();
    assertEquals(1, notify.waiting());
    notify.notifyOne();
    assertTrue(waiter.get());
  }

  // When the time runs out the wait leaves no trace.
  @ParameterizedTest
  @EnumSource
  void await_timeRunsOut_falseAndOutOfTheQueue(Kind kind) {
    assertFalse(kind.start(() -> notify.await(SHORT)).get());
    assertFalse(kind.start(() -> notify.await(Duration.ZERO)).get());
    assertUntouched();
    notify.notifyOne();
    assertTrue(notify.isNotified());
  }

  // A dropped future leaves the queue, wherever it stood; notifications go to the others.
  @Test
  void awaitAsync_droppedWhileQueued_leavesTheQueue() {
    PollFuture<Void> first = pending(notify.awaitAsync());
    PollFuture<Void> second = pending(notify.awaitAsync());
    PollFuture<Void> third = pending(notify.awaitAsync());
    assertTrue(first.cancel());
    assertTrue(third.cancel());
    assertCancelled(first);
    notify.notifyOne();
    ready(second);
    assertUntouched();
  }

  // Dropped after a notifyOne reached it: the notification goes to the next.
  @Test
  void awaitAsync_droppedAfterNotifyOne_handedOn() {
    CountingWaker waker = new CountingWaker();
    PollFuture<Void> first = pending(notify.awaitAsync());
    PollFuture<Void> second = pending(notify.awaitAsync(), waker);
    notify.notifyOne();
    assertEquals(0, waker.calls());
    assertTrue(first.cancel());
    assertCancelled(first);
    assertEquals(1, waker.calls());
    ready(second);
    assertUntouched();
  }

  // The same when nobody waits: it is kept.
  @Test
  void awaitAsync_droppedAfterNotifyOneNobodyWaits_kept() {
    PollFuture<Void> first = pending(notify.awaitAsync());
    notify.notifyOne();
    assertTrue(first.cancel());
    assertTrue(notify.tryAwait());
    assertUntouched();
  }

  // Dropped after a notifyWaiters: the others have it, nothing is handed on.
  @Test
  void awaitAsync_droppedAfterNotifyWaiters_nothingIsHandedOn() {
    PollFuture<Void> first = pending(notify.awaitAsync());
    notify.notifyWaiters();
    PollFuture<Void> later = pending(notify.awaitAsync());
    assertTrue(first.cancel());
    pending(later);
    assertFalse(notify.isNotified());
  }

  // What was consumed is not handed on; what was not polled waits for nothing.
  @Test
  void awaitAsync_notPolledAndDone() {
    PollFuture<Void> never = notify.awaitAsync();
    assertEquals(0, notify.waiting());
    assertTrue(never.cancel());
    notify.notifyOne();
    PollFuture<Void> late = notify.awaitAsync();
    ready(late);
    assertCompleted(late);
    assertUntouched();
  }

  // A future that is driven for a time leaves the queue when it is over.
  @Test
  void block_timeRunsOut_leavesTheQueue() {
    assertThrows(TimeoutException.class, () -> notify.awaitAsync().block(SHORT));
    assertUntouched();
  }

  // However many leave, nothing of them stays.
  @Test
  void cancel_hundredThousandFutures_nothingStaysBehind() {
    List<PollFuture<Void>> waiters = new ArrayList<>();
    List<WeakReference<PollFuture<Void>>> traces = new ArrayList<>();
    for (int i = 0; i < 100_000; i++) {
      waiters.add(pending(notify.awaitAsync()));
    }
    for (PollFuture<Void> waiter : waiters) {
      assertTrue(waiter.cancel());
      traces.add(new WeakReference<>(waiter));
    }
    assertUntouched();
    waiters.clear();
    Conditions.awaitCollected(traces.subList(0, 100));
    notify.notifyOne();
    assertTrue(notify.isNotified());
  }

  // Each notification that is made after the last was consumed is consumed, by one, although
  // waiters give up at random by time-outs, interrupts and drops.
  @ParameterizedTest
  @EnumSource
  void notifyOne_manyGiveUp_noneIsLostOrDoubled(Kind kind) {
    int notifications = 2_000;
    AtomicInteger consumed = new AtomicInteger();
    List<Running<Void>> waiters = new ArrayList<>();
    for (int i = 0; i < 3; i++) {
      SplittableRandom random = new SplittableRandom(i);
      waiters.add(
          kind.start(
              () -> {
                while (consumed.get() < notifications) {
                  if (consumeSomehow(random)) {
                    consumed.incrementAndGet();
                  }
                }
                return null;
              }));
    }
    SplittableRandom random = new SplittableRandom(99);
    for (int i = 0; i < notifications; i++) {
      int made = i;
      notify.notifyOne();
      if (random.nextInt(4) == 0) {
        waiters.get(random.nextInt(3)).interrupt();
      }
      Conditions.await(() -> consumed.get() > made, () -> "notification " + made);
      assertEquals(made + 1, consumed.get());
    }
    waiters.forEach(Running::get);
    assertUntouched();
  }

  private boolean consumeSomehow(SplittableRandom random) {
    try {
      switch (random.nextInt(3)) {
        case 0:
          return notify.tryAwait();
        case 1:
          PollFuture<Void> future = notify.awaitAsync();
          if (future.poll(Polls.IGNORED).isReady()) {
            return true;
          }
          for (int i = random.nextInt(500); i > 0; i--) {
            Thread.onSpinWait();
          }
          assertTrue(future.cancel(), "what it was given is handed on");
          return false;
        default:
          return notify.await(Duration.ofNanos(random.nextInt(100_000)));
      }
    } catch (InterruptedException gaveUp) {
      return false;
    }
  }
}
