package dev.interlock.coroutines

import dev.interlock.future.Context
import dev.interlock.future.Poll
import dev.interlock.future.PollFuture
import dev.interlock.future.Waker

/** A future as a user would write one; completed by the test, on its thread. */
class HandMadeFuture<T : Any>(private val cancellable: Boolean) : PollFuture<T> {
  private var result: T? = null
  private var failure: Exception? = null
  private var waker: Waker? = null
  var cancelled = false
    private set

  var polls = 0
    private set

  fun complete(value: T) {
    result = value
    waker?.wake()
  }

  fun fail(cause: Exception) {
    failure = cause
    waker?.wake()
  }

  /** Asks for a poll that leads to nothing. */
  fun wakeInVain() {
    waker?.wake()
  }

  override fun poll(cx: Context): Poll<T> {
    polls++
    waker = cx.waker()
    failure?.let { throw it }
    return result?.let { Poll.ready(it) } ?: Poll.pending()
  }

  override fun cancel(): Boolean {
    if (!cancellable || cancelled) return false
    cancelled = true
    return true
  }
}
