package dev.interlock.verification

import dev.interlock.ClosedException

/**
 * What a semaphore does, one call after the other: strictly first in, first out; free permits are
 * kept for the head of the queue; `tryAcquire` fails while somebody waits.
 *
 * Not safe for use by two threads. Equality is equality of the state; the callers that wait are
 * compared by the checker itself, which knows their operations.
 */
public class SemaphoreSpecification(private var free: Int) {
  private class Request(val need: Int, val caller: Pending<Unit>)

  private val queue = ArrayDeque<Request>()
  private val waits = Waits()
  private var closed = false

  public suspend fun acquire(permits: Int) {
    throwIfClosed()
    if (queue.isEmpty() && free >= permits) {
      free -= permits
      return
    }
    waits.await(
      enqueue = { queue.addLast(Request(permits, it)) },
      withdraw = { caller ->
        queue.removeIf { it.caller === caller }
        serve()
      },
      giveBack = { release(permits) },
    )
  }

  public fun tryAcquire(permits: Int): Boolean {
    throwIfClosed()
    if (queue.isNotEmpty() || free < permits) {
      return false
    }
    free -= permits
    return true
  }

  public fun release(permits: Int) {
    free += permits
    serve()
  }

  public fun reducePermits(permits: Int) {
    free -= permits
  }

  public fun drainPermits(): Int {
    throwIfClosed()
    if (queue.isNotEmpty() || free <= 0) {
      return 0
    }
    return free.also { free = 0 }
  }

  public fun close(): Boolean {
    if (closed) {
      return false
    }
    closed = true
    while (queue.isNotEmpty()) {
      queue.removeFirst().caller.fail(ClosedException("closed", null))
    }
    return true
  }

  public fun isClosed(): Boolean = closed

  public fun availablePermits(): Int = if (closed) 0 else free

  public fun waiting(): Int = queue.size

  private fun serve() {
    while (queue.isNotEmpty() && queue.first().need <= free) {
      val head = queue.removeFirst()
      free -= head.need
      head.caller.grant(Unit)
    }
  }

  private fun throwIfClosed() {
    if (closed) {
      throw ClosedException("closed", null)
    }
  }

  override fun equals(other: Any?): Boolean =
    other is SemaphoreSpecification && free == other.free && closed == other.closed

  override fun hashCode(): Int = 31 * free + closed.hashCode()
}
