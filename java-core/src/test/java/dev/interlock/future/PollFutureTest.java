package dev.interlock.future;

import static dev.interlock.testing.Polls.assertCompleted;
import static dev.interlock.testing.Polls.assertContains;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.interlock.testing.Conditions;
import dev.interlock.testing.Kind;
import dev.interlock.testing.ManualFuture;
import dev.interlock.testing.Polls;
import dev.interlock.testing.Running;
import java.time.Duration;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class PollFutureTest {
  private static final Duration LONG = Duration.ofHours(1);

  private final ManualFuture<String> future = new ManualFuture<>();

  @AfterEach
  void noInterruptIsLeft() {
    Polls.assertInterrupted(false);
  }

  /** Grants itself in the moment in which it is to be cancelled. */
  private static final class DecidedWhenCancelled implements PollFuture<String> {
    final ManualFuture<String> inner = new ManualFuture<>();

    @Override
    public Poll<String> poll(Context cx) {
      return inner.poll(cx);
    }

    @Override
    public boolean cancel() {
      inner.decide("in the last moment");
      return inner.cancel();
    }
  }

  // The parts

  // A ready poll has its value, null included; a pending one has none and says what to do.
  @Test
  void poll_readyAndPending_tellTheirValue() {
    assertTrue(Poll.ready(null).isReady());
    assertNull(Poll.ready(null).get());
    assertEquals(Poll.ready("v"), Poll.ready("v"));
    assertFalse(Poll.pending().isReady());
    assertSame(Poll.pending(), Poll.pending());
    assertEquals("Pending", Poll.pending().toString());
    assertContains(
        assertThrows(IllegalStateException.class, () -> Poll.pending().get()).getMessage(),
        "pending",
        "poll it again after its waker was called");
  }

  // A context has a waker.
  @Test
  void context_nullWaker_refused() {
    assertThrows(NullPointerException.class, () -> new Context(null));
  }

  // A ready future gives its value once.
  @Test
  void ready_polledTwice_onceOnly() {
    PollFuture<String> f = Futures.ready("v");
    assertEquals("ReadyFuture[v]", f.toString());
    assertEquals("v", Polls.ready(f));
    assertCompleted(f);
    assertNull(Polls.ready(Futures.ready(null)));
  }

  // A ready future that was cancelled gives nothing.
  @Test
  void ready_cancelled_givesNothing() {
    PollFuture<String> f = Futures.ready("v");
    assertTrue(f.cancel());
    assertFalse(f.cancel());
    Polls.assertCancelled(f);
  }

  // Blocking

  // What is ready needs no wait.
  @Test
  void block_ready_result() throws Exception {
    assertEquals("v", Futures.ready("v").block());
    assertEquals("v", Futures.ready("v").block(LONG));
    assertEquals("v", Futures.ready("v").block(Duration.ZERO));
  }

  // What comes later wakes the thread; until then it is polled once.
  @ParameterizedTest
  @EnumSource
  void block_pending_wokenByTheWaker(Kind kind) {
    Running<String> blocked = kind.start(future::block);
    blocked.awaitAsleep();
    assertEquals(1, future.polls());
    future.complete("v");
    assertEquals("v", blocked.get());
    assertEquals(2, future.polls());
  }

  // The same with a time-out, in time.
  @ParameterizedTest
  @EnumSource
  void block_timedAndCompletedInTime_result(Kind kind) {
    Running<String> blocked = kind.start(() -> future.block(Duration.ofSeconds(Long.MAX_VALUE)));
    blocked.awaitAsleep();
    future.complete("v");
    assertEquals("v", blocked.get());
  }

  // A wake-up for nothing leads to one more poll, no more.
  @ParameterizedTest
  @EnumSource
  void block_wokenForNothing_polledOncePerWakeUp(Kind kind) {
    Running<String> blocked = kind.start(future::block);
    for (int i = 1; i <= 20; i++) {
      int polls = i;
      Conditions.await(() -> future.polls() == polls);
      blocked.awaitAsleep();
      assertEquals(i, future.polls());
      future.wake();
    }
    future.complete("v");
    assertEquals("v", blocked.get());
  }

  // An interrupt, before or during the wait, cancels the future.
  @ParameterizedTest
  @EnumSource
  void block_interrupted_cancelled(Kind kind) {
    Running<String> blocked = kind.start(future::block);
    blocked.awaitAsleep();
    blocked.interrupt();
    assertContains(
        blocked.failure(InterruptedException.class).getMessage(), "interrupted", "ManualFuture");
    assertTrue(future.isCancelled());

    Thread.currentThread().interrupt();
    ManualFuture<String> second = new ManualFuture<>();
    assertThrows(InterruptedException.class, () -> second.block(LONG));
    assertTrue(second.isCancelled());
    Polls.assertInterrupted(false);
  }

  // No time means one poll.
  @ParameterizedTest
  @ValueSource(longs = {0, -1, Long.MIN_VALUE})
  void block_noTime_polledOnceAndCancelled(long seconds) {
    TimeoutException e =
        assertThrows(TimeoutException.class, () -> future.block(Duration.ofSeconds(seconds)));
    assertContains(e.getMessage(), "no result within", "ManualFuture");
    assertEquals(1, future.polls());
    assertTrue(future.isCancelled());
  }

  // When the time runs out, the future is cancelled.
  @ParameterizedTest
  @EnumSource
  void block_timeRunsOut_cancelled(Kind kind) {
    kind.start(() -> future.block(Duration.ofMillis(5))).failure(TimeoutException.class);
    assertTrue(future.isCancelled());
  }

  // A result that meets the time-out is not lost: what cannot be cancelled any more is reported.
  @Test
  void block_resultMeetsTimeOut_result() throws Exception {
    assertEquals("in the last moment", new DecidedWhenCancelled().block(Duration.ZERO));
  }

  // A result that meets the interrupt is not lost either; the interrupt is left for the caller.
  @Test
  void block_resultMeetsInterrupt_resultAndInterrupted() throws Exception {
    Thread.currentThread().interrupt();
    assertEquals("in the last moment", new DecidedWhenCancelled().block());
    Polls.assertInterrupted(true);
    Thread.currentThread().interrupt();
    assertEquals("in the last moment", new DecidedWhenCancelled().block(LONG));
    Polls.assertInterrupted(true);
  }

  // A failure that meets the time-out is reported as it is.
  @Test
  void block_failureMeetsTimeOut_failure() {
    RuntimeException cause = new IllegalStateException("the cause");
    PollFuture<String> f =
        new PollFuture<>() {
          @Override
          public Poll<String> poll(Context cx) {
            return future.poll(cx);
          }

          @Override
          public boolean cancel() {
            future.fail(cause);
            return future.cancel();
          }
        };
    assertSame(cause, assertThrows(RuntimeException.class, () -> f.block(Duration.ZERO)));
  }

  // What the future throws comes through.
  @Test
  void block_failed_itsException() {
    RuntimeException cause = new IllegalStateException("the cause");
    future.fail(cause);
    assertSame(cause, assertThrows(RuntimeException.class, future::block));
  }

  // Null is refused before anything is polled.
  @Test
  void block_null_refused() {
    assertThrows(NullPointerException.class, () -> future.block(null));
    assertThrows(NullPointerException.class, () -> Futures.block(null));
    assertThrows(NullPointerException.class, () -> Futures.block(null, LONG));
    assertThrows(NullPointerException.class, () -> Futures.toCompletionStage(null));
    assertEquals(0, future.polls());
    assertFalse(future.isCancelled());
  }
}
