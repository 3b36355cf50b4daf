package dev.interlock.sync;

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

import dev.interlock.PoisonedException;
import dev.interlock.future.PollFuture;
import dev.interlock.internal.wait.ThreadWaiter;
import dev.interlock.internal.wait.WaitQueue;
import dev.interlock.testing.Conditions;
import dev.interlock.testing.Kind;
import dev.interlock.testing.Polls;
import dev.interlock.testing.Running;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Lock;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.openjdk.jol.info.GraphLayout;

/** A mutex whose holder failed refuses everybody, until somebody takes it over. */
class PoisoningTest {
  private static final Duration LONG = Duration.ofHours(1);

  private final ArithmeticException cause = new ArithmeticException("half-way");
  private final Mutex<Integer> mutex = Mutex.builder().name("accounts").poisoning().of(7);

  @AfterEach
  void noInterruptIsLeft() {
    Polls.assertInterrupted(false);
  }

  private static <T> MutexGuard<T> locked(Mutex<T> mutex) {
    MutexGuard<T> guard = mutex.tryLock();
    assertNotNull(guard, () -> "taken: " + mutex);
    return guard;
  }

  private void poison() {
    locked(mutex).poison(cause);
  }

  private void assertPoisoned(Executable call) {
    PoisonedException e = assertThrows(PoisonedException.class, call);
    assertSame(cause, e.getCause());
    assertContains(e.getMessage(), "Mutex(accounts)", "failed", "recover()", "repair");
  }

  // A section that throws poisons, and its failure comes out.
  @Test
  void withLock_throws_poisons() {
    assertSame(
        cause,
        assertThrows(
            ArithmeticException.class,
            () ->
                mutex.withLock(
                    v -> {
                      throw cause;
                    })));
    assertTrue(mutex.isPoisoned());
    assertSame(cause, mutex.poisonCause());
    assertFalse(mutex.isLocked(), "nobody holds it");
    assertEquals("Mutex(accounts)[poisoned, waiting=0]", mutex.toString());
    assertPoisoned(mutex::tryLock);
  }

  // Every form of locking is refused, and has no effect.
  @Test
  void lock_poisoned_everyFormRefused() {
    poison();
    Lock view = mutex.asLock();
    List<Executable> forms =
        List.of(
            mutex::lock,
            mutex::lockUninterruptibly,
            mutex::tryLock,
            () -> mutex.tryLock(Duration.ZERO),
            () -> mutex.tryLock(LONG),
            () -> mutex.withLock(v -> v),
            () -> mutex.lockAsync().poll(Polls.IGNORED),
            view::lock,
            view::lockInterruptibly,
            view::tryLock,
            () -> view.tryLock(1, TimeUnit.HOURS));
    for (int i = 0; i < 2; i++) {
      for (Executable form : forms) {
        assertPoisoned(form);
      }
    }
    assertThrows(IllegalMonitorStateException.class, view::unlock);
    assertEquals(0, mutex.waiting());
    assertTrue(mutex.isPoisoned());
  }

  // Whoever waits when it happens is refused too, whatever its kind.
  @ParameterizedTest
  @EnumSource
  void poison_severalWait_allRefused(Kind kind) {
    MutexGuard<Integer> guard = locked(mutex);
    PollFuture<MutexGuard<Integer>> future = pending(mutex.lockAsync());
    List<Running<?>> waiters =
        List.of(
            kind.start(mutex::lock),
            kind.start(mutex::lockUninterruptibly),
            kind.start(() -> mutex.tryLock(LONG)));
    Conditions.await(() -> mutex.waiting() == 4);
    guard.poison(cause);
    for (Running<?> waiter : waiters) {
      assertSame(cause, waiter.failure(PoisonedException.class).getCause());
    }
    assertPoisoned(() -> future.poll(Polls.IGNORED));
    assertCompleted(future);
    assertEquals(0, mutex.waiting());
  }

  // Strictly first in, first out, the same.
  @Test
  void poison_fairAndSomebodyWaits_refused() {
    Mutex<Integer> fair = Mutex.builder().bypassBound(0).poisoning().of(1);
    assertEquals(0, fair.bypassBound());
    MutexGuard<Integer> guard = locked(fair);
    PollFuture<MutexGuard<Integer>> future = pending(fair.lockAsync());
    guard.poison(cause);
    assertThrows(PoisonedException.class, () -> future.poll(Polls.IGNORED));
    fair.tryRecover().close();
    locked(fair).close();
  }

  // A future that was told that the lock is free, and finds it poisoned by one who barged in.
  @Test
  void poison_afterANudge_refused() {
    MutexGuard<Integer> guard = locked(mutex);
    PollFuture<MutexGuard<Integer>> future = pending(mutex.lockAsync());
    guard.close();
    poison();
    assertPoisoned(() -> future.poll(Polls.IGNORED));
    assertFalse(future.cancel());
    mutex.tryRecover().close();
    locked(mutex).close();
  }

  // Who takes it over finds the value as it was left, and nobody is refused any more.
  @Test
  void recover_poisoned_valueAsItWasLeft() throws InterruptedException {
    MutexGuard<Integer> failing = locked(mutex);
    failing.set(8);
    failing.poison(cause);
    assertFalse(failing.isOpen());
    failing.close(); // harmless
    try (MutexGuard<Integer> guard = mutex.recover()) {
      assertEquals(8, guard.get());
      assertFalse(mutex.isPoisoned());
      assertNull(mutex.poisonCause());
      assertTrue(mutex.isLocked());
      assertNull(mutex.tryLock());
      assertNull(mutex.tryRecover(), "one alone takes it over");
      guard.set(9);
    }
    assertEquals(9, locked(mutex).get());
  }

  // Not poisoned, recover is lock, and tryRecover nothing.
  @ParameterizedTest
  @EnumSource
  void recover_notPoisoned_waitsForTheLock(Kind kind) throws InterruptedException {
    assertNull(mutex.tryRecover());
    mutex.recover().close();
    MutexGuard<Integer> guard = locked(mutex);
    Running<Integer> waiter =
        kind.start(
            () -> {
              try (MutexGuard<Integer> mine = mutex.recover()) {
                return mine.get();
              }
            });
    Conditions.await(() -> mutex.waiting() == 1);
    guard.close();
    assertEquals(7, waiter.get());
  }

  // Poisoned while it waits, recover takes it over; of several, one after the other.
  @ParameterizedTest
  @EnumSource
  void recover_poisonedWhileItWaits_takesOver(Kind kind) {
    MutexGuard<Integer> guard = locked(mutex);
    List<Running<Integer>> waiters = new ArrayList<>();
    for (int i = 0; i < 3; i++) {
      waiters.add(
          kind.start(
              () -> {
                try (MutexGuard<Integer> mine = mutex.recover()) {
                  mine.set(mine.get() + 1);
                  return mine.get();
                }
              }));
    }
    Conditions.await(() -> mutex.waiting() == 3);
    guard.poison(cause);
    int sum = 0;
    for (Running<Integer> waiter : waiters) {
      sum += waiter.get();
    }
    assertEquals(8 + 9 + 10, sum);
    assertFalse(mutex.isPoisoned());
    assertFalse(mutex.isLocked());
  }

  // An interrupt ends recover without effect, before and during its wait.
  @ParameterizedTest
  @EnumSource
  void recover_interrupted_leavesItPoisoned(Kind kind) {
    MutexGuard<Integer> guard = locked(mutex);
    Running<?> waiter = kind.start(mutex::recover);
    Conditions.await(() -> mutex.waiting() == 1);
    waiter.interrupt();
    waiter.failure(InterruptedException.class);
    guard.poison(cause);
    Thread.currentThread().interrupt();
    assertThrows(InterruptedException.class, mutex::recover);
    assertTrue(mutex.isPoisoned());
  }

  // A repair that fails poisons again.
  @Test
  void recover_failsToo_poisonedAgain() throws InterruptedException {
    poison();
    IllegalStateException second = new IllegalStateException("again");
    mutex.recover().poison(second);
    assertSame(second, mutex.poisonCause());
    assertSame(second, assertThrows(PoisonedException.class, mutex::lock).getCause());
    assertEquals(7, mutex.recover().get());
  }

  // Poison needs a cause, an open guard, and a mutex that was made for it.
  @Test
  void poison_misuse_refused() {
    MutexGuard<Integer> guard = locked(mutex);
    assertThrows(NullPointerException.class, () -> guard.poison(null));
    assertTrue(guard.isOpen());
    guard.close();
    assertThrows(IllegalStateException.class, () -> guard.poison(cause));
    MutexGuard<String> plain = locked(Mutex.builder().name("plain").of("a"));
    IllegalStateException e = assertThrows(IllegalStateException.class, () -> plain.poison(cause));
    assertContains(e.getMessage(), "Mutex(plain)[locked", "poisoning()");
    assertTrue(plain.isOpen());
    assertFalse(mutex.isPoisoned());
  }

  // Without the option, a section that fails unlocks, as ever.
  @Test
  void withLock_throwsWithoutTheOption_unlocks() {
    Mutex<Integer> plain = Mutex.of(0);
    assertFalse(plain.isPoisoning());
    assertTrue(mutex.isPoisoning());
    assertThrows(ArithmeticException.class, () -> plain.withLock(v -> 1 / v));
    assertFalse(plain.isPoisoned());
    assertNull(plain.tryRecover());
    locked(plain).close();
  }

  // The option costs no memory.
  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void mutex_idle_atMost32Bytes(boolean poisoning) {
    Mutex.Builder builder = Mutex.builder();
    Mutex<Object> idle = (poisoning ? builder.poisoning() : builder).of(null);
    locked(idle).close();
    GraphLayout graph = GraphLayout.parseInstance(idle);
    assertEquals(1, graph.totalCount());
    assertTrue(graph.totalSize() <= 32, graph::toFootprint);
    assertEquals(Mutex.DEFAULT_BYPASS_BOUND, idle.bypassBound());
    assertEquals(
        Integer.MAX_VALUE,
        Mutex.builder().bypassBound(Integer.MAX_VALUE).poisoning().of(0).bypassBound());
  }

  // A wait for a condition that ends while the mutex is poisoned: refused, and the guard stays
  // closed.
  @ParameterizedTest
  @EnumSource
  void conditionAwait_mutexPoisoned_refusedWithTheGuardClosed(Kind kind) {
    Condition<Integer> condition = mutex.newCondition();
    List<MutexGuard<Integer>> guards = new ArrayList<>();
    MutexGuard<Integer> first = locked(mutex);
    guards.add(first);
    Running<Void> signalled =
        kind.start(
            () -> {
              condition.await(first);
              return null;
            });
    // A waiter lets the lock go after it stands in line.
    Conditions.await(() -> condition.waiting() == 1 && !mutex.isLocked());
    PollFuture<MutexGuard<Integer>> future = pending(condition.awaitAsync(locked(mutex)));
    MutexGuard<Integer> third = locked(mutex);
    guards.add(third);
    Running<Void> interrupted =
        kind.start(
            () -> {
              condition.await(third);
              return null;
            });
    Conditions.await(() -> condition.waiting() == 3 && !mutex.isLocked());
    MutexGuard<Integer> holder = locked(mutex);
    condition.signal(holder);
    condition.signal(holder);
    holder.poison(cause);
    assertSame(cause, signalled.failure(PoisonedException.class).getCause());
    assertPoisoned(() -> future.poll(Polls.IGNORED));
    assertEquals(1, condition.waiting(), "who was not signalled waits on");
    interrupted.interrupt();
    interrupted.failure(PoisonedException.class);
    for (MutexGuard<Integer> guard : guards) {
      assertFalse(guard.isOpen());
    }
    assertEquals(0, condition.waiting() + mutex.waiting());
    mutex.tryRecover().close();
    locked(mutex).close();
  }

  // As a future: takes over what is poisoned, and what gets so while it waits; else it locks.
  @Test
  void recoverAsync_everyState_hasTheLock() {
    for (boolean known : new boolean[] {false, true}) {
      poison();
      MutexGuard<Integer> guard = ready(recovery(known));
      assertEquals(7, guard.get());
      assertTrue(mutex.isLocked() && !mutex.isPoisoned());
      PollFuture<MutexGuard<Integer>> waits = pending(recovery(known));
      PollFuture<MutexGuard<Integer>> other = pending(recovery(known));
      guard.poison(cause);
      MutexGuard<Integer> again = ready(waits);
      pending(other);
      assertCompleted(waits);
      again.close();
      ready(other).close();
      locked(mutex).close();
    }
    assertThrows(NullPointerException.class, () -> mutex.recoverAsync(null));
    assertContains(mutex.recoverAsync().toString(), "recovery of Mutex(accounts)");
  }

  private PollFuture<MutexGuard<Integer>> recovery(boolean known) {
    return known ? mutex.recoverAsync("me") : mutex.recoverAsync();
  }

  // Dropped, before or after the mutex is poisoned, it leaves the queue and the mutex as it was.
  @Test
  void recoverAsync_dropped_asItWas() {
    PollFuture<MutexGuard<Integer>> unpolled = mutex.recoverAsync();
    assertTrue(unpolled.cancel());
    Polls.assertCancelled(unpolled);
    MutexGuard<Integer> holder = locked(mutex);
    PollFuture<MutexGuard<Integer>> first = pending(mutex.recoverAsync());
    PollFuture<MutexGuard<Integer>> second = pending(mutex.recoverAsync());
    assertTrue(first.cancel());
    assertEquals(1, mutex.waiting());
    holder.poison(cause);
    assertTrue(second.cancel());
    Polls.assertCancelled(second);
    assertTrue(mutex.isPoisoned());
    assertSame(cause, mutex.poisonCause());
    mutex.tryRecover().close();
  }

  // Dropped after it was handed the lock, it passes it on.
  @Test
  void recoverAsync_droppedAfterTheGrant_passedOn() {
    Mutex<Integer> fair = Mutex.builder().bypassBound(0).poisoning().of(1);
    MutexGuard<Integer> holder = locked(fair);
    PollFuture<MutexGuard<Integer>> granted = pending(fair.recoverAsync());
    holder.close();
    assertTrue(fair.isLocked());
    assertTrue(granted.cancel());
    assertFalse(fair.isLocked() || fair.isPoisoned());
  }

  // Cancelled by another thread during the poll that takes over: poisoned again, for the same
  // cause.
  @Test
  void recoverAsync_cancelledDuringPolls_poisonedOrRecovered() throws Exception {
    for (int i = 0; i < 2_000; i++) {
      poison();
      PollFuture<MutexGuard<Integer>> future = mutex.recoverAsync();
      Running<Boolean> cancel = Kind.PLATFORM.start(future::cancel);
      MutexGuard<Integer> guard = null;
      try {
        guard = future.block();
      } catch (CancellationException cancelled) {
        // then it is as it was
      }
      assertEquals(guard == null, cancel.get());
      if (guard == null) {
        assertSame(cause, mutex.poisonCause());
        guard = mutex.tryRecover();
      }
      assertEquals(7, guard.get());
      guard.close();
    }
  }

  // A wait that was interrupted, and cannot have the lock again, ends as refused; the interrupt is
  // kept for the caller.
  @ParameterizedTest
  @EnumSource
  void conditionAwait_interruptedAndPoisoned_refusedWithTheInterruptStatus(Kind kind) {
    Condition<Integer> condition = mutex.newCondition();
    for (boolean poisonedBefore : new boolean[] {true, false}) {
      MutexGuard<Integer> guard = locked(mutex);
      Running<Boolean> waiter =
          kind.start(
              () -> {
                assertPoisoned(() -> condition.await(guard));
                return Thread.currentThread().isInterrupted();
              });
      Conditions.await(() -> condition.waiting() == 1 && !mutex.isLocked());
      MutexGuard<Integer> holder = locked(mutex);
      if (poisonedBefore) {
        holder.poison(cause);
        waiter.interrupt();
      } else {
        waiter.interrupt();
        Conditions.await(() -> mutex.waiting() == 1); // it waits for the lock
        holder.poison(cause);
      }
      assertTrue(waiter.get(), () -> "poisoned before the interrupt: " + poisonedBefore);
      assertFalse(guard.isOpen());
      assertEquals(0, condition.waiting() + mutex.waiting());
      mutex.tryRecover().close();
    }
  }

  // A wait that a signal has failed, as the mutex was poisoned, and whose thread was interrupted
  // before it saw that, is refused also when the mutex has been recovered since; it does not stand
  // in the queue for the lock, where its node would swallow a wake-up.
  @Test
  void conditionAwait_failedAndInterrupted_refusedAndNotQueued() {
    Condition<Integer> condition = mutex.newCondition();
    ThreadWaiter waiter = new ThreadWaiter(1, null);
    MutexGuard<Integer> recovered = locked(mutex);
    WaitQueue queue = mutex.queue();
    queue.lock();
    try {
      waiter.fail(cause);
    } finally {
      queue.unlock();
    }
    assertPoisoned(() -> condition.lockAgain(queue, waiter, null));
    assertEquals(0, mutex.waiting());
    recovered.close();
    locked(mutex).close();
  }

  // Who waits for a signal goes on when somebody has recovered the mutex and signals.
  @Test
  void conditionAwait_recoveredAndSignalled_goesOn() throws InterruptedException {
    Condition<Integer> condition = mutex.newCondition();
    PollFuture<MutexGuard<Integer>> wait = pending(condition.awaitAsync(locked(mutex)));
    poison();
    pending(wait);
    try (MutexGuard<Integer> guard = mutex.recover()) {
      condition.signal(guard);
    }
    ready(wait).close();
    locked(mutex).close();
  }

  // Several mutexes at once, one of them poisoned: refused, and none of them is held.
  @Test
  void lockAll_onePoisoned_refusedAndNoneHeld() {
    poison();
    Mutex<Integer> before = Mutex.of(1);
    Mutex<Integer> after = Mutex.of(2);
    for (LockOrder order : List.of(LockOrder.total(), LockOrder.backingOff())) {
      List<Mutex<Integer>> all = List.of(before, mutex, after);
      assertPoisoned(() -> order.lockAll(all));
      assertPoisoned(() -> order.tryLockAll(all));
      assertPoisoned(() -> order.tryLockAll(all, LONG));
      assertPoisoned(() -> order.lockAllAsync(all).poll(Polls.IGNORED));
      assertFalse(before.isLocked() || after.isLocked());
    }
  }

  // Many who lock, fail, recover: one holder at a time, and no update that was made is lost.
  @ParameterizedTest
  @ValueSource(ints = {0, 1, 4096})
  void failingSections_manyThreads_noUpdateLost(int bypassBound) {
    Mutex<int[]> m = Mutex.builder().bypassBound(bypassBound).poisoning().of(new int[1]);
    List<Running<Integer>> workers = new ArrayList<>();
    for (int i = 0; i < 4; i++) {
      int number = i;
      workers.add((i % 2 == 0 ? Kind.PLATFORM : Kind.VIRTUAL).start(() -> work(m, number)));
    }
    int expected = 0;
    for (Running<Integer> worker : workers) {
      expected += worker.get();
    }
    MutexGuard<int[]> last = m.isPoisoned() ? m.tryRecover() : m.tryLock();
    assertEquals(expected, last.get()[0]);
    assertEquals(0, m.waiting());
  }

  private int work(Mutex<int[]> m, int number) throws InterruptedException {
    int done = 0;
    for (int i = 0; i < 2_000; i++) {
      boolean fail = (i + number) % 7 == 0;
      try {
        m.withLock(
            counter -> {
              counter[0]++;
              if (fail) {
                throw cause;
              }
              return null;
            });
        done++;
      } catch (ArithmeticException mine) {
        done++;
      } catch (PoisonedException refused) {
        try (MutexGuard<int[]> guard = m.recover()) {
          guard.get()[0]++;
          done++;
        }
      }
    }
    return done;
  }
}
