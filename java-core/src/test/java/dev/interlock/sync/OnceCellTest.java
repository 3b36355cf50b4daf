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

import dev.interlock.InitialisationException;
import dev.interlock.future.Context;
import dev.interlock.future.PollFuture;
import dev.interlock.testing.Conditions;
import dev.interlock.testing.CountingWaker;
import dev.interlock.testing.Kind;
import dev.interlock.testing.Polls;
import dev.interlock.testing.Running;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CancellationException;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.openjdk.jol.info.GraphLayout;

class OnceCellTest {
  private static final Duration LONG = Duration.ofHours(1);

  private final OnceCell<String> cell = OnceCell.named("config", OnFailure.RETRY);
  private final OnceCell<String> strict = OnceCell.named("strict", OnFailure.REMEMBER);

  @AfterEach
  void noInterruptIsLeft() {
    Polls.assertInterrupted(false);
  }

  private static <T> T mustNotRun() {
    throw new AssertionError("must not run");
  }

  private static void awaitWaiting(Once<?> once, int n) {
    Conditions.await(() -> once.waiting() == n, () -> n + " waiting, at " + once);
  }

  private static OnceClaim<String> role(OnceCell<String> cell) {
    OnceClaim<String> claim = ready(cell.claimAsync());
    assertTrue(claim.isInitialiser());
    return claim;
  }

  private static Running<String> making(Kind kind, OnceCell<String> cell, String made) {
    return kind.start(() -> cell.getOrInit(() -> made));
  }

  private void assertEmpty(OnceCell<String> c) {
    assertNull(c.tryGet());
    assertFalse(c.isSet());
    assertEquals(0, c.waiting());
    assertContains(c.toString(), "[empty, waiting=0]");
  }

  // Nothing is null: not the name, not the value, not the initialiser, not what it makes.
  @Test
  void anything_null_refused() {
    assertThrows(NullPointerException.class, () -> OnceCell.named(null, OnFailure.RETRY));
    assertThrows(NullPointerException.class, () -> OnceCell.create(null));
    assertThrows(NullPointerException.class, () -> OnceCell.of(null));
    assertThrows(NullPointerException.class, () -> cell.set(null));
    assertThrows(NullPointerException.class, () -> cell.getOrInit(null));
    assertThrows(NullPointerException.class, () -> cell.getOrInitUninterruptibly(null));
    assertThrows(NullPointerException.class, () -> cell.getOrInitAsync(null));
    assertThrows(NullPointerException.class, () -> cell.get(null));
    assertThrows(NullPointerException.class, () -> OnceCell.of("x").getOrInit(null));
    assertContains(
        assertThrows(NullPointerException.class, () -> cell.getOrInit(() -> null)).getMessage(),
        "OnceCell(config)",
        "returned null");
    assertEmpty(cell);
  }

  // The text tells the name, the state, and how many wait.
  @Test
  void toString_tellsState() {
    assertEquals("OnceCell(config)[empty, waiting=0]", cell.toString());
    OnceClaim<String> claim = role(cell);
    pending(cell.getAsync());
    assertEquals("OnceCell(config)[initialising, waiting=1]", cell.toString());
    assertContains(claim.toString(), "initialiser", "OnceCell(config)");
    claim.set("v");
    assertEquals("OnceCell(config)[set, waiting=0]", cell.toString());
    assertContains(claim.toString(), "OnceClaim[set");
    role(strict).fail(new IllegalArgumentException("boom"));
    assertEquals("OnceCell(strict)[failed, waiting=0]", strict.toString());
    assertContains(OnceCell.create().toString(), "OnceCell@");
  }

  // The first call makes the value, all others get the same.
  @Test
  void getOrInit_manyCalls_oneRuns() throws InterruptedException {
    String made = new String("made");
    assertSame(made, cell.getOrInit(() -> made));
    assertSame(made, cell.getOrInit(OnceCellTest::mustNotRun));
    assertSame(made, cell.getOrInitUninterruptibly(OnceCellTest::mustNotRun));
    assertSame(made, ready(cell.getOrInitAsync(OnceCellTest::mustNotRun)));
    assertSame(made, cell.get());
    assertSame(made, cell.get(Duration.ZERO));
    assertSame(made, cell.getUninterruptibly());
    assertSame(made, ready(cell.getAsync()));
    assertSame(made, cell.tryGet());
    OnceClaim<String> claim = ready(cell.claimAsync());
    assertFalse(claim.isInitialiser());
    assertSame(made, claim.get());
  }

  // A cell that was given its value has it.
  @Test
  void of_value_isSet() {
    OnceCell<String> full = OnceCell.of("v");
    assertTrue(full.isSet());
    assertFalse(full.set("w"));
    assertEquals("v", full.tryGet());
  }

  // It is set once; later values are refused.
  @Test
  void set_twice_firstStays() {
    assertTrue(cell.set("first"));
    assertFalse(cell.set("second"));
    assertEquals("first", cell.tryGet());
  }

  // While somebody makes the value, set is refused and changes nothing.
  @Test
  void set_whileInitialising_refused() {
    OnceClaim<String> claim = role(cell);
    assertFalse(cell.set("other"));
    assertNull(cell.tryGet());
    claim.set("v");
    assertEquals("v", cell.tryGet());
  }

  // Those who wait for the value of an empty cell get what is set.
  @ParameterizedTest
  @EnumSource
  void set_readersWait_allGetIt(Kind kind) {
    Running<String> thread = kind.start(cell::get);
    awaitWaiting(cell, 1);
    PollFuture<String> future = pending(cell.getAsync());
    Running<String> timed = kind.start(() -> cell.get(LONG));
    awaitWaiting(cell, 3);
    assertTrue(cell.set("v"));
    assertEquals("v", thread.get());
    assertEquals("v", timed.get());
    assertEquals("v", ready(future));
    assertEquals(0, cell.waiting());
  }

  // Who comes while it is made waits, and is woken once.
  @Test
  void claim_set_allGetIt() {
    OnceClaim<String> claim = role(cell);
    List<PollFuture<String>> futures = new ArrayList<>();
    CountingWaker waker = new CountingWaker();
    for (int i = 0; i < 4; i++) {
      futures.add(i % 2 == 0 ? cell.getAsync() : cell.getOrInitAsync(OnceCellTest::mustNotRun));
      pending(futures.get(i), waker);
    }
    PollFuture<OnceClaim<String>> claimed = pending(cell.claimAsync());
    assertEquals(5, cell.waiting());
    assertEquals("v", claim.set("v"));
    assertEquals(4, waker.calls());
    futures.forEach(f -> assertEquals("v", ready(f)));
    assertEquals("v", ready(claimed).get());
    assertEquals("v", claim.get());
  }

  // A claim is used once, and says so; closing it is harmless.
  @Test
  void claim_misused_refused() {
    OnceClaim<String> claim = role(cell);
    assertContains(
        assertThrows(IllegalStateException.class, claim::get).getMessage(), "OnceCell(config)");
    assertThrows(NullPointerException.class, () -> claim.set(null));
    assertThrows(NullPointerException.class, () -> claim.fail(null));
    assertTrue(claim.isInitialiser());
    claim.close();
    claim.close();
    assertFalse(claim.isInitialiser());
    assertEmpty(cell);
    assertThrows(IllegalStateException.class, claim::get);
    assertThrows(IllegalStateException.class, () -> claim.set("v"));
    assertThrows(IllegalStateException.class, () -> claim.fail(new RuntimeException()));
    OnceClaim<String> next = role(cell);
    claim.close();
    assertTrue(next.isInitialiser());
    next.set("v");
    assertThrows(IllegalStateException.class, () -> next.set("w"));
    next.close();
    assertEquals("v", cell.tryGet());
  }

  // A role that is given up goes to the first who came with an initialiser, past those who only
  // read.
  @Test
  void claim_closed_firstClaimantIsNext() {
    OnceClaim<String> claim = role(cell);
    PollFuture<String> reader = pending(cell.getAsync());
    CountingWaker firstWaker = new CountingWaker();
    CountingWaker secondWaker = new CountingWaker();
    PollFuture<String> first = pending(cell.getOrInitAsync(() -> "first"), firstWaker);
    PollFuture<String> second = pending(cell.getOrInitAsync(OnceCellTest::mustNotRun), secondWaker);
    claim.close();
    assertEquals(1, firstWaker.calls());
    assertEquals(0, secondWaker.calls());
    assertFalse(cell.set("newcomer"));
    assertEquals("first", ready(first));
    assertEquals("first", ready(second));
    assertEquals("first", ready(reader));
  }

  // With readers alone, it is empty again, and they wait on.
  @Test
  void claim_closedWithReadersOnly_emptyAgain() {
    OnceClaim<String> claim = role(cell);
    PollFuture<String> reader = pending(cell.getAsync());
    claim.close();
    pending(reader);
    assertEquals("OnceCell(config)[empty, waiting=1]", cell.toString());
    assertTrue(cell.set("v"));
    assertEquals("v", ready(reader));
  }

  // Retry: who failed gets what was thrown, the next takes over.
  @ParameterizedTest
  @EnumSource
  void getOrInit_failsUnderRetry_nextTakesOver(Kind kind) throws InterruptedException {
    IllegalArgumentException boom = new IllegalArgumentException("boom");
    assertSame(
        boom,
        assertThrows(
            IllegalArgumentException.class,
            () ->
                cell.getOrInit(
                    () -> {
                      throw boom;
                    })));
    assertEmpty(cell);
    assertNull(cell.failure());

    OnceClaim<String> claim = role(cell);
    Running<String> thread = making(kind, cell, "thread");
    awaitWaiting(cell, 1);
    PollFuture<String> future = pending(cell.getOrInitAsync(OnceCellTest::mustNotRun));
    claim.fail(boom);
    assertEquals("thread", thread.get());
    assertEquals("thread", ready(future));
    assertEquals("thread", cell.get());
  }

  // Remember: who failed gets what was thrown; whoever waits and whoever comes later is told why.
  @ParameterizedTest
  @EnumSource
  void getOrInit_failsUnderRemember_allAreTold(Kind kind) {
    Error boom = new StackOverflowError("boom");
    OnceClaim<String> claim = role(strict);
    Running<String> making = making(kind, strict, "never");
    Running<String> reading = kind.start(strict::get);
    awaitWaiting(strict, 2);
    PollFuture<OnceClaim<String>> future = pending(strict.claimAsync());
    PollFuture<String> reader = pending(strict.getAsync());
    claim.fail(boom);
    assertTold(boom, making.failure(InitialisationException.class));
    assertTold(boom, reading.failure(InitialisationException.class));
    assertTold(boom, assertThrows(InitialisationException.class, () -> ready(future)));
    assertTold(boom, assertThrows(InitialisationException.class, () -> ready(reader)));
    assertCompleted(future);
    assertTold(
        boom,
        assertThrows(
            InitialisationException.class, () -> strict.getOrInit(OnceCellTest::mustNotRun)));
    assertTold(
        boom,
        assertThrows(
            InitialisationException.class,
            () -> ready(strict.getOrInitAsync(OnceCellTest::mustNotRun))));
    assertTold(boom, assertThrows(InitialisationException.class, strict::get));
    assertTold(boom, assertThrows(InitialisationException.class, () -> strict.get(Duration.ZERO)));
    assertTold(boom, assertThrows(InitialisationException.class, strict::getUninterruptibly));
    assertTold(boom, assertThrows(InitialisationException.class, () -> ready(strict.getAsync())));
    assertSame(boom, strict.failure());
    assertFalse(strict.set("v"));
    assertNull(strict.tryGet());
  }

  private static void assertTold(Throwable cause, InitialisationException told) {
    assertSame(cause, told.getCause());
    assertContains(told.getMessage(), "OnceCell(strict)", "boom", "RETRY");
  }

  // The one whose initialiser threw gets that itself, remembered or not.
  @Test
  void getOrInit_throws_callerGetsItUnchanged() {
    Error boom = new AssertionError("boom");
    Supplier<String> failing =
        () -> {
          throw boom;
        };
    assertSame(
        boom, assertThrows(AssertionError.class, () -> strict.getOrInitUninterruptibly(failing)));
    assertSame(boom, strict.failure());
    assertSame(boom, assertThrows(AssertionError.class, () -> ready(cell.getOrInitAsync(failing))));
    assertEmpty(cell);
  }

  // Recursion is an error that names the cell, in every form that would wait.
  @Test
  void getOrInit_recursive_refusedByName() throws InterruptedException {
    for (Initialiser<String> inner : formsThatBlock(cell)) {
      assertRecursionNamed(
          "OnceCell(config)",
          assertThrows(IllegalStateException.class, () -> cell.getOrInit(inner)));
      assertEmpty(cell);
    }
  }

  // What does not wait is no recursion: it says that there is no value.
  @Test
  void getOrInit_looksInside_findsNothing() throws InterruptedException {
    String made =
        cell.getOrInit(
            () -> {
              assertFalse(cell.set("other"));
              assertNull(cell.tryGet());
              return "v";
            });
    assertEquals("v", made);
  }

  // So it is over two cells, and over a chain that begins with a future.
  @Test
  void getOrInit_recursiveOverAnother_refusedByName() {
    OnceCell<String> other = OnceCell.named("other", OnFailure.RETRY);
    Supplier<String> there =
        () -> other.getOrInitUninterruptibly(() -> cell.getOrInitUninterruptibly(() -> "no"));
    assertRecursionNamed(
        "OnceCell(config)",
        assertThrows(IllegalStateException.class, () -> cell.getOrInitUninterruptibly(there)));
    assertRecursionNamed(
        "OnceCell(config)",
        assertThrows(IllegalStateException.class, () -> ready(cell.getOrInitAsync(there))));
    assertEmpty(cell);
    assertEmpty(other);
  }

  // Recursion that is remembered is remembered as what it was.
  @Test
  void getOrInit_recursiveUnderRemember_remembered() {
    assertThrows(
        IllegalStateException.class, () -> strict.getOrInit(() -> strict.getOrInit(() -> "no")));
    assertRecursionNamed("OnceCell(strict)", (IllegalStateException) strict.failure());
  }

  // Who holds a claim by a thread that blocked for it would wait for itself too, in every form that
  // blocks.
  @Test
  void claim_holderAsksItsCell_refusedByName() throws Exception {
    try (OnceClaim<String> claim = cell.claimAsync().block()) {
      for (Initialiser<String> asks : formsThatBlock(cell)) {
        IllegalStateException refused = assertThrows(IllegalStateException.class, asks::get);
        assertRecursionNamed("OnceCell(config)", refused);
        assertContains(refused.getMessage(), "holds the claim", "handOver");
      }
      assertThrows(
          IllegalStateException.class,
          () -> strict.getOrInit(() -> cell.getOrInit(OnceCellTest::mustNotRun)));
      assertEquals(0, cell.waiting());
      // What does not block, and nobody is known to wait for, is no recursion.
      PollFuture<String> later = pending(cell.getAsync());
      claim.set("v");
      assertEquals("v", ready(later));
    }
    assertRecursionNamed("OnceCell(config)", (IllegalStateException) strict.failure());
  }

  private static List<Initialiser<String>> formsThatBlock(OnceCell<String> c) {
    return List.of(
        () -> c.getOrInit(OnceCellTest::mustNotRun),
        () -> c.getOrInitUninterruptibly(OnceCellTest::mustNotRun),
        () -> c.getOrInitAsync(OnceCellTest::mustNotRun).block(),
        () -> c.claimAsync().block().get(),
        () -> {
          try {
            return c.claimAsync().block(LONG).get();
          } catch (TimeoutException e) {
            throw new AssertionError(e);
          }
        },
        c::get,
        () -> c.get(LONG),
        c::getUninterruptibly,
        () -> c.getAsync().block());
  }

  // A claim that was handed over, or that was polled for, is not the thread's: who waits, waits for
  // another.
  @Test
  void claim_ofAnother_holderMayWait() throws Exception {
    OnceClaim<String> given = cell.claimAsync().block();
    given.handOver(null);
    OnceClaim<String> polled = role(strict);
    Running<Boolean> sets =
        Kind.PLATFORM.start(
            () -> {
              awaitWaiting(cell, 1);
              given.set("v");
              awaitWaiting(strict, 1);
              polled.set("w");
              return true;
            });
    assertEquals("v", cell.get());
    assertEquals("w", strict.get());
    assertTrue(sets.get());
  }

  // Handed over to a thread it is that one's.
  @Test
  void claim_handedOverToAThread_refusedThere() throws Exception {
    OnceClaim<String> claim = cell.claimAsync().block();
    Running<String> other =
        Kind.PLATFORM.start(
            () -> {
              claim.handOver(Thread.currentThread());
              return cell.get();
            });
    assertRecursionNamed("OnceCell(config)", other.failure(IllegalStateException.class));
    claim.close();
    assertEmpty(cell);
  }

  private static void assertRecursionNamed(String name, IllegalStateException refused) {
    assertContains(refused.getMessage(), "recursive initialisation of " + name);
  }

  // An initialiser that was recursive once is no trace: the same thread may begin anew.
  @Test
  void getOrInit_afterRecursion_works() throws InterruptedException {
    assertThrows(
        IllegalStateException.class, () -> cell.getOrInit(() -> cell.getOrInit(() -> "no")));
    assertEquals("v", cell.getOrInit(() -> "v"));
  }

  // An interrupt before the call ends what would have had to wait or to work, and no hit.
  @Test
  void getOrInit_interruptedBefore_refusedUnlessSet() throws InterruptedException {
    Thread.currentThread().interrupt();
    assertContains(
        assertThrows(InterruptedException.class, () -> cell.getOrInit(OnceCellTest::mustNotRun))
            .getMessage(),
        "interrupted before",
        "OnceCell(config)");
    Thread.currentThread().interrupt();
    assertThrows(InterruptedException.class, cell::get);
    Thread.currentThread().interrupt();
    assertThrows(InterruptedException.class, () -> cell.get(LONG));
    assertEmpty(cell);
    Thread.currentThread().interrupt();
    assertEquals("v", cell.getOrInitUninterruptibly(() -> "v"));
    Polls.assertInterrupted(true);
    Thread.currentThread().interrupt();
    assertEquals("v", cell.getOrInit(OnceCellTest::mustNotRun));
    assertEquals("v", cell.get());
    Polls.assertInterrupted(true);
  }

  // A waiter that is interrupted leaves; the others keep their places.
  @ParameterizedTest
  @EnumSource
  void getOrInit_interruptedWhileQueued_leavesTheQueue(Kind kind) {
    OnceClaim<String> claim = role(cell);
    Running<String> waiter = kind.start(() -> cell.getOrInit(OnceCellTest::mustNotRun));
    awaitWaiting(cell, 1);
    PollFuture<String> behind = pending(cell.getOrInitAsync(() -> "behind"));
    waiter.interrupt();
    assertContains(
        waiter.failure(InterruptedException.class).getMessage(),
        "interrupted while waiting",
        "OnceCell(config)");
    assertEquals(1, cell.waiting());
    claim.close();
    assertEquals("behind", ready(behind));
  }

  // The same for one that only wants the value.
  @ParameterizedTest
  @EnumSource
  void get_interruptedWhileQueued_leavesTheQueue(Kind kind) {
    Running<String> waiter = kind.start(cell::get);
    awaitWaiting(cell, 1);
    waiter.interrupt();
    waiter.failure(InterruptedException.class);
    assertEmpty(cell);
  }

  // An initialiser that is interrupted hands its role to the next, and nothing is remembered.
  @ParameterizedTest
  @EnumSource
  void getOrInit_initialiserInterrupted_nextTakesOver(Kind kind) {
    CountDownLatch never = CountDownLatch.of(1);
    Running<String> initialiser =
        kind.start(
            () ->
                strict.getOrInit(
                    () -> {
                      never.await();
                      return "never";
                    }));
    Conditions.await(() -> never.waiting() == 1);
    Running<String> next = making(kind, strict, "next");
    awaitWaiting(strict, 1);
    PollFuture<String> last = pending(strict.getOrInitAsync(OnceCellTest::mustNotRun));
    initialiser.interrupt();
    initialiser.failure(InterruptedException.class);
    assertEquals("next", next.get());
    assertEquals("next", ready(last));
    assertNull(strict.failure());
  }

  // The same for one that says it was cancelled.
  @Test
  void getOrInit_initialiserCancelled_nothingIsRemembered() throws InterruptedException {
    assertThrows(
        CancellationException.class,
        () ->
            strict.getOrInit(
                () -> {
                  throw new CancellationException("stop");
                }));
    assertEmpty(strict);
    assertEquals("v", strict.getOrInit(() -> "v"));
  }

  // An uninterruptible wait goes on, and the interrupt is there afterwards.
  @ParameterizedTest
  @EnumSource
  void uninterruptibly_interruptedWhileQueued_keepsTheInterrupt(Kind kind) {
    OnceClaim<String> claim = role(cell);
    List<Running<Boolean>> waiters = new ArrayList<>();
    waiters.add(
        kind.start(
            () -> {
              cell.getOrInitUninterruptibly(OnceCellTest::mustNotRun);
              return Thread.currentThread().isInterrupted();
            }));
    waiters.add(
        kind.start(
            () -> {
              cell.getUninterruptibly();
              return Thread.currentThread().isInterrupted();
            }));
    awaitWaiting(cell, 2);
    waiters.forEach(Running::interrupt);
    waiters.forEach(Running::awaitAsleep);
    assertEquals(2, cell.waiting());
    claim.set("v");
    waiters.forEach(w -> assertTrue(w.get()));
  }

  // A thread that is interrupted as the role comes has it, makes the value, and finds the
  // interrupt.
  @ParameterizedTest
  @EnumSource
  void getOrInit_interruptMeetsRole_makesTheValue(Kind kind) {
    for (int round = 0; round < 200; round++) {
      OnceCell<String> c = OnceCell.create();
      OnceClaim<String> claim = role(c);
      Running<Boolean> waiter =
          kind.start(
              () -> {
                try {
                  c.getOrInit(() -> "v");
                  return Thread.currentThread().isInterrupted();
                } catch (InterruptedException e) {
                  return null;
                }
              });
      awaitWaiting(c, 1);
      Running<Void> interrupting =
          Kind.PLATFORM.start(
              () -> {
                waiter.interrupt();
                return null;
              });
      claim.close();
      Boolean interrupted = waiter.get();
      interrupting.get();
      assertEquals(interrupted == null, c.tryGet() == null, () -> interrupted + " " + c);
      assertContains(c.toString(), interrupted == null ? "empty" : "set");
    }
  }

  /**
   * Lets a future and then a thread wait for the value, and sets it: the future's waker runs {@code meanwhile}
   * before the thread is woken.
   */
  private String setMeanwhile(
      Kind kind, Callable<String> reader, Consumer<Running<String>> meanwhile) {
    List<Running<String>> thread = new ArrayList<>();
    PollFuture<String> first = cell.getAsync();
    assertFalse(first.poll(new Context(() -> meanwhile.accept(thread.get(0)))).isReady());
    thread.add(kind.start(reader));
    awaitWaiting(cell, 2);
    thread.get(0).awaitAsleep();
    assertTrue(cell.set("v"));
    assertEquals("v", ready(first));
    return thread.get(0).get();
  }

  // An interrupt that meets the value: the reader has it, and finds the interrupt later.
  @ParameterizedTest
  @EnumSource
  void get_interruptMeetsTheValue_hasIt(Kind kind) {
    assertEquals(
        "v",
        setMeanwhile(
            kind,
            () -> {
              String value = kind == Kind.PLATFORM ? cell.get() : cell.get(LONG);
              assertTrue(Thread.interrupted(), "the interrupt is left for the caller");
              return value;
            },
            thread -> {
              thread.interrupt();
              Conditions.await(thread::isDone);
            }));
  }

  // A time that runs out as the value is set: the reader has it.
  @ParameterizedTest
  @EnumSource
  void get_timeOutMeetsTheValue_hasIt(Kind kind) {
    assertEquals(
        "v",
        setMeanwhile(
            kind,
            () -> cell.get(Duration.ofSeconds(1)),
            thread -> Conditions.await(thread::isDone)));
  }

  // A reader that is interrupted leaves, with a time too.
  @ParameterizedTest
  @EnumSource
  void get_interruptedInItsTime_leavesTheQueue(Kind kind) {
    Running<String> waiter = kind.start(() -> cell.get(LONG));
    awaitWaiting(cell, 1);
    waiter.interrupt();
    waiter.failure(InterruptedException.class);
    assertEmpty(cell);
  }

  // When the time runs out the wait leaves no trace.
  @ParameterizedTest
  @EnumSource
  void get_timeRunsOut_nullAndOutOfTheQueue(Kind kind) {
    assertNull(kind.start(() -> cell.get(Duration.ofMillis(5))).get());
    assertNull(kind.start(() -> cell.get(Duration.ZERO)).get());
    assertNull(kind.start(() -> cell.get(Duration.ofSeconds(Long.MIN_VALUE))).get());
    assertEmpty(cell);
  }

  // A dropped future leaves the queue.
  @Test
  void getOrInitAsync_droppedWhileQueued_leavesTheQueue() {
    OnceClaim<String> claim = role(cell);
    PollFuture<String> first = pending(cell.getOrInitAsync(OnceCellTest::mustNotRun));
    PollFuture<String> second = pending(cell.getOrInitAsync(() -> "second"));
    assertTrue(first.cancel());
    assertEquals(1, cell.waiting());
    claim.close();
    assertCancelled(first);
    assertEquals("second", ready(second));
  }

  // One that is dropped after it was given the role hands it on.
  @Test
  void getOrInitAsync_droppedWithTheRole_nextTakesOver() {
    OnceClaim<String> claim = role(cell);
    PollFuture<String> first = pending(cell.getOrInitAsync(OnceCellTest::mustNotRun));
    PollFuture<OnceClaim<String>> second = pending(cell.claimAsync());
    PollFuture<String> third = pending(cell.getOrInitAsync(() -> "third"));
    claim.close();
    assertTrue(first.cancel());
    assertTrue(second.cancel());
    assertCancelled(first);
    assertEquals("third", ready(third));
  }

  // So does a future of the role itself, which is for the next then.
  @Test
  void claimAsync_droppedWhileQueued_leavesTheQueue() {
    OnceClaim<String> claim = role(cell);
    PollFuture<OnceClaim<String>> first = pending(cell.claimAsync());
    PollFuture<OnceClaim<String>> second = pending(cell.claimAsync());
    assertTrue(first.cancel());
    assertEquals(1, cell.waiting());
    assertCancelled(first);
    claim.close();
    assertTrue(ready(second).isInitialiser());
  }

  // With nobody behind it the cell is empty again.
  @Test
  void claimAsync_droppedWithTheRole_emptyAgain() {
    OnceClaim<String> claim = role(cell);
    PollFuture<OnceClaim<String>> first = pending(cell.claimAsync());
    claim.close();
    assertTrue(first.cancel());
    assertEmpty(cell);
    assertTrue(cell.set("v"));
  }

  // One that is dropped after the value came has nothing to hand on.
  @Test
  void claimAsync_droppedWithTheValue_noEffect() {
    OnceClaim<String> claim = role(cell);
    PollFuture<OnceClaim<String>> first = pending(cell.claimAsync());
    PollFuture<String> reader = pending(cell.getAsync());
    claim.set("v");
    assertTrue(first.cancel());
    assertTrue(reader.cancel());
    assertCancelled(first);
    assertEquals("v", cell.tryGet());
  }

  // A dropped reader leaves the queue.
  @Test
  void getAsync_droppedWhileQueued_leavesTheQueue() {
    PollFuture<String> reader = pending(cell.getAsync());
    assertTrue(reader.cancel());
    assertCancelled(reader);
    assertEmpty(cell);
  }

  // A future that was never polled neither waits nor makes anything.
  @Test
  void futures_notPolled_nothingHappens() {
    PollFuture<String> never = cell.getOrInitAsync(OnceCellTest::mustNotRun);
    assertTrue(never.cancel());
    assertTrue(cell.claimAsync().cancel());
    assertEmpty(cell);
  }

  // A future that is driven for a time leaves the queue when it is over.
  @Test
  void block_timeRunsOut_leavesTheQueue() {
    OnceClaim<String> claim = role(cell);
    assertThrows(
        TimeoutException.class,
        () -> cell.getOrInitAsync(OnceCellTest::mustNotRun).block(Duration.ofMillis(5)));
    assertThrows(TimeoutException.class, () -> cell.getAsync().block(Duration.ofMillis(5)));
    assertEquals(0, cell.waiting());
    claim.close();
    assertEmpty(cell);
  }

  // However many leave, nothing stays behind.
  @Test
  void cancel_hundredThousandFutures_nothingStaysBehind() {
    OnceClaim<String> claim = role(cell);
    List<PollFuture<?>> futures = new ArrayList<>();
    for (int i = 0; i < 100_000; i++) {
      futures.add(pending(i % 2 == 0 ? cell.claimAsync() : cell.getAsync()));
    }
    long idle = GraphLayout.parseInstance(cell).totalSize();
    futures.forEach(f -> assertTrue(f.cancel()));
    assertEquals(0, cell.waiting());
    assertTrue(GraphLayout.parseInstance(cell).totalSize() < idle / 100);
    claim.close();
    assertEmpty(cell);
  }

  // Many threads ask at once, some of the initialisers fail: one value, seen whole by all.
  @ParameterizedTest
  @EnumSource
  void getOrInit_manyThreads_oneValue(Kind kind) {
    for (int round = 0; round < 150; round++) {
      OnceCell<int[]> c = OnceCell.create();
      AtomicInteger runs = new AtomicInteger();
      int failures = round % 3;
      List<Running<int[]>> threads = new ArrayList<>();
      for (int i = 0; i < 6; i++) {
        boolean reads = i == 5;
        threads.add(
            kind.start(
                () -> {
                  if (reads) {
                    return c.get();
                  }
                  try {
                    return c.getOrInit(
                        () -> {
                          if (runs.incrementAndGet() <= failures) {
                            throw new IllegalArgumentException("not yet");
                          }
                          return new int[] {1, 2, 3};
                        });
                  } catch (IllegalArgumentException failed) {
                    return null;
                  }
                }));
      }
      int without = 0;
      for (Running<int[]> thread : threads) {
        int[] got = thread.get();
        if (got == null) {
          without++;
        } else {
          assertSame(c.tryGet(), got);
          assertEquals(6, got[0] + got[1] + got[2]);
        }
      }
      assertEquals(failures, without);
      assertEquals(failures + 1, runs.get());
    }
  }

  // Interrupts and time-outs at random: the role is never lost, and never held twice.
  @ParameterizedTest
  @EnumSource
  void getOrInit_manyThreadsInterrupted_roleIsNotLost(Kind kind) {
    for (int round = 0; round < 100; round++) {
      OnceCell<String> c = OnceCell.create();
      AtomicInteger inside = new AtomicInteger();
      List<Running<String>> threads = new ArrayList<>();
      for (int i = 0; i < 6; i++) {
        threads.add(
            kind.start(
                () -> {
                  try {
                    return c.getOrInit(
                        () -> {
                          assertEquals(1, inside.incrementAndGet());
                          try {
                            if (Thread.interrupted()) {
                              throw new InterruptedException();
                            }
                            Thread.yield();
                            throw new CancellationException();
                          } finally {
                            inside.decrementAndGet();
                          }
                        });
                  } catch (InterruptedException | CancellationException expected) {
                    return "none";
                  }
                }));
      }
      threads.get(1).interrupt();
      threads.get(4).interrupt();
      threads.forEach(t -> assertEquals("none", t.get()));
      assertEmpty(c);
    }
  }

  // Without anybody waiting, a cell is one object of 32 bytes.
  @Test
  void footprint_idle_isAsPromised() throws InterruptedException {
    OnceCell<String> c = OnceCell.create();
    assertEquals(32, GraphLayout.parseInstance(c).totalSize());
    OnceCell<OnceCell<String>> outer = OnceCell.create();
    outer.getOrInit(() -> c);
    assertEquals(64, GraphLayout.parseInstance(outer).totalSize());
  }
}
