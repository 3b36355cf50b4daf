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
import dev.interlock.testing.Kind;
import dev.interlock.testing.Polls;
import dev.interlock.testing.Running;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.openjdk.jol.info.ClassLayout;
import org.openjdk.jol.info.GraphLayout;

class ReentrantMutexTest {
  private static final Duration LONG = Duration.ofHours(1);

  private final ReentrantMutex<Integer> mutex = ReentrantMutex.builder().name("accounts").of(0);
  private final Owner me = Owner.named("me");
  private final Owner other = Owner.named("other");

  @AfterEach
  void noInterruptIsLeft() {
    Polls.assertInterrupted(false);
  }

  private static <T> ReentrantGuard<T> locked(ReentrantMutex<T> mutex, Owner owner) {
    ReentrantGuard<T> guard = mutex.tryLock(owner);
    assertNotNull(guard, () -> "taken: " + mutex);
    return guard;
  }

  private void assertFreeAndUnwanted() {
    assertFalse(mutex.isLocked());
    assertNull(mutex.owner());
    assertEquals(0, mutex.holds(me) + mutex.holds(other));
    assertEquals(0, mutex.waiting());
  }

  private void awaitWaiting(int n) {
    Conditions.await(() -> mutex.waiting() == n, () -> n + " waiting, at " + mutex);
  }

  // The factories differ in bound and value; a bad bound and null names are refused.
  @Test
  void factories_all_valueAndBound() {
    assertEquals(Mutex.DEFAULT_BYPASS_BOUND, ReentrantMutex.of(1).bypassBound());
    assertEquals(0, ReentrantMutex.fair(1).bypassBound());
    assertEquals(7, ReentrantMutex.builder().bypassBound(7).of(1).bypassBound());
    assertEquals(1, locked(ReentrantMutex.of(1), me).get());
    assertNull(locked(ReentrantMutex.create(), me).get());
    assertThrows(IllegalArgumentException.class, () -> ReentrantMutex.builder().bypassBound(-1));
    assertThrows(NullPointerException.class, () -> ReentrantMutex.builder().name(null));
    assertThrows(NullPointerException.class, () -> Owner.named(null));
  }

  // Every form lets the owner in again, counts, and unlocks with the last hold.
  @Test
  void lock_again_countsAndUnlocksLast() throws InterruptedException {
    List<ReentrantGuard<Integer>> guards = new ArrayList<>();
    guards.add(mutex.lock(me));
    guards.add(mutex.lock(me));
    guards.add(mutex.lockUninterruptibly(me));
    guards.add(mutex.tryLock(me));
    guards.add(mutex.tryLock(me, Duration.ZERO));
    guards.add(mutex.tryLock(me, LONG));
    guards.add(ready(mutex.lockAsync(me)));
    assertEquals(7, mutex.holds(me));
    assertTrue(mutex.isHeldBy(me));
    assertFalse(mutex.isHeldBy(other));
    assertEquals(0, mutex.holds(other));
    assertSame(me, mutex.owner());
    assertEquals(8, mutex.<Integer>withLock(me, v -> mutex.holds(me)).intValue());
    for (int i = 7; i > 0; i--) {
      assertEquals(i, mutex.holds(me));
      assertNull(mutex.tryLock(other));
      guards.get((i + 3) % 7).close(); // in any order
    }
    assertFreeAndUnwanted();
  }

  // A guard gives the value while it is open, and ends one hold, once.
  @Test
  void guard_closedTwice_endsOneHold() {
    ReentrantGuard<Integer> outer = locked(mutex, me);
    ReentrantGuard<Integer> inner = locked(mutex, me);
    inner.set(5);
    assertEquals(5, outer.get());
    assertSame(me, inner.owner());
    inner.close();
    inner.close();
    assertFalse(inner.isOpen());
    assertEquals(1, mutex.holds(me));
    IllegalStateException e = assertThrows(IllegalStateException.class, inner::get);
    assertContains(e.getMessage(), "Owner(me)", "ReentrantMutex(accounts)[held by Owner(me)");
    assertThrows(IllegalStateException.class, () -> inner.set(1));
    outer.close();
    assertFreeAndUnwanted();
  }

  // Holds can be ended without a guard; one too many, or by another owner, is an error without
  // effect.
  @Test
  void unlock_wrongOwner_refused() throws InterruptedException {
    assertRefused(() -> mutex.unlock(me), "Owner(me) does not hold ReentrantMutex(accounts)[free");
    ReentrantGuard<Integer> guard = mutex.lock(me);
    mutex.lock(me);
    assertRefused(
        () -> mutex.unlock(other),
        "Owner(other) does not hold ReentrantMutex(accounts)[held by Owner(me)");
    assertEquals(2, mutex.holds(me));
    mutex.unlock(me);
    mutex.unlock(me);
    assertFreeAndUnwanted();
    assertRefused(guard::close, "Owner(me) does not hold");
    assertFalse(guard.isOpen());
    assertFreeAndUnwanted();
  }

  private static void assertRefused(Executable call, String text) {
    assertContains(assertThrows(IllegalMonitorStateException.class, call).getMessage(), text);
  }

  // One hold more than the most is an error of every form, without effect.
  @Test
  void lock_tooOften_refused() {
    for (int i = 0; i < ReentrantMutex.MAX_HOLDS; i++) {
      locked(mutex, me);
    }
    List<Executable> forms =
        List.of(
            () -> mutex.lock(me),
            () -> mutex.lockUninterruptibly(me),
            () -> mutex.tryLock(me),
            () -> mutex.tryLock(me, LONG),
            () -> mutex.withLock(me, v -> v),
            () -> ready(mutex.lockAsync(me)));
    for (Executable form : forms) {
      IllegalStateException e = assertThrows(IllegalStateException.class, form);
      assertContains(e.getMessage(), "Owner(me)", "65535", "ReentrantMutex(accounts)", "recursion");
    }
    assertEquals(ReentrantMutex.MAX_HOLDS, mutex.holds(me));
    for (int i = 0; i < ReentrantMutex.MAX_HOLDS; i++) {
      mutex.unlock(me);
    }
    assertFreeAndUnwanted();
  }

  // The owner is the handle, not the thread: another thread goes on with it.
  @ParameterizedTest
  @EnumSource
  void lock_sameOwnerOnAnotherThread_again(Kind kind) {
    ReentrantGuard<Integer> guard = locked(mutex, me);
    kind.start(
            () -> {
              try (ReentrantGuard<Integer> again = mutex.lock(me)) {
                again.set(1);
              }
              guard.close();
              return null;
            })
        .get();
    assertFreeAndUnwanted();
  }

  // Another owner waits, also on the same thread: the thread is nobody.
  @ParameterizedTest
  @EnumSource
  void lock_otherOwner_waits(Kind kind) {
    ReentrantGuard<Integer> outer = locked(mutex, me);
    ReentrantGuard<Integer> inner = locked(mutex, me);
    assertNull(mutex.tryLock(other));
    PollFuture<ReentrantGuard<Integer>> future = pending(mutex.lockAsync(Owner.create()));
    Running<Integer> waiter =
        kind.start(
            () -> {
              try (ReentrantGuard<Integer> guard = mutex.lock(other)) {
                return mutex.holds(other);
              }
            });
    awaitWaiting(2);
    inner.close();
    pending(future);
    assertEquals(2, mutex.waiting());
    outer.close();
    ready(future).close();
    assertCompleted(future);
    assertEquals(1, waiter.get());
    assertFreeAndUnwanted();
  }

  // One owner holds several mutexes, each as often as it likes.
  @Test
  void owner_severalMutexes_countedApart() {
    ReentrantMutex<String> second = ReentrantMutex.of("b");
    ReentrantGuard<Integer> a = locked(mutex, me);
    ReentrantGuard<String> b = locked(second, me);
    locked(second, me).close();
    assertEquals(1, mutex.holds(me));
    assertEquals(1, second.holds(me));
    a.close();
    assertTrue(second.isHeldBy(me));
    b.close();
    assertFalse(second.isLocked());
  }

  // Interrupts: before the call, also for one that holds the lock; while it waits.
  @ParameterizedTest
  @EnumSource
  void lock_interrupted_leavesTheQueue(Kind kind) {
    ReentrantGuard<Integer> guard = locked(mutex, me);
    List<Executable> forms =
        List.of(
            () -> mutex.lock(me),
            () -> mutex.tryLock(me, LONG),
            () -> mutex.withLock(me, v -> v),
            () -> mutex.lock(other));
    for (Executable form : forms) {
      Thread.currentThread().interrupt();
      assertThrows(InterruptedException.class, form);
      assertEquals(1, mutex.holds(me));
    }
    for (Running<?> waiter :
        List.<Running<?>>of(
            kind.start(() -> mutex.lock(other)), kind.start(() -> mutex.tryLock(other, LONG)))) {
      Conditions.await(() -> mutex.waiting() >= 1);
      waiter.interrupt();
      waiter.failure(InterruptedException.class);
    }
    assertEquals(0, mutex.waiting());
    guard.close();
    assertFreeAndUnwanted();
  }

  // An interrupt that meets the unlock: the waiter is the owner, and finds the interrupt, or it has
  // left.
  @ParameterizedTest
  @EnumSource
  void lock_interruptMeetsUnlock_ownerOrGone(Kind kind) {
    for (int round = 0; round < 200; round++) {
      boolean timed = round % 2 == 0;
      ReentrantMutex<Integer> m = ReentrantMutex.fair(0);
      ReentrantGuard<Integer> guard = locked(m, me);
      Running<Boolean> waiter =
          kind.start(
              () -> {
                try {
                  return (timed ? m.tryLock(other, LONG) : m.lock(other)).isOpen();
                } catch (InterruptedException e) {
                  return false;
                }
              });
      Conditions.await(() -> m.waiting() == 1);
      Running<Void> interrupting =
          Kind.PLATFORM.start(
              () -> {
                waiter.interrupt();
                return null;
              });
      guard.close();
      assertOwnerOrGone(m, waiter.get());
      interrupting.get();
    }
  }

  // A time that runs out as the lock is unlocked: the waiter is the owner, or it has left.
  @ParameterizedTest
  @EnumSource
  void tryLock_timeOutMeetsUnlock_ownerOrGone(Kind kind) {
    for (int round = 0; round < 200; round++) {
      long delay = round * 2_000L;
      ReentrantMutex<Integer> m = ReentrantMutex.fair(0);
      ReentrantGuard<Integer> guard = locked(m, me);
      Running<Boolean> waiter =
          kind.start(() -> m.tryLock(other, Duration.ofNanos(200_000)) != null);
      Conditions.await(() -> m.waiting() == 1 || waiter.isDone());
      long start = System.nanoTime();
      Conditions.await(() -> System.nanoTime() - start >= delay);
      guard.close();
      assertOwnerOrGone(m, waiter.get());
    }
  }

  private void assertOwnerOrGone(ReentrantMutex<Integer> m, boolean owner) {
    assertEquals(owner ? 1 : 0, m.holds(other));
    assertEquals(owner, m.isLocked());
    assertEquals(0, m.waiting());
  }

  // The uninterruptible form waits on, and leaves the interrupt for the caller.
  @ParameterizedTest
  @EnumSource
  void lockUninterruptibly_interrupted_waitsOn(Kind kind) {
    ReentrantGuard<Integer> guard = locked(mutex, me);
    Running<Boolean> waiter =
        kind.start(
            () -> {
              mutex.lockUninterruptibly(other).close();
              return Thread.interrupted();
            });
    awaitWaiting(1);
    waiter.awaitAsleep().interrupt();
    guard.close();
    assertTrue(waiter.get());
    assertFreeAndUnwanted();
  }

  // The time runs out: null, out of the queue.
  @ParameterizedTest
  @EnumSource
  void tryLock_timeRunsOut_nullAndOutOfTheQueue(Kind kind) {
    ReentrantGuard<Integer> guard = locked(mutex, me);
    assertNull(kind.start(() -> mutex.tryLock(other, Duration.ofMillis(20))).get());
    assertNull(kind.start(() -> mutex.tryLock(other, Duration.ZERO)).get());
    assertEquals(0, mutex.waiting());
    guard.close();
    assertFreeAndUnwanted();
  }

  // A dropped future: out of the queue, or the lock goes on; it never becomes the owner.
  @ParameterizedTest
  @ValueSource(ints = {0, 4096})
  void lockAsync_dropped_leavesOrPassesOn(int bypassBound) {
    ReentrantMutex<Integer> m = ReentrantMutex.builder().bypassBound(bypassBound).of(0);
    ReentrantGuard<Integer> guard = locked(m, me);
    PollFuture<ReentrantGuard<Integer>> first = pending(m.lockAsync(other));
    PollFuture<ReentrantGuard<Integer>> second = pending(m.lockAsync(other));
    PollFuture<ReentrantGuard<Integer>> third = pending(m.lockAsync(Owner.create()));
    assertTrue(first.cancel());
    assertCancelled(first);
    guard.close();
    assertTrue(second.cancel());
    assertNull(m.owner());
    assertEquals(1, m.holds(ready(third).owner()));
    assertEquals(0, m.waiting());
  }

  // A future of an owner that holds the lock is ready at once, and nothing to drop before its poll.
  @Test
  void lockAsync_again_readyAtOnce() {
    ReentrantGuard<Integer> guard = locked(mutex, me);
    assertTrue(mutex.lockAsync(me).cancel());
    assertEquals(1, mutex.holds(me));
    PollFuture<ReentrantGuard<Integer>> again = mutex.lockAsync(me);
    ready(again).close();
    assertFalse(again.cancel());
    assertEquals(1, mutex.holds(me));
    guard.close();
    assertFreeAndUnwanted();
  }

  // The uninterruptible form keeps the interrupt, and ends its hold alone.
  @Test
  void withLockUninterruptibly_interrupted_bodyRuns() {
    Thread.currentThread().interrupt();
    int holds =
        mutex.<Integer>withLockUninterruptibly(
            me, v -> mutex.<Integer>withLockUninterruptibly(me, w -> mutex.holds(me)));
    assertTrue(Thread.interrupted());
    assertEquals(2, holds);
    assertThrows(ArithmeticException.class, () -> mutex.withLockUninterruptibly(me, v -> 1 / v));
    assertFalse(mutex.isLocked());
    assertThrows(NullPointerException.class, () -> mutex.withLockUninterruptibly(null, v -> v));
    assertThrows(NullPointerException.class, () -> mutex.withLockUninterruptibly(me, null));
  }

  // What a section throws comes out, and its hold is over.
  @Test
  void withLock_throws_unlocks() throws InterruptedException {
    assertThrows(ArithmeticException.class, () -> mutex.withLock(me, v -> 1 / v));
    assertFreeAndUnwanted();
    assertEquals(3, mutex.<Integer>withLock(me, v -> v + 3).intValue());
  }

  // Nulls are refused.
  @Test
  void anything_null_refused() {
    List<Executable> calls =
        List.of(
            () -> mutex.lock(null),
            () -> mutex.lockUninterruptibly(null),
            () -> mutex.tryLock(null),
            () -> mutex.tryLock(null, LONG),
            () -> mutex.tryLock(me, null),
            () -> mutex.lockAsync(null),
            () -> mutex.withLock(null, v -> v),
            () -> mutex.withLock(me, null),
            () -> mutex.unlock(null),
            () -> mutex.holds(null),
            () -> mutex.isHeldBy(null));
    for (Executable call : calls) {
      assertThrows(NullPointerException.class, call);
    }
    assertFreeAndUnwanted();
  }

  // The text tells name, owner and how many wait.
  @Test
  void toString_always_tellsState() {
    assertEquals("ReentrantMutex(accounts)[free, waiting=0]", mutex.toString());
    ReentrantGuard<Integer> guard = locked(mutex, me);
    assertEquals("ReentrantMutex(accounts)[held by Owner(me), waiting=0]", mutex.toString());
    assertContains(guard.toString(), "ReentrantGuard[open, Owner(me), ReentrantMutex(accounts)");
    guard.close();
    assertContains(guard.toString(), "closed");
    assertContains(ReentrantMutex.of(1).toString(), "ReentrantMutex@");
    assertContains(Owner.create().toString(), "Owner@");
  }

  // What the documentation says of the sizes.
  @Test
  void footprint_idle_asDocumented() {
    ReentrantMutex<Object> idle = ReentrantMutex.of(null);
    assertTrue(GraphLayout.parseInstance(idle).totalSize() <= 64);
    assertTrue(GraphLayout.parseInstance(Owner.create()).totalSize() <= 16);
    assertTrue(ClassLayout.parseClass(ReentrantGuard.class).instanceSize() <= 24);
  }

  // Owners of all kinds, some waits cut short, sections within sections: no update is lost, and
  // nobody is inside with another.
  @ParameterizedTest
  @ValueSource(ints = {0, 1, 4096})
  void nested_manyOwnersWithTimeOutsAndDrops_noUpdateLost(int bypassBound) {
    ReentrantMutex<int[]> m = ReentrantMutex.builder().bypassBound(bypassBound).of(new int[1]);
    List<Running<Integer>> workers = new ArrayList<>();
    for (int i = 0; i < 4; i++) {
      int number = i;
      workers.add((i % 2 == 0 ? Kind.PLATFORM : Kind.VIRTUAL).start(() -> count(m, number)));
    }
    int expected = 0;
    for (Running<Integer> worker : workers) {
      expected += worker.get();
    }
    assertEquals(expected, locked(m, me).get()[0]);
  }

  private static int count(ReentrantMutex<int[]> m, int number) throws InterruptedException {
    Owner self = Owner.named("worker " + number);
    Random random = new Random(number);
    int added = 0;
    for (int i = 0; i < 3_000; i++) {
      ReentrantGuard<int[]> outer;
      int how = random.nextInt(4);
      if (how == 0) {
        outer = m.tryLock(self, Duration.ofNanos(random.nextInt(50_000)));
      } else if (how == 1) {
        PollFuture<ReentrantGuard<int[]>> future = m.lockAsync(self);
        outer = future.poll(Polls.IGNORED).isReady() ? m.lock(self) : null;
        if (outer != null) {
          m.unlock(self);
        } else if (!future.cancel()) {
          outer = ready(future);
        }
      } else {
        outer = m.lock(self);
      }
      if (outer == null) {
        continue;
      }
      assertEquals(1, m.holds(self));
      try (ReentrantGuard<int[]> inner = m.lock(self)) {
        assertEquals(2, m.holds(self));
        inner.get()[0]++;
        added++;
      }
      outer.get()[0]++;
      added++;
      outer.close();
    }
    assertEquals(0, m.holds(self));
    return added;
  }
}
