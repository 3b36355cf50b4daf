package dev.interlock.testing;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.interlock.future.Context;
import dev.interlock.future.Poll;
import dev.interlock.future.PollFuture;
import java.util.concurrent.CancellationException;

/** Polling by hand. */
public final class Polls {
  /** For polls whose waker does not matter. */
  public static final Context IGNORED = new Context(() -> {});

  private Polls() {}

  /** Polls a future that must be pending; gives it back. */
  public static <F extends PollFuture<?>> F pending(F future) {
    assertFalse(future.poll(IGNORED).isReady(), () -> "ready: " + future);
    return future;
  }

  /** Polls a future that must be pending, with this waker; gives it back. */
  public static <F extends PollFuture<?>> F pending(F future, CountingWaker waker) {
    assertFalse(future.poll(waker.context()).isReady(), () -> "ready: " + future);
    return future;
  }

  /** Polls a future that must be ready; gives its result. */
  public static <T> T ready(PollFuture<T> future) {
    Poll<T> poll = future.poll(IGNORED);
    assertTrue(poll.isReady(), () -> "pending: " + future);
    return poll.get();
  }

  /** A cancelled future says so at each poll. */
  public static void assertCancelled(PollFuture<?> future) {
    for (int i = 0; i < 2; i++) {
      CancellationException e =
          assertThrows(CancellationException.class, () -> future.poll(IGNORED));
      assertContains(e.getMessage(), "cancelled");
    }
    assertFalse(future.cancel());
  }

  /** A future that gave its result, or its failure, gives none again. */
  public static void assertCompleted(PollFuture<?> future) {
    IllegalStateException e = assertThrows(IllegalStateException.class, () -> future.poll(IGNORED));
    assertContains(e.getMessage(), "polled after completion");
    assertFalse(future.cancel());
  }

  /** The text contains each of the parts. */
  public static void assertContains(String text, String... parts) {
    for (String part : parts) {
      assertTrue(text != null && text.contains(part), () -> "'" + part + "' in '" + text + "'");
    }
  }

  /** Whether the interrupt status was as expected; cleared afterwards. */
  public static void assertInterrupted(boolean expected) {
    assertEquals(expected, Thread.interrupted(), "interrupt status");
  }
}
