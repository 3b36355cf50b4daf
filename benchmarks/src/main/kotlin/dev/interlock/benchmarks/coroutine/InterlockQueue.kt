package dev.interlock.benchmarks.coroutine

import dev.interlock.benchmarks.queue.Queues
import dev.interlock.coroutines.Channel
import dev.interlock.coroutines.suspending

/** Ours: the suspending form of a channel. */
internal class InterlockQueue(capacity: Int) : SuspendingQueue {
  // The type is written out: a platform type would be checked for null after each call, which then
  // is no tail call and allocates a continuation.
  private val channel: Channel<Any> = Queues.interlock(capacity).suspending

  override suspend fun put(element: Any) = channel.send(element)

  override suspend fun take(): Any = channel.receive()
}
