package dev.interlock.lincheck

import dev.interlock.future.Context
import dev.interlock.future.PollFuture
import dev.interlock.future.Waker
import java.util.concurrent.atomic.AtomicReference
import kotlin.coroutines.resume
import kotlinx.coroutines.CancellableContinuation
import kotlinx.coroutines.CancellationException
import kotlinx.coroutines.Job
import kotlinx.coroutines.suspendCancellableCoroutine

/**
 * Drives a future from a coroutine of the checker. The face for users, `PollFuture.await`, learns
 * of a prompt cancellation from the dispatcher; the checker has none, it cancels the job of the
 * coroutine and never runs it again, so here the job is listened to.
 */
internal suspend fun <T> PollFuture<T>.awaitWatched(): T {
  val waker = ResumingWaker(this)
  val context = Context(waker)
  while (true) {
    val poll = poll(context)
    if (poll.isReady) {
      return poll.get()
    }
    waker.awaitWake()
  }
}

private class ResumingWaker(private val future: PollFuture<*>) : Waker {
  /** The coroutine that sleeps, [Woken], or null when neither. */
  private val state = AtomicReference<Any?>(null)

  override fun wake() {
    val before = state.getAndSet(Woken)
    if (before is CancellableContinuation<*>) {
      state.set(null)
      @Suppress("UNCHECKED_CAST") (before as CancellableContinuation<Unit>).resume(Unit)
    }
  }

  suspend fun awaitWake() {
    suspendCancellableCoroutine { continuation ->
      continuation.invokeOnCancellation { future.cancel() }
      continuation.context[Job]?.invokeOnCompletion { cause ->
        if (cause is CancellationException) {
          Checker.watched { future.cancel() }
        }
      }
      if (!state.compareAndSet(null, continuation)) {
        state.set(null)
        continuation.resume(Unit)
      }
    }
  }

  private object Woken
}
