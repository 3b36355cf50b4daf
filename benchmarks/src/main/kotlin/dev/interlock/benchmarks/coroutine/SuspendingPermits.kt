package dev.interlock.benchmarks.coroutine

import dev.interlock.coroutines.withPermit
import kotlinx.coroutines.sync.Semaphore as KotlinxSemaphore
import kotlinx.coroutines.sync.withPermit
import kotlinx.coroutines.yield

/** Permits that coroutines take and return; each use is counted by who uses it. */
interface SuspendingPermits {
  /**
   * So many times: takes a permit, adds one to a count of its own, returns the permit. The count is
   * the result. The loop is here for the reason given at [SuspendingCounter.increment].
   */
  suspend fun use(times: Int): Int

  /** As [use], and lets other coroutines run while it has the permit: so the permits run out. */
  suspend fun useAndYield(times: Int): Int

  companion object {
    /** Fresh ones, by the name that the benchmarks' parameter `subject` uses. */
    @JvmStatic
    fun create(subject: String, permits: Int): SuspendingPermits =
      when (subject) {
        "interlock" -> InterlockPermits(permits)
        "kotlinx" -> KotlinxPermits(permits)
        "nothing" -> NoPermits()
        else -> throw IllegalArgumentException("no permits of coroutines are called $subject")
      }
  }
}

/** Ours. */
private class InterlockPermits(permits: Int) : SuspendingPermits {
  private val semaphore = dev.interlock.coroutines.Semaphore(permits)

  override suspend fun use(times: Int): Int {
    var uses = 0
    repeat(times) { semaphore.withPermit { uses++ } }
    return uses
  }

  override suspend fun useAndYield(times: Int): Int {
    var uses = 0
    repeat(times) {
      semaphore.withPermit {
        yield()
        uses++
      }
    }
    return uses
  }
}

/** Peer. */
private class KotlinxPermits(permits: Int) : SuspendingPermits {
  private val semaphore = KotlinxSemaphore(permits)

  override suspend fun use(times: Int): Int {
    var uses = 0
    repeat(times) { semaphore.withPermit { uses++ } }
    return uses
  }

  override suspend fun useAndYield(times: Int): Int {
    var uses = 0
    repeat(times) {
      semaphore.withPermit {
        yield()
        uses++
      }
    }
    return uses
  }
}

/** No permits: what the job costs and allocates by itself. */
private class NoPermits : SuspendingPermits {
  @Volatile private var uses = 0

  override suspend fun use(times: Int): Int {
    repeat(times) { uses++ }
    return times
  }

  override suspend fun useAndYield(times: Int): Int {
    repeat(times) {
      yield()
      uses++
    }
    return times
  }
}
