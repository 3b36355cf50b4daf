package dev.interlock.verification

import kotlin.coroutines.resume
import kotlin.coroutines.resumeWithException
import kotlinx.coroutines.CancellableContinuation
import kotlinx.coroutines.CancellationException
import kotlinx.coroutines.Job
import kotlinx.coroutines.suspendCancellableCoroutine

/**
 * One caller that waits in a specification, and what becomes of its grant.
 *
 * A caller may be cancelled while it waits (it is withdrawn) and also after the grant, before it
 * runs (prompt cancellation: the grant is given back). The second case is told by the caller's
 * [Job] alone: the checker cancels the job and never dispatches the coroutine.
 */
internal class Pending<T>(
  private val continuation: CancellableContinuation<T>,
  private val giveBack: (T) -> Unit,
) {
  var granted = false
    private set

  var taken = false

  fun grant(value: T) {
    granted = true
    continuation.context[Job]?.invokeOnCompletion { cause ->
      if (cause is CancellationException && !taken) {
        giveBack(value)
      }
    }
    continuation.resume(value)
  }

  fun fail(failure: Throwable) = continuation.resumeWithException(failure)
}

/**
 * Where callers wait. An object of each specification, not a function beside them: the checker
 * finds the code that may be cancelled by following the fields of a specification.
 */
internal class Waits {
  /** Waits: [enqueue] puts the caller into a queue, [withdraw] takes a cancelled one out. */
  suspend fun <T> await(
    enqueue: (Pending<T>) -> Unit,
    withdraw: (Pending<T>) -> Unit,
    giveBack: (T) -> Unit,
  ): T {
    lateinit var pending: Pending<T>
    val value = suspendCancellableCoroutine { continuation ->
      pending = Pending(continuation, giveBack)
      enqueue(pending)
      continuation.invokeOnCancellation { if (!pending.granted) withdraw(pending) }
    }
    pending.taken = true
    return value
  }
}
