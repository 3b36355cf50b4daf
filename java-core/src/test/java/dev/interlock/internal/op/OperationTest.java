package dev.interlock.internal.op;

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

import dev.interlock.future.PollFuture;
import dev.interlock.internal.wait.WakeList;
import dev.interlock.testing.CountingWaker;
import dev.interlock.testing.Polls;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CancellationException;
import org.junit.jupiter.api.Test;

/** The table of Operation, line by line; the object is this test. */
class OperationTest {
  private final List<String> calls = new ArrayList<>();
  private boolean succeedsAtOnce;
  private boolean succeedsOnRetry;
  private boolean recallable = true;
  private RuntimeException refusal;
  private Runnable duringRetry = () -> {};

  private final class Scripted extends Operation<String> {
    Scripted() {
      super(1, null);
    }

    @Override
    protected boolean attempt() {
      calls.add("attempt");
      if (refusal != null) {
        throw refusal;
      }
      return succeedsAtOnce;
    }

    @Override
    protected boolean retry() {
      calls.add("retry");
      duringRetry.run();
      if (!succeedsOnRetry) {
        rearm();
      }
      return succeedsOnRetry;
    }

    @Override
    protected String acquired() {
      return "acquired";
    }

    @Override
    protected String granted(Object item) {
      return "granted " + item;
    }

    @Override
    protected boolean canGiveBack() {
      return recallable;
    }

    @Override
    public void giveBackResult() {
      calls.add("giveBackResult");
    }

    @Override
    protected void withdraw() {
      calls.add("withdraw");
    }

    @Override
    protected String describe() {
      return "job";
    }
  }

  private final Scripted op = new Scripted();

  private void assertCalls(String... expected) {
    assertEquals(List.of(expected), calls);
  }

  // NEW, attempt succeeds: ready, once.
  @Test
  void poll_attemptSucceeds_ready() {
    succeedsAtOnce = true;
    assertEquals("acquired", ready(op));
    assertCompleted(op);
    assertCalls("attempt");
  }

  // NEW, attempt enqueues: pending; polling again does not attempt again.
  @Test
  void poll_enqueued_pendingWithoutANewAttempt() {
    pending(op);
    pending(op);
    pending(op);
    assertCalls("attempt");
    assertEquals("job[waiting]", op.toString());
  }

  // NEW, the object refuses: its exception, and the operation is over.
  @Test
  void poll_refused_throwsAndIsOver() {
    refusal = new IllegalArgumentException("refused");
    assertSame(refusal, assertThrows(RuntimeException.class, () -> op.poll(Polls.IGNORED)));
    assertCompleted(op);
    assertCalls("attempt");
  }

  // GRANTED: the next poll takes it.
  @Test
  void poll_granted_ready() {
    CountingWaker waker = new CountingWaker();
    pending(op, waker);
    assertTrue(op.grant("item"));
    WakeList.wake(op);
    assertEquals(1, waker.calls());
    assertEquals("granted item", ready(op));
    assertCompleted(op);
    WakeList.wake(op);
    assertEquals(1, waker.calls(), "the waker is let go");
    assertCalls("attempt");
  }

  // NUDGED, retry succeeds: ready.
  @Test
  void poll_nudgedAndRetrySucceeds_ready() {
    pending(op);
    op.nudge();
    succeedsOnRetry = true;
    assertEquals("acquired", ready(op));
    assertCompleted(op);
    assertCalls("attempt", "retry");
  }

  // NUDGED, retry fails: pending, and the next nudge counts.
  @Test
  void poll_nudgedAndRetryFails_pendingAndArmedAgain() {
    pending(op);
    op.nudge();
    pending(op);
    pending(op);
    assertTrue(op.nudge());
    succeedsOnRetry = true;
    ready(op);
    assertCalls("attempt", "retry", "retry");
  }

  // NUDGED, granted while it retries: ready in the same poll.
  @Test
  void poll_grantedDuringRetry_ready() {
    pending(op);
    op.nudge();
    duringRetry = () -> op.grant("item");
    assertEquals("granted item", ready(op));
  }

  // FAILED: the cause, once.
  @Test
  void poll_failed_throwsTheCauseAndIsOver() {
    RuntimeException cause = new IllegalStateException("the cause");
    pending(op);
    assertTrue(op.fail(cause));
    assertSame(cause, assertThrows(RuntimeException.class, () -> op.poll(Polls.IGNORED)));
    assertCompleted(op);
    assertCalls("attempt");
  }

  // CANCELLED before the first poll: nothing was attempted, nothing ever is.
  @Test
  void cancel_new_withdrawnAndNeverAttempted() {
    assertTrue(op.cancel());
    assertCancelled(op);
    assertCalls("withdraw");
    assertContains(
        assertThrows(CancellationException.class, () -> op.poll(Polls.IGNORED)).getMessage(),
        "cancelled: job[cancelled]");
  }

  // WAITING: cancel unlinks, once; what comes later is refused.
  @Test
  void cancel_waiting_withdrawn() {
    CountingWaker waker = new CountingWaker();
    pending(op, waker);
    assertTrue(op.cancel());
    assertCancelled(op);
    assertFalse(op.grant("late"));
    WakeList.wake(op);
    assertEquals(0, waker.calls(), "the waker is let go");
    assertCalls("attempt", "withdraw");
  }

  // NUDGED: the same.
  @Test
  void cancel_nudged_withdrawn() {
    pending(op);
    op.nudge();
    assertTrue(op.cancel());
    assertCancelled(op);
    assertCalls("attempt", "withdraw");
  }

  // GRANTED: cancel hands back, once.
  @Test
  void cancel_granted_handsBack() {
    pending(op);
    op.grant("item");
    assertTrue(op.cancel());
    assertCancelled(op);
    assertEquals("job[returned]", op.toString());
    assertCalls("attempt", "giveBackResult");
  }

  // GRANTED and not to be recalled: cancel comes too late, the result is there.
  @Test
  void cancel_grantedAndNotRecallable_tooLate() {
    recallable = false;
    pending(op);
    op.grant("item");
    assertFalse(op.cancel());
    assertEquals("granted item", ready(op));
    assertCalls("attempt");
  }

  // Not to be recalled, but not granted yet: cancel is in time.
  @Test
  void cancel_waitingAndNotRecallable_withdrawn() {
    recallable = false;
    pending(op);
    assertTrue(op.cancel());
    assertCancelled(op);
  }

  // FAILED: there is nothing to cancel, the failure is still told.
  @Test
  void cancel_failed_falseAndFailureIsTold() {
    pending(op);
    RuntimeException cause = new IllegalStateException("the cause");
    op.fail(cause);
    assertFalse(op.cancel());
    assertSame(cause, assertThrows(RuntimeException.class, () -> op.poll(Polls.IGNORED)));
  }

  // Cancelled while a nudged poll succeeds: the poll hands back what it took.
  @Test
  void cancel_duringSuccessfulRetry_pollHandsBack() {
    pending(op);
    op.nudge();
    succeedsOnRetry = true;
    duringRetry = () -> assertTrue(op.cancel());
    assertThrows(CancellationException.class, () -> op.poll(Polls.IGNORED));
    assertCalls("attempt", "retry", "withdraw", "giveBackResult");
    assertFalse(op.cancel());
  }

  // The waker of the last poll is the one that is called.
  @Test
  void poll_withAnotherWaker_lastOneCounts() {
    CountingWaker old = new CountingWaker();
    CountingWaker latest = new CountingWaker();
    pending(op, old);
    pending(op, latest);
    op.grant("item");
    WakeList.wake(op);
    assertEquals(0, old.calls());
    assertEquals(1, latest.calls());
  }

  // An operation that is never nudged says so if it is.
  @Test
  void retry_notOverridden_error() {
    Operation<String> plain =
        new Operation<>(1, null) {
          @Override
          protected boolean attempt() {
            return false;
          }

          @Override
          protected String acquired() {
            return "";
          }

          @Override
          protected String granted(Object item) {
            return "";
          }

          @Override
          public void giveBackResult() {}

          @Override
          protected void withdraw() {}

          @Override
          protected String describe() {
            return "plain";
          }
        };
    PollFuture<String> f = pending(plain);
    plain.nudge();
    assertContains(
        assertThrows(IllegalStateException.class, () -> f.poll(Polls.IGNORED)).getMessage(),
        "never nudged",
        "plain");
    Operation<String> failing = pending(plainLike());
    failing.fail(new Exception("checked"));
    assertContains(
        assertThrows(IllegalStateException.class, () -> failing.poll(Polls.IGNORED)).getMessage(),
        "failed without a cause");
  }

  private Operation<String> plainLike() {
    return new Scripted();
  }

  // Without objects for context and outcome: true, then the result once.
  @Test
  void advance_likePoll_resultOnce() {
    CountingWaker waker = new CountingWaker();
    assertThrows(IllegalStateException.class, op::result);
    assertFalse(op.advance(waker));
    assertThrows(IllegalStateException.class, op::result);
    op.grant("item");
    assertTrue(op.advance(waker));
    assertEquals("granted item", op.result());
    assertContains(
        assertThrows(IllegalStateException.class, op::result).getMessage(), "no result to take");
  }
}
