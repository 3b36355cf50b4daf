package dev.interlock.benchmarks.coroutine

import dev.interlock.coroutines.Semaphore
import kotlinx.coroutines.CoroutineScope
import kotlinx.coroutines.CoroutineStart
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.Job
import kotlinx.coroutines.cancel
import kotlinx.coroutines.launch
import kotlinx.coroutines.sync.Semaphore as KotlinxSemaphore

/** A semaphore without permits on which many coroutines wait, and behind them one that stays. */
abstract class CancelledWaiters {
  private val scope = CoroutineScope(Dispatchers.Unconfined)
  private val jobs = ArrayList<Job>()

  /** Whether the coroutine that stayed was given the permit. */
  @Volatile
  var isServed = false
    private set

  protected abstract suspend fun acquire()

  /** Adds a permit. */
  abstract fun release()

  /** Starts [count] coroutines that wait, and the one that stays. */
  fun enqueue(count: Int) {
    repeat(count) { jobs += scope.launch(start = CoroutineStart.UNDISPATCHED) { acquire() } }
    scope.launch(start = CoroutineStart.UNDISPATCHED) {
      acquire()
      isServed = true
    }
  }

  /** Cancels all but the one that stays. */
  fun cancelAll() {
    jobs.forEach { it.cancel() }
    jobs.clear()
  }

  /** Ends what is left. */
  fun close() = scope.cancel()

  companion object {
    /** Fresh ones, by the name that the benchmarks' parameter `subject` uses. */
    @JvmStatic
    fun create(subject: String): CancelledWaiters =
      when (subject) {
        "interlock" -> OfInterlock()
        "kotlinx" -> OfKotlinx()
        else -> throw IllegalArgumentException("no semaphore of coroutines is called $subject")
      }
  }
}

/** Ours. */
private class OfInterlock : CancelledWaiters() {
  private val semaphore = Semaphore(0)

  override suspend fun acquire() = semaphore.acquire()

  override fun release() = semaphore.release()
}

/** Peer. */
private class OfKotlinx : CancelledWaiters() {
  private val semaphore = KotlinxSemaphore(permits = 1, acquiredPermits = 1)

  override suspend fun acquire() = semaphore.acquire()

  override fun release() = semaphore.release()
}
