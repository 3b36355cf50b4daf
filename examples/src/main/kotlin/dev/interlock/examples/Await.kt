package dev.interlock.examples

import dev.interlock.future.Context
import dev.interlock.future.PollFuture
import kotlinx.coroutines.CompletableDeferred

/** Suspends until this future is ready; a cancelled coroutine cancels it. */
internal suspend fun <T> PollFuture<T>.awaitHere(): T {
  try {
    while (true) {
      val woken = CompletableDeferred<Unit>()
      val poll = poll(Context { woken.complete(Unit) })
      if (poll.isReady) return poll.get()
      woken.await()
    }
  } catch (e: Throwable) {
    cancel() // without effect on a future that has completed or failed
    throw e
  }
}
