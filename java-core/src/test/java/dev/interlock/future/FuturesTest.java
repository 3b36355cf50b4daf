package dev.interlock.future;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.interlock.channel.Channel;
import dev.interlock.sync.Mutex;
import dev.interlock.sync.MutexGuard;
import dev.interlock.sync.Semaphore;
import dev.interlock.testing.Conditions;
import dev.interlock.testing.Kind;
import dev.interlock.testing.ManualFuture;
import dev.interlock.testing.Polls;
import dev.interlock.testing.Running;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** Futures as completion stages. */
class FuturesTest {
  private final ManualFuture<String> future = new ManualFuture<>();

  // Making the stage starts the future: it is polled at once, on this thread.
  @Test
  void toCompletionStage_ready_completedAtOnce() {
    assertEquals("v", Futures.ready("v").toCompletionStage().toCompletableFuture().getNow("none"));
  }

  // Each wake-up polls once, until the result is there; later wake-ups do nothing.
  @Test
  void toCompletionStage_pending_drivenByWakeUps() {
    CompletableFuture<String> stage = future.toCompletionStage().toCompletableFuture();
    assertEquals(1, future.polls());
    future.wake();
    assertEquals(2, future.polls());
    assertFalse(stage.isDone());
    future.complete("v");
    assertEquals(3, future.polls());
    assertEquals("v", stage.join());
    future.wake();
    assertEquals(3, future.polls(), "nobody polls a finished future");
  }

  // A wake-up from within the poll is served after it, not inside it.
  @Test
  void toCompletionStage_wokenWithinThePoll_polledAgainAfterIt() {
    AtomicInteger inside = new AtomicInteger();
    AtomicInteger polls = new AtomicInteger();
    PollFuture<Integer> f =
        new PollFuture<>() {
          @Override
          public Poll<Integer> poll(Context cx) {
            assertEquals(1, inside.incrementAndGet(), "polls do not overlap");
            int n = polls.incrementAndGet();
            if (n < 5) {
              cx.waker().wake();
              cx.waker().wake();
            }
            inside.decrementAndGet();
            return n < 5 ? Poll.pending() : Poll.ready(n);
          }

          @Override
          public boolean cancel() {
            return false;
          }
        };
    assertEquals(5, f.toCompletionStage().toCompletableFuture().getNow(-1));
  }

  // A failure is carried by the stage.
  @Test
  void toCompletionStage_failed_carried() {
    RuntimeException cause = new IllegalStateException("the cause");
    future.fail(cause);
    CompletionException e =
        assertThrows(
            CompletionException.class,
            () -> future.toCompletionStage().toCompletableFuture().join());
    assertSame(cause, e.getCause());
  }

  // Cancelling the stage cancels the future; a second time does nothing.
  @Test
  void cancel_pending_cancelsTheFuture() {
    CompletableFuture<String> stage = future.toCompletionStage().toCompletableFuture();
    assertTrue(stage.cancel(true));
    assertTrue(future.isCancelled());
    assertTrue(stage.isCancelled());
    assertThrows(CancellationException.class, stage::join);
    assertFalse(future.complete("late"));
    assertFalse(stage.complete("late"));
  }

  // What was decided before the cancel reaches the stage.
  @Test
  void cancel_decidedBefore_resultIsNotLost() {
    CompletableFuture<String> stage = future.toCompletionStage().toCompletableFuture();
    future.decide("v");
    assertFalse(stage.cancel(true));
    assertFalse(stage.complete("other"));
    assertFalse(stage.completeExceptionally(new IllegalStateException()));
    assertFalse(stage.isDone());
    future.wake();
    assertEquals("v", stage.join());
  }

  // A time-out of the stage cancels the future.
  @Test
  void orTimeout_timeRunsOut_cancelsTheFuture() {
    CompletableFuture<String> stage =
        future.toCompletionStage().toCompletableFuture().orTimeout(1, TimeUnit.MILLISECONDS);
    CompletionException e = assertThrows(CompletionException.class, stage::join);
    assertTrue(e.getCause() instanceof TimeoutException);
    assertTrue(future.isCancelled());
  }

  // A default value on time-out cancels it too.
  @Test
  void completeOnTimeout_timeRunsOut_cancelsTheFuture() {
    CompletableFuture<String> stage =
        future
            .toCompletionStage()
            .toCompletableFuture()
            .completeOnTimeout("default", 1, TimeUnit.MILLISECONDS);
    assertEquals("default", stage.join());
    assertTrue(future.isCancelled());
  }

  // Dependent stages are ordinary ones: ending one of them leaves the future alone.
  @Test
  void thenApply_cancelled_futureGoesOn() {
    CompletableFuture<String> stage = future.toCompletionStage().toCompletableFuture();
    CompletableFuture<Integer> dependent = stage.thenApply(String::length);
    assertTrue(dependent.cancel(true));
    assertFalse(future.isCancelled());
    future.complete("four");
    assertEquals("four", stage.join());
  }

  // A lock that waits as a stage is out of the queue when the stage is cancelled.
  @Test
  void cancel_lockQueued_leavesTheQueue() {
    Mutex<String> mutex = Mutex.of("value");
    MutexGuard<String> guard = mutex.tryLock();
    CompletableFuture<MutexGuard<String>> stage =
        mutex.lockAsync().toCompletionStage().toCompletableFuture();
    assertEquals(1, mutex.waiting());
    assertTrue(stage.cancel(false));
    assertEquals(0, mutex.waiting());
    guard.close();
    assertFalse(mutex.isLocked());
  }

  // A wake-up that comes while somebody ends the stage does not replace what the stage ends with.
  @Test
  void toCompletionStage_wokenWithinTheCancel_endsWithWhatWasAsked() {
    PollFuture<String> wokenWhenCancelled =
        new PollFuture<>() {
          private Waker waker;
          private boolean cancelled;

          @Override
          public Poll<String> poll(Context cx) {
            waker = cx.waker();
            if (cancelled) {
              throw new CancellationException("cancelled before");
            }
            return Poll.pending();
          }

          @Override
          public boolean cancel() {
            if (cancelled) {
              return false;
            }
            cancelled = true;
            waker.wake(); // the late one
            return true;
          }
        };
    CompletableFuture<String> stage = wokenWhenCancelled.toCompletionStage().toCompletableFuture();
    TimeoutException timeOut = new TimeoutException("over");

    assertTrue(stage.completeExceptionally(timeOut));

    assertSame(timeOut, assertThrows(CompletionException.class, stage::join).getCause());
    assertFalse(stage.complete("too late"));
    assertFalse(stage.cancel(true));
  }

  // Whoever cancels the future itself ends the stage as cancelled, also beside a vain attempt.
  @Test
  void toCompletionStage_futureCancelledByItself_stageCancelledWhenWoken() {
    CompletableFuture<String> stage = future.toCompletionStage().toCompletableFuture();
    assertTrue(future.cancel());
    assertFalse(stage.complete("not any more"));
    future.wake();
    assertTrue(stage.isCancelled());
  }

  // Stages of all objects complete on the thread that releases, sends or receives.
  @Test
  void toCompletionStage_realOperations_completed() throws InterruptedException {
    Semaphore semaphore = Semaphore.of(0);
    CompletableFuture<Void> acquired =
        semaphore.acquireAsync().toCompletionStage().toCompletableFuture();
    semaphore.release();
    assertTrue(acquired.isDone());

    Channel<String> channel = Channel.rendezvous();
    CompletableFuture<Void> sent = channel.sendAsync("v").toCompletionStage().toCompletableFuture();
    assertFalse(sent.isDone());
    assertEquals("v", channel.receive());
    assertTrue(sent.isDone());
    CompletableFuture<String> received =
        channel.receiveAsync().toCompletionStage().toCompletableFuture();
    channel.send("w");
    assertEquals("w", received.getNow(null));
  }

  // Cancelled and completed at the same moment, by two threads: each permit is either taken by its
  // stage or free again, none is lost and none is made.
  @Test
  void cancel_racesRelease_noPermitIsLost() {
    int rounds = 3_000;
    Semaphore semaphore = Semaphore.of(0);
    List<CompletableFuture<Void>> stages = new ArrayList<>();
    for (int i = 0; i < rounds; i++) {
      stages.add(semaphore.acquireAsync().toCompletionStage().toCompletableFuture());
    }
    Running<Void> releaser =
        Kind.PLATFORM.start(
            () -> {
              for (int i = 0; i < rounds; i++) {
                semaphore.release();
              }
              return null;
            });
    int cancelled = 0;
    for (CompletableFuture<Void> stage : stages) {
      if (stage.cancel(false)) {
        cancelled++;
      }
    }
    releaser.get();
    Conditions.await(() -> stages.stream().allMatch(CompletableFuture::isDone));
    long taken = stages.stream().filter(s -> !s.isCompletedExceptionally()).count();
    assertEquals(rounds, cancelled + taken);
    assertEquals(rounds - taken, semaphore.availablePermits());
    assertEquals(0, semaphore.waiting());
    Polls.assertInterrupted(false);
  }
}
