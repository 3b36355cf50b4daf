package dev.interlock.benchmarks.coroutine

import dev.interlock.coroutines.Barrier
import java.util.concurrent.atomic.AtomicInteger
import kotlinx.coroutines.sync.Semaphore

/** A fixed number of coroutines that wait for each other, round after round. */
interface SuspendingBarrier {
  /** Goes through so many rounds. */
  suspend fun rounds(times: Int)

  companion object {
    /** A fresh barrier, by the name that the benchmarks' parameter `subject` uses. */
    @JvmStatic
    fun create(subject: String, parties: Int): SuspendingBarrier =
      when (subject) {
        "interlock" -> InterlockBarrier(parties)
        "kotlinxSemaphore" -> SemaphoreBarrier(parties)
        else -> throw IllegalArgumentException("no barrier of coroutines is called $subject")
      }
  }
}

/** Ours. */
private class InterlockBarrier(parties: Int) : SuspendingBarrier {
  private val barrier = Barrier(parties)

  override suspend fun rounds(times: Int) = repeat(times) { barrier.await() }
}

/**
 * Peer: a count, and for each round a semaphore without permits, to which the last gives one for
 * each of the others. It neither withdraws a cancelled arrival nor tells a leader.
 */
private class SemaphoreBarrier(private val parties: Int) : SuspendingBarrier {
  private val arrived = AtomicInteger()
  @Volatile private var gate = closed()

  override suspend fun rounds(times: Int) = repeat(times) { await() }

  private suspend fun await() {
    val mine = gate
    if (arrived.incrementAndGet() < parties) {
      mine.acquire()
      return
    }
    arrived.set(0)
    gate = closed()
    repeat(parties - 1) { mine.release() }
  }

  private fun closed() = Semaphore(parties, acquiredPermits = parties)
}
