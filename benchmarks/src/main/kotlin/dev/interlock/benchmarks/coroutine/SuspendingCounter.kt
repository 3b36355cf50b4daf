package dev.interlock.benchmarks.coroutine

import dev.interlock.coroutines.withLock
import kotlinx.coroutines.sync.Mutex as KotlinxMutex
import kotlinx.coroutines.sync.withLock

/** A counter under a lock that suspends. */
interface SuspendingCounter {
  /**
   * So many times: locks, adds one, unlocks. The loop is here because a function that suspends in
   * its middle allocates a continuation for each call, which would be charged to the lock.
   */
  suspend fun increment(times: Int)

  companion object {
    /** A fresh counter, by the name that the benchmarks' parameter `subject` uses. */
    @JvmStatic
    fun create(subject: String): SuspendingCounter =
      when (subject) {
        "interlock" -> InterlockCounter()
        "kotlinx" -> KotlinxCounter()
        "nothing" -> UnguardedCounter()
        else -> throw IllegalArgumentException("no counter of coroutines is called $subject")
      }
  }
}

/** Ours. */
private class InterlockCounter : SuspendingCounter {
  private val mutex = dev.interlock.coroutines.Mutex()
  private var count = 0L

  override suspend fun increment(times: Int) = repeat(times) { mutex.withLock { count++ } }
}

/** Peer. */
private class KotlinxCounter : SuspendingCounter {
  private val mutex = KotlinxMutex()
  private var count = 0L

  override suspend fun increment(times: Int) = repeat(times) { mutex.withLock { count++ } }
}

/** No lock and a wrong count: what the job costs and allocates by itself. */
private class UnguardedCounter : SuspendingCounter {
  @Volatile private var count = 0L

  override suspend fun increment(times: Int) = repeat(times) { count++ }
}
