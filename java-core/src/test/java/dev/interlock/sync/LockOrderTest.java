package dev.interlock.sync;

import static dev.interlock.testing.Polls.assertCancelled;
import static dev.interlock.testing.Polls.assertCompleted;
import static dev.interlock.testing.Polls.assertContains;
import static dev.interlock.testing.Polls.pending;
import static dev.interlock.testing.Polls.ready;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
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
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.concurrent.CancellationException;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class LockOrderTest {
  private static final Duration LONG = Duration.ofHours(1);

  private final Mutex<Integer> a = Mutex.builder().name("a").of(1);
  private final Mutex<Integer> b = Mutex.builder().name("b").of(2);
  private final Mutex<Integer> c = Mutex.builder().name("c").of(3);

  /** Both ways, and the total order where it cannot tell two mutexes apart. */
  static Stream<LockOrder> orders() {
    return Stream.of(LockOrder.total(), LockOrder.backingOff(), new LockOrder(false, mutex -> 7));
  }

  @AfterEach
  void nothingIsLeft() {
    Polls.assertInterrupted(false);
    for (Mutex<?> mutex : List.of(a, b, c)) {
      assertFalse(mutex.isLocked(), mutex::toString);
      assertEquals(0, mutex.waiting(), mutex::toString);
    }
  }

  // All are held until the set is closed, and its guards reach the values.
  @ParameterizedTest
  @MethodSource("orders")
  void lockAll_free_allHeldUntilClosed(LockOrder order) throws InterruptedException {
    LockSet set = order.lockAll(c, a, b);
    assertTrue(a.isLocked() && b.isLocked() && c.isLocked());
    assertTrue(set.isOpen());
    set.guard(a).set(set.guard(b).get() + set.guard(c).get());
    assertContains(set.toString(), "LockSet[", "Mutex(b)");
    set.close();
    assertFalse(a.isLocked() || b.isLocked() || c.isLocked());
    assertFalse(set.isOpen());
    assertEquals("LockSet[closed]", set.toString());
    try (MutexGuard<Integer> guard = a.lock()) {
      assertEquals(5, guard.get());
    }
  }

  // Closing twice does nothing, even when somebody else has locked meanwhile.
  @ParameterizedTest
  @MethodSource("orders")
  void close_twice_noEffect(LockOrder order) throws InterruptedException {
    LockSet set = order.lockAll(a, b);
    set.close();
    try (MutexGuard<Integer> other = a.lock()) {
      set.close();
      assertTrue(other.isOpen() && a.isLocked());
    }
  }

  // A mutex that was not named has no guard, and a closed set has none at all.
  @Test
  void guard_notHeld_refused() throws InterruptedException {
    LockSet set = LockOrder.total().lockAll(a);
    assertContains(
        assertThrows(IllegalArgumentException.class, () -> set.guard(b)).getMessage(),
        "Mutex(b)",
        "name it when locking");
    set.close();
    assertContains(
        assertThrows(IllegalStateException.class, () -> set.guard(a)).getMessage(),
        "closed",
        "Mutex(a)",
        "lock again");
  }

  // Naming a mutex twice locks it once, and naming none locks none.
  @ParameterizedTest
  @MethodSource("orders")
  void lockAll_sameTwiceOrNone_lockedOnce(LockOrder order) throws InterruptedException {
    try (LockSet set = order.lockAll(a, a, a)) {
      assertEquals(1, set.guard(a).get());
    }
    order.lockAll().close();
    ready(order.lockAllAsync(List.of())).close();
  }

  // A null is refused before anything is locked.
  @ParameterizedTest
  @MethodSource("orders")
  void lockAll_null_refusedAndNothingLocked(LockOrder order) {
    List<Mutex<?>> withNull = Arrays.asList(a, null);
    assertThrows(NullPointerException.class, () -> order.lockAll(withNull));
    assertThrows(NullPointerException.class, () -> order.lockAll(a, null));
    assertThrows(NullPointerException.class, () -> order.tryLockAll(withNull));
    assertThrows(NullPointerException.class, () -> order.tryLockAll(withNull, LONG));
    assertThrows(NullPointerException.class, () -> order.lockAllAsync(withNull));
    assertThrows(NullPointerException.class, () -> order.tryLockAll(List.of(a), null));
  }

  // If one of them is taken, none is held and nobody has waited.
  @ParameterizedTest
  @MethodSource("orders")
  void tryLockAll_oneTaken_nullAndNoneHeld(LockOrder order) throws InterruptedException {
    try (MutexGuard<Integer> taken = b.lock()) {
      assertNull(order.tryLockAll(List.of(a, b, c)));
      assertNull(order.tryLockAll(List.of(a, b, c), Duration.ZERO));
      assertNull(order.tryLockAll(List.of(a, b, c), Duration.ofMillis(1)));
      assertFalse(a.isLocked() || c.isLocked());
      assertTrue(taken.isOpen());
    }
    LockSet set = Objects.requireNonNull(order.tryLockAll(List.of(a, b, c)));
    set.close();
    Objects.requireNonNull(order.tryLockAll(List.of(a, b, c), LONG)).close();
  }

  // Somebody who holds the lock for ties does not make free mutexes look taken.
  @Test
  void tryLockAll_tiesAndSomebodyElseLocksOthers_taken() throws InterruptedException {
    LockOrder order = new LockOrder(false, mutex -> 7);
    Mutex<Integer> d = Mutex.of(4);
    try (LockSet others = order.lockAll(c, d)) {
      assertTrue(others.isOpen());
      Objects.requireNonNull(order.tryLockAll(List.of(a, b))).close();
    }
  }

  // An interrupt ends the wait, and what was locked before is unlocked.
  @ParameterizedTest
  @MethodSource("orders")
  void lockAll_interruptedWhileWaiting_noneHeld(LockOrder order) throws InterruptedException {
    try (MutexGuard<Integer> takenA = a.lock();
        MutexGuard<Integer> takenB = b.lock()) {
      Running<LockSet> waiting = Kind.PLATFORM.start(() -> order.lockAll(a, b, c));
      Conditions.await(() -> a.waiting() + b.waiting() == 1, () -> a + " " + b);
      waiting.thread().interrupt();
      waiting.failure(InterruptedException.class);
      assertFalse(c.isLocked());
      assertTrue(takenA.isOpen() && takenB.isOpen());
    }
  }

  // The uninterruptible form waits on, and keeps the interrupt for later.
  @ParameterizedTest
  @MethodSource("orders")
  void lockAllUninterruptibly_interrupted_waitsOn(LockOrder order) throws InterruptedException {
    MutexGuard<Integer> taken = b.lock();
    Running<Boolean> waiting =
        Kind.PLATFORM.start(
            () -> {
              Thread.currentThread().interrupt();
              try (LockSet set = order.lockAllUninterruptibly(a, b, c)) {
                assertTrue(set.isOpen() && a.isLocked() && b.isLocked() && c.isLocked());
              }
              try (LockSet set = order.lockAllUninterruptibly(List.of(a, b))) {
                assertTrue(set.isOpen() && a.isLocked() && b.isLocked());
              }
              return Thread.interrupted();
            });
    Conditions.await(() -> b.waiting() == 1);
    waiting.interrupt();
    taken.close();
    assertTrue(waiting.get());
  }

  // An interrupt that came before is noticed before anything is locked.
  @ParameterizedTest
  @MethodSource("orders")
  void lockAll_interruptedBefore_refused(LockOrder order) {
    Thread.currentThread().interrupt();
    assertThrows(InterruptedException.class, () -> order.lockAll(a, b));
    Thread.currentThread().interrupt();
    assertThrows(InterruptedException.class, () -> order.tryLockAll(List.of(a, b), LONG));
    Thread.currentThread().interrupt();
    assertThrows(InterruptedException.class, () -> order.tryLockAll(List.of(a), Duration.ZERO));
  }

  // A future is begun by its first poll, gives its set once, and waits for what is taken.
  @ParameterizedTest
  @MethodSource("orders")
  void lockAllAsync_taken_readyWhenFree(LockOrder order) throws InterruptedException {
    MutexGuard<Integer> taken = b.lock();
    PollFuture<LockSet> future = order.lockAllAsync(List.of(a, b, c));
    assertFalse(a.isLocked());
    assertContains(future.toString(), "Mutex(b)");
    pending(future);
    taken.close();
    LockSet set = ready(future);
    assertTrue(a.isLocked() && b.isLocked() && c.isLocked());
    assertCompleted(future);
    assertFalse(future.cancel());
    set.close();
  }

  // Cancelling a future that waits, or was not polled yet, leaves nothing locked.
  @ParameterizedTest
  @MethodSource("orders")
  void lockAllAsync_cancelled_noneHeld(LockOrder order) throws InterruptedException {
    PollFuture<LockSet> unpolled = order.lockAllAsync(List.of(a, b));
    assertTrue(unpolled.cancel());
    assertCancelled(unpolled);
    PollFuture<LockSet> future;
    try (MutexGuard<Integer> taken = b.lock()) {
      future = order.lockAllAsync(List.of(a, b, c));
      pending(future);
      assertTrue(future.cancel());
      assertFalse(future.cancel());
      assertFalse(a.isLocked() || c.isLocked());
      assertTrue(taken.isOpen());
    }
    assertCancelled(future);
  }

  // What the future was granted and has not fetched goes on when it is cancelled.
  @ParameterizedTest
  @MethodSource("orders")
  void lockAllAsync_cancelledAfterTheGrant_passedOn(LockOrder order) throws InterruptedException {
    Mutex<Integer> fair = Mutex.fair(0);
    MutexGuard<Integer> taken = fair.lock();
    PollFuture<LockSet> future = order.lockAllAsync(List.of(fair));
    pending(future);
    taken.close(); // handed over
    assertTrue(fair.isLocked());
    assertTrue(future.cancel());
    assertFalse(fair.isLocked());
  }

  // Threads and futures that name the mutexes in every order come to an end, and exclude each
  // other.
  @ParameterizedTest
  @MethodSource("orders")
  void lockAll_manyCallersInEveryOrder_noDeadlock(LockOrder order) throws Exception {
    List<Mutex<int[]>> accounts =
        IntStream.range(0, 4).mapToObj(i -> Mutex.of(new int[] {1000})).toList();
    List<Running<Void>> running = new ArrayList<>();
    for (int t = 0; t < 4; t++) {
      Random random = new Random(t);
      boolean asFuture = t % 2 == 1;
      running.add(
          Kind.PLATFORM.start(
              () -> {
                for (int i = 0; i < 2_000; i++) {
                  Mutex<int[]> from = accounts.get(random.nextInt(4));
                  Mutex<int[]> to = accounts.get(random.nextInt(4));
                  try (LockSet set =
                      asFuture
                          ? order.lockAllAsync(List.of(from, to)).block()
                          : order.lockAll(from, to)) {
                    set.guard(from).get()[0]--;
                    set.guard(to).get()[0]++;
                  }
                }
                return null;
              }));
    }
    for (Running<Void> r : running) {
      r.get();
    }
    int sum = 0;
    for (Mutex<int[]> account : accounts) {
      assertFalse(account.isLocked());
      sum += account.lock().get()[0];
    }
    assertEquals(4000, sum);
  }

  // Cancelled by another thread at any moment of its polls, a future keeps nothing locked.
  @ParameterizedTest
  @MethodSource("orders")
  void lockAllAsync_cancelledDuringPolls_nothingStaysLocked(LockOrder order) throws Exception {
    for (int i = 0; i < 2_000; i++) {
      PollFuture<LockSet> future = order.lockAllAsync(List.of(a, b));
      Running<Boolean> cancel = Kind.PLATFORM.start(future::cancel);
      LockSet set = null;
      try {
        set = future.block();
      } catch (CancellationException cancelled) {
        // then nothing is held
      }
      assertSame(set == null, cancel.get());
      if (set != null) {
        set.close();
      }
      assertFalse(a.isLocked() || b.isLocked());
    }
  }

  // The text says which way it is.
  @Test
  void toString_tellsTheWay() {
    assertEquals("LockOrder[total]", LockOrder.total().toString());
    assertEquals("LockOrder[backing off]", LockOrder.backingOff().toString());
  }
}
