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
import dev.interlock.testing.Conditions;
import dev.interlock.testing.CountingWaker;
import dev.interlock.testing.Kind;
import dev.interlock.testing.Polls;
import dev.interlock.testing.Running;
import java.lang.ref.WeakReference;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class MutexTest {
  private static final Duration LONG = Duration.ofHours(1);

  private final Mutex<String> mutex = Mutex.builder().name("accounts").of("value");

  @AfterEach
  void noInterruptIsLeft() {
    Polls.assertInterrupted(false);
  }

  private static Mutex<String> bound(int bypassBound) {
    return Mutex.builder().name("accounts").bypassBound(bypassBound).of("value");
  }

  private static void awaitWaiting(Mutex<?> mutex, int n) {
    Conditions.await(() -> mutex.waiting() == n, () -> n + " waiting, at " + mutex);
  }

  private static <T> MutexGuard<T> locked(Mutex<T> mutex) {
    MutexGuard<T> guard = mutex.tryLock();
    assertNotNull(guard, () -> "taken: " + mutex);
    return guard;
  }

  private static void assertFreeAndUnwanted(Mutex<?> mutex) {
    assertFalse(mutex.isLocked());
    assertEquals(0, mutex.waiting());
    locked(mutex).close();
  }

  // Making one

  // The factories differ in the bound and in the value.
  @Test
  void factories_all_valueAndBound() {
    assertEquals(Mutex.DEFAULT_BYPASS_BOUND, Mutex.of(1).bypassBound());
    assertEquals(0, Mutex.fair(1).bypassBound());
    assertEquals(7, bound(7).bypassBound());
    assertEquals(1, locked(Mutex.of(1)).get());
    assertEquals(2, locked(Mutex.fair(2)).get());
    assertNull(locked(Mutex.create()).get());
    assertNull(locked(Mutex.<String>of(null)).get());
  }

  // A negative bound is refused with the value, and what is allowed.
  @Test
  void bypassBound_negative_refused() {
    IllegalArgumentException e =
        assertThrows(IllegalArgumentException.class, () -> Mutex.builder().bypassBound(-1));
    assertContains(e.getMessage(), "bypassBound", "-1", "0 (strict FIFO) or more");
  }

  // A name is there or not, never null.
  @Test
  void name_null_refused() {
    assertThrows(NullPointerException.class, () -> Mutex.builder().name(null));
  }

  // The text tells the name, the state, and how many wait.
  @Test
  void toString_freeHeldWaited_tellsState() {
    assertEquals("Mutex(accounts)[free, waiting=0]", mutex.toString());
    MutexGuard<String> guard = locked(mutex);
    assertEquals("Mutex(accounts)[locked, waiting=0]", mutex.toString());
    PollFuture<MutexGuard<String>> f = pending(mutex.lockAsync());
    assertEquals("Mutex(accounts)[locked, waiting=1]", mutex.toString());
    f.cancel();
    guard.close();
    assertContains(Mutex.of(1).toString(), "Mutex@", "[free, waiting=0]");
  }

  // Trying

  // A free lock is taken, a held one is not, and a failed try leaves no trace.
  @ParameterizedTest
  @ValueSource(ints = {0, 1, 4096})
  void tryLock_freeThenHeld_guardThenNull(int bypassBound) {
    Mutex<String> m = bound(bypassBound);
    MutexGuard<String> guard = locked(m);
    assertTrue(m.isLocked());
    assertNull(m.tryLock(), "not reentrant");
    assertEquals(0, m.waiting());
    guard.close();
    assertFreeAndUnwanted(m);
  }

  // Strictly first in, first out: nobody gets in by trying while somebody waits.
  @Test
  void tryLock_fairAndSomebodyWaits_null() {
    Mutex<String> m = Mutex.fair("value");
    MutexGuard<String> guard = locked(m);
    PollFuture<MutexGuard<String>> first = pending(m.lockAsync());
    PollFuture<MutexGuard<String>> second = pending(m.lockAsync());
    guard.close();
    assertNull(m.tryLock());
    MutexGuard<String> firstGuard = ready(first);
    assertNull(m.tryLock());
    firstGuard.close();
    assertNull(m.tryLock());
    ready(second).close();
    assertFreeAndUnwanted(m);
  }

  // Waiting as a thread

  // Two kinds of wait are served by the unlock, platform and virtual.
  @ParameterizedTest
  @EnumSource
  void lock_held_waitsForTheUnlock(Kind kind) {
    MutexGuard<String> guard = locked(mutex);
    Running<MutexGuard<String>> waiter = kind.start(mutex::lock);
    awaitWaiting(mutex, 1);
    assertFalse(waiter.isDone());
    guard.close();
    MutexGuard<String> theirs = waiter.get();
    assertTrue(mutex.isLocked());
    theirs.close();
    assertFreeAndUnwanted(mutex);
  }

  // The same by hand-over, which is the only way when nobody may barge.
  @ParameterizedTest
  @EnumSource
  void lock_heldAndFair_handedOver(Kind kind) {
    Mutex<String> m = bound(0);
    MutexGuard<String> guard = locked(m);
    Running<MutexGuard<String>> waiter = kind.start(m::lock);
    awaitWaiting(m, 1);
    guard.close();
    assertTrue(m.isLocked(), "handed over, never free");
    waiter.get().close();
    assertFreeAndUnwanted(m);
  }

  // An interrupt that is there before the call ends it, even if the lock is free.
  @Test
  void lock_interruptedBefore_refusedAndUnchanged() {
    Thread.currentThread().interrupt();
    InterruptedException e = assertThrows(InterruptedException.class, mutex::lock);
    assertContains(e.getMessage(), "interrupted before", "Mutex(accounts)[free");
    Polls.assertInterrupted(false);
    assertFreeAndUnwanted(mutex);
  }

  // An interrupt ends the wait without effect.
  @ParameterizedTest
  @EnumSource
  void lock_interruptedWhileQueued_leavesTheQueue(Kind kind) {
    MutexGuard<String> guard = locked(mutex);
    Running<MutexGuard<String>> waiter = kind.start(mutex::lock);
    awaitWaiting(mutex, 1);
    waiter.interrupt();
    InterruptedException e = waiter.failure(InterruptedException.class);
    assertContains(e.getMessage(), "interrupted while waiting", "Mutex(accounts)[locked");
    assertEquals(0, mutex.waiting());
    assertTrue(guard.isOpen() && mutex.isLocked());
    guard.close();
    assertFreeAndUnwanted(mutex);
  }

  // An uninterruptible wait goes on, and the interrupt is there afterwards.
  @ParameterizedTest
  @EnumSource
  void lockUninterruptibly_interruptedWhileQueued_getsTheLockAndKeepsTheInterrupt(Kind kind) {
    MutexGuard<String> guard = locked(mutex);
    Running<Boolean> waiter =
        kind.start(
            () -> {
              try (MutexGuard<String> theirs = mutex.lockUninterruptibly()) {
                return Thread.currentThread().isInterrupted() && theirs.isOpen();
              }
            });
    awaitWaiting(mutex, 1);
    waiter.interrupt();
    waiter.awaitAsleep();
    assertEquals(1, mutex.waiting());
    guard.close();
    assertTrue(waiter.get());
    assertFreeAndUnwanted(mutex);
  }

  // The same for an interrupt before the call.
  @Test
  void lockUninterruptibly_interruptedBefore_locksAndKeepsTheInterrupt() {
    Thread.currentThread().interrupt();
    mutex.lockUninterruptibly().close();
    Polls.assertInterrupted(true);
    assertFreeAndUnwanted(mutex);
  }

  // Waiting with a time-out

  // No time means no wait.
  @ParameterizedTest
  @ValueSource(longs = {0, -1, Long.MIN_VALUE})
  void tryLock_noTime_asTryLock(long seconds) throws InterruptedException {
    Duration none = Duration.ofSeconds(seconds);
    MutexGuard<String> guard = mutex.tryLock(none);
    assertNotNull(guard);
    assertNull(mutex.tryLock(none));
    assertEquals(0, mutex.waiting());
    guard.close();
    assertFreeAndUnwanted(mutex);
  }

  // A null time-out is refused before anything happens.
  @Test
  void tryLock_nullTimeout_refused() {
    assertThrows(NullPointerException.class, () -> mutex.tryLock(null));
    assertFreeAndUnwanted(mutex);
  }

  // When the time runs out the wait leaves no trace.
  @ParameterizedTest
  @EnumSource
  void tryLock_timeRunsOut_nullAndOutOfTheQueue(Kind kind) {
    MutexGuard<String> guard = locked(mutex);
    assertNull(kind.start(() -> mutex.tryLock(Duration.ofMillis(5))).get());
    assertEquals(0, mutex.waiting());
    guard.close();
    assertFreeAndUnwanted(mutex);
  }

  // An unlock in time gives the guard.
  @ParameterizedTest
  @EnumSource
  void tryLock_unlockedInTime_guard(Kind kind) {
    MutexGuard<String> guard = locked(mutex);
    Running<MutexGuard<String>> waiter =
        kind.start(() -> mutex.tryLock(Duration.ofSeconds(Long.MAX_VALUE)));
    awaitWaiting(mutex, 1);
    guard.close();
    waiter.get().close();
    assertFreeAndUnwanted(mutex);
  }

  // An interrupt ends a timed wait as it ends the other.
  @ParameterizedTest
  @EnumSource
  void tryLock_interruptedWhileQueued_leavesTheQueue(Kind kind) {
    MutexGuard<String> guard = locked(mutex);
    Running<MutexGuard<String>> waiter = kind.start(() -> mutex.tryLock(LONG));
    awaitWaiting(mutex, 1);
    waiter.interrupt();
    assertContains(
        waiter.failure(InterruptedException.class).getMessage(), "while waiting", "accounts");
    assertEquals(0, mutex.waiting());
    guard.close();
    assertFreeAndUnwanted(mutex);
  }

  // An interrupt before a timed call ends it, even if the lock is free.
  @Test
  void tryLock_timedAndInterruptedBefore_refusedAndUnchanged() {
    Thread.currentThread().interrupt();
    assertThrows(InterruptedException.class, () -> mutex.tryLock(LONG));
    Polls.assertInterrupted(false);
    assertFreeAndUnwanted(mutex);
  }

  // Waiting as a future

  // A future does nothing before it is polled.
  @Test
  void lockAsync_notPolled_nothingHappens() {
    mutex.lockAsync();
    assertFreeAndUnwanted(mutex);
  }

  // A free lock is there at the first poll, and only then.
  @Test
  void lockAsync_free_readyOnce() {
    PollFuture<MutexGuard<String>> f = mutex.lockAsync();
    MutexGuard<String> guard = ready(f);
    assertCompleted(f);
    assertTrue(guard.isOpen() && mutex.isLocked(), "a late cancel takes nothing away");
    IllegalStateException e =
        assertThrows(IllegalStateException.class, () -> f.poll(Polls.IGNORED));
    assertContains(e.getMessage(), "polled after completion", "lock of Mutex(accounts)", "once");
    guard.close();
    assertFreeAndUnwanted(mutex);
  }

  // A held lock makes it wait; the unlock calls the waker, and the next poll has the guard.
  @ParameterizedTest
  @ValueSource(ints = {0, 1, 4096})
  void lockAsync_held_wokenByTheUnlock(int bypassBound) {
    Mutex<String> m = bound(bypassBound);
    MutexGuard<String> guard = locked(m);
    CountingWaker waker = new CountingWaker();
    PollFuture<MutexGuard<String>> f = pending(m.lockAsync(), waker);
    assertEquals(1, m.waiting());
    assertEquals(0, waker.calls());
    guard.close();
    assertEquals(1, waker.calls());
    ready(f).close();
    assertFreeAndUnwanted(m);
  }

  // Polling again keeps the place in the queue; the waker of the last poll counts.
  @Test
  void lockAsync_polledWithAnotherWaker_keepsThePlace() {
    Mutex<String> m = bound(0);
    MutexGuard<String> guard = locked(m);
    CountingWaker old = new CountingWaker();
    CountingWaker latest = new CountingWaker();
    PollFuture<MutexGuard<String>> first = pending(m.lockAsync(), old);
    PollFuture<MutexGuard<String>> second = pending(m.lockAsync());
    pending(first, latest);
    assertEquals(2, m.waiting());
    guard.close();
    assertEquals(0, old.calls());
    assertEquals(1, latest.calls());
    pending(second);
    ready(first).close();
    ready(second).close();
  }

  // A null context is refused and changes nothing.
  @Test
  void lockAsync_polledWithNull_refused() {
    PollFuture<MutexGuard<String>> f = mutex.lockAsync();
    assertThrows(NullPointerException.class, () -> f.poll(null));
    assertFreeAndUnwanted(mutex);
    ready(f).close();
  }

  // A future that is cancelled before its first poll never locks.
  @Test
  void lockAsync_cancelledBeforePolled_neverLocks() {
    PollFuture<MutexGuard<String>> f = mutex.lockAsync();
    assertTrue(f.cancel());
    assertCancelled(f);
    assertFreeAndUnwanted(mutex);
  }

  // A head that was nudged and cancels passes the nudge on.
  @Test
  void lockAsync_cancelledWhenNudged_nextIsWoken() {
    MutexGuard<String> guard = locked(mutex);
    PollFuture<MutexGuard<String>> first = pending(mutex.lockAsync());
    CountingWaker waker = new CountingWaker();
    PollFuture<MutexGuard<String>> second = pending(mutex.lockAsync(), waker);
    guard.close();
    assertEquals(0, waker.calls());
    assertTrue(first.cancel());
    assertCancelled(first);
    assertEquals(1, waker.calls());
    ready(second).close();
    assertFreeAndUnwanted(mutex);
  }

  // A nudged head that finds the lock taken again waits on, and the next unlock calls it again.
  @Test
  void lockAsync_nudgedAndOvertaken_isNudgedAgain() {
    MutexGuard<String> guard = locked(mutex);
    CountingWaker waker = new CountingWaker();
    PollFuture<MutexGuard<String>> f = pending(mutex.lockAsync(), waker);
    for (int i = 1; i <= 10; i++) {
      guard.close();
      assertEquals(i, waker.calls());
      guard = locked(mutex);
      pending(f, waker);
    }
    guard.close();
    ready(f).close();
    assertFreeAndUnwanted(mutex);
  }

  // A nudged head that has not looked yet is not called again by each unlock.
  @Test
  void close_headNudgedAlready_wakesNobody() {
    MutexGuard<String> guard = locked(mutex);
    CountingWaker waker = new CountingWaker();
    PollFuture<MutexGuard<String>> f = pending(mutex.lockAsync(), waker);
    for (int i = 0; i < 10; i++) {
      guard.close();
      guard = locked(mutex);
    }
    assertEquals(1, waker.calls());
    guard.close();
    ready(f).close();
  }

  // The value under the lock

  // The body gets the value under the lock, its result comes back.
  @Test
  void withLock_free_runsTheBodyUnderTheLock() throws InterruptedException {
    String result =
        mutex.withLock(
            v -> {
              assertTrue(mutex.isLocked());
              return v + "!";
            });
    assertEquals("value!", result);
    assertFreeAndUnwanted(mutex);
  }

  // A body that throws leaves the lock, and its exception comes through.
  @Test
  void withLock_bodyThrows_unlocks() {
    RuntimeException fromBody = new IllegalStateException("thrown by the body");
    RuntimeException thrown =
        assertThrows(
            RuntimeException.class,
            () ->
                mutex.withLock(
                    v -> {
                      throw fromBody;
                    }));
    assertSame(fromBody, thrown);
    assertFreeAndUnwanted(mutex);
  }

  // A null body is refused before the lock is taken.
  @Test
  void withLock_null_refused() {
    assertThrows(NullPointerException.class, () -> mutex.withLock(null));
    assertFreeAndUnwanted(mutex);
  }

  // The uninterruptible form runs its body however often its thread is interrupted, keeps the
  // status,
  // and unlocks when the body throws.
  @ParameterizedTest
  @EnumSource
  void withLockUninterruptibly_interrupted_bodyRuns(Kind kind) {
    MutexGuard<String> held = mutex.tryLock();
    Running<Boolean> waiter =
        kind.start(
            () -> {
              Thread.currentThread().interrupt();
              return mutex.withLockUninterruptibly(v -> mutex.isLocked()) && Thread.interrupted();
            });
    Conditions.await(() -> mutex.waiting() == 1);
    waiter.interrupt();
    held.close();
    assertTrue(waiter.get());
    assertThrows(
        ArithmeticException.class,
        () ->
            mutex.withLockUninterruptibly(
                v -> {
                  throw new ArithmeticException();
                }));
    assertFalse(mutex.isLocked());
    assertThrows(NullPointerException.class, () -> mutex.withLockUninterruptibly(null));
  }

  // An interrupt before the call keeps the body from running.
  @Test
  void withLock_interruptedBefore_bodyDoesNotRun() {
    Thread.currentThread().interrupt();
    assertThrows(
        InterruptedException.class,
        () ->
            mutex.withLock(
                v -> {
                  throw new AssertionError("must not run");
                }));
    assertFreeAndUnwanted(mutex);
  }

  // An interrupt during the wait does too.
  @ParameterizedTest
  @EnumSource
  void withLock_interruptedWhileQueued_bodyDoesNotRun(Kind kind) {
    MutexGuard<String> guard = locked(mutex);
    Running<Object> waiter =
        kind.start(
            () ->
                mutex.withLock(
                    v -> {
                      throw new AssertionError("must not run");
                    }));
    awaitWaiting(mutex, 1);
    waiter.interrupt();
    waiter.failure(InterruptedException.class);
    guard.close();
    assertFreeAndUnwanted(mutex);
  }

  // Unlocking by hand

  // The right guard unlocks.
  @Test
  void unlock_openGuard_unlocks() {
    MutexGuard<String> guard = locked(mutex);
    mutex.unlock(guard);
    assertFalse(guard.isOpen());
    assertFreeAndUnwanted(mutex);
  }

  // A guard of another mutex is refused, and neither mutex changes.
  @Test
  void unlock_guardOfAnotherMutex_refusedAndUnchanged() {
    Mutex<String> other = Mutex.builder().name("orders").of("other");
    MutexGuard<String> guard = locked(mutex);
    MutexGuard<String> othersGuard = locked(other);
    IllegalMonitorStateException e =
        assertThrows(IllegalMonitorStateException.class, () -> mutex.unlock(othersGuard));
    assertContains(
        e.getMessage(),
        "belongs to Mutex(orders)[locked",
        "not to Mutex(accounts)[locked",
        "unlock the mutex that it came from");
    assertTrue(guard.isOpen() && othersGuard.isOpen());
    assertTrue(mutex.isLocked() && other.isLocked());
  }

  // A closed guard is refused, even while somebody else holds the lock.
  @Test
  void unlock_closedGuard_refusedAndUnchanged() {
    MutexGuard<String> old = locked(mutex);
    old.close();
    MutexGuard<String> guard = locked(mutex);
    IllegalMonitorStateException e =
        assertThrows(IllegalMonitorStateException.class, () -> mutex.unlock(old));
    assertContains(e.getMessage(), "closed before", "Mutex(accounts)");
    assertTrue(guard.isOpen() && mutex.isLocked());
  }

  // Null is refused.
  @Test
  void unlock_null_refused() {
    MutexGuard<String> guard = locked(mutex);
    assertThrows(NullPointerException.class, () -> mutex.unlock(null));
    assertTrue(guard.isOpen() && mutex.isLocked());
  }

  // Fairness

  // The head of the queue is overtaken exactly as often as allowed, then handed the lock.
  @ParameterizedTest
  @ValueSource(ints = {0, 1, 3, 64})
  void close_headNeverLooks_handedOverAfterTheBound(int bypassBound) {
    Mutex<String> m = bound(bypassBound);
    MutexGuard<String> guard = locked(m);
    PollFuture<MutexGuard<String>> head = pending(m.lockAsync());
    assertEquals(bypassBound, overtake(m, guard, null));
    ready(head).close();
    assertFreeAndUnwanted(m);
  }

  // The same when the head looks after each overtaking, and finds the lock taken.
  @ParameterizedTest
  @ValueSource(ints = {0, 1, 3, 64})
  void close_headLooksInVain_handedOverAfterTheBound(int bypassBound) {
    Mutex<String> m = bound(bypassBound);
    MutexGuard<String> guard = locked(m);
    PollFuture<MutexGuard<String>> head = pending(m.lockAsync());
    assertEquals(bypassBound, overtake(m, guard, head));
    ready(head).close();
    assertFreeAndUnwanted(m);
  }

  // Who joined behind k others is overtaken by newcomers at most as often as the head: the bound.
  @ParameterizedTest
  @CsvSource({"0,4", "1,4", "3,4", "7,1"})
  void close_waiterBehindOthers_boundHoldsForIt(int bypassBound, int k) {
    Mutex<String> m = bound(bypassBound);
    MutexGuard<String> guard = locked(m);
    List<PollFuture<MutexGuard<String>>> waiters = new ArrayList<>();
    for (int i = 0; i <= k; i++) {
      waiters.add(pending(m.lockAsync()));
    }
    int overtaken = 0;
    for (PollFuture<MutexGuard<String>> head : waiters) {
      overtaken += overtake(m, guard, null);
      guard = ready(head);
    }
    assertEquals(bypassBound, overtaken);
    guard.close();
    assertFreeAndUnwanted(m);
  }

  // Who joins while newcomers overtake the others is overtaken as often as they, counted from
  // there.
  @Test
  void close_joinedAfterBypasses_boundCountsFromThere() {
    Mutex<String> m = bound(3);
    MutexGuard<String> guard = locked(m);
    PollFuture<MutexGuard<String>> first = pending(m.lockAsync());
    guard.close();
    guard = locked(m);
    guard.close();
    guard = locked(m); // the first was overtaken twice
    PollFuture<MutexGuard<String>> second = pending(m.lockAsync());
    assertEquals(1, overtake(m, guard, null));
    guard = ready(first);
    assertEquals(2, overtake(m, guard, null));
    ready(second).close();
    assertFreeAndUnwanted(m);
  }

  // A head that leaves does not give newcomers a new allowance against the one behind it.
  @Test
  void close_headCancelsAfterBypasses_boundHoldsForTheNext() {
    Mutex<String> m = bound(3);
    MutexGuard<String> guard = locked(m);
    PollFuture<MutexGuard<String>> first = pending(m.lockAsync());
    PollFuture<MutexGuard<String>> second = pending(m.lockAsync());
    guard.close();
    guard = locked(m);
    guard.close();
    guard = locked(m);
    assertTrue(first.cancel());
    assertEquals(1, overtake(m, guard, null));
    ready(second).close();
    assertFreeAndUnwanted(m);
  }

  /** Overtakes the head until the lock is handed to it; says how often that was possible. */
  private static int overtake(
      Mutex<String> m, MutexGuard<String> held, PollFuture<?> looksEachTime) {
    int overtaken = 0;
    for (MutexGuard<String> guard = held; ; overtaken++) {
      guard.close();
      guard = m.tryLock();
      if (guard == null) {
        return overtaken;
      }
      if (looksEachTime != null) {
        pending(looksEachTime);
      }
    }
  }

  // Futures are served in the order of their first polls, not of their making.
  @ParameterizedTest
  @ValueSource(ints = {0, 1, 4096})
  void lockAsync_several_servedInOrderOfFirstPoll(int bypassBound) {
    Mutex<String> m = bound(bypassBound);
    MutexGuard<String> guard = locked(m);
    List<PollFuture<MutexGuard<String>>> waiters = new ArrayList<>();
    for (int i = 0; i < 10; i++) {
      waiters.add(m.lockAsync());
    }
    Collections.reverse(waiters);
    waiters.forEach(Polls::pending);
    for (PollFuture<MutexGuard<String>> f : waiters) {
      guard.close();
      waiters.stream().filter(g -> waiters.indexOf(g) > waiters.indexOf(f)).forEach(Polls::pending);
      guard = ready(f);
    }
    guard.close();
    assertFreeAndUnwanted(m);
  }

  // Threads and futures stand in one queue.
  @Test
  void lock_behindAFutureAndBeforeOne_servedInOrder() {
    Mutex<String> m = bound(0);
    MutexGuard<String> guard = locked(m);
    PollFuture<MutexGuard<String>> first = pending(m.lockAsync());
    Running<MutexGuard<String>> second = Kind.PLATFORM.start(m::lock);
    awaitWaiting(m, 2);
    Running<MutexGuard<String>> third = Kind.VIRTUAL.start(m::lock);
    awaitWaiting(m, 3);
    PollFuture<MutexGuard<String>> fourth = pending(m.lockAsync());
    guard.close();
    assertFalse(second.isDone());
    ready(first).close();
    MutexGuard<String> secondGuard = second.get();
    assertFalse(third.isDone());
    secondGuard.close();
    MutexGuard<String> thirdGuard = third.get();
    pending(fourth);
    thirdGuard.close();
    ready(fourth).close();
    assertFreeAndUnwanted(m);
  }

  // Exclusion and memory effects

  // A plain counter under the lock loses nothing, whatever waits and however fair it is.
  @ParameterizedTest
  @ValueSource(ints = {0, 1, 64, 4096})
  void withLock_manyThreads_countsExactly(int bypassBound) {
    Mutex<long[]> m = Mutex.builder().bypassBound(bypassBound).of(new long[1]);
    int times = bypassBound == 0 ? 500 : 5_000;
    List<Running<Void>> threads = new ArrayList<>();
    for (int i = 0; i < 6; i++) {
      threads.add(
          Kind.values()[i % 2].start(
              () -> {
                for (int n = 0; n < times; n++) {
                  m.withLock(cell -> cell[0]++);
                }
                return null;
              }));
    }
    threads.forEach(Running::get);
    assertEquals(6L * times, locked(m).get()[0]);
    assertEquals(0, m.waiting());
  }

  // A guard may be closed by another thread than the one that locked.
  @Test
  void close_byAnotherThread_unlocks() {
    MutexGuard<String> guard = Kind.PLATFORM.start(mutex::lock).get();
    guard.set("changed");
    guard.close();
    assertEquals("changed", locked(mutex).get());
  }

  // Cancelling at scale

  // A hundred thousand cancelled futures leave nothing behind, in whatever order they go, and the
  // next release is served at once.
  @ParameterizedTest
  @CsvSource({"0,first", "0,last", "0,mixed", "4096,first", "4096,last", "4096,mixed"})
  void cancel_hundredThousandFutures_nothingStaysBehind(int bypassBound, String order) {
    Mutex<String> m = bound(bypassBound);
    MutexGuard<String> guard = locked(m);
    List<PollFuture<MutexGuard<String>>> waiters = new ArrayList<>();
    List<WeakReference<?>> references = new ArrayList<>();
    for (int i = 0; i < 100_000; i++) {
      PollFuture<MutexGuard<String>> f = pending(m.lockAsync());
      waiters.add(f);
      if (i % 1_000 == 0) {
        references.add(new WeakReference<>(f));
      }
    }
    assertEquals(100_000, m.waiting());
    if (order.equals("last")) {
      Collections.reverse(waiters);
    } else if (order.equals("mixed")) {
      Collections.shuffle(waiters, new Random(1));
    }
    waiters.forEach(f -> assertTrue(f.cancel()));
    assertEquals(0, m.waiting());
    m.queue().lock();
    assertTrue(m.queue().waiters().isEmpty());
    m.queue().unlock();
    waiters.clear();
    Conditions.awaitCollected(references);

    PollFuture<MutexGuard<String>> last = pending(m.lockAsync());
    guard.close();
    ready(last).close();
    assertFreeAndUnwanted(m);
  }

  // The same for interrupted threads: a hundred thousand virtual ones, or as many platform threads
  // as a small machine bears.
  @Test
  void interrupt_manyQueuedThreads_nothingStaysBehind() {
    int n = Kind.hasVirtual() ? 100_000 : 500;
    MutexGuard<String> guard = locked(mutex);
    List<Running<MutexGuard<String>>> waiters = new ArrayList<>();
    for (int i = 0; i < n; i++) {
      waiters.add(Kind.VIRTUAL.start(mutex::lock));
    }
    awaitWaiting(mutex, n);
    waiters.forEach(Running::interrupt);
    waiters.forEach(w -> w.failure(InterruptedException.class));
    assertEquals(0, mutex.waiting());
    mutex.queue().lock();
    assertTrue(mutex.queue().waiters().isEmpty());
    mutex.queue().unlock();
    PollFuture<MutexGuard<String>> last = pending(mutex.lockAsync());
    guard.close();
    ready(last).close();
    assertFreeAndUnwanted(mutex);
  }
}
