package dev.interlock.testing;

import static org.junit.jupiter.api.Assertions.fail;

import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** A call that runs on a thread of its own, until {@link #get}. */
public final class Running<T> {
  private final CompletableFuture<T> result = new CompletableFuture<>();
  private final Thread thread;

  Running(Kind kind, Callable<? extends T> body) {
    thread =
        kind.startThread(
            () -> {
              try {
                result.complete(body.call());
              } catch (Throwable failure) { // handed to get() and failure()
                result.completeExceptionally(failure);
              }
            });
  }

  public Thread thread() {
    return thread;
  }

  public void interrupt() {
    thread.interrupt();
  }

  public boolean isDone() {
    return result.isDone();
  }

  /** The result; an exception of the call fails the test. */
  public T get() {
    try {
      return outcome();
    } catch (ExecutionException e) {
      throw new AssertionError("the call failed: " + e.getCause(), e.getCause());
    }
  }

  /** The exception of the call, which must be of this class. */
  public <X extends Throwable> X failure(Class<X> expected) {
    try {
      return fail("expected " + expected.getName() + ", got " + outcome());
    } catch (ExecutionException e) {
      if (expected.isInstance(e.getCause())) {
        return expected.cast(e.getCause());
      }
      throw new AssertionError("expected " + expected.getName(), e.getCause());
    }
  }

  /** Waits until the thread sleeps. */
  public Running<T> awaitAsleep() {
    Conditions.await(
        () -> {
          Thread.State s = thread.getState();
          return s == Thread.State.WAITING || s == Thread.State.TIMED_WAITING;
        },
        () -> "a sleeping thread, not one that is " + thread.getState());
    return this;
  }

  private T outcome() throws ExecutionException {
    try {
      return result.get(Conditions.DEADLINE_SECONDS, TimeUnit.SECONDS);
    } catch (TimeoutException e) {
      AssertionError hung = new AssertionError("still running: " + thread);
      hung.setStackTrace(thread.getStackTrace());
      throw hung;
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }
}
