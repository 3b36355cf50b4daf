package dev.interlock.future;

import dev.interlock.internal.wait.Durations;
import dev.interlock.internal.wait.MayGiveUp;
import dev.interlock.internal.wait.Parker;
import dev.interlock.internal.wait.Waiter;
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
    if (future instanceof Waiter wait) {
      wait.drivenBy(Thread.currentThread());
    }
    ThreadWaker waker = new ThreadWaker();
    Context cx = new Context(waker);
    for (; ; ) {
      Poll<T> poll = future.poll(cx);
      if (poll.isReady()) {
        return poll.get();
      }
      while (!waker.consume()) {
        if (Thread.interrupted()) {
          return cancelInterrupted(future, cx, waker);
        }
        Parker.park(future);
      }
    }
  }

  /** See {@link PollFuture#block(Duration)}. */
  public static <T extends @Nullable Object> T block(PollFuture<T> future, Duration timeout)
      throws InterruptedException, TimeoutException {
    Objects.requireNonNull(future, "future");
    if (future instanceof MayGiveUp wait) {
      wait.setMayGiveUp();
    }
    if (future instanceof Waiter wait) {
      wait.drivenBy(Thread.currentThread());
    }
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
          return cancelInterrupted(future, cx, waker);
        }
        long left = deadline - System.nanoTime();
        if (left <= 0) {
          if (!future.cancel()) {
            return awaitEnd(future, cx, waker); // a result is not lost
          }
          throw new TimeoutException("no result within " + timeout + ": " + future);
        }
        Parker.parkNanos(future, left);
      }
    }
  }

  /** A cancel that comes too late leaves the result, and the interrupt, to the caller. */
  private static <T extends @Nullable Object> T cancelInterrupted(
      PollFuture<T> future, Context cx, ThreadWaker waker) throws InterruptedException {
    if (future.cancel()) {
      throw new InterruptedException("interrupted while blocking on " + future);
    }
    try {
      return awaitEnd(future, cx, waker);
    } finally {
      Thread.currentThread().interrupt();
    }
  }

  /** The result of a future that cannot be cancelled: it is there, or comes without fail. */
  private static <T extends @Nullable Object> T awaitEnd(
      PollFuture<T> future, Context cx, ThreadWaker waker) {
    boolean interrupted = false;
    try {
      for (; ; ) {
        Poll<T> poll = future.poll(cx);
        if (poll.isReady()) {
          return poll.get();
        }
        while (!waker.consume()) {
          Parker.park(future);
          interrupted |= Thread.interrupted();
        }
      }
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
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
