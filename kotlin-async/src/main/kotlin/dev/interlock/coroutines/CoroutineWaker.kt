package dev.interlock.coroutines

import dev.interlock.future.PollFuture
import dev.interlock.future.Waker
import dev.interlock.internal.op.CallerKind
import java.util.concurrent.atomic.AtomicReference
import kotlin.coroutines.resume
import kotlinx.coroutines.CancellableContinuation
import kotlinx.coroutines.suspendCancellableCoroutine

/**
 * Lets one coroutine sleep until its future wants to be polled again: the waker of the future and
 * the cancellation handler of the continuation in one object.
 */
internal class CoroutineWaker(private val future: PollFuture<*>) :
  AtomicReference<Any?>(), Waker, CallerKind, (Throwable?) -> Unit {
  /*
   * The slot (this object's own reference)
   *
   *   null          awake, not called               wake()  -> WOKEN
   *   WOKEN         awake, to poll again            wake()     nothing
   *   continuation  asleep                          wake()  -> null, resume it
   *
   *   awaitWake()   WOKEN -> null, returns at once
   *                 null -> continuation, suspends
   *
   * No wake-up is lost between a poll and the suspension: it leaves WOKEN behind, and the step from
   * null to the continuation fails. A continuation is taken out of the slot by one compare-and-set,
   * so it is resumed once, although wake() may be called any number of times by any threads.
   *
   * A cancelled continuation stays in the slot, and would swallow the wake-up that takes it out: resuming it
   * has no effect. Whoever goes on after a cancellation drops it first, and polls after that: a wake-up that
   * was swallowed before is seen by the poll, and one that comes later finds null.
   */

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
    suspendUntilWake()
  }

  private suspend fun suspendUntilWake(): Unit = suspendCancellableCoroutine { continuation ->
    if (compareAndSet(null, continuation)) {
      // The first poll is over, so from here on the future may be cancelled by any thread.
      continuation.invokeOnCancellation(this)
    } else {
      set(null)
      continuation.resume(Unit)
    }
  }

  override fun wake() {
    while (true) {
      val seen = get()
      if (seen === WOKEN) return
      if (seen == null) {
        if (compareAndSet(null, WOKEN)) return
      } else if (compareAndSet(seen, null)) {
        @Suppress("UNCHECKED_CAST") // nothing else is put into the slot
        (seen as CancellableContinuation<Unit>).resume(Unit)
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

  private companion object {
    private val WOKEN = Any()
  }
}
