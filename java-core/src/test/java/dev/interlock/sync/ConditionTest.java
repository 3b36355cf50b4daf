package dev.interlock.sync;

import static dev.interlock.testing.Polls.assertCancelled;
import static dev.interlock.testing.Polls.assertCompleted;
import static dev.interlock.testing.Polls.assertContains;
import static dev.interlock.testing.Polls.pending;
import static dev.interlock.testing.Polls.ready;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.interlock.future.PollFuture;
import dev.interlock.internal.wait.WaitQueue;
import dev.interlock.testing.Conditions;
import dev.interlock.testing.CountingWaker;
import dev.interlock.testing.Kind;
import dev.interlock.testing.Polls;
import dev.interlock.testing.Running;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.function.Predicate;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

@Execution(ExecutionMode.CONCURRENT)
class ConditionTest {
  private static final Duration LONG = Duration.ofHours(1);
  private static final Duration SHORT = Duration.ofMillis(20);

  private final Mutex<Integer> mutex = Mutex.builder().name("accounts").of(0);
  private final Condition<Integer> changed = mutex.newCondition("changed");

  @AfterEach
  void noInterruptIsLeft() {
    Polls.assertInterrupted(false);
  }

  private static <T> MutexGuard<T> locked(Mutex<T> mutex) {
    MutexGuard<T> guard = mutex.tryLock();
    assertNotNull(guard, () -> "taken: " + mutex);
    return guard;
  }

  /** {@code n} wait, and the last has let the lock go too, which it does after it stands in line. */
  private void awaitWaiting(int n) {
    Conditions.await(
        () -> changed.waiting() == n && !mutex.isLocked(), () -> n + " waiting, at " + changed);
  }

  private void assertFreeAndUnwanted() {
    assertEquals(0, changed.waiting());
    assertEquals(0, mutex.waiting());
    locked(mutex).close();
  }

  private interface Wait<R> {
    R with(MutexGuard<Integer> guard) throws InterruptedException;
  }

  /** A thread that locks, waits, finds its guard open, and unlocks. */
  private <R> Running<R> waiter(Kind kind, Wait<R> wait) {
    Running<R> waiter =
        kind.start(
            () -> {
              try (MutexGuard<Integer> guard = mutex.lock()) {
                try {
                  return wait.with(guard);
                } finally {
                  assertTrue(guard.isOpen() && mutex.isLocked());
                }
              }
            });
    return waiter;
  }

  private Running<Void> waiting(Kind kind) {
    int before = changed.waiting();
    Running<Void> waiter =
        waiter(
            kind,
            guard -> {
              changed.await(guard);
              return null;
            });
    awaitWaiting(before + 1);
    return waiter;
  }

  private PollFuture<MutexGuard<Integer>> waitingFuture() {
    return pending(changed.awaitAsync(locked(mutex)));
  }

  // Signals

  // A wait unlocks, and ends with the signal and the lock.
  @ParameterizedTest
  @EnumSource
  void await_signalled_goesOnWithTheLock(Kind kind) {
    Running<Void> waiter = waiting(kind);
    try (MutexGuard<Integer> guard = locked(mutex)) {
      changed.signal(guard);
      assertEquals(0, changed.waiting(), "moved to the queue of the lock");
      assertEquals(1, mutex.waiting());
      assertFalse(waiter.isDone());
    }
    waiter.get();
    assertFreeAndUnwanted();
  }

  // The same for a future: its first poll closes the guard, its result is the guard, open.
  @Test
  void awaitAsync_signalled_sameGuardOpen() {
    MutexGuard<Integer> guard = locked(mutex);
    CountingWaker waker = new CountingWaker();
    PollFuture<MutexGuard<Integer>> wait = pending(changed.awaitAsync(guard), waker);
    assertFalse(guard.isOpen());
    assertFalse(mutex.isLocked());
    try (MutexGuard<Integer> other = locked(mutex)) {
      changed.signal(other);
      assertEquals(0, waker.calls(), "nobody is woken for a lock that is held");
      pending(wait, waker);
    }
    assertEquals(1, waker.calls());
    assertSame(guard, ready(wait));
    assertTrue(guard.isOpen() && mutex.isLocked());
    assertCompleted(wait);
    guard.close();
    assertFreeAndUnwanted();
  }

  // A future that is not polled has not waited, and its guard is open.
  @Test
  void awaitAsync_notPolled_nothingHappens() {
    MutexGuard<Integer> guard = locked(mutex);
    PollFuture<MutexGuard<Integer>> wait = changed.awaitAsync(guard);
    assertTrue(guard.isOpen() && mutex.isLocked());
    assertEquals(0, changed.waiting());
    assertTrue(wait.cancel());
    assertTrue(guard.isOpen());
    guard.close();
    assertFreeAndUnwanted();
  }

  // A signal that nobody waits for is forgotten.
  @Test
  void signal_nobodyWaits_forgotten() {
    MutexGuard<Integer> guard = locked(mutex);
    changed.signal(guard);
    changed.signalAll(guard);
    PollFuture<MutexGuard<Integer>> wait = pending(changed.awaitAsync(guard));
    assertEquals(1, changed.waiting());
    assertTrue(wait.cancel());
    assertFreeAndUnwanted();
  }

  // Threads and futures are signalled in the order in which they came, and get the lock in it.
  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void signal_severalWait_inOrderOfArrival(boolean all) {
    Mutex<List<Integer>> fair = Mutex.fair(new ArrayList<>());
    Condition<List<Integer>> c = fair.newCondition();
    List<Callable<Void>> ends = new ArrayList<>();
    for (int i = 0; i < 6; i++) {
      int number = i;
      if (i % 2 == 0) {
        Running<Void> waiter =
            (i % 4 == 0 ? Kind.PLATFORM : Kind.VIRTUAL)
                .start(
                    () -> {
                      try (MutexGuard<List<Integer>> guard = fair.lock()) {
                        c.await(guard);
                        guard.get().add(number);
                        return null;
                      }
                    });
        ends.add(waiter::get);
      } else {
        PollFuture<MutexGuard<List<Integer>>> wait = pending(c.awaitAsync(locked(fair)));
        Running<Void> waiter =
            Kind.PLATFORM.start(
                () -> {
                  try (MutexGuard<List<Integer>> guard = wait.block()) {
                    guard.get().add(number);
                    return null;
                  }
                });
        ends.add(waiter::get);
      }
      Conditions.await(() -> c.waiting() == number + 1 && !fair.isLocked());
    }
    try (MutexGuard<List<Integer>> guard = locked(fair)) {
      if (all) {
        c.signalAll(guard);
      } else {
        for (int i = 0; i < 6; i++) {
          c.signal(guard);
        }
      }
      assertEquals(0, c.waiting());
      assertEquals(6, fair.waiting());
    }
    for (Callable<Void> end : ends) {
      assertReturns(end);
    }
    assertEquals(List.of(0, 1, 2, 3, 4, 5), locked(fair).get());
  }

  private static void assertReturns(Callable<Void> call) {
    try {
      call.call();
    } catch (Exception e) {
      throw new AssertionError(e);
    }
  }

  // One signal lets one go on, and signalAll the rest.
  @Test
  void signal_severalWait_oneForEach() {
    List<PollFuture<MutexGuard<Integer>>> waits = new ArrayList<>();
    for (int i = 0; i < 3; i++) {
      waits.add(waitingFuture());
    }
    try (MutexGuard<Integer> guard = locked(mutex)) {
      changed.signal(guard);
      assertEquals(2, changed.waiting());
    }
    ready(waits.get(0)).close();
    pending(waits.get(1));
    try (MutexGuard<Integer> guard = locked(mutex)) {
      changed.signalAll(guard);
    }
    ready(waits.get(1)).close();
    ready(waits.get(2)).close();
    assertFreeAndUnwanted();
  }

  // Two conditions of one mutex have nothing to do with each other.
  @Test
  void signal_otherCondition_wakesNobodyHere() {
    Condition<Integer> other = mutex.newCondition();
    PollFuture<MutexGuard<Integer>> wait = waitingFuture();
    try (MutexGuard<Integer> guard = locked(mutex)) {
      other.signal(guard);
      other.signalAll(guard);
      assertEquals(0, mutex.waiting());
    }
    pending(wait);
    assertTrue(wait.cancel());
  }

  // Misuse

  // A guard of another mutex, or a closed one, is refused everywhere, and nothing happens.
  @Test
  void anything_wrongGuard_refused() {
    MutexGuard<Integer> foreign = locked(Mutex.of(1));
    MutexGuard<Integer> closed = locked(mutex);
    closed.close();
    for (MutexGuard<Integer> guard : List.of(foreign, closed)) {
      String what = guard == foreign ? "belongs to Mutex@" : "closed, or waits already";
      assertRefused(what, () -> changed.await(guard));
      assertRefused(what, () -> changed.await(guard, LONG));
      assertRefused(what, () -> changed.await(guard, Duration.ZERO));
      assertRefused(what, () -> changed.awaitUninterruptibly(guard));
      assertRefused(what, () -> changed.awaitUntil(guard, v -> true));
      assertRefused(what, () -> changed.awaitUntil(guard, v -> true, LONG));
      assertRefused(what, () -> changed.awaitUntilUninterruptibly(guard, v -> true));
      assertRefused(what, () -> changed.awaitAsync(guard));
      assertRefused(what, () -> changed.signal(guard));
      assertRefused(what, () -> changed.signalAll(guard));
    }
    assertTrue(foreign.isOpen());
    assertFreeAndUnwanted();
  }

  private static void assertRefused(String what, org.junit.jupiter.api.function.Executable call) {
    IllegalMonitorStateException e = assertThrows(IllegalMonitorStateException.class, call);
    assertContains(e.getMessage(), what, "Condition(changed)[waiting=0, Mutex(accounts)[free");
  }

  // A guard that was closed between the making of a future and its first poll is refused by the
  // poll.
  @Test
  void awaitAsync_guardClosedBeforeThePoll_refused() {
    MutexGuard<Integer> guard = locked(mutex);
    PollFuture<MutexGuard<Integer>> wait = changed.awaitAsync(guard);
    guard.close();
    assertThrows(IllegalMonitorStateException.class, () -> wait.poll(Polls.IGNORED));
    assertCompleted(wait);
    assertFreeAndUnwanted();
  }

  // Nulls are refused, with the lock held as before.
  @Test
  void anything_null_refused() {
    MutexGuard<Integer> guard = locked(mutex);
    assertThrows(NullPointerException.class, () -> changed.await(null));
    assertThrows(NullPointerException.class, () -> changed.await(guard, null));
    assertThrows(NullPointerException.class, () -> changed.awaitUninterruptibly(null));
    assertThrows(NullPointerException.class, () -> changed.awaitUntil(guard, null));
    assertThrows(NullPointerException.class, () -> changed.awaitUntil(guard, null, LONG));
    assertThrows(NullPointerException.class, () -> changed.awaitUntil(guard, v -> true, null));
    assertThrows(NullPointerException.class, () -> changed.awaitUntilUninterruptibly(guard, null));
    assertThrows(NullPointerException.class, () -> changed.awaitAsync(null));
    assertThrows(NullPointerException.class, () -> changed.signal(null));
    assertThrows(NullPointerException.class, () -> changed.signalAll(null));
    assertThrows(NullPointerException.class, () -> mutex.newCondition(null));
    assertTrue(guard.isOpen());
    guard.close();
    assertFreeAndUnwanted();
  }

  // While its thread waits, a guard holds nothing: it gives no value and unlocks nothing.
  @Test
  void guard_whileItWaits_notOpen() {
    List<MutexGuard<Integer>> guards = Collections.synchronizedList(new ArrayList<>());
    Running<Void> waiter =
        waiter(
            Kind.PLATFORM,
            guard -> {
              guards.add(guard);
              changed.await(guard);
              return null;
            });
    awaitWaiting(1);
    MutexGuard<Integer> asleep = guards.get(0);
    try (MutexGuard<Integer> mine = locked(mutex)) {
      asleep.close();
      IllegalStateException e = assertThrows(IllegalStateException.class, asleep::get);
      assertContains(e.getMessage(), "waits for a condition", "Mutex(accounts)[locked");
      assertThrows(IllegalMonitorStateException.class, () -> mutex.unlock(asleep));
      assertTrue(mutex.isLocked());
      changed.signal(mine);
    }
    waiter.get();
    assertFreeAndUnwanted();
  }

  // Predicates

  // A predicate that holds already does not unlock.
  @Test
  void awaitUntil_holdsAlready_doesNotUnlock() throws InterruptedException {
    try (MutexGuard<Integer> guard = locked(mutex)) {
      PollFuture<MutexGuard<Integer>> next = pending(mutex.lockAsync());
      changed.awaitUntil(guard, v -> v == 0);
      changed.awaitUntilUninterruptibly(guard, v -> v == 0);
      assertTrue(changed.awaitUntil(guard, v -> v == 0, Duration.ZERO));
      assertTrue(changed.awaitUntil(guard, v -> v == 0, LONG));
      pending(next);
      next.cancel();
    }
  }

  // Signals whose change is not the one that is waited for do not end the wait.
  @ParameterizedTest
  @EnumSource
  void awaitUntil_severalSignals_endsWhenItHolds(Kind kind) {
    List<Running<Integer>> waiters =
        List.of(
            waiter(
                kind,
                guard -> {
                  changed.awaitUntil(guard, v -> v >= 3);
                  return guard.get();
                }),
            waiter(
                kind, guard -> changed.awaitUntil(guard, v -> v >= 3, LONG) ? guard.get() : null),
            waiter(
                kind,
                guard -> {
                  changed.awaitUntilUninterruptibly(guard, v -> v >= 3);
                  return guard.get();
                }));
    for (int i = 1; i <= 3; i++) {
      awaitWaiting(3);
      try (MutexGuard<Integer> guard = mutex.lockUninterruptibly()) {
        guard.set(i);
        changed.signalAll(guard);
      }
    }
    for (Running<Integer> waiter : waiters) {
      assertEquals(3, waiter.get());
    }
    assertFreeAndUnwanted();
  }

  // What a predicate throws comes out, with the lock held.
  @Test
  void awaitUntil_predicateThrows_thrownWithTheLock() {
    MutexGuard<Integer> guard = locked(mutex);
    ArithmeticException e =
        assertThrows(
            ArithmeticException.class, () -> changed.awaitUntil(guard, v -> 1 / v > 0, LONG));
    assertNotNull(e.getMessage());
    assertTrue(guard.isOpen() && mutex.isLocked());
    guard.close();
    assertFreeAndUnwanted();
  }

  /**
   * Something that has to begin before a time ends, on a machine that may be slow: with a longer
   * time when that one had ended before.
   */
  private static void withTime(Predicate<Duration> begunInTime) {
    Duration time = Duration.ofMillis(200);
    while (!begunInTime.test(time)) {
      time = time.multipliedBy(4);
      assertTrue(time.compareTo(LONG) < 0, "never in time");
    }
  }

  /** Takes the lock, which the waiter has let go, or has let go again because its time is over. */
  private MutexGuard<Integer> lockOnceItWaits(Running<?> waiter) {
    Conditions.await(() -> changed.waiting() == 1 || mutex.waiting() == 1 || waiter.isDone());
    return mutex.lockUninterruptibly();
  }

  // The end of the time: false, or true when the value had changed without a signal.
  @ParameterizedTest
  @EnumSource
  void awaitUntil_timeRunsOut_lastTestDecides(Kind kind) {
    Running<Boolean> vain = waiter(kind, guard -> changed.awaitUntil(guard, v -> v == 7, SHORT));
    assertFalse(vain.get());
    withTime(
        time -> {
          Running<Boolean> silent =
              waiter(kind, guard -> changed.awaitUntil(guard, v -> v == 7, time));
          try (MutexGuard<Integer> guard = lockOnceItWaits(silent)) {
            if (changed.waiting() == 0) {
              return false;
            }
            guard.set(7);
          }
          assertTrue(silent.get());
          return true;
        });
    assertFreeAndUnwanted();
  }

  // Time

  // The time runs out: false, the lock is held again, and the line is empty.
  @ParameterizedTest
  @EnumSource
  void await_timeRunsOut_falseWithTheLock(Kind kind) {
    Running<Boolean> waiter = waiter(kind, guard -> changed.await(guard, SHORT));
    assertFalse(waiter.get());
    assertFreeAndUnwanted();
  }

  // The end of the time does not end the wait for the lock.
  @ParameterizedTest
  @EnumSource
  void await_timeRunsOutWhileLocked_waitsForTheLock(Kind kind) {
    withTime(
        time -> {
          Running<Boolean> waiter = waiter(kind, guard -> changed.await(guard, time));
          try (MutexGuard<Integer> guard = lockOnceItWaits(waiter)) {
            if (changed.waiting() + mutex.waiting() == 0) {
              return false;
            }
            Conditions.await(
                () -> mutex.waiting() == 1, () -> "its return to the queue of the lock");
            assertEquals(0, changed.waiting());
            assertFalse(waiter.isDone());
            changed.signal(guard); // too late for it
          }
          assertFalse(waiter.get());
          return true;
        });
    assertFreeAndUnwanted();
  }

  // No time: false at once, and without unlocking.
  @Test
  void await_noTime_falseWithoutUnlocking() throws InterruptedException {
    MutexGuard<Integer> guard = locked(mutex);
    PollFuture<MutexGuard<Integer>> next = pending(mutex.lockAsync());
    assertFalse(changed.await(guard, Duration.ZERO));
    assertFalse(changed.await(guard, Duration.ofSeconds(-1)));
    assertFalse(changed.awaitUntil(guard, v -> false, Duration.ZERO));
    pending(next);
    next.cancel();
    guard.close();
    assertFreeAndUnwanted();
  }

  // A signal in time is true, whatever the length of the time.
  @ParameterizedTest
  @EnumSource
  void await_signalledInTime_true(Kind kind) {
    for (Duration time : List.of(LONG, Duration.ofSeconds(Long.MAX_VALUE))) {
      Running<Boolean> waiter = waiter(kind, guard -> changed.await(guard, time));
      awaitWaiting(1);
      try (MutexGuard<Integer> guard = locked(mutex)) {
        changed.signal(guard);
      }
      assertTrue(waiter.get());
    }
    assertFreeAndUnwanted();
  }

  // The time runs out after the signal, and before the lock: true.
  @ParameterizedTest
  @EnumSource
  void await_timeRunsOutAfterTheSignal_true(Kind kind) {
    withTime(
        time -> {
          Running<Boolean> waiter = waiter(kind, guard -> changed.await(guard, time));
          try (MutexGuard<Integer> guard = lockOnceItWaits(waiter)) {
            if (changed.waiting() == 0) {
              return false;
            }
            long start = System.nanoTime();
            changed.signal(guard);
            Conditions.await(() -> System.nanoTime() - start > time.toNanos());
            Conditions.await(() -> waiter.thread().getState() == Thread.State.WAITING);
            assertEquals(1, mutex.waiting(), "it has kept its place");
          }
          // The time may have ended between the look and the signal, but not the wait for the lock.
          return waiter.get();
        });
    assertFreeAndUnwanted();
  }

  // The same with a predicate: true when it holds in the end.
  @ParameterizedTest
  @EnumSource
  void awaitUntil_timeRunsOutAfterTheSignal_lastTestDecides(Kind kind) {
    for (int value : new int[] {7, 8}) {
      withTime(
          time -> {
            Running<Boolean> waiter =
                waiter(kind, guard -> changed.awaitUntil(guard, v -> v == 7, time));
            try (MutexGuard<Integer> guard = lockOnceItWaits(waiter)) {
              if (changed.waiting() == 0) {
                return false;
              }
              long start = System.nanoTime();
              guard.set(value);
              changed.signal(guard);
              Conditions.await(() -> System.nanoTime() - start > time.toNanos());
            }
            assertEquals(value == 7, waiter.get());
            return true;
          });
      try (MutexGuard<Integer> guard = locked(mutex)) {
        guard.set(0);
      }
    }
    assertFreeAndUnwanted();
  }

  // Interrupts

  // An interrupt that is there before ends the interruptible forms without unlocking.
  @Test
  void await_interruptedBefore_refusedAndUnchanged() {
    MutexGuard<Integer> guard = locked(mutex);
    PollFuture<MutexGuard<Integer>> next = pending(mutex.lockAsync());
    List<org.junit.jupiter.api.function.Executable> calls =
        List.of(
            () -> changed.await(guard),
            () -> changed.await(guard, LONG),
            () -> changed.await(guard, Duration.ZERO),
            () -> changed.awaitUntil(guard, v -> true),
            () -> changed.awaitUntil(guard, v -> true, LONG));
    for (org.junit.jupiter.api.function.Executable call : calls) {
      Thread.currentThread().interrupt();
      InterruptedException e = assertThrows(InterruptedException.class, call);
      assertContains(e.getMessage(), "interrupted before", "Condition(changed)");
      assertTrue(guard.isOpen());
    }
    pending(next);
    next.cancel();
    guard.close();
    assertFreeAndUnwanted();
  }

  // An interrupt while it waits: the exception, with the lock held again.
  @ParameterizedTest
  @EnumSource
  void await_interruptedWhileWaiting_throwsWithTheLock(Kind kind) {
    for (Wait<?> wait :
        List.<Wait<?>>of(
            guard -> {
              changed.await(guard);
              return null;
            },
            guard -> changed.await(guard, LONG),
            guard -> {
              changed.awaitUntil(guard, v -> false);
              return null;
            },
            guard -> changed.awaitUntil(guard, v -> false, LONG))) {
      Running<?> waiter = waiter(kind, wait);
      awaitWaiting(1);
      waiter.interrupt();
      InterruptedException e = waiter.failure(InterruptedException.class);
      assertContains(e.getMessage(), "interrupted while waiting", "Condition(changed)");
      assertFreeAndUnwanted();
    }
  }

  // The interrupt does not end the wait for the lock, and the others keep their places.
  @ParameterizedTest
  @EnumSource
  void await_interruptedWhileLocked_waitsForTheLock(Kind kind) {
    Running<Void> first = waiting(kind);
    PollFuture<MutexGuard<Integer>> second = waitingFuture();
    try (MutexGuard<Integer> guard = locked(mutex)) {
      first.interrupt();
      Conditions.await(() -> mutex.waiting() == 1);
      assertFalse(first.isDone());
      changed.signal(guard);
    }
    first.failure(InterruptedException.class);
    ready(second).close();
    assertFreeAndUnwanted();
  }

  // An interrupt that comes after the signal is left for the caller; the wait succeeds.
  @ParameterizedTest
  @EnumSource
  void await_interruptedAfterTheSignal_successAndInterruptStatus(Kind kind) {
    Running<Boolean> waiter =
        waiter(
            kind,
            guard -> {
              changed.await(guard);
              return Thread.interrupted();
            });
    awaitWaiting(1);
    waiter.awaitAsleep();
    try (MutexGuard<Integer> guard = locked(mutex)) {
      changed.signal(guard);
      waiter.interrupt();
    }
    assertTrue(waiter.get());
    assertFreeAndUnwanted();
  }

  // The same with a predicate, which decides: success when it holds, otherwise the exception.
  @ParameterizedTest
  @EnumSource
  void awaitUntil_interruptedAfterTheSignal_lastTestDecides(Kind kind) {
    for (boolean timed : new boolean[] {false, true}) {
      for (int wanted = 7; wanted <= 8; wanted++) {
        int want = wanted;
        Running<Boolean> waiter =
            waiter(
                kind,
                guard -> {
                  if (timed) {
                    assertTrue(changed.awaitUntil(guard, v -> v == want, LONG));
                  } else {
                    changed.awaitUntil(guard, v -> v == want);
                  }
                  return Thread.interrupted();
                });
        awaitWaiting(1);
        waiter.awaitAsleep();
        try (MutexGuard<Integer> guard = locked(mutex)) {
          guard.set(7);
          changed.signal(guard);
          waiter.interrupt();
        }
        if (want == 7) {
          assertTrue(waiter.get());
        } else {
          waiter.failure(InterruptedException.class);
        }
        assertFreeAndUnwanted();
        try (MutexGuard<Integer> guard = locked(mutex)) {
          guard.set(0);
        }
      }
    }
  }

  // The uninterruptible form waits on, and leaves the interrupt for the caller.
  @ParameterizedTest
  @EnumSource
  void awaitUninterruptibly_interrupted_waitsOn(Kind kind) {
    Running<Boolean> waiter =
        waiter(
            kind,
            guard -> {
              changed.awaitUninterruptibly(guard);
              return Thread.interrupted();
            });
    awaitWaiting(1);
    waiter.awaitAsleep().interrupt();
    try (MutexGuard<Integer> guard = locked(mutex)) {
      assertEquals(1, changed.waiting());
      changed.signal(guard);
    }
    assertTrue(waiter.get());
    assertFreeAndUnwanted();
  }

  // Futures that are cancelled

  // While it waits for a signal: out of the line, and the guard stays closed.
  @Test
  void awaitAsync_droppedWhileWaiting_leavesTheLine() {
    MutexGuard<Integer> guard = locked(mutex);
    PollFuture<MutexGuard<Integer>> first = pending(changed.awaitAsync(guard));
    PollFuture<MutexGuard<Integer>> second = waitingFuture();
    assertTrue(first.cancel());
    assertCancelled(first);
    assertFalse(guard.isOpen());
    assertEquals(1, changed.waiting());
    try (MutexGuard<Integer> mine = locked(mutex)) {
      changed.signal(mine);
    }
    ready(second).close();
    assertFreeAndUnwanted();
  }

  // After the signal, before the lock: the signal goes on to the next.
  @Test
  void awaitAsync_droppedAfterTheSignal_signalGoesOn() {
    PollFuture<MutexGuard<Integer>> first = waitingFuture();
    PollFuture<MutexGuard<Integer>> second = waitingFuture();
    try (MutexGuard<Integer> mine = locked(mutex)) {
      changed.signal(mine);
      assertTrue(first.cancel());
      assertEquals(0, changed.waiting());
      assertEquals(1, mutex.waiting());
    }
    ready(second).close();
    assertFreeAndUnwanted();
  }

  // The same when the lock is free: the next gets both, whatever its kind.
  @ParameterizedTest
  @EnumSource
  void awaitAsync_droppedWhenNudged_signalGoesOnWithTheLock(Kind kind) {
    PollFuture<MutexGuard<Integer>> first = waitingFuture();
    Running<Void> second = waiting(kind);
    try (MutexGuard<Integer> mine = locked(mutex)) {
      changed.signal(mine);
    }
    assertFalse(mutex.isLocked(), "free, and the first was told");
    assertTrue(first.cancel());
    second.get();
    assertFreeAndUnwanted();
  }

  // After the grant: the signal goes on to the next, then the lock.
  @Test
  void awaitAsync_droppedAfterTheGrant_signalAndLockGoOn() {
    Mutex<Integer> fair = Mutex.fair(0);
    Condition<Integer> c = fair.newCondition();
    PollFuture<MutexGuard<Integer>> first = pending(c.awaitAsync(locked(fair)));
    PollFuture<MutexGuard<Integer>> second = pending(c.awaitAsync(locked(fair)));
    try (MutexGuard<Integer> mine = locked(fair)) {
      c.signal(mine);
    }
    assertTrue(fair.isLocked(), "handed over");
    assertTrue(first.cancel());
    assertCancelled(first);
    ready(second).close();
    assertFalse(fair.isLocked());
    assertEquals(0, fair.waiting() + c.waiting());
  }

  // Nobody else waits: the signal is lost with its waiter, and the lock is free.
  @ParameterizedTest
  @ValueSource(ints = {0, 4096})
  void awaitAsync_droppedAfterTheSignalNobodyWaits_free(int bypassBound) {
    Mutex<Integer> m = Mutex.builder().bypassBound(bypassBound).of(0);
    Condition<Integer> c = m.newCondition();
    PollFuture<MutexGuard<Integer>> only = pending(c.awaitAsync(locked(m)));
    try (MutexGuard<Integer> mine = locked(m)) {
      c.signal(mine);
    }
    assertTrue(only.cancel());
    assertFalse(m.isLocked());
    assertEquals(0, m.waiting() + c.waiting());
    locked(m).close();
  }

  // A signal to all is not handed on: all who waited have it, and who came later has not.
  @Test
  void awaitAsync_droppedAfterSignalAll_laterOneWaitsOn() {
    PollFuture<MutexGuard<Integer>> first = waitingFuture();
    MutexGuard<Integer> mine = locked(mutex);
    changed.signalAll(mine);
    PollFuture<MutexGuard<Integer>> later = pending(changed.awaitAsync(mine));
    assertTrue(first.cancel());
    pending(later);
    assertEquals(1, changed.waiting());
    assertTrue(later.cancel());
    assertFreeAndUnwanted();
  }

  // A chain of cancelled waiters hands the signal to the one that is left.
  @Test
  void awaitAsync_allButTheLastDropped_signalReachesTheLast() {
    List<PollFuture<MutexGuard<Integer>>> waits = new ArrayList<>();
    for (int i = 0; i < 10; i++) {
      waits.add(waitingFuture());
    }
    try (MutexGuard<Integer> mine = locked(mutex)) {
      changed.signal(mine);
    }
    for (int i = 0; i < 9; i++) {
      assertTrue(waits.get(i).cancel());
    }
    ready(waits.get(9)).close();
    assertFreeAndUnwanted();
  }

  // One that was cancelled, and has not left the line yet, takes no signal.
  @Test
  void signal_firstIsCancelledAndStillLinked_goesToTheNext() {
    PollFuture<MutexGuard<Integer>> first = waitingFuture();
    PollFuture<MutexGuard<Integer>> second = waitingFuture();
    MutexGuard<Integer> mine = locked(mutex);
    WaitQueue q = mutex.queue();
    q.lock();
    Running<Boolean> canceller;
    try {
      canceller = Kind.PLATFORM.start(first::cancel);
      Conditions.await(() -> ((dev.interlock.internal.wait.Waiter) first).isCancelled());
    } finally {
      q.unlock();
    }
    changed.signal(mine);
    mine.close();
    assertTrue(canceller.get());
    ready(second).close();
    assertFreeAndUnwanted();
  }

  // Waiting and leaving a hundred thousand times leaves nothing behind.
  @Test
  void cancel_hundredThousandFutures_nothingStaysBehind() {
    List<PollFuture<MutexGuard<Integer>>> waits = new ArrayList<>();
    for (int i = 0; i < 100_000; i++) {
      waits.add(waitingFuture());
    }
    assertEquals(100_000, changed.waiting());
    Collections.shuffle(waits, new Random(1));
    for (PollFuture<MutexGuard<Integer>> wait : waits) {
      assertTrue(wait.cancel());
    }
    assertFreeAndUnwanted();
  }

  // Diagnostics

  // The text tells the name, how many wait, and the mutex.
  @Test
  void toString_always_tellsState() {
    assertEquals(
        "Condition(changed)[waiting=0, Mutex(accounts)[free, waiting=0]]", changed.toString());
    PollFuture<MutexGuard<Integer>> wait = waitingFuture();
    assertContains(changed.toString(), "Condition(changed)[waiting=1, ");
    assertContains(wait.toString(), "await of Condition(changed)", "[waiting]");
    wait.cancel();
    assertContains(mutex.newCondition().toString(), "Condition@", "[waiting=0, Mutex(accounts)");
    assertSame(mutex, changed.mutex());
  }

  // All at once

  // A bounded buffer on two conditions: nothing lost, nothing doubled, each producer in order, with
  // interrupts, time-outs and dropped futures among the waits.
  @ParameterizedTest
  @ValueSource(ints = {0, 1, 4096})
  void boundedBuffer_threadsFuturesAndCancellation_nothingLost(int bypassBound) {
    int producers = 3;
    int each = 4_000;
    Mutex<ArrayDeque<int[]>> buffer =
        Mutex.builder().bypassBound(bypassBound).of(new ArrayDeque<>());
    Condition<ArrayDeque<int[]>> notFull = buffer.newCondition("notFull");
    Condition<ArrayDeque<int[]>> notEmpty = buffer.newCondition("notEmpty");
    List<Running<Void>> senders = new ArrayList<>();
    for (int p = 0; p < producers; p++) {
      int producer = p;
      senders.add(
          (p == 0 ? Kind.VIRTUAL : Kind.PLATFORM)
              .start(
                  () -> {
                    for (int i = 0; i < each; i++) {
                      try (MutexGuard<ArrayDeque<int[]>> guard = buffer.lock()) {
                        notFull.awaitUntil(guard, b -> b.size() < 3);
                        assertTrue(guard.get().size() < 3);
                        guard.get().add(new int[] {producer, i});
                        notEmpty.signal(guard);
                      }
                    }
                    return null;
                  }));
    }
    List<Running<List<int[]>>> receivers = new ArrayList<>();
    for (int r = 0; r < 3; r++) {
      int receiver = r;
      receivers.add(
          (r == 0 ? Kind.VIRTUAL : Kind.PLATFORM)
              .start(() -> receive(receiver, each, buffer, notEmpty, notFull)));
    }
    for (Running<Void> sender : senders) {
      sender.get();
    }
    int[] next = new int[producers];
    int total = 0;
    for (Running<List<int[]>> receiver : receivers) {
      int[] last = {-1, -1, -1};
      for (int[] element : receiver.get()) {
        assertTrue(element[1] > last[element[0]], "in order of its producer");
        last[element[0]] = element[1];
        next[element[0]]++;
        total++;
      }
    }
    assertEquals(producers * each, total);
    assertEquals(0, notFull.waiting() + notEmpty.waiting() + buffer.waiting());
    assertFalse(buffer.isLocked());
  }

  private static List<int[]> receive(
      int number,
      int count,
      Mutex<ArrayDeque<int[]>> buffer,
      Condition<ArrayDeque<int[]>> notEmpty,
      Condition<ArrayDeque<int[]>> notFull)
      throws InterruptedException {
    List<int[]> received = new ArrayList<>();
    Random random = new Random(number);
    while (received.size() < count) {
      MutexGuard<ArrayDeque<int[]>> guard = buffer.lock();
      if (guard.get().isEmpty()) {
        int how = random.nextInt(4);
        if (how == 0) {
          notEmpty.await(guard, Duration.ofNanos(random.nextInt(100_000)));
        } else if (how == 1) {
          PollFuture<MutexGuard<ArrayDeque<int[]>>> wait = notEmpty.awaitAsync(guard);
          if (!wait.poll(Polls.IGNORED).isReady() && wait.cancel()) {
            continue;
          }
          if (!guard.isOpen()) {
            ready(wait);
          }
        } else if (how == 2) {
          guard = notEmpty.awaitAsync(guard).block();
        } else {
          notEmpty.awaitUntil(guard, b -> !b.isEmpty());
        }
      }
      if (!guard.get().isEmpty()) {
        received.add(guard.get().remove());
        notFull.signal(guard);
      }
      guard.close();
    }
    return received;
  }

  // Ping and pong by two conditions, interrupted at random: every interrupt is seen, no turn is
  // lost.
  @ParameterizedTest
  @EnumSource
  void pingPong_interruptedAtRandom_noTurnLost(Kind kind) {
    int rounds = 2_000;
    Condition<Integer> even = mutex.newCondition();
    Condition<Integer> odd = mutex.newCondition();
    List<Running<Integer>> players = new ArrayList<>();
    for (int p = 0; p < 2; p++) {
      int parity = p;
      players.add(
          kind.start(
              () -> {
                int interrupts = 0;
                for (int turn = parity; turn < rounds; turn += 2) {
                  boolean mine = false;
                  while (!mine) {
                    MutexGuard<Integer> guard = mutex.lockUninterruptibly();
                    try {
                      int expected = turn;
                      (parity == 0 ? even : odd).awaitUntil(guard, v -> v == expected);
                      guard.set(turn + 1);
                      (parity == 0 ? odd : even).signal(guard);
                      mine = true;
                    } catch (InterruptedException e) {
                      assertTrue(guard.isOpen());
                      interrupts++;
                    } finally {
                      guard.close();
                    }
                  }
                }
                return interrupts;
              }));
    }
    Random random = new Random(3);
    while (players.stream().anyMatch(player -> !player.isDone())) {
      players.get(random.nextInt(2)).interrupt();
      Thread.yield();
    }
    for (Running<Integer> player : players) {
      assertTrue(player.get() >= 0);
    }
    assertEquals(rounds, locked(mutex).get());
    assertNull(mutex.tryLock());
  }
}
