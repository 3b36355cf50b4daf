package dev.interlock.sync;

import static dev.interlock.testing.Polls.assertCancelled;
import static dev.interlock.testing.Polls.assertCompleted;
import static dev.interlock.testing.Polls.assertContains;
import static dev.interlock.testing.Polls.pending;
import static dev.interlock.testing.Polls.ready;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.interlock.ClosedException;
import dev.interlock.InterlockException;
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
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class SemaphoreTest {
  private static final Duration LONG = Duration.ofHours(1);

  private final Semaphore semaphore = Semaphore.named("seats", 2);

  @AfterEach
  void noInterruptIsLeft() {
    Polls.assertInterrupted(false);
  }

  private static void awaitWaiting(Semaphore s, int n) {
    Conditions.await(() -> s.waiting() == n, () -> n + " waiting, at " + s);
  }

  private static Running<Void> acquiring(Kind kind, Semaphore s, int permits) {
    return kind.start(
        () -> {
          s.acquire(permits);
          return null;
        });
  }

  private void assertUnchanged() {
    assertEquals(2, semaphore.availablePermits());
    assertEquals(0, semaphore.waiting());
    assertFalse(semaphore.isClosed());
  }

  // Making one

  // The number of permits is what was asked for, from none to the most.
  @ParameterizedTest
  @ValueSource(ints = {0, 1, 2, Semaphore.MAX_PERMITS})
  void of_allowed_thatManyFree(int permits) {
    assertEquals(permits, Semaphore.of(permits).availablePermits());
  }

  // Others are refused, with the value and what is allowed.
  @ParameterizedTest
  @ValueSource(ints = {-1, Integer.MIN_VALUE, Semaphore.MAX_PERMITS + 1, Integer.MAX_VALUE})
  void of_outOfRange_refused(int permits) {
    IllegalArgumentException e =
        assertThrows(IllegalArgumentException.class, () -> Semaphore.of(permits));
    assertContains(e.getMessage(), "permits is " + permits, "between 0 and 536870911");
    assertThrows(IllegalArgumentException.class, () -> Semaphore.named("seats", permits));
  }

  // A name is there or not, never null.
  @Test
  void named_null_refused() {
    assertThrows(NullPointerException.class, () -> Semaphore.named(null, 1));
  }

  // The text tells the name, the free permits or the end, and how many wait.
  @Test
  void toString_openWaitedClosed_tellsState() {
    assertEquals("Semaphore(seats)[free=2, waiting=0]", semaphore.toString());
    pending(semaphore.acquireAsync(3));
    assertEquals("Semaphore(seats)[free=2, waiting=1]", semaphore.toString());
    semaphore.close();
    assertEquals("Semaphore(seats)[closed, waiting=0]", semaphore.toString());
    assertContains(Semaphore.of(1).toString(), "Semaphore@", "[free=1, waiting=0]");
  }

  // Less than one permit, and more than there can be, is refused by every call alike.
  @ParameterizedTest
  @ValueSource(ints = {0, -1, Integer.MIN_VALUE, Semaphore.MAX_PERMITS + 1})
  void permits_outOfRange_refusedAndUnchanged(int permits) {
    List<Executable> calls =
        List.of(
            () -> semaphore.acquire(permits),
            () -> semaphore.acquireUninterruptibly(permits),
            () -> semaphore.tryAcquire(permits),
            () -> semaphore.tryAcquire(permits, LONG),
            () -> semaphore.acquireAsync(permits),
            () -> semaphore.release(permits),
            () -> semaphore.addPermits(permits),
            () -> semaphore.reducePermits(permits));
    for (Executable call : calls) {
      IllegalArgumentException e = assertThrows(IllegalArgumentException.class, call);
      assertContains(e.getMessage(), "permits is " + permits, "between 1 and 536870911");
    }
    assertUnchanged();
  }

  // Counting

  // Every form takes what it says, and the release returns it.
  @Test
  void acquire_eachForm_takesItsPermits() throws InterruptedException {
    Semaphore s = Semaphore.of(20);
    s.acquire();
    assertEquals(19, s.availablePermits());
    s.acquire(2);
    assertEquals(17, s.availablePermits());
    s.acquireUninterruptibly(3);
    assertEquals(14, s.availablePermits());
    assertTrue(s.tryAcquire());
    assertTrue(s.tryAcquire(4));
    assertEquals(9, s.availablePermits());
    assertTrue(s.tryAcquire(LONG));
    assertTrue(s.tryAcquire(2, LONG));
    assertEquals(6, s.availablePermits());
    ready(s.acquireAsync());
    ready(s.acquireAsync(5));
    assertEquals(0, s.availablePermits());
    s.release();
    s.release(19);
    assertEquals(20, s.availablePermits());
  }

  // More than are free are not given in part.
  @Test
  void tryAcquire_moreThanFree_falseAndUnchanged() {
    assertFalse(semaphore.tryAcquire(3));
    assertUnchanged();
    assertTrue(semaphore.tryAcquire(2));
    assertFalse(semaphore.tryAcquire());
  }

  // Releasing without having acquired adds permits, up to the most.
  @Test
  void release_moreThanAcquired_addsPermits() {
    semaphore.release(3);
    assertEquals(5, semaphore.availablePermits());
  }

  // A block has its permits while it runs, and returns them however it ends.
  @Test
  void withPermits_endsOrThrows_permitsReturned() throws InterruptedException {
    Semaphore s = Semaphore.of(3);
    assertEquals(2, s.<Integer>withPermit(s::availablePermits));
    assertEquals(1, s.<Integer>withPermits(2, s::availablePermits));
    assertThrows(
        ArithmeticException.class,
        () ->
            s.withPermits(
                3,
                () -> {
                  throw new ArithmeticException();
                }));
    assertEquals(3, s.availablePermits());
    assertThrows(NullPointerException.class, () -> s.withPermit(null));
    assertThrows(IllegalArgumentException.class, () -> s.withPermits(0, () -> 1));
    Thread.currentThread().interrupt();
    assertThrows(InterruptedException.class, () -> s.withPermit(() -> 1));
    Thread.currentThread().interrupt();
    s.acquireUninterruptibly();
    assertTrue(Thread.interrupted());
    assertEquals(2, s.availablePermits());
    s.close();
    assertThrows(ClosedException.class, () -> s.withPermit(() -> 1));
  }

  // Beyond the most, a release is refused and changes nothing.
  @Test
  void release_beyondTheMost_refusedAndUnchanged() {
    Semaphore s = Semaphore.named("seats", Semaphore.MAX_PERMITS - 1);
    IllegalStateException e = assertThrows(IllegalStateException.class, () -> s.release(2));
    assertContains(
        e.getMessage(),
        "releasing 2 permits",
        "Semaphore(seats)",
        "release only what was acquired");
    assertEquals(Semaphore.MAX_PERMITS - 1, s.availablePermits());
    s.release();
    assertThrows(IllegalStateException.class, s::release);
    assertEquals(Semaphore.MAX_PERMITS, s.availablePermits());
  }

  // The same while somebody waits: the error comes, and the queue works on.
  @Test
  void release_beyondTheMostWhileSomebodyWaits_refusedAndUnchanged() {
    Semaphore s = Semaphore.named("seats", Semaphore.MAX_PERMITS - 1);
    PollFuture<Void> all = pending(s.acquireAsync(Semaphore.MAX_PERMITS));
    Running<Void> release =
        Kind.PLATFORM.start(
            () -> {
              s.release(2);
              return null;
            });
    IllegalStateException e = release.failure(IllegalStateException.class);
    assertContains(
        e.getMessage(),
        "releasing 2 permits",
        "Semaphore(seats)",
        "release only what was acquired");
    pending(all);
    s.release();
    ready(all);
    assertEquals(0, s.availablePermits());
  }

  // Added permits are there for all; those who wait get them.
  @Test
  void addPermits_somebodyWaits_servedFromThem() {
    PollFuture<Void> four = pending(semaphore.acquireAsync(4));
    semaphore.addPermits(3);
    ready(four);
    assertEquals(1, semaphore.availablePermits());
  }

  // Free permits go out of use at once.
  @Test
  void reducePermits_free_fewerLeft() {
    semaphore.reducePermits(1);
    assertEquals(1, semaphore.availablePermits());
    assertFalse(semaphore.tryAcquire(2));
    assertTrue(semaphore.tryAcquire());
  }

  // Permits that are held go out of use when they are released, and nobody gets them.
  @Test
  void reducePermits_held_releasedOnesAreNotGiven() {
    assertTrue(semaphore.tryAcquire(2));
    semaphore.reducePermits(2);
    assertEquals(-2, semaphore.availablePermits());
    assertEquals("Semaphore(seats)[free=-2, waiting=0]", semaphore.toString());
    assertFalse(semaphore.tryAcquire());
    PollFuture<Void> one = pending(semaphore.acquireAsync());
    semaphore.release();
    pending(one);
    semaphore.release();
    pending(one);
    assertEquals(0, semaphore.availablePermits());
    semaphore.release();
    ready(one);
  }

  // What was kept for the head of the queue may be taken out of use: it waits for more.
  @Test
  void reducePermits_keptForTheHead_itWaitsForMore() {
    PollFuture<Void> three = pending(semaphore.acquireAsync(3));
    semaphore.reducePermits(2);
    semaphore.release();
    pending(three);
    assertEquals(1, semaphore.availablePermits());
    semaphore.release(2);
    ready(three);
    assertEquals(0, semaphore.availablePermits());
  }

  // A head that gives up while the number is below zero leaves the number and the others as they
  // are.
  @Test
  void cancel_belowZero_othersStillWait() {
    semaphore.reducePermits(3);
    PollFuture<Void> first = pending(semaphore.acquireAsync());
    PollFuture<Void> second = pending(semaphore.acquireAsync());
    assertTrue(first.cancel());
    assertEquals(-1, semaphore.availablePermits());
    semaphore.release();
    pending(second);
    assertTrue(second.cancel());
    assertEquals(0, semaphore.availablePermits());
    assertEquals("Semaphore(seats)[free=0, waiting=0]", semaphore.toString());
  }

  // There is a lowest number, below which nothing changes.
  @Test
  void reducePermits_belowTheLeast_refusedAndUnchanged() {
    Semaphore s = Semaphore.named("seats", 1);
    s.reducePermits(Semaphore.MAX_PERMITS);
    IllegalStateException e = assertThrows(IllegalStateException.class, () -> s.reducePermits(2));
    assertContains(
        e.getMessage(), "Semaphore(seats)", "by 2", "take out of use only what is in use");
    assertEquals(1 - Semaphore.MAX_PERMITS, s.availablePermits());
    s.release(Semaphore.MAX_PERMITS);
    assertEquals(1, s.availablePermits());
  }

  // A closed semaphore takes the call, which nobody can notice.
  @Test
  void reducePermits_closed_noEffect() {
    semaphore.close();
    semaphore.reducePermits(5);
    assertEquals(0, semaphore.availablePermits());
    assertTrue(semaphore.isClosed());
  }

  // All that is free is taken, and only that.
  @Test
  void drainPermits_free_allTaken() {
    assertEquals(2, semaphore.drainPermits());
    assertEquals(0, semaphore.drainPermits());
    semaphore.reducePermits(1);
    assertEquals(0, semaphore.drainPermits());
    assertEquals(-1, semaphore.availablePermits());
  }

  // What is kept for somebody who waits is not taken; a closed semaphore gives nothing.
  @Test
  void drainPermits_somebodyWaitsOrClosed_none() {
    PollFuture<Void> three = pending(semaphore.acquireAsync(3));
    assertEquals(0, semaphore.drainPermits());
    semaphore.release();
    ready(three);
    semaphore.close();
    assertThrows(ClosedException.class, semaphore::drainPermits);
  }

  // Waiting as a thread

  // A thread without a permit waits for the release.
  @ParameterizedTest
  @EnumSource
  void acquire_noneFree_waitsForTheRelease(Kind kind) {
    Semaphore s = Semaphore.of(0);
    Running<Void> waiter = acquiring(kind, s, 2);
    awaitWaiting(s, 1);
    s.release();
    assertEquals(1, s.waiting());
    assertEquals(1, s.availablePermits(), "free, and kept for the waiter");
    s.release();
    waiter.get();
    assertEquals(0, s.availablePermits());
    assertEquals(0, s.waiting());
  }

  // An interrupt before the call ends it, even if permits are free.
  @Test
  void acquire_interruptedBefore_refusedAndUnchanged() {
    Thread.currentThread().interrupt();
    InterruptedException e = assertThrows(InterruptedException.class, semaphore::acquire);
    assertContains(e.getMessage(), "interrupted before", "Semaphore(seats)[free=2");
    Polls.assertInterrupted(false);
    assertUnchanged();
    Thread.currentThread().interrupt();
    assertThrows(InterruptedException.class, () -> semaphore.tryAcquire(LONG));
    Polls.assertInterrupted(false);
    assertUnchanged();
  }

  // An interrupt ends the wait without effect.
  @ParameterizedTest
  @EnumSource
  void acquire_interruptedWhileQueued_leavesTheQueue(Kind kind) {
    Running<Void> waiter = acquiring(kind, semaphore, 3);
    awaitWaiting(semaphore, 1);
    waiter.interrupt();
    InterruptedException e = waiter.failure(InterruptedException.class);
    assertContains(e.getMessage(), "interrupted while waiting", "Semaphore(seats)[free=2");
    assertUnchanged();
    assertTrue(semaphore.tryAcquire(2), "what was kept for it is free again");
  }

  // An uninterruptible wait goes on, and the interrupt is there afterwards.
  @ParameterizedTest
  @EnumSource
  void acquireUninterruptibly_interruptedWhileQueued_getsThemAndKeepsTheInterrupt(Kind kind) {
    Running<Boolean> waiter =
        kind.start(
            () -> {
              semaphore.acquireUninterruptibly(3);
              return Thread.currentThread().isInterrupted();
            });
    awaitWaiting(semaphore, 1);
    waiter.interrupt();
    waiter.awaitAsleep();
    assertEquals(1, semaphore.waiting());
    semaphore.release();
    assertTrue(waiter.get());
    assertEquals(0, semaphore.availablePermits());
  }

  // The same for an interrupt before the call.
  @Test
  void acquireUninterruptibly_interruptedBefore_takesThemAndKeepsTheInterrupt() {
    Thread.currentThread().interrupt();
    semaphore.acquireUninterruptibly(2);
    Polls.assertInterrupted(true);
    assertEquals(0, semaphore.availablePermits());
  }

  // No time means no wait.
  @ParameterizedTest
  @ValueSource(longs = {0, -1, Long.MIN_VALUE})
  void tryAcquire_noTime_asTryAcquire(long seconds) throws InterruptedException {
    Duration none = Duration.ofSeconds(seconds);
    assertFalse(semaphore.tryAcquire(3, none));
    assertUnchanged();
    assertTrue(semaphore.tryAcquire(2, none));
    assertFalse(semaphore.tryAcquire(none));
    assertEquals(0, semaphore.waiting());
  }

  // A null time-out is refused before anything happens.
  @Test
  void tryAcquire_nullTimeout_refused() {
    assertThrows(NullPointerException.class, () -> semaphore.tryAcquire(null));
    assertThrows(NullPointerException.class, () -> semaphore.tryAcquire(1, null));
    assertUnchanged();
  }

  // When the time runs out the wait leaves no trace.
  @ParameterizedTest
  @EnumSource
  void tryAcquire_timeRunsOut_falseAndOutOfTheQueue(Kind kind) {
    assertFalse(kind.start(() -> semaphore.tryAcquire(3, Duration.ofMillis(5))).get());
    assertUnchanged();
  }

  // A release in time is taken.
  @ParameterizedTest
  @EnumSource
  void tryAcquire_releasedInTime_true(Kind kind) {
    Running<Boolean> waiter =
        kind.start(() -> semaphore.tryAcquire(3, Duration.ofSeconds(Long.MAX_VALUE)));
    awaitWaiting(semaphore, 1);
    semaphore.release();
    assertTrue(waiter.get());
    assertEquals(0, semaphore.availablePermits());
  }

  // An interrupt ends a timed wait as it ends the other.
  @ParameterizedTest
  @EnumSource
  void tryAcquire_interruptedWhileQueued_leavesTheQueue(Kind kind) {
    Running<Boolean> waiter = kind.start(() -> semaphore.tryAcquire(3, LONG));
    awaitWaiting(semaphore, 1);
    waiter.interrupt();
    waiter.failure(InterruptedException.class);
    assertUnchanged();
  }

  // Waiting as a future

  // A future does nothing before it is polled; cancelled before, it never does anything.
  @Test
  void acquireAsync_notPolled_nothingHappens() {
    PollFuture<Void> f = semaphore.acquireAsync(2);
    assertUnchanged();
    assertTrue(f.cancel());
    assertCancelled(f);
    assertUnchanged();
  }

  // Free permits are taken at the first poll, once.
  @Test
  void acquireAsync_free_readyOnce() {
    PollFuture<Void> f = semaphore.acquireAsync(2);
    ready(f);
    assertCompleted(f);
    assertEquals(0, semaphore.availablePermits(), "a late cancel returns nothing");
    IllegalStateException e =
        assertThrows(IllegalStateException.class, () -> f.poll(Polls.IGNORED));
    assertContains(e.getMessage(), "polled after completion", "acquire of 2 from Semaphore(seats)");
  }

  // The release that satisfies it calls the waker of the last poll.
  @Test
  void acquireAsync_noneFree_wokenByTheReleaseThatSuffices() {
    CountingWaker old = new CountingWaker();
    CountingWaker latest = new CountingWaker();
    PollFuture<Void> f = pending(semaphore.acquireAsync(4), old);
    pending(f, latest);
    semaphore.release();
    assertEquals(0, latest.calls());
    semaphore.release();
    assertEquals(1, latest.calls());
    assertEquals(0, old.calls());
    assertEquals(0, semaphore.availablePermits(), "they are the future's from the release on");
    ready(f);
  }

  // Fairness

  // Nobody overtakes: what is free is kept for the head, even from those who want less.
  @Test
  void tryAcquire_somebodyWaitsForMore_false() throws InterruptedException {
    PollFuture<Void> large = pending(semaphore.acquireAsync(3));
    assertFalse(semaphore.tryAcquire());
    assertFalse(semaphore.tryAcquire(Duration.ZERO));
    PollFuture<Void> small = pending(semaphore.acquireAsync());
    semaphore.release();
    ready(large);
    pending(small);
    semaphore.release();
    ready(small);
  }

  // One release lets in as many from the head as it satisfies, and no more.
  @Test
  void release_satisfiesSeveral_grantsThemInOrder() {
    Semaphore s = Semaphore.of(0);
    List<PollFuture<Void>> waiters = new ArrayList<>();
    for (int n : new int[] {1, 2, 4, 1}) {
      waiters.add(pending(s.acquireAsync(n)));
    }
    s.release(6);
    ready(waiters.get(0));
    ready(waiters.get(1));
    pending(waiters.get(2));
    pending(waiters.get(3));
    assertEquals(3, s.availablePermits());
    s.release();
    ready(waiters.get(2));
    pending(waiters.get(3));
    s.release();
    ready(waiters.get(3));
    assertEquals(0, s.availablePermits());
  }

  // Threads and futures stand in one queue.
  @Test
  void acquire_behindAFutureAndBeforeOne_servedInOrder() {
    Semaphore s = Semaphore.of(0);
    PollFuture<Void> first = pending(s.acquireAsync());
    Running<Void> second = acquiring(Kind.PLATFORM, s, 1);
    awaitWaiting(s, 2);
    Running<Void> third = acquiring(Kind.VIRTUAL, s, 1);
    awaitWaiting(s, 3);
    PollFuture<Void> fourth = pending(s.acquireAsync());
    s.release();
    ready(first);
    assertFalse(second.isDone());
    s.release();
    second.get();
    assertFalse(third.isDone());
    s.release();
    third.get();
    pending(fourth);
    s.release();
    ready(fourth);
  }

  // Closing

  // Whoever waits fails with the cause, and the queue is empty.
  @ParameterizedTest
  @EnumSource
  void close_somebodyWaits_fails(Kind kind) {
    Throwable cause = new IllegalStateException("the cause");
    Running<Void> thread = acquiring(kind, semaphore, 3);
    awaitWaiting(semaphore, 1);
    Running<Boolean> timed = kind.start(() -> semaphore.tryAcquire(3, LONG));
    awaitWaiting(semaphore, 2);
    CountingWaker waker = new CountingWaker();
    PollFuture<Void> future = pending(semaphore.acquireAsync(3), waker);
    assertTrue(semaphore.close(cause));
    assertClosed(thread.failure(ClosedException.class), cause);
    assertClosed(timed.failure(ClosedException.class), cause);
    assertEquals(1, waker.calls());
    assertClosed(assertThrows(ClosedException.class, () -> future.poll(Polls.IGNORED)), cause);
    assertCompleted(future);
    assertEquals(0, semaphore.waiting());
    assertTrue(semaphore.isClosed());
  }

  // All later calls fail, free permits or not.
  @Test
  void close_thenAcquire_fails() {
    assertTrue(semaphore.close());
    for (Executable call :
        List.<Executable>of(
            () -> semaphore.acquire(),
            () -> semaphore.acquireUninterruptibly(1),
            () -> semaphore.tryAcquire(),
            () -> semaphore.tryAcquire(LONG),
            () -> semaphore.tryAcquire(Duration.ZERO),
            () -> semaphore.acquireAsync().poll(Polls.IGNORED))) {
      assertClosed(assertThrows(ClosedException.class, call), null);
    }
    assertEquals(0, semaphore.availablePermits());
    assertEquals(0, semaphore.waiting());
  }

  // A second close changes nothing, not even the cause.
  @Test
  void close_twice_falseAndFirstCauseStays() {
    Throwable cause = new IllegalStateException("the first cause");
    assertTrue(semaphore.close(cause));
    assertFalse(semaphore.close(new IllegalStateException("the second cause")));
    assertFalse(semaphore.close());
    assertClosed(assertThrows(ClosedException.class, semaphore::tryAcquire), cause);
  }

  // What is held can be released after the end, without effect.
  @Test
  void close_thenRelease_noEffect() {
    assertTrue(semaphore.tryAcquire());
    semaphore.close();
    semaphore.release();
    assertEquals(0, semaphore.availablePermits());
    assertThrows(ClosedException.class, semaphore::tryAcquire);
  }

  // What was granted before the end stays granted.
  @Test
  void close_afterAGrant_grantStays() {
    PollFuture<Void> f = pending(semaphore.acquireAsync(3));
    semaphore.release();
    semaphore.close();
    ready(f);
  }

  // A future that meets the end at its first poll is over.
  @Test
  void acquireAsync_closedBeforePolled_failsOnce() {
    PollFuture<Void> f = semaphore.acquireAsync();
    semaphore.close();
    assertThrows(ClosedException.class, () -> f.poll(Polls.IGNORED));
    assertCompleted(f);
  }

  private static void assertClosed(ClosedException e, Throwable cause) {
    InterlockException family = e;
    assertContains(family.getMessage(), "Semaphore(seats) is closed", "stop using it");
    assertSame(cause, family.getCause());
  }

  // Conservation

  // Never more inside than permits, and all permits are back at the end, whatever cancels.
  @ParameterizedTest
  @ValueSource(ints = {1, 3})
  void acquire_manyThreadsWithTimeOutsAndInterrupts_permitsConserved(int permits) {
    Semaphore s = Semaphore.of(permits);
    AtomicInteger inside = new AtomicInteger();
    List<Running<Void>> threads = new ArrayList<>();
    for (int i = 0; i < 6; i++) {
      int seed = i;
      threads.add(
          Kind.values()[i % 2].start(
              () -> {
                Random random = new Random(seed);
                for (int n = 0; n < 1_000; n++) {
                  int need = 1 + random.nextInt(permits);
                  try {
                    if (!s.tryAcquire(need, Duration.ofNanos(random.nextInt(100_000)))) {
                      continue;
                    }
                  } catch (InterruptedException interruptOfThisTest) {
                    continue;
                  }
                  assertTrue(inside.addAndGet(need) <= permits);
                  inside.addAndGet(-need);
                  s.release(need);
                }
                return null;
              }));
    }
    Random random = new Random(permits);
    Conditions.await(
        () -> {
          threads.get(random.nextInt(threads.size())).interrupt();
          PollFuture<Void> f = s.acquireAsync(1 + random.nextInt(permits));
          if (f.poll(Polls.IGNORED).isReady()) {
            s.release(permits == 1 ? 1 : needOf(f));
          } else {
            f.cancel();
          }
          return threads.stream().allMatch(Running::isDone);
        });
    threads.forEach(Running::get);
    assertEquals(permits, s.availablePermits());
    assertEquals(0, s.waiting());
  }

  /** How many permits the future asked for, from its text. */
  private static int needOf(PollFuture<Void> f) {
    return Integer.parseInt(f.toString().replaceFirst("acquire of (\\d+) .*", "$1"));
  }

  // A hundred thousand cancelled futures leave nothing behind, and one release is served at once.
  @Test
  void cancel_hundredThousandFutures_nothingStaysBehind() {
    Semaphore s = Semaphore.of(0);
    List<PollFuture<Void>> waiters = new ArrayList<>();
    List<WeakReference<?>> references = new ArrayList<>();
    for (int i = 0; i < 100_000; i++) {
      PollFuture<Void> f = pending(s.acquireAsync());
      waiters.add(f);
      if (i % 1_000 == 0) {
        references.add(new WeakReference<>(f));
      }
    }
    Collections.shuffle(waiters, new Random(1));
    assertEquals(100_000, s.waiting());
    waiters.forEach(f -> assertTrue(f.cancel()));
    assertEquals(0, s.waiting());
    waiters.clear();
    Conditions.awaitCollected(references);
    PollFuture<Void> last = pending(s.acquireAsync());
    s.release();
    ready(last);
    assertEquals(0, s.availablePermits());
  }

  // The same for interrupted threads.
  @Test
  void interrupt_manyQueuedThreads_nothingStaysBehind() {
    int n = Kind.hasVirtual() ? 100_000 : 500;
    Semaphore s = Semaphore.of(0);
    List<Running<Void>> waiters = new ArrayList<>();
    for (int i = 0; i < n; i++) {
      waiters.add(acquiring(Kind.VIRTUAL, s, 1));
    }
    awaitWaiting(s, n);
    waiters.forEach(Running::interrupt);
    waiters.forEach(w -> w.failure(InterruptedException.class));
    assertEquals(0, s.waiting());
    s.release();
    assertTrue(s.tryAcquire());
  }
}
