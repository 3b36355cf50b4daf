package dev.interlock.future;

import dev.interlock.internal.wait.Durations;
import dev.interlock.internal.wait.Parker;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
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

  /**
   * Polls its future whenever it is woken, one poll at a time: the count of wake-ups that were not
   * served yet is the right to poll, held by whoever raised it from zero.
   *
   * <p>Whoever ends the stage from outside has to win against the future's own completion in the
   * future's state machine first, so a result that was taken always reaches the stage. A poll that finds
   * the future cancelled meanwhile leaves the stage to that one: it writes what it found, then looks
   * whether somebody is about to end the stage; who ends the stage does so, leaves, then looks for what a
   * poll found. So the stage ends with what was asked for, and one of the two always ends it.
   */
  private static final class DrivenStage<T extends @Nullable Object> extends CompletableFuture<T>
      implements Waker {
    private final PollFuture<T> future;
    private final Context cx = new Context(this);
    private final AtomicInteger wakeUps = new AtomicInteger();
    private final AtomicInteger ending = new AtomicInteger();
    private volatile @Nullable CancellationException foundCancelled;

    DrivenStage(PollFuture<T> future) {
      this.future = future;
    }

    @Override
    public void wake() {
      if (wakeUps.getAndIncrement() != 0) {
        return;
      }
      int served = 1;
      do {
        try {
          Poll<T> poll = future.poll(cx);
          if (poll.isReady()) {
            super.complete(poll.get());
            return; // and keep the right to poll for good: nobody polls a finished future
          }
        } catch (CancellationException cancelled) {
          foundCancelled = cancelled;
          if (ending.get() == 0) {
            super.completeExceptionally(cancelled);
          }
          return;
        } catch (Throwable failure) { // carried by the stage
          super.completeExceptionally(failure);
          return;
        }
        served = wakeUps.addAndGet(-served);
      } while (served != 0);
    }

    @Override
    public boolean cancel(boolean mayInterruptIfRunning) {
      return end(() -> super.cancel(mayInterruptIfRunning));
    }

    @Override
    public boolean complete(T value) {
      return end(() -> super.complete(value));
    }

    @Override
    public boolean completeExceptionally(Throwable failure) {
      return end(() -> super.completeExceptionally(failure));
    }

    private boolean end(BooleanSupplier how) {
      ending.getAndIncrement();
      try {
        return future.cancel() && how.getAsBoolean();
      } finally {
        boolean last = ending.decrementAndGet() == 0;
        CancellationException found = foundCancelled;
        if (last && found != null) {
          super.completeExceptionally(found); // when the future was cancelled by somebody else
        }
      }
    }

    @Override
    public <U> CompletableFuture<U> newIncompleteFuture() {
      return new CompletableFuture<>(); // dependent stages are ordinary ones
    }
  }
}
