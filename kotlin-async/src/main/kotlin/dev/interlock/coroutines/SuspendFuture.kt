package dev.interlock.coroutines

import dev.interlock.future.Context
import dev.interlock.future.Poll
import dev.interlock.future.PollFuture
import dev.interlock.future.Waker
import java.util.concurrent.atomic.AtomicBoolean
import kotlin.coroutines.CoroutineContext
import kotlin.coroutines.EmptyCoroutineContext
import kotlinx.coroutines.CancellationException
import kotlinx.coroutines.CoroutineScope
import kotlinx.coroutines.Deferred
import kotlinx.coroutines.ExperimentalCoroutinesApi
import kotlinx.coroutines.async

/**
 * [block] as a future, for those who poll or block: nothing runs before the first poll, which
 * starts a coroutine of this scope. Where the caller suspends, use `async`.
 *
 * **Progress.** A poll never waits; the block runs where [context] says.
 *
 * **Memory effects.** Actions of the block happen-before the return of the poll that is ready.
 *
 * **Blocking and errors.** Cancelling the future cancels the coroutine. What the block throws is
 * thrown by the poll, and fails the scope as every coroutine of it does. When the scope is
 * cancelled the poll throws [CancellationException].
 *
 * @param context added to that of the scope, as in `launch`
 */
public fun <T> CoroutineScope.pollFuture(
  context: CoroutineContext = EmptyCoroutineContext,
  block: suspend CoroutineScope.() -> T,
): PollFuture<T> = SuspendFuture(this, context, block)

private class SuspendFuture<T>(
  private val scope: CoroutineScope,
  private val context: CoroutineContext,
  private val block: suspend CoroutineScope.() -> T,
) : PollFuture<T> {
  /** Null before the first poll. */
  @Volatile private var running: Deferred<T>? = null
  @Volatile private var waker: Waker? = null
  private val dropped = AtomicBoolean()
  private var completed = false

  override fun poll(cx: Context): Poll<T> {
    check(!completed) { "polled after completion: $this; a future gives its result once" }
    if (dropped.get()) throw CancellationException("cancelled: $this")
    // The waker is written before the look at the coroutine, which completes before it reads the
    // waker: one of the two sees the other.
    waker = cx.waker()
    val coroutine = running ?: start()
    if (!coroutine.isCompleted) return Poll.pending()
    completed = true
    @OptIn(ExperimentalCoroutinesApi::class)
    return Poll.ready(coroutine.getCompleted())
  }

  private fun start(): Deferred<T> {
    val coroutine = scope.async(context, block = block)
    running = coroutine
    coroutine.invokeOnCompletion { waker?.wake() }
    return coroutine
  }

  override fun cancel(): Boolean {
    val coroutine = running
    if (coroutine != null && coroutine.isCompleted) return false
    if (!dropped.compareAndSet(false, true)) return false
    coroutine?.cancel(CancellationException("its future was cancelled: $this"))
    return true
  }

  override fun toString(): String =
    "SuspendFuture[" +
      when {
        dropped.get() -> "cancelled"
        running == null -> "new"
        running?.isCompleted == true -> "completed"
        else -> "running"
      } +
      "]"
}
