@file:OptIn(ExperimentalCoroutinesApi::class) // CopyableThrowable

package dev.interlock.coroutines

import dev.interlock.ClosedException
import dev.interlock.future.PollFuture
import dev.interlock.future.Waker
import dev.interlock.internal.op.CallerKind
import dev.interlock.internal.op.Operation
import java.util.concurrent.atomic.AtomicReference
import kotlin.coroutines.ContinuationInterceptor
import kotlin.coroutines.CoroutineContext
import kotlin.coroutines.resume
import kotlin.coroutines.resumeWithException
import kotlinx.coroutines.CancellableContinuation
import kotlinx.coroutines.CopyableThrowable
import kotlinx.coroutines.CoroutineDispatcher
import kotlinx.coroutines.ExperimentalCoroutinesApi
import kotlinx.coroutines.suspendCancellableCoroutine

/**
 * Lets one coroutine sleep until its future wants to be polled again, or until it has ended: the
 * waker of the future and the cancellation handlers of the continuation in one object.
 */
internal class CoroutineWaker(private val future: PollFuture<*>) :
  AtomicReference<Any?>(),
  Waker,
  CallerKind,
  (Throwable?) -> Unit,
  (Throwable, Any?, CoroutineContext) -> Unit {
  /*
   * The slot (this object's own reference)
   *
   *   null          awake, not called               wake()  -> WOKEN
   *   WOKEN         awake, to poll again            wake()     nothing
   *   continuation  asleep                          wake()  -> null, then
   *                                                   awaitWake      resume it, it polls
   *                                                   awaitResult,   poll in its place; ended: resume it
   *                                                   awaitSuccess   with that, else null -> continuation
   *
   *   to sleep      WOKEN -> null, goes on at once
   *                 null -> continuation, suspends
   *
   * No wake-up is lost between a poll and the suspension: it leaves WOKEN behind, and the step from
   * null to the continuation fails. A continuation is taken out of the slot by one compare-and-set,
   * so it is resumed once, although wake() may be called any number of times by any threads. And so
   * one thread at a time polls: the one that has taken the continuation out, or put it in.
   *
   * What a poll in the coroutine's place has brought is the coroutine's when it runs. If it was cancelled
   * before, the continuation drops the result and says so, once, and then it is given back; if it was
   * cancelled before that poll, one of the two compare-and-sets on the operation wins, that of cancel()
   * or that of the poll.
   *
   * A cancelled continuation stays in the slot, and would swallow the wake-up that takes it out: resuming it
   * has no effect. Whoever goes on after a cancellation drops it first, and polls after that: a wake-up that
   * was swallowed before is seen by the poll, and one that comes later finds null.
   */

  /** Who polls after a wake-up. Written before the continuation is put into the slot. */
  private var afterWake = AfterWake.RESUME

  /** Drops a continuation that was cancelled. To be called before the next poll. */
  fun dropCancelled() {
    set(null)
  }

  /** Returns after [wake] was called, or at once if it was called since the last return. */
  suspend fun awaitWake() {
    if (get() === WOKEN) {
      // A wake() that comes meanwhile and does nothing asks for the poll that follows anyway.
      set(null)
      return
    }
    return suspendUntilWake()
  }

  /** Unit. A function that is declared to return it would have a frame of its own in each wait. */
  private suspend fun <T> suspendUntilWake(): T = suspendCancellableCoroutine {
    @Suppress("UNCHECKED_CAST") sleepUntilWake(it as CancellableContinuation<Any?>)
  }

  private fun sleepUntilWake(continuation: CancellableContinuation<Any?>) {
    if (compareAndSet(null, continuation)) {
      // The first poll is over, so from here on the future may be cancelled by any thread.
      continuation.invokeOnCancellation(this)
    } else {
      set(null)
      continuation.resume(Unit)
    }
  }

  /** The result of an operation that [ends with its grant][Operation.endsWithGrant]. */
  suspend fun <T> awaitResult(): T {
    afterWake = AfterWake.RESULT
    return suspendUntilEnd()
  }

  /** As [awaitResult], without the result. */
  suspend fun awaitSuccess() {
    afterWake = AfterWake.SUCCESS
    return suspendUntilEnd()
  }

  private suspend fun <T> suspendUntilEnd(): T = suspendCancellableCoroutine {
    @Suppress("UNCHECKED_CAST") sleepUntilEnd(it as CancellableContinuation<Any?>)
  }

  private fun sleepUntilEnd(continuation: CancellableContinuation<Any?>) {
    continuation.invokeOnCancellation(this)
    if (!compareAndSet(null, continuation)) pollFor(continuation)
  }

  private fun pollFor(continuation: CancellableContinuation<Any?>) {
    do {
      set(null)
    } while (!hasEnded(continuation) && !compareAndSet(null, continuation))
  }

  private fun hasEnded(continuation: CancellableContinuation<Any?>): Boolean {
    val operation = future as Operation<*>
    val result: Any?
    try {
      if (!operation.advance(this)) return false
      result = operation.result()
    } catch (failure: Throwable) { // of the operation, for its caller
      fail(continuation, failure)
      return true
    }
    val ifDropped: (Throwable, Any?, CoroutineContext) -> Unit = this
    continuation.resume(if (afterWake == AfterWake.SUCCESS) Unit else result, ifDropped)
    return true
  }

  /**
   * In a turn of the dispatcher's, as if the coroutine polled: cancelled before that, it ends as
   * cancelled.
   */
  private fun fail(continuation: CancellableContinuation<Any?>, failure: Throwable) {
    val context = continuation.context
    val dispatcher = context[ContinuationInterceptor] as? CoroutineDispatcher
    if (dispatcher != null && dispatcher.isDispatchNeeded(context)) {
      dispatcher.dispatch(context) { continuation.resumeWithException(asItIs(failure)) }
    } else {
      continuation.resumeWithException(asItIs(failure))
    }
  }

  private fun asItIs(failure: Throwable): Throwable =
    if (failure.javaClass == ClosedException::class.java) ClosedMeanwhile(failure) else failure

  override fun wake() {
    while (true) {
      val seen = get()
      if (seen === WOKEN) return
      if (seen == null) {
        if (compareAndSet(null, WOKEN)) return
      } else if (compareAndSet(seen, null)) {
        @Suppress("UNCHECKED_CAST") // nothing else is put into the slot
        val continuation = seen as CancellableContinuation<Any?>
        if (afterWake == AfterWake.RESUME) continuation.resume(Unit) else pollFor(continuation)
        return
      }
    }
  }

  /** Whether the future was ended by the cancellation of the coroutine. */
  @Volatile
  var hasCancelled = false
    private set

  override fun callerKind(): String = "coroutine"

  /** The coroutine was cancelled while it waits. */
  override fun invoke(cause: Throwable?) {
    if (future.cancel()) hasCancelled = true
  }

  /** The coroutine was cancelled, and does not get the result that it was resumed with. */
  override fun invoke(cause: Throwable, result: Any?, context: CoroutineContext) {
    (future as Operation<*>).giveBackResult()
  }

  /**
   * That the object was closed. To recover stack traces, coroutines copy what they are resumed
   * with, and the original takes the place of the cause; but that one was given at closing, and
   * this is not copied.
   */
  private class ClosedMeanwhile(original: Throwable) :
    ClosedException(original.message.orEmpty(), original.cause),
    CopyableThrowable<ClosedMeanwhile> {
    init {
      stackTrace = original.stackTrace
    }

    override fun createCopy(): ClosedMeanwhile? = null
  }

  private enum class AfterWake {
    RESUME,
    RESULT,
    SUCCESS,
  }

  private companion object {
    private val WOKEN = Any()
  }
}
