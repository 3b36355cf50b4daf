package dev.interlock.coroutines

import dev.interlock.future.Context
import dev.interlock.future.PollFuture
import dev.interlock.internal.op.Operation
import kotlin.time.Duration
import kotlinx.coroutines.CancellationException
import kotlinx.coroutines.NonCancellable
import kotlinx.coroutines.withContext
import kotlinx.coroutines.withTimeoutOrNull

/**
 * Drives this future in the calling coroutine until it completes.
 *
 * **Progress.** Suspends while the future is pending; never blocks the thread.
 *
 * **Memory effects.** Those of the future: actions before the completing step of the other side
 * happen-before the return.
 *
 * **Ordering and fairness.** The future is polled before anything else, so an operation that waits
 * has its place in the queue when this function suspends. It does not suspend, and does not look
 * for cancellation, when the first poll is ready.
 *
 * **Blocking and errors.** Cancellation is prompt. A coroutine that is cancelled while it waits
 * cancels the future at once, on the thread that cancels. One that is cancelled after the future
 * was granted something and before it runs again hands that back. A future whose effect cannot be
 * undone (a send that was accepted, an arrival that let others go) returns its result although the
 * coroutine was cancelled; the next suspension point then sees the cancellation. A failure of the
 * future is thrown. A future that has completed before is an [IllegalStateException].
 *
 * **Cost.** When it suspends: one poll per wake-up, usually two in all, and one resumption. The
 * polls after the first are made by whoever wakes, where what was granted can be handed back.
 *
 * **Footprint.** When it suspends: the continuation and a waker of three fields, and where the
 * coroutine polls again itself a frame. None otherwise.
 */
public suspend fun <T> PollFuture<T>.await(): T =
  if (this is Operation<T>) awaitOperation(this) else awaitForeign(this)

/** An operation of the core, polled without the boxes of [PollFuture.poll]. */
internal suspend fun <T> awaitOperation(operation: Operation<T>): T {
  val waker = CoroutineWaker(operation)
  if (operation.advance(waker)) return operation.result()
  if (operation.endsWithGrant()) return waker.awaitResult()
  return pollToResult(operation, waker)
}

/** An operation without a result: [Unit], so that its callers can leave their place to it. */
internal suspend fun awaitSuccess(operation: PollFuture<*>) {
  if (operation !is Operation<*>) return awaitForeignSuccess(operation)
  val waker = CoroutineWaker(operation)
  if (operation.advance(waker)) return
  if (operation.endsWithGrant()) return waker.awaitSuccess()
  return pollToSuccess(operation, waker)
}

// Each of these has one frame, which a coroutine keeps while it waits; who calls them has none.

private suspend fun pollToSuccess(operation: Operation<*>, waker: CoroutineWaker) {
  operation.advanceToSuccess(waker)
}

private suspend fun awaitForeignSuccess(operation: PollFuture<*>) {
  awaitForeign(operation)
}

private suspend fun <T> pollToResult(operation: Operation<T>, waker: CoroutineWaker): T {
  operation.advanceToSuccess(waker)
  return operation.result()
}

private suspend inline fun Operation<*>.advanceToSuccess(waker: CoroutineWaker) {
  do {
    try {
      waker.awaitWake()
    } catch (cancellation: CancellationException) {
      if (cancel() || !succeedsYet(waker)) throw cancellation
      return
    }
  } while (!advance(waker))
}

/**
 * Whether an operation that could not be cancelled had its effect, or gets it: then it waits for
 * that, since it comes without fail. Otherwise it was cancelled before, by the handler of the
 * continuation, or its object was closed or broken: then it had none.
 */
private suspend fun Operation<*>.succeedsYet(waker: CoroutineWaker): Boolean {
  waker.dropCancelled()
  return try {
    if (!advance(waker)) {
      withContext(NonCancellable) {
        do {
          waker.awaitWake()
        } while (!advance(waker))
      }
    }
    true
  } catch (_: RuntimeException) {
    false
  }
}

/** Any other future: the same protocol in the public form. */
private suspend fun <T> awaitForeign(future: PollFuture<T>): T {
  val waker = CoroutineWaker(future)
  val context = Context(waker)
  while (true) {
    val poll = future.poll(context)
    if (poll.isReady) return poll.get()
    try {
      waker.awaitWake()
    } catch (cancellation: CancellationException) {
      if (waker.hasCancelled || future.cancel()) throw cancellation
      return try {
        awaitEnd(future, waker, context)
      } catch (_: Exception) {
        throw cancellation // cancelled before, or failed: no result to lose
      }
    }
  }
}

/** The result of a future that cannot be cancelled: it is there, or comes without fail. */
private suspend fun <T> awaitEnd(
  future: PollFuture<T>,
  waker: CoroutineWaker,
  context: Context,
): T {
  waker.dropCancelled()
  var poll = future.poll(context)
  if (!poll.isReady) {
    withContext(NonCancellable) {
      do {
        waker.awaitWake()
        poll = future.poll(context)
      } while (!poll.isReady)
    }
  }
  return poll.get()
}

/**
 * The result of [operation], or null when the time runs out first. What was obtained is returned,
 * even if the time ran out, or the coroutine was cancelled, in the same moment: `withTimeoutOrNull`
 * alone would drop it.
 */
internal suspend fun <R : Any> within(timeout: Duration, operation: suspend () -> R): R? {
  var obtained: R? = null
  try {
    withTimeoutOrNull(timeout) { obtained = operation() }
  } catch (cancellation: CancellationException) {
    if (obtained == null) throw cancellation
  }
  return obtained
}

/** Whether an operation without a result succeeded in time; without time it is not begun. */
internal suspend fun awaitWithin(timeout: Duration, operation: PollFuture<*>): Boolean =
  timeout.isPositive() && within(timeout) { awaitSuccess(operation).let { true } } ?: false
