package dev.interlock.benchmarks.coroutine

import dev.interlock.benchmarks.job.Traffic
import java.util.concurrent.atomic.AtomicInteger
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

  /** So many coroutines share [count] uses of the permits, all of which have to happen. */
  @JvmStatic
  fun use(permits: SuspendingPermits, count: Int, coroutines: Int, yielding: Boolean) {
    val share = Traffic.share(count, coroutines)
    val uses = AtomicInteger()
    runBlocking(Dispatchers.Default) {
      repeat(coroutines) {
        launch {
          uses.addAndGet(if (yielding) permits.useAndYield(share) else permits.use(share))
        }
      }
    }
    check(uses.get() == count) { "${uses.get()} uses instead of $count" }
  }

  /** One coroutine signals an event and takes it, so many times. */
  @JvmStatic
  fun keptTurns(event: SuspendingEvent, count: Int) {
    runBlocking(Dispatchers.Default) { event.keptTurns(count) }
  }

  /** Two coroutines signal each other in turns, [count] times altogether. */
  @JvmStatic
  fun turns(first: SuspendingEvent, second: SuspendingEvent, count: Int) {
    runBlocking(Dispatchers.Default) {
      launch { first.turns(second, count / 2) }
      launch { second.turns(first, count / 2) }
      first.signal()
    }
  }
}
