package dev.interlock.future;

import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

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
final class DrivenStage<T extends @Nullable Object> extends CompletableFuture<T> implements Waker {
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
