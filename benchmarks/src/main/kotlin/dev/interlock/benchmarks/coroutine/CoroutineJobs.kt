package dev.interlock.benchmarks.coroutine

import dev.interlock.benchmarks.job.Traffic
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.launch
import kotlinx.coroutines.runBlocking

/** The jobs of the Java benchmarks that consist of coroutines; each waits for all of its own. */
object CoroutineJobs {
  /** So many senders move the first [count] of the elements to so many receivers. */
  @JvmStatic
  fun move(queue: SuspendingQueue, elements: Array<Any>, count: Int, pairs: Int) {
    val share = Traffic.share(count, pairs)
    runBlocking(Dispatchers.Default) {
      repeat(pairs) { sender ->
        launch {
          for (i in sender * share until (sender + 1) * share) {
            queue.put(elements[i])
          }
        }
        launch { repeat(share) { queue.take() } }
      }
    }
  }

  /** So many coroutines share [count] increments. */
  @JvmStatic
  fun count(counter: SuspendingCounter, count: Int, coroutines: Int) {
    val share = Traffic.share(count, coroutines)
    runBlocking(Dispatchers.Default) {
      repeat(coroutines) { launch { counter.increment(share) } }
    }
  }

  /** So many coroutines go through so many rounds. */
  @JvmStatic
  fun rounds(barrier: SuspendingBarrier, rounds: Int, parties: Int) {
    runBlocking(Dispatchers.Default) { repeat(parties) { launch { barrier.rounds(rounds) } } }
  }
}
