package dev.interlock.benchmarks.coroutine

import dev.interlock.benchmarks.queue.Queues
import dev.interlock.coroutines.suspending

/** Ours: the suspending form of a channel. */
internal class InterlockQueue(capacity: Int) : SuspendingQueue {
  private val channel = Queues.interlock(capacity).suspending

  override suspend fun put(element: Any) = channel.send(element)

  override suspend fun take(): Any = channel.receive()
}
