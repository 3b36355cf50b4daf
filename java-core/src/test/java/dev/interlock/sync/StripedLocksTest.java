package dev.interlock.sync;

import static dev.interlock.testing.Polls.assertContains;
import static dev.interlock.testing.Polls.pending;
import static dev.interlock.testing.Polls.ready;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.interlock.diagnostics.DeadlockDetector;
import dev.interlock.diagnostics.Party;
import dev.interlock.future.PollFuture;
import dev.interlock.testing.Kind;
import dev.interlock.testing.Running;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class StripedLocksTest {
  private final StripedLocks locks = StripedLocks.of(8);

  /** A key on another stripe than 0. */
  private Integer other() {
    return IntStream.range(1, 1000)
        .boxed()
        .filter(k -> locks.mutex(k) != locks.mutex(0))
        .findFirst()
        .orElseThrow();
  }

  // The number is rounded up to a power of two.
  @ParameterizedTest
  @CsvSource({"1, 1", "2, 2", "3, 4", "64, 64", "65, 128"})
  void of_allowed_roundedUp(int asked, int made) {
    assertEquals(made, StripedLocks.of(asked).stripes());
  }

  // None, and too many, are refused with what is allowed.
  @ParameterizedTest
  @ValueSource(ints = {0, -1, Integer.MIN_VALUE, StripedLocks.MAX_STRIPES + 1, Integer.MAX_VALUE})
  void of_outOfRange_refused(int stripes) {
    assertContains(
        assertThrows(IllegalArgumentException.class, () -> StripedLocks.of(stripes)).getMessage(),
        "stripes is " + stripes,
        "between 1 and 1048576");
  }

  // Equal keys have one mutex, and many keys use all of them.
  @Test
  void mutex_key_sameForEqualKeysAndSpread() {
    assertSame(locks.mutex(new String("user")), locks.mutex(new String("user")));
    Set<Mutex<?>> used = IntStream.range(0, 200).mapToObj(locks::mutex).collect(Collectors.toSet());
    assertEquals(8, used.size());
    assertNotSame(locks.mutex(0), locks.mutex(other()));
  }

  // A null key is refused by every call.
  @Test
  void null_refused() {
    List<Object> withNull = Arrays.asList(1, null);
    assertThrows(NullPointerException.class, () -> locks.mutex(null));
    assertThrows(NullPointerException.class, () -> locks.lock(null));
    assertThrows(NullPointerException.class, () -> locks.tryLock(null));
    assertThrows(NullPointerException.class, () -> locks.lockAll(withNull));
    assertThrows(NullPointerException.class, () -> locks.tryLockAll(withNull));
    assertThrows(NullPointerException.class, () -> locks.lockAllAsync(withNull));
    assertEquals("StripedLocks[8, locked=0]", locks.toString());
  }

  // One key keeps out those on its stripe, and nobody else.
  @Test
  void lock_oneKey_othersGoOn() throws InterruptedException {
    try (MutexGuard<?> guard = locks.lock(0)) {
      assertNull(locks.tryLock(0));
      Objects.requireNonNull(locks.tryLock(other())).close();
      assertTrue(guard.isOpen());
      assertEquals("StripedLocks[8, locked=1]", locks.toString());
    }
  }

  // Several keys are held together; equal stripes are locked once.
  @Test
  void lockAll_keys_allHeld() throws InterruptedException {
    try (LockSet set = locks.lockAll(List.of(0, 0, other()))) {
      assertTrue(set.isOpen());
      assertTrue(locks.mutex(0).isLocked() && locks.mutex(other()).isLocked());
      assertNull(locks.tryLockAll(List.of(other())));
      assertNull(locks.tryLockAll(List.of(0), Duration.ofMillis(1)));
    }
    assertEquals("StripedLocks[8, locked=0]", locks.toString());
    Objects.requireNonNull(locks.tryLockAll(List.of(0, other()))).close();
    Objects.requireNonNull(locks.tryLockAll(List.of(0), Duration.ofHours(1))).close();
  }

  // A future waits for what is taken; cancelled, it holds nothing.
  @Test
  void lockAllAsync_taken_waits() throws InterruptedException {
    MutexGuard<?> taken = locks.lock(0);
    PollFuture<LockSet> first = locks.lockAllAsync(List.of(0, other()));
    PollFuture<LockSet> second = locks.lockAllAsync(List.of(0, other()));
    pending(first);
    pending(second);
    assertTrue(first.cancel());
    taken.close();
    ready(second).close();
    assertEquals("StripedLocks[8, locked=0]", locks.toString());
  }

  // Name, bound and detector are those of each mutex.
  @Test
  void builder_options_areThoseOfEachMutex() throws InterruptedException {
    DeadlockDetector detector = DeadlockDetector.create();
    StripedLocks watched =
        StripedLocks.builder().name("users").detector(detector).bypassBound(0).of(5);
    assertEquals("StripedLocks(users)[8, locked=0]", watched.toString());
    assertTrue(watched.isWatched());
    assertFalse(locks.isWatched());
    Set<String> names =
        IntStream.range(0, 200)
            .mapToObj(key -> watched.mutex(key).toString().replaceAll(".*\\[(\\d)\\].*", "$1"))
            .collect(Collectors.toSet());
    assertEquals(8, names.size());
    try (MutexGuard<?> guard = watched.lock(1)) {
      assertEquals(0, watched.mutex(1).bypassBound());
      assertSame(detector, watched.mutex(1).watch().detector());
      assertSame(Thread.currentThread(), watched.mutex(1).watch().holder());
      assertContains(watched.mutex(1).toString(), "Mutex(users[", "locked by thread ");
      assertTrue(guard.isOpen());
    }
    Party p = Party.named("p");
    try (LockSet set = ready(watched.lockAllAsync(List.of(1, 2), p))) {
      assertTrue(set.isOpen());
      assertSame(p, watched.mutex(1).watch().holder());
    }
    assertThrows(IllegalArgumentException.class, () -> StripedLocks.builder().bypassBound(-1));
    assertThrows(NullPointerException.class, () -> StripedLocks.builder().name(null));
    assertThrows(NullPointerException.class, () -> StripedLocks.builder().detector(null));
    assertThrows(NullPointerException.class, () -> locks.lockAllAsync(List.of(1), null));
  }

  // A dump has those who wait for any of them.
  @Test
  void dump_severalStripes_allWhoWait() throws InterruptedException {
    LockSet held = locks.lockAll(List.of(0, other()));
    PollFuture<?> one = pending(locks.lockAllAsync(List.of(0)));
    PollFuture<?> two = pending(locks.lockAllAsync(List.of(other())));
    assertEquals(2, locks.waiting());
    assertEquals(2, locks.dump().waiting());
    assertEquals(2, locks.dump().waiters().size());
    assertContains(
        locks.dump(1).toString(), "StripedLocks[8, locked=2]\n  1. future ", "and 1 more");
    assertThrows(IllegalArgumentException.class, () -> locks.dump(-1));
    one.cancel();
    two.cancel();
    held.close();
    assertEquals(0, locks.dump().waiting());
  }

  // The uninterruptible forms keep an interrupt for later.
  @Test
  void uninterruptibleForms_interrupted_lock() {
    Thread.currentThread().interrupt();
    locks.lockUninterruptibly(0).close();
    locks.lockAllUninterruptibly(List.of(0, 1, 2)).close();
    assertTrue(Thread.interrupted());
    assertEquals("StripedLocks[8, locked=0]", locks.toString());
  }

  // Callers that name keys in every order exclude each other and come to an end.
  @Test
  void lockAll_manyCallersInEveryOrder_noDeadlock() throws Exception {
    int[] counts = new int[32];
    List<Running<Void>> running = new ArrayList<>();
    for (int t = 0; t < 4; t++) {
      Random random = new Random(t);
      running.add(
          Kind.PLATFORM.start(
              () -> {
                for (int i = 0; i < 3_000; i++) {
                  int x = random.nextInt(32);
                  int y = random.nextInt(32);
                  try (LockSet set = locks.lockAll(List.of(x, y))) {
                    assertTrue(set.isOpen());
                    counts[x]++;
                    counts[y]++;
                  }
                }
                return null;
              }));
    }
    for (Running<Void> r : running) {
      r.get();
    }
    assertEquals(4 * 3_000 * 2, Arrays.stream(counts).sum());
    assertFalse(locks.mutex(0).isLocked());
  }
}
