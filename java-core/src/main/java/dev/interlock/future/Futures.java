package dev.interlock.future;

import dev.interlock.internal.wait.Durations;
import dev.interlock.internal.wait.Parker;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/** Makes and drives futures. */
public final class Futures {
  private Futures() {}

  /** A future that is ready at its first poll. */
  public static <T extends @Nullable Object> PollFuture<T> ready(T value) {
    return new ReadyFuture<>(value);
  }

  /** See {@link PollFuture#block()}. */
  public static <T extends @Nullable Object> T block(PollFuture<T> future)
      throws InterruptedException {
    Objects.requireNonNull(future, "future");
    ThreadWaker waker = new ThreadWaker();
    Context cx = new Context(waker);
    for (; ; ) {
      Poll<T> poll = future.poll(cx);
      if (poll.isReady()) {
        return poll.get();
      }
      while (!waker.consume()) {
        if (Thread.interrupted()) {
          return cancelInterrupted(future, cx);
        }
        Parker.park(future);
      }
    }
  }

  /** See {@link PollFuture#block(Duration)}. */
  public static <T extends @Nullable Object> T block(PollFuture<T> future, Duration timeout)
      throws InterruptedException, TimeoutException {
    Objects.requireNonNull(future, "future");
    long deadline = System.nanoTime() + Durations.toNanosSaturated(timeout);
    ThreadWaker waker = new ThreadWaker();
    Context cx = new Context(waker);
    for (; ; ) {
      Poll<T> poll = future.poll(cx);
      if (poll.isReady()) {
        return poll.get();
      }
      while (!waker.consume()) {
        if (Thread.interrupted()) {
          return cancelInterrupted(future, cx);
        }
        long left = deadline - System.nanoTime();
        if (left <= 0) {
          if (!future.cancel()) {
            poll = future.poll(cx); // decided in the same moment: a result is not lost
            if (poll.isReady()) {
              return poll.get();
            }
          }
          throw new TimeoutException("no result within " + timeout + ": " + future);
        }
        Parker.parkNanos(future, left);
      }
    }
  }

  /** A cancel that comes too late leaves the result, and the interrupt, to the caller. */
  private static <T extends @Nullable Object> T cancelInterrupted(PollFuture<T> future, Context cx)
      throws InterruptedException {
    if (!future.cancel()) {
      Thread.currentThread().interrupt();
      Poll<T> poll = future.poll(cx);
      if (poll.isReady()) {
        return poll.get();
      }
      Thread.interrupted();
    }
    throw new InterruptedException("interrupted while blocking on " + future);
  }

  /** See {@link PollFuture#toCompletionStage()}. */
  public static <T extends @Nullable Object> CompletionStage<T> toCompletionStage(
      PollFuture<T> future) {
    Objects.requireNonNull(future, "future");
    DrivenStage<T> stage = new DrivenStage<>(future);
    stage.wake();
    return stage;
  }

  private static final class ReadyFuture<T extends @Nullable Object> implements PollFuture<T> {
    private final T value;
    private boolean polled;
    private boolean cancelled;

    ReadyFuture(T value) {
      this.value = value;
    }

    @Override
    public Poll<T> poll(Context cx) {
      if (cancelled) {
        throw new CancellationException("cancelled: " + this);
      }
      if (polled) {
        throw new IllegalStateException("polled after completion: " + this);
      }
      polled = true;
      return Poll.ready(value);
    }

    @Override
    public boolean cancel() {
      if (polled || cancelled) {
        return false;
      }
      cancelled = true;
      return true;
    }

    @Override
    public String toString() {
      return "ReadyFuture[" + value + "]";
    }
  }

  private static final class ThreadWaker implements Waker {
    private final Thread thread = Thread.currentThread();
    private volatile boolean woken;

    @Override
    public void wake() {
      woken = true;
      Parker.unpark(thread);
    }

    boolean consume() {
      if (woken) {
        woken = false;
        return true;
      }
      return false;
    }
  }
}
