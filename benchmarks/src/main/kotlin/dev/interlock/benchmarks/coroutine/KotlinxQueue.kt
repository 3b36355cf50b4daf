package dev.interlock.benchmarks.coroutine

import dev.interlock.benchmarks.queue.Queues
import kotlinx.coroutines.channels.Channel

/** Peer: the channel of kotlinx.coroutines. */
internal class KotlinxQueue(capacity: Int) : SuspendingQueue {
  private val channel =
    Channel<Any>(if (capacity == Queues.UNBOUNDED) Channel.UNLIMITED else capacity)

  override suspend fun put(element: Any) = channel.send(element)

  override suspend fun take(): Any = channel.receive()
}
