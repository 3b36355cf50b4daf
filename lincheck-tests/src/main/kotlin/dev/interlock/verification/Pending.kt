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
  private val onTheirWay: MutableList<Any?>,
  private val giveBack: (T) -> Unit,
) {
  var granted = false
    private set

  var taken = false

  fun grant(value: T) {
    granted = true
    onTheirWay.add(value)
    continuation.context[Job]?.invokeOnCompletion { cause ->
      if (cause is CancellationException && !taken) {
        onTheirWay.remove(value)
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
 *
 * Equality is equality of what was granted and not taken yet. Of a caller that may go on the
 * checker compares who it is and whose operation let it go on, not what it was given: a
 * specification in which that does not follow from the two has to compare this too.
 */
internal class Waits {
  private val onTheirWay = ArrayList<Any?>()

  /** Waits: [enqueue] puts the caller into a queue, [withdraw] takes a cancelled one out. */
  suspend fun <T> await(
    enqueue: (Pending<T>) -> Unit,
    withdraw: (Pending<T>) -> Unit,
    giveBack: (T) -> Unit,
  ): T {
    lateinit var pending: Pending<T>
    val value = suspendCancellableCoroutine { continuation ->
      pending = Pending(continuation, onTheirWay, giveBack)
      enqueue(pending)
      continuation.invokeOnCancellation { if (!pending.granted) withdraw(pending) }
    }
    pending.taken = true
    onTheirWay.remove(value)
    return value
  }

  override fun equals(other: Any?) = other is Waits && onTheirWay == other.onTheirWay

  override fun hashCode() = onTheirWay.hashCode()
}
