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

import dev.interlock.InterlockException;
import dev.interlock.future.Context;
import dev.interlock.future.Futures;
import dev.interlock.future.Poll;
import dev.interlock.future.PollFuture;
import dev.interlock.internal.pause.StandAside;
import dev.interlock.sync.Barrier.Passage;
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
import java.util.SplittableRandom;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.function.LongConsumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.openjdk.jol.info.GraphLayout;

class BarrierTest {
  private static final Duration LONG = Duration.ofHours(1);
  private static final Duration SHORT = Duration.ofMillis(5);

  private final Barrier barrier = Barrier.named("step", 3);

  @AfterEach
  void noInterruptIsLeft() {
    Polls.assertInterrupted(false);
  }

  private static void awaitArrived(Barrier b, int n) {
    Conditions.await(() -> b.arrived() == n, () -> n + " arrived, at " + b);
  }

  private void assertNobodyArrived() {
    assertEquals(0, barrier.arrived());
    assertEquals(0, barrier.waiting());
    assertFalse(barrier.isBroken());
    assertEquals(0, barrier.round());
  }

  /** The next round takes place: nothing is left of what came before. */
  private static void assertRoundWorks(Barrier b) {
    long number = b.round();
    List<PollFuture<Passage>> others = new ArrayList<>();
    for (int i = 1; i < b.parties(); i++) {
      others.add(pending(b.awaitAsync()));
    }
    assertEquals(new Passage(number, true), b.awaitUninterruptibly());
    others.forEach(f -> assertEquals(new Passage(number, false), ready(f)));
    assertEquals(number + 1, b.round());
    assertEquals(0, b.arrived());
  }

  /** An action that waits to be let go, and then fails if it is told to. */
  private static final class Gate implements LongConsumer {
    final CountDownLatch entered = new CountDownLatch(1);
    final CompletableFuture<Void> open = new CompletableFuture<>();

    @Override
    public void accept(long round) {
      entered.countDown();
      Throwable failure = open.handle((nothing, thrown) -> thrown).join();
      if (failure instanceof RuntimeException e) {
        throw e;
      }
    }

    void awaitEntered() {
      Conditions.await(() -> entered.getCount() == 0, () -> "the action");
    }
  }

  // Making

  // A barrier needs a party, and its name and its action are not null.
  @ParameterizedTest
  @ValueSource(ints = {0, -1, Integer.MIN_VALUE})
  void of_tooFewParties_refused(int parties) {
    assertContains(
        assertThrows(IllegalArgumentException.class, () -> Barrier.of(parties)).getMessage(),
        "parties is " + parties,
        "1 or more");
  }

  @Test
  void of_null_refused() {
    assertThrows(NullPointerException.class, () -> Barrier.named(null, 1));
    assertThrows(NullPointerException.class, () -> Barrier.named(null, 1, round -> {}));
    assertThrows(NullPointerException.class, () -> Barrier.of(1, null));
    assertThrows(NullPointerException.class, () -> Barrier.named("b", 1, null));
    assertThrows(NullPointerException.class, () -> barrier.await(null));
  }

  // The text tells the name, the round, who has arrived, and what is wrong.
  @Test
  void toString_tellsState() {
    assertEquals("Barrier(step)[round=0, arrived=0 of 3]", barrier.toString());
    PollFuture<Passage> first = pending(barrier.awaitAsync());
    assertEquals("Barrier(step)[round=0, arrived=1 of 3]", barrier.toString());
    assertContains(first.toString(), "await of Barrier(step)", "waiting");
    barrier.breakBarrier();
    assertEquals("Barrier(step)[round=0, arrived=0 of 3, broken]", barrier.toString());
    List<String> seen = new ArrayList<>();
    Barrier[] acting = new Barrier[1];
    acting[0] = Barrier.of(1, round -> seen.add(acting[0].toString()));
    acting[0].awaitUninterruptibly();
    assertContains(seen.get(0), "Barrier@", "[round=1, arrived=0 of 1, action running]");
  }

  // A barrier is as small as it promises.
  @Test
  void footprint_idle_asPromised() {
    assertTrue(GraphLayout.parseInstance(Barrier.of(2)).totalSize() <= 48);
  }

  // Rounds

  // A barrier of one stops nobody, and counts.
  @Test
  void await_oneParty_alwaysLeader() throws Exception {
    Barrier alone = Barrier.of(1);
    assertEquals(new Passage(0, true), alone.await());
    assertEquals(new Passage(1, true), alone.await(Duration.ZERO));
    assertEquals(new Passage(2, true), alone.awaitUninterruptibly());
    assertEquals(new Passage(3, true), alone.tryAwait());
    assertEquals(new Passage(4, true), ready(alone.awaitAsync()));
    assertEquals(5, alone.round());
  }

  // Nobody goes on before all have arrived; the last is the leader; the barrier serves again.
  @Test
  void await_manyRounds_lastIsLeader() {
    for (long round = 0; round < 5; round++) {
      PollFuture<Passage> first = pending(barrier.awaitAsync());
      PollFuture<Passage> second = pending(barrier.awaitAsync());
      assertEquals(2, barrier.arrived());
      pending(first);
      assertEquals(new Passage(round, true), ready(barrier.awaitAsync()));
      assertEquals(new Passage(round, false), ready(first));
      assertEquals(new Passage(round, false), ready(second));
      assertCompleted(first);
      assertEquals(round + 1, barrier.round());
    }
  }

  // The others are woken once, in the order in which they came, and not by one who leaves.
  @Test
  void await_trip_wakesInOrder() {
    List<Integer> woken = new ArrayList<>();
    List<CountingWaker> wakers = List.of(new CountingWaker(), new CountingWaker());
    List<PollFuture<Passage>> waiters = new ArrayList<>();
    for (CountingWaker waker : wakers) {
      waiters.add(pending(barrier.awaitAsync(), waker));
    }
    PollFuture<Passage> leaver = waiters.remove(1);
    assertTrue(leaver.cancel());
    waiters.add(pending(barrier.awaitAsync(), wakers.get(1)));
    wakers.forEach(w -> assertEquals(0, w.calls()));
    ready(barrier.awaitAsync());
    wakers.forEach(w -> assertEquals(1, w.calls()));
    waiters.forEach(Polls::ready);

    Barrier many = Barrier.of(5);
    for (int i = 0; i < 4; i++) {
      int me = i;
      many.awaitAsync().poll(new Context(() -> woken.add(me)));
    }
    many.awaitUninterruptibly();
    assertEquals(List.of(0, 1, 2, 3), woken);
  }

  // Threads of both kinds and a future are parties of the same round.
  @ParameterizedTest
  @EnumSource
  void await_threadsAndFuture_sameRound(Kind kind) {
    Running<Passage> first = kind.start(barrier::await);
    awaitArrived(barrier, 1);
    PollFuture<Passage> second = pending(barrier.awaitAsync());
    Running<Passage> third = kind.start(() -> barrier.await(LONG));
    assertEquals(new Passage(0, true), third.get());
    assertEquals(new Passage(0, false), first.get());
    assertEquals(new Passage(0, false), ready(second));
  }

  // What is not polled has not arrived, and may be dropped.
  @Test
  void awaitAsync_notPolled_hasNotArrived() {
    PollFuture<Passage> never = barrier.awaitAsync();
    assertEquals(0, barrier.arrived());
    assertTrue(never.cancel());
    assertCancelled(never);
    assertNobodyArrived();
  }

  // Without time only the last passes, and nobody is counted who does not.
  @Test
  void tryAwait_somebodyMissing_nothing() throws Exception {
    assertNull(barrier.tryAwait());
    assertNull(barrier.await(Duration.ZERO));
    assertNull(barrier.await(Duration.ofSeconds(Long.MIN_VALUE)));
    assertNobodyArrived();
    pending(barrier.awaitAsync());
    pending(barrier.awaitAsync());
    assertEquals(new Passage(0, true), barrier.tryAwait());
    pending(barrier.awaitAsync());
    pending(barrier.awaitAsync());
    assertEquals(new Passage(1, true), barrier.await(Duration.ZERO));
  }

  // Giving up

  // An interrupt before the call ends it, even for the one that would be the last.
  @Test
  void await_interruptedBefore_refusedAndUnchanged() {
    for (Barrier b : List.of(barrier, Barrier.of(1))) {
      Thread.currentThread().interrupt();
      assertContains(
          assertThrows(InterruptedException.class, b::await).getMessage(), "interrupted before");
      Thread.currentThread().interrupt();
      assertThrows(InterruptedException.class, () -> b.await(LONG));
      assertEquals(0, b.round());
    }
    assertNobodyArrived();
  }

  // An interrupted arrival is withdrawn: the round misses one again, the others wait on unharmed.
  @ParameterizedTest
  @EnumSource
  void await_interruptedWhileQueued_arrivalIsWithdrawn(Kind kind) {
    PollFuture<Passage> before = pending(barrier.awaitAsync());
    Running<Passage> waiter = kind.start(barrier::await);
    awaitArrived(barrier, 2);
    waiter.interrupt();
    assertContains(
        waiter.failure(InterruptedException.class).getMessage(),
        "interrupted while waiting at Barrier(step)[round=0, arrived=1 of 3]");
    assertEquals(1, barrier.arrived());
    assertNull(barrier.tryAwait());
    pending(before);
    PollFuture<Passage> after = pending(barrier.awaitAsync());
    assertEquals(new Passage(0, true), barrier.tryAwait());
    assertEquals(new Passage(0, false), ready(before));
    assertEquals(new Passage(0, false), ready(after));
  }

  // When the time runs out the arrival is withdrawn.
  @ParameterizedTest
  @EnumSource
  void await_timeRunsOut_arrivalIsWithdrawn(Kind kind) {
    PollFuture<Passage> before = pending(barrier.awaitAsync());
    assertNull(kind.start(() -> barrier.await(SHORT)).get());
    assertEquals(1, barrier.arrived());
    pending(barrier.awaitAsync());
    assertEquals(new Passage(0, true), barrier.tryAwait());
    ready(before);
  }

  // A dropped future has not arrived, wherever it stood.
  @Test
  void awaitAsync_droppedWhileQueued_arrivalIsWithdrawn() {
    for (int leaver = 0; leaver < 2; leaver++) {
      List<PollFuture<Passage>> waiters =
          List.of(pending(barrier.awaitAsync()), pending(barrier.awaitAsync()));
      assertTrue(waiters.get(leaver).cancel());
      assertCancelled(waiters.get(leaver));
      assertEquals(1, barrier.arrived());
      assertNull(barrier.tryAwait());
      pending(waiters.get(1 - leaver));
      pending(barrier.awaitAsync());
      assertEquals(new Passage(leaver, true), barrier.tryAwait());
      assertEquals(new Passage(leaver, false), ready(waiters.get(1 - leaver)));
    }
  }

  // Dropped after the others went on because of it: too late, it has its passage.
  @Test
  void awaitAsync_droppedAfterTheTrip_tooLate() {
    PollFuture<Passage> first = pending(barrier.awaitAsync());
    PollFuture<Passage> second = pending(barrier.awaitAsync());
    barrier.awaitUninterruptibly();
    assertFalse(first.cancel());
    assertEquals(new Passage(0, false), ready(first));
    assertEquals(new Passage(0, false), ready(second));
    assertFalse(first.cancel());
    assertEquals(1, barrier.round());
  }

  // A future that is driven for a time is withdrawn when it is over.
  @Test
  void block_timeRunsOut_arrivalIsWithdrawn() {
    assertThrows(TimeoutException.class, () -> barrier.awaitAsync().block(SHORT));
    assertNobodyArrived();
    assertRoundWorks(barrier);
  }

  // An uninterruptible wait goes on, and the interrupt is there afterwards.
  @ParameterizedTest
  @EnumSource
  void awaitUninterruptibly_interruptedWhileQueued_keepsTheInterrupt(Kind kind) {
    Barrier two = Barrier.of(2);
    Running<Boolean> waiter =
        kind.start(
            () -> {
              two.awaitUninterruptibly();
              return Thread.currentThread().isInterrupted();
            });
    awaitArrived(two, 1);
    waiter.interrupt();
    waiter.awaitAsleep();
    assertEquals(1, two.arrived());
    two.awaitUninterruptibly();
    assertTrue(waiter.get());
  }

  /** Lets {@code party} arrive at a barrier of two, and then, while the action runs, {@code meanwhile}. */
  private static <T> T whileActing(
      Kind kind, Callable<T> party, Barrier two, Gate gate, Runnable meanwhile, Running<T>[] to) {
    to[0] = kind.start(party);
    awaitArrived(two, 1);
    to[0].awaitAsleep();
    Running<Passage> leader = Kind.PLATFORM.start(two::await);
    gate.awaitEntered();
    assertEquals(0, two.arrived());
    meanwhile.run();
    gate.open.complete(null);
    assertEquals(new Passage(0, true), leader.get());
    return to[0].get();
  }

  // An interrupt that comes when all have arrived is too late: the party passes, and keeps it.
  @ParameterizedTest
  @EnumSource
  @SuppressWarnings("unchecked") // an array of one, whose type nobody asks for
  void await_interruptMeetsTheTrip_passes(Kind kind) {
    for (Duration timeout : List.of(LONG, Duration.ofSeconds(Long.MAX_VALUE))) {
      Gate gate = new Gate();
      Barrier two = Barrier.of(2, gate);
      Running<Passage>[] waiter = new Running[1];
      AtomicBoolean interrupted = new AtomicBoolean();
      Passage passage =
          whileActing(
              kind,
              () -> {
                Passage p = timeout == LONG ? two.await() : two.await(timeout);
                interrupted.set(Thread.interrupted());
                return p;
              },
              two,
              gate,
              () -> {
                waiter[0].interrupt();
                waiter[0].awaitAsleep();
                assertFalse(waiter[0].isDone());
              },
              waiter);
      assertEquals(new Passage(0, false), passage);
      assertTrue(interrupted.get());
    }
  }

  // So is the end of the time: the party waits for the action, and passes.
  @ParameterizedTest
  @EnumSource
  @SuppressWarnings("unchecked") // an array of one, whose type nobody asks for
  void await_timeOutMeetsTheTrip_passes(Kind kind) {
    Gate gate = new Gate();
    Barrier two = Barrier.of(2, gate);
    Running<Passage>[] waiter = new Running[1];
    Duration timeout = Duration.ofSeconds(1);
    Passage passage =
        whileActing(
            kind,
            () -> {
              long start = System.nanoTime();
              Passage p = two.await(timeout);
              assertTrue(System.nanoTime() - start >= timeout.toNanos());
              return p;
            },
            two,
            gate,
            () -> {
              long start = System.nanoTime();
              Conditions.await(() -> System.nanoTime() - start > timeout.toNanos() * 3 / 2);
              assertFalse(waiter[0].isDone());
            },
            waiter);
    assertEquals(new Passage(0, false), passage);
  }

  // A future that is dropped while the action runs has its passage afterwards.
  @Test
  void awaitAsync_droppedWhileTheActionRuns_tooLate() {
    List<Boolean> cancelled = new ArrayList<>();
    List<PollFuture<Passage>> first = new ArrayList<>();
    Barrier two =
        Barrier.of(
            2,
            round -> {
              cancelled.add(first.get(0).cancel());
              pending(first.get(0));
            });
    first.add(pending(two.awaitAsync()));
    assertEquals(new Passage(0, true), two.awaitUninterruptibly());
    assertEquals(List.of(false), cancelled);
    assertEquals(new Passage(0, false), ready(first.get(0)));
  }

  // Driven by block, with a time that ends, or an interrupt that comes, while the action runs: it
  // is too late, and block waits for the passage.
  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  @SuppressWarnings("unchecked") // an array of one, whose type nobody asks for
  void block_endMeetsTheTrip_passes(boolean interrupt) {
    Gate gate = new Gate();
    Barrier two = Barrier.of(2, gate);
    Running<Passage>[] waiter = new Running[1];
    AtomicBoolean interrupted = new AtomicBoolean();
    Duration timeout = Duration.ofSeconds(1);
    Passage passage =
        whileActing(
            Kind.PLATFORM,
            () -> {
              Passage p =
                  interrupt
                      ? Futures.block(two.awaitAsync())
                      : Futures.block(two.awaitAsync(), timeout);
              interrupted.set(Thread.interrupted());
              return p;
            },
            two,
            gate,
            () -> {
              if (interrupt) {
                waiter[0].interrupt();
              } else {
                long start = System.nanoTime();
                Conditions.await(() -> System.nanoTime() - start > timeout.toNanos() * 3 / 2);
              }
              waiter[0].awaitAsleep();
              assertFalse(waiter[0].isDone());
            },
            waiter);
    assertEquals(new Passage(0, false), passage);
    assertEquals(interrupt, interrupted.get());
  }

  // A stage that is cancelled while the action runs is not cancelled, and completes.
  @Test
  void stage_cancelledWhileTheActionRuns_completes() {
    List<CompletableFuture<Passage>> stage = new ArrayList<>();
    List<Boolean> cancelled = new ArrayList<>();
    Barrier two = Barrier.of(2, round -> cancelled.add(stage.get(0).cancel(true)));
    stage.add(two.awaitAsync().toCompletionStage().toCompletableFuture());
    two.awaitUninterruptibly();
    assertEquals(List.of(false), cancelled);
    assertEquals(new Passage(0, false), stage.get(0).join());
  }

  // However many leave, nothing of them stays.
  @Test
  void cancel_hundredThousandFutures_nothingStaysBehind() {
    Barrier large = Barrier.of(Integer.MAX_VALUE);
    List<WeakReference<PollFuture<Passage>>> traces = new ArrayList<>();
    List<PollFuture<Passage>> waiters = new ArrayList<>();
    for (int i = 0; i < 100_000; i++) {
      waiters.add(pending(large.awaitAsync()));
    }
    assertEquals(100_000, large.arrived());
    for (PollFuture<Passage> waiter : waiters) {
      assertTrue(waiter.cancel());
      traces.add(new WeakReference<>(waiter));
    }
    assertEquals(0, large.arrived());
    waiters.clear();
    Conditions.awaitCollected(traces.subList(0, 100));
  }

  // The action

  // It runs once a round, with its number, before anybody goes on, and sees what all have done.
  @ParameterizedTest
  @EnumSource
  void action_eachRound_seesAllAndIsSeenByAll(Kind kind) {
    int parties = 3;
    int rounds = 200;
    int[] written = new int[parties];
    int[] sums = new int[rounds];
    Barrier b =
        Barrier.of(
            parties,
            round -> {
              for (int w : written) {
                sums[(int) round] += w;
              }
            });
    List<Running<Integer>> running = new ArrayList<>();
    for (int i = 0; i < parties; i++) {
      int me = i;
      running.add(
          kind.start(
              () -> {
                int led = 0;
                for (int round = 0; round < rounds; round++) {
                  written[me] = round + me;
                  Passage passage = b.await();
                  assertEquals(round, passage.round());
                  led += passage.leader() ? 1 : 0;
                  assertEquals(3 * round + 3, sums[round]);
                }
                return led;
              }));
    }
    assertEquals(rounds, running.stream().mapToInt(Running::get).sum(), "one leader in each round");
  }

  // An action that throws breaks the barrier: the leader gets what it threw, the others its cause.
  @Test
  void action_throws_breaksTheBarrier() {
    for (Throwable thrown : List.of(new IllegalStateException("bad"), new StackOverflowError())) {
      Barrier two =
          Barrier.named(
              "two",
              2,
              round -> {
                if (round == 1) {
                  BarrierTest.<RuntimeException>sneak(thrown);
                }
              });
      assertRoundWorks(two);
      PollFuture<Passage> other = pending(two.awaitAsync());
      assertSame(thrown, assertThrows(Throwable.class, two::awaitUninterruptibly));
      BarrierBrokenException e =
          assertThrows(BarrierBrokenException.class, () -> other.poll(Polls.IGNORED));
      assertSame(thrown, e.getCause());
      assertContains(e.getMessage(), "action of round 1 of Barrier(two) failed", "reset()");
      assertCompleted(other);
      assertTrue(two.isBroken());
      assertSame(thrown, assertThrows(BarrierBrokenException.class, two::tryAwait).getCause());
      two.reset();
      assertEquals(2, two.round(), "the number of the round that failed is not used again");
      assertRoundWorks(two);
    }
  }

  @SuppressWarnings("unchecked") // nothing is cast at run time
  private static <E extends Throwable> void sneak(Throwable t) throws E {
    throw (E) t;
  }

  // An action that arrives at its own barrier, in a form that blocks, is told so, whoever leads.
  @ParameterizedTest
  @EnumSource
  void action_arrivesAtItsOwnBarrier_refusedByName(Kind kind) {
    List<String> refused = new ArrayList<>();
    Barrier[] own = new Barrier[1];
    own[0] =
        Barrier.named(
            "own",
            2,
            round -> {
              for (Callable<Passage> arrives :
                  List.<Callable<Passage>>of(
                      own[0]::await,
                      own[0]::awaitUninterruptibly,
                      () -> own[0].await(LONG),
                      () -> own[0].awaitAsync().block(),
                      () -> own[0].awaitAsync().block(LONG))) {
                refused.add(assertThrows(IllegalStateException.class, arrives::call).getMessage());
              }
              assertNull(own[0].tryAwait());
              assertEquals(0, own[0].arrived());
            });
    Running<Passage> one = kind.start(own[0]::await);
    awaitArrived(own[0], 1);
    Running<Passage> two = kind.start(own[0]::await);
    assertTrue(two.get().leader());
    assertFalse(one.get().leader());
    PollFuture<Passage> third = pending(own[0].awaitAsync());
    assertTrue(ready(own[0].awaitAsync()).leader());
    assertEquals(new Passage(1, false), ready(third));
    assertEquals(10, refused.size());
    refused.forEach(
        message ->
            assertContains(message, "the action of round", "Barrier(own)", "take that call"));
    assertContains(refused.get(9), "round 1");
  }

  // Another thread may arrive meanwhile, and an action that does not catch it has failed by it.
  @Test
  void action_failsByItsOwnArrival_barrierIsBroken() {
    Barrier[] own = new Barrier[1];
    own[0] = Barrier.named("own", 1, round -> own[0].awaitUninterruptibly());
    assertThrows(IllegalStateException.class, own[0]::await);
    assertTrue(own[0].isBroken());
  }

  // A leader that is a future runs the action in its poll, and fails with what it throws.
  @Test
  void action_futureLeads_runsInItsPoll() {
    List<Thread> ran = new ArrayList<>();
    Barrier one =
        Barrier.of(
            1,
            round -> {
              ran.add(Thread.currentThread());
              if (round == 1) {
                throw new IllegalStateException("bad");
              }
            });
    assertEquals(new Passage(0, true), ready(one.awaitAsync()));
    assertEquals(List.of(Thread.currentThread()), ran);
    PollFuture<Passage> failing = one.awaitAsync();
    assertThrows(IllegalStateException.class, () -> failing.poll(Polls.IGNORED));
    assertCompleted(failing);
    assertTrue(one.isBroken());
  }

  // Callers beyond the parties wait for the next round while an action runs; when they fill it,
  // its own leader leads it and its action runs too.
  @Test
  void action_callersBeyondTheParties_areTheNextRound() {
    List<PollFuture<Passage>> late = new ArrayList<>();
    List<Long> rounds = new ArrayList<>();
    Barrier[] two = new Barrier[1];
    two[0] =
        Barrier.of(
            2,
            round -> {
              rounds.add(round);
              if (round == 0) {
                for (int i = 0; i < 5; i++) {
                  late.add(pending(two[0].awaitAsync()));
                }
                assertEquals(5, two[0].arrived());
                assertNull(two[0].tryAwait());
                assertTrue(late.remove(1).cancel());
              }
            });
    PollFuture<Passage> first = pending(two[0].awaitAsync());
    assertEquals(new Passage(0, true), two[0].awaitUninterruptibly());
    assertEquals(new Passage(0, false), ready(first));
    assertEquals(List.of(0L, 1L, 2L), rounds);
    for (int i = 0; i < 4; i++) {
      assertEquals(new Passage(1 + i / 2, i % 2 == 1), ready(late.get(i)));
    }
    assertEquals(0, two[0].arrived());
    assertRoundWorks(two[0]);
  }

  // An action that fails for such a round breaks the barrier for it and for all who wait.
  @Test
  void action_failsForTheNextRound_itsLeaderIsTold() {
    List<PollFuture<Passage>> late = new ArrayList<>();
    IllegalStateException bad = new IllegalStateException("bad");
    Barrier[] two = new Barrier[1];
    two[0] =
        Barrier.of(
            2,
            round -> {
              if (round == 1) {
                throw bad;
              }
              for (int i = 0; i < 3; i++) {
                late.add(pending(two[0].awaitAsync()));
              }
            });
    PollFuture<Passage> first = pending(two[0].awaitAsync());
    assertEquals(new Passage(0, true), two[0].awaitUninterruptibly());
    ready(first);
    for (PollFuture<Passage> f : late) {
      assertSame(
          bad, assertThrows(BarrierBrokenException.class, () -> f.poll(Polls.IGNORED)).getCause());
    }
    assertTrue(two[0].isBroken());
  }

  // A round whose action runs is not broken or reset; who waits for the next one is.
  @Test
  void breakAndReset_whileTheActionRuns_leaveItsRoundAlone() {
    List<PollFuture<Passage>> late = new ArrayList<>();
    Barrier[] two = new Barrier[1];
    two[0] =
        Barrier.of(
            2,
            round -> {
              if (round > 1) {
                return;
              }
              late.add(pending(two[0].awaitAsync()));
              if (round == 0) {
                two[0].reset();
              } else {
                assertTrue(two[0].breakBarrier());
                assertThrows(BarrierBrokenException.class, two[0]::tryAwait);
              }
            });
    for (int round = 0; round < 2; round++) {
      PollFuture<Passage> first = pending(two[0].awaitAsync());
      assertEquals(new Passage(round, true), two[0].awaitUninterruptibly());
      assertEquals(new Passage(round, false), ready(first));
      assertThrows(
          BarrierBrokenException.class, () -> late.get(late.size() - 1).poll(Polls.IGNORED));
      assertEquals(round == 1, two[0].isBroken());
    }
    two[0].reset();
    assertRoundWorks(two[0]);
  }

  // While the action runs nobody has arrived for the next round, and a reset touches nobody,
  // whether the
  // parties of this one sleep already or not.
  @ParameterizedTest
  @EnumSource
  void reset_whileTheActionRuns_partiesPass(Kind kind) {
    int rounds = 500;
    List<Integer> arrived = new ArrayList<>();
    Barrier[] two = new Barrier[1];
    two[0] =
        Barrier.of(
            2,
            round -> {
              arrived.add(two[0].arrived());
              two[0].reset();
            });
    List<Running<Passage>> running = new ArrayList<>();
    for (int i = 0; i < 2; i++) {
      running.add(
          kind.start(
              () -> {
                for (int round = 0; round < rounds - 1; round++) {
                  assertEquals(round, two[0].await().round());
                }
                return two[0].await();
              }));
    }
    running.forEach(r -> assertEquals(rounds - 1, r.get().round()));
    assertEquals(Collections.nCopies(rounds, 0), arrived);
    assertEquals(rounds, two[0].round());
  }

  // Breaking

  // All who wait fail with the cause, each with a stack of its own, and all who come later.
  @ParameterizedTest
  @EnumSource
  void breakBarrier_somebodyWaits_fails(Kind kind) {
    Throwable cause = new IllegalStateException("the cause");
    Running<Passage> thread = kind.start(barrier::await);
    awaitArrived(barrier, 1);
    PollFuture<Passage> future = pending(barrier.awaitAsync());
    assertTrue(barrier.breakBarrier(cause));
    BarrierBrokenException first = thread.failure(BarrierBrokenException.class);
    BarrierBrokenException second =
        assertThrows(BarrierBrokenException.class, () -> future.poll(Polls.IGNORED));
    for (InterlockException e : List.of(first, second)) {
      assertSame(cause, e.getCause());
      assertContains(e.getMessage(), "Barrier(step) was broken in round 0 with 2 of 3", "reset()");
    }
    assertEquals(
        getClass().getName(),
        List.of(second.getStackTrace()).stream()
            .map(StackTraceElement::getClassName)
            .filter(getClass().getName()::equals)
            .findFirst()
            .orElse(null));
    assertTrue(barrier.isBroken());
    assertFalse(barrier.breakBarrier());
    List<Callable<?>> attempts =
        List.of(
            barrier::await,
            () -> barrier.await(LONG),
            () -> barrier.await(Duration.ZERO),
            barrier::awaitUninterruptibly,
            barrier::tryAwait,
            () -> barrier.awaitAsync().poll(Polls.IGNORED));
    for (Callable<?> attempt : attempts) {
      assertSame(cause, assertThrows(BarrierBrokenException.class, attempt::call).getCause());
    }
    assertEquals(0, barrier.arrived());
  }

  // Without a cause there is none.
  @Test
  void breakBarrier_withoutCause_none() {
    barrier.breakBarrier();
    assertNull(assertThrows(BarrierBrokenException.class, barrier::tryAwait).getCause());
  }

  // After a reset the round that was broken is tried again.
  @Test
  void reset_broken_usableAgain() {
    assertRoundWorks(barrier);
    pending(barrier.awaitAsync());
    barrier.breakBarrier();
    barrier.reset();
    assertFalse(barrier.isBroken());
    assertEquals(1, barrier.round());
    assertRoundWorks(barrier);
  }

  // Those who wait at a reset fail, and a new round begins with nobody.
  @ParameterizedTest
  @EnumSource
  void reset_somebodyWaits_fails(Kind kind) {
    Running<Passage> thread = kind.start(() -> barrier.await(LONG));
    awaitArrived(barrier, 1);
    PollFuture<Passage> future = pending(barrier.awaitAsync());
    barrier.reset();
    assertContains(
        thread.failure(BarrierBrokenException.class).getMessage(),
        "Barrier(step) was reset in round 0 with 2 of 3");
    assertThrows(BarrierBrokenException.class, () -> future.poll(Polls.IGNORED));
    assertNobodyArrived();
    assertRoundWorks(barrier);
  }

  // A reset of a barrier at which nobody waits changes nothing.
  @Test
  void reset_idle_nothing() {
    barrier.reset();
    assertNobodyArrived();
    assertRoundWorks(barrier);
  }

  // All at once

  /** Each round had all its parties and one leader, and nobody is left. */
  private static void assertRoundsWereWhole(
      Barrier b, AtomicLongArray members, AtomicLongArray leaders) {
    for (int round = 0; round < members.length(); round++) {
      assertEquals(b.parties(), members.get(round));
      assertEquals(1, leaders.get(round));
    }
    assertEquals(members.length(), b.round());
    assertEquals(0, b.arrived());
  }

  // Many rounds with more callers than parties: each round has as many as it needs, and one leader.
  @ParameterizedTest
  @EnumSource
  void await_moreCallersThanParties_roundsAreWhole(Kind kind) {
    int callers = 4;
    int each = 150;
    Barrier two = Barrier.of(2);
    AtomicLongArray members = new AtomicLongArray(callers * each / 2);
    AtomicLongArray leaders = new AtomicLongArray(callers * each / 2);
    List<Running<Void>> running = new ArrayList<>();
    AtomicInteger left = new AtomicInteger(callers * each);
    for (int i = 0; i < callers; i++) {
      running.add(
          kind.start(
              () -> {
                // Whoever takes one of the arrivals that are left makes it; they are even in
                // number.
                while (left.getAndDecrement() > 0) {
                  Passage passage = two.await();
                  members.incrementAndGet((int) passage.round());
                  leaders.addAndGet((int) passage.round(), passage.leader() ? 1 : 0);
                }
                return null;
              }));
    }
    running.forEach(Running::get);
    assertRoundsWereWhole(two, members, leaders);
  }

  // Parties give up at random, by interrupts, time-outs and drops: a round has never fewer than its
  // parties, whoever gave up was not counted, and in the end all get through.
  @ParameterizedTest
  @EnumSource
  void await_manyGiveUp_roundsAreWhole(Kind kind) throws Exception {
    int parties = 3;
    int rounds = 400;
    Barrier b = Barrier.of(parties);
    AtomicLongArray members = new AtomicLongArray(rounds);
    AtomicLongArray leaders = new AtomicLongArray(rounds);
    List<Running<Integer>> running = new ArrayList<>();
    for (int i = 0; i < parties; i++) {
      SplittableRandom random = new SplittableRandom(i);
      running.add(
          kind.start(
              () -> {
                int gaveUp = 0;
                for (int round = 0; round < rounds; ) {
                  Passage passage = arriveSomehow(b, random);
                  if (passage == null) {
                    gaveUp++;
                    continue;
                  }
                  assertEquals(round, passage.round());
                  members.incrementAndGet(round);
                  leaders.addAndGet(round, passage.leader() ? 1 : 0);
                  round++;
                }
                return gaveUp;
              }));
    }
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
    SplittableRandom random = new SplittableRandom(99);
    while (running.stream().anyMatch(r -> !r.isDone())) {
      running.get(random.nextInt(parties)).interrupt();
      Thread.onSpinWait();
      assertTrue(System.nanoTime() < deadline, b::toString);
      Thread.yield();
    }
    running.forEach(Running::get);
    assertRoundsWereWhole(b, members, leaders);
  }

  // The barrier is reset and broken at random while parties arrive: whoever passes passes with all,
  // whoever does not fails, and of the tries that failed nothing stays.
  @ParameterizedTest
  @EnumSource
  void await_manyResetsAndBreaks_roundsAreWhole(Kind kind) {
    int parties = 3;
    int rounds = 300;
    Barrier b = Barrier.of(parties);
    AtomicLongArray members = new AtomicLongArray(rounds);
    AtomicLongArray leaders = new AtomicLongArray(rounds);
    List<Running<Void>> running = new ArrayList<>();
    for (int i = 0; i < parties; i++) {
      running.add(
          kind.start(
              () -> {
                for (int round = 0; round < rounds; ) {
                  Passage passage;
                  try {
                    passage = b.await();
                  } catch (BarrierBrokenException tryAgain) {
                    continue;
                  }
                  assertEquals(round, passage.round());
                  members.incrementAndGet(round);
                  leaders.addAndGet(round, passage.leader() ? 1 : 0);
                  round++;
                }
                return null;
              }));
    }
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
    SplittableRandom random = new SplittableRandom(7);
    while (running.stream().anyMatch(r -> !r.isDone())) {
      if (random.nextBoolean()) {
        b.breakBarrier();
      }
      b.reset();
      for (int i = random.nextInt(5_000); i > 0; i--) {
        Thread.onSpinWait();
      }
      assertTrue(System.nanoTime() < deadline, b::toString);
      Thread.yield();
    }
    running.forEach(Running::get);
    assertRoundsWereWhole(b, members, leaders);
    Barrier fresh = Barrier.of(parties);
    assertRoundWorks(fresh);
    fresh.breakBarrier();
    b.breakBarrier();
    fresh.reset();
    b.reset();
    assertEquals(bytesOf(fresh), bytesOf(b));
  }

  /** Without what the lock of the queue has learned, which is there once two have met. */
  private static long bytesOf(Barrier b) {
    GraphLayout all = GraphLayout.parseInstance(b);
    return all.totalSize() - all.getClassSizes().count(StandAside.class);
  }

  private static Passage arriveSomehow(Barrier b, SplittableRandom random) {
    try {
      switch (random.nextInt(4)) {
        case 0:
          return b.await(Duration.ofNanos(random.nextInt(50_000)));
        case 1:
          PollFuture<Passage> future = b.awaitAsync();
          Poll<Passage> poll = future.poll(Polls.IGNORED);
          if (poll.isReady()) {
            return poll.get();
          }
          for (int i = random.nextInt(2_000); i > 0; i--) {
            Thread.onSpinWait();
          }
          return future.cancel() ? null : future.block();
        default:
          return b.await();
      }
    } catch (InterruptedException gaveUp) {
      return null;
    }
  }
}
