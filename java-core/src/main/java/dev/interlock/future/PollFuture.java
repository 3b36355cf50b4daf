package dev.interlock.future;

import java.time.Duration;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * A lazy computation that is driven by polling: nothing happens before the first {@link #poll}, and
 * each poll either completes it or registers a {@link Waker} that is called when the next poll may lead
 * further. When a thread is to wait, use the blocking form of the operation instead.
 *
 * <p><b>Progress.</b> A poll never waits for another party; see the operation that made the future.
 *
 * <p><b>Memory effects.</b> Actions before the completing step of the other side happen-before the
 * return of the poll that is ready.
 *
 * <p><b>Ordering and fairness.</b> A pending future of a lock, semaphore or channel has its place in
 * the queue from its first poll on; polling again with another waker keeps the place. So a pending future
 * that nobody polls or cancels any more holds up those behind it, once it is their turn after its own.
 *
 * <p><b>Blocking and errors.</b> Polls of one future must not overlap, nor may {@link #cancel} overlap
 * the first of them; later it may come at any time from any thread. A poll after the one that was ready, or failed, is an {@link
 * IllegalStateException}; after {@code cancel}, a {@link java.util.concurrent.CancellationException}.
 *
 * @param <T> the type of the result
 */
public interface PollFuture<T extends @Nullable Object> {
  /**
   * Goes as far as is possible now.
   *
   * @param cx holds the waker to call later; the one of the last poll counts
   * @return the result, or {@link Poll#pending}
   * @throws IllegalStateException when the future has completed before
   * @throws java.util.concurrent.CancellationException when it was cancelled
   */
  Poll<T> poll(Context cx);

  /**
   * Drops the future. A pending operation leaves the queue without effect; one that was granted and
   * whose result nobody polled hands back what it was given. Without effect after completion, and when
   * called again.
   *
   * @return true when this call ended the future; false when it had completed or was cancelled before, or
   *     when it can no longer be undone: then its end comes without fail, and a later poll gives it
   */
  boolean cancel();

  /**
   * Drives this future on the calling thread until it completes.
   *
   * @return the result
   * @throws InterruptedException when interrupted first; the future is then cancelled. If that comes too
   *     late, its result is returned, and the interrupt status stays set
   */
  default T block() throws InterruptedException {
    return Futures.block(this);
  }

  /**
   * Drives this future on the calling thread until it completes or the time is over.
   *
   * @param timeout zero or less polls once
   * @return the result
   * @throws TimeoutException when the time is over; the future is then cancelled. If that comes too
   *     late, its result is returned
   * @throws InterruptedException as {@link #block()}
   */
  default T block(Duration timeout) throws InterruptedException, TimeoutException {
    return Futures.block(this, timeout);
  }

  /**
   * Starts this future and completes a stage with its result. The future is polled by the thread that
   * calls this method and then by those that wake it. Cancelling the stage's {@code
   * toCompletableFuture()}, or ending it with an exception or {@code orTimeout}, cancels the future
   * first, and does nothing when the future has its result already: no result is lost between the two.
   */
  default CompletionStage<T> toCompletionStage() {
    return Futures.toCompletionStage(this);
  }
}
