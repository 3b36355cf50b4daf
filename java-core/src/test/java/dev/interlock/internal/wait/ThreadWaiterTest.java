package dev.interlock.internal.wait;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.interlock.internal.wait.ThreadWaiter.Outcome;
import dev.interlock.testing.Conditions;
import dev.interlock.testing.Kind;
import dev.interlock.testing.Polls;
import dev.interlock.testing.Running;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class ThreadWaiterTest {
  private static final long PASSED = System.nanoTime() - 1;

  private final ThreadWaiter here = new ThreadWaiter(1, null);
  private final AtomicReference<ThreadWaiter> there = new AtomicReference<>();

  @AfterEach
  void noInterruptIsLeft() {
    Polls.assertInterrupted(false);
  }

  private Outcome await(boolean interruptible, long deadline) {
    return here.await(this, interruptible, deadline, 0);
  }

  /** A thread that waits with the waiter {@link #there}, asleep. */
  private Running<Outcome> asleep(Kind kind, boolean interruptible) {
    return kind.<Outcome>start(
            () -> {
              ThreadWaiter w = new ThreadWaiter(1, null);
              there.set(w);
              Outcome outcome = w.await(this, interruptible, ThreadWaiter.FOREVER, 0);
              if (Thread.interrupted()) {
                assertEquals(Outcome.GRANTED, outcome);
                return null; // granted and interrupted
              }
              return outcome;
            })
        .awaitAsleep();
  }

  private ThreadWaiter other() {
    Conditions.await(() -> there.get() != null);
    return there.get();
  }

  // A grant that came first is taken at once.
  @Test
  void await_grantedBefore_granted() {
    assertTrue(here.grant("item"));
    assertEquals(Outcome.GRANTED, await(true, ThreadWaiter.FOREVER));
    assertEquals("item", here.item());
    assertFalse(here.isGranted());
    assertFalse(here.giveBack(), "a thread's grant is taken the moment it is seen");
  }

  // A grant wakes the sleeping thread.
  @ParameterizedTest
  @EnumSource
  void await_grantedWhileAsleep_granted(Kind kind) {
    Running<Outcome> thread = asleep(kind, true);
    assertTrue(other().grant());
    other().wake();
    assertEquals(Outcome.GRANTED, thread.get());
  }

  // Who looks whether the wait goes on, and finds the interrupt gone, finds the wait over too.
  @Test
  void await_interrupted_statusIsClearedAfterTheEnd() {
    boolean[] seen = new boolean[1];
    ThreadWaiter w =
        new ThreadWaiter(1, null) {
          @Override
          protected boolean giveUp() {
            seen[0] = Thread.currentThread().isInterrupted();
            return super.giveUp();
          }
        };
    Thread.currentThread().interrupt();
    assertEquals(Outcome.INTERRUPTED, w.await(this, true, ThreadWaiter.FOREVER, 0));
    assertTrue(seen[0], "cleared while the wait goes on");
    assertTrue(w.isCancelled());
  }

  // A wake-up without a transition leads nowhere.
  @ParameterizedTest
  @EnumSource
  void await_wokenForNothing_goesOnWaiting(Kind kind) {
    Running<Outcome> thread = asleep(kind, true);
    for (int i = 0; i < 100; i++) {
      other().wake();
      thread.awaitAsleep();
      assertFalse(thread.isDone());
    }
    assertTrue(other().grant());
    other().wake();
    assertEquals(Outcome.GRANTED, thread.get());
  }

  // A nudge wakes the thread and leaves its wait undecided.
  @ParameterizedTest
  @EnumSource
  void await_nudged_nudgedAndStillPending(Kind kind) {
    Running<Outcome> thread = asleep(kind, true);
    assertTrue(other().nudge());
    other().wake();
    assertEquals(Outcome.NUDGED, thread.get());
    assertTrue(other().isPending());
  }

  // A failure wakes the thread, with its cause.
  @ParameterizedTest
  @EnumSource
  void await_failed_failed(Kind kind) {
    Running<Outcome> thread = asleep(kind, true);
    Throwable cause = new IllegalStateException();
    assertTrue(other().fail(cause));
    other().wake();
    assertEquals(Outcome.FAILED, thread.get());
    assertSame(cause, other().item());
  }

  // An interrupt before the wait ends it, and is consumed.
  @Test
  void await_interruptedBefore_interrupted() {
    Thread.currentThread().interrupt();
    assertEquals(Outcome.INTERRUPTED, await(true, ThreadWaiter.FOREVER));
    assertTrue(here.isCancelled());
  }

  // An interrupt during the wait ends it, and is consumed.
  @ParameterizedTest
  @EnumSource
  void await_interruptedWhileAsleep_interrupted(Kind kind) {
    Running<Outcome> thread = asleep(kind, true);
    thread.interrupt();
    assertEquals(Outcome.INTERRUPTED, thread.get());
    assertFalse(other().grant(), "nothing may be given to a wait that reports failure");
  }

  // A grant beats the interrupt that it meets: success, with the interrupt left for the caller.
  @Test
  void await_grantMeetsInterrupt_grantedAndInterrupted() {
    assertTrue(here.grant());
    Thread.currentThread().interrupt();
    assertEquals(Outcome.GRANTED, await(true, ThreadWaiter.FOREVER));
    Polls.assertInterrupted(true);
  }

  // An uninterruptible wait goes on, and gives the interrupt back at its end.
  @ParameterizedTest
  @EnumSource
  void await_uninterruptibleAndInterrupted_grantedAndInterrupted(Kind kind) {
    Running<Outcome> thread = asleep(kind, false);
    thread.interrupt();
    thread.awaitAsleep();
    assertTrue(other().grant());
    other().wake();
    assertEquals(null, thread.get(), "granted and interrupted");
  }

  // Time that has run out ends the wait.
  @Test
  void await_deadlinePassed_timedOut() {
    assertEquals(Outcome.TIMED_OUT, await(true, PASSED));
    assertTrue(here.isCancelled());
  }

  // Time runs out while the thread sleeps, and not earlier.
  @Test
  void await_deadlineWhileAsleep_timedOutThen() {
    long deadline = ThreadWaiter.deadlineAfter(2_000_000);
    assertEquals(Outcome.TIMED_OUT, await(true, deadline));
    assertTrue(System.nanoTime() - deadline >= 0);
  }

  // A grant beats the time-out that it meets.
  @Test
  void await_grantMeetsTimeOut_granted() {
    assertTrue(here.grant());
    assertEquals(Outcome.GRANTED, await(true, PASSED));
  }

  // Spinning ends a wait too; it says so.
  @Test
  void await_grantedWhileSpinning_spinPaid() {
    assertTrue(here.grant());
    assertEquals(Outcome.GRANTED, here.await(this, true, ThreadWaiter.FOREVER, 1_000));
    assertTrue(here.spinPaid());
    ThreadWaiter second = new ThreadWaiter(1, null);
    assertEquals(Outcome.TIMED_OUT, second.await(this, true, PASSED, 1_000));
    assertFalse(second.spinPaid());
  }

  // No deadline is mistaken for none.
  @Test
  void deadlineAfter_anything_neverForever() {
    assertNotEquals(ThreadWaiter.FOREVER, ThreadWaiter.deadlineAfter(0));
    long far = ThreadWaiter.deadlineAfter(Long.MAX_VALUE >> 1);
    assertTrue(far - System.nanoTime() > 0, "half of the largest long does not wrap round");
  }

  // A time-out and a grant in the same moment: what the granter was told is what the caller has.
  @ParameterizedTest
  @EnumSource
  void await_timeOutRacesGrant_bothSidesAgree(Kind kind) {
    for (int round = 0; round < 300; round++) {
      AtomicReference<ThreadWaiter> shared = new AtomicReference<>();
      long nanos = (round % 20) * 5_000L;
      Running<Outcome> thread =
          kind.start(
              () -> {
                ThreadWaiter w = new ThreadWaiter(1, null);
                shared.set(w);
                return w.await(this, true, ThreadWaiter.deadlineAfter(nanos), 0);
              });
      Conditions.await(() -> shared.get() != null);
      boolean granted = shared.get().grant();
      shared.get().wake();
      assertEquals(granted ? Outcome.GRANTED : Outcome.TIMED_OUT, thread.get());
    }
  }

  // Whoever is granted in the moment in which it goes to sleep is woken: it says so before its last
  // look at the state, and the granter looks after it wrote the state. Each must see the other's
  // store.
  @Test
  void await_grantMeetsTheLastLook_woken() {
    int rounds = 200_000;
    Running<Integer> waits =
        Kind.PLATFORM.start(
            () -> {
              for (int i = 0; i < rounds; i++) {
                ThreadWaiter w = new ThreadWaiter(1, null);
                there.set(w);
                long deadline = ThreadWaiter.deadlineAfter(TimeUnit.SECONDS.toNanos(10));
                if (w.await(this, false, deadline, 0) != Outcome.GRANTED) {
                  return i;
                }
              }
              return rounds;
            });
    int pause = 0;
    while (!waits.isDone()) {
      ThreadWaiter w = there.getAndSet(null);
      if (w != null) {
        // Looking at the waiter shares its cache line, and the store of who goes to sleep takes
        // longer.
        for (int i = pause++ & 127; i >= 0; i--) {
          assertTrue(w.isPending());
        }
        assertTrue(w.grant());
        w.wake();
      }
    }
    assertEquals(rounds, waits.get(), "the round in which it slept on, although it was granted");
  }
}
