package dev.interlock.verification

import dev.interlock.channel.ChannelClosedException
import dev.interlock.channel.ReceiveResult
import dev.interlock.channel.SendResult
import java.util.Objects

/**
 * What a channel does, one call after the other. [capacity] 0 is a rendezvous, `Int.MAX_VALUE`
 * unbounded.
 *
 * Not safe for use by two threads. Equality is equality of the state; the callers that wait are
 * compared by the checker itself.
 */
public class ChannelSpecification<E : Any>(private val capacity: Int) {
  private class Sender<E>(val element: E, val caller: Pending<Unit>)

  private val waits = Waits()
  private val buffer = ArrayDeque<E>()

  /**
   * Given back by receivers that were cancelled after the grant; received first, not seen by
   * senders.
   */
  private val handedBack = ArrayDeque<E>()
  private val senders = ArrayDeque<Sender<E>>()
  private val receivers = ArrayDeque<Pending<E>>()
  private var closed = false
  private var cancelled = false
  private var undelivered = 0

  public suspend fun send(element: E) {
    when (trySend(element)) {
      SendResult.sent() -> return
      SendResult.full() -> Unit
      else -> throw closedException()
    }
    waits.await(
      enqueue = { senders.addLast(Sender(element, it)) },
      withdraw = { caller -> senders.removeIf { it.caller === caller } },
      giveBack = {}, // what was sent cannot be recalled
    )
  }

  public fun trySend(element: E): SendResult {
    if (closed) {
      return SendResult.closed(null)
    }
    if (receivers.isNotEmpty()) {
      receivers.removeFirst().grant(element)
      return SendResult.sent()
    }
    if (buffer.size >= capacity) {
      return SendResult.full()
    }
    buffer.addLast(element)
    return SendResult.sent()
  }

  public suspend fun receive(): E {
    take()?.let {
      return it
    }
    if (closed) {
      throw closedException()
    }
    return waits.await(
      enqueue = { receivers.addLast(it) },
      withdraw = { receivers.remove(it) },
      giveBack = { putBack(it) },
    )
  }

  public fun tryReceive(): ReceiveResult<E> {
    val element = take()
    return when {
      element != null -> ReceiveResult.received(element)
      closed -> ReceiveResult.closed(null)
      else -> ReceiveResult.empty()
    }
  }

  /** A batch that has to wait gets one element: there is no more when it is granted. */
  public suspend fun receiveBatch(max: Int): List<E> {
    val batch = tryReceiveBatch(max)
    return batch.ifEmpty { listOf(receive()) }
  }

  public fun tryReceiveBatch(max: Int): List<E> = generateSequence { take() }.take(max).toList()

  public fun close(): Boolean {
    if (closed) {
      return false
    }
    closed = true
    while (receivers.isNotEmpty()) {
      receivers.removeFirst().fail(closedException())
    }
    while (senders.isNotEmpty()) {
      senders.removeFirst().caller.fail(closedException())
    }
    return true
  }

  public fun cancel(): Boolean {
    if (cancelled) {
      return false
    }
    close()
    undelivered += size()
    handedBack.clear()
    buffer.clear()
    cancelled = true
    return true
  }

  public fun size(): Int = handedBack.size + buffer.size

  public fun isEmpty(): Boolean = size() == 0 && senders.isEmpty()

  public fun isFull(): Boolean = !closed && buffer.size >= capacity && receivers.isEmpty()

  public fun isClosed(): Boolean = closed

  public fun isDrained(): Boolean = closed && size() == 0

  public fun waitingSenders(): Int = senders.size

  public fun waitingReceivers(): Int = receivers.size

  /** How many elements were accepted and given to the handler of undelivered ones. */
  public fun undelivered(): Int = undelivered

  private fun take(): E? {
    handedBack.removeFirstOrNull()?.let {
      return it
    }
    val first = buffer.removeFirstOrNull()
    if (first == null) {
      val sender = senders.removeFirstOrNull() ?: return null
      sender.caller.grant(Unit)
      return sender.element
    }
    if (buffer.size < capacity && senders.isNotEmpty()) {
      val sender = senders.removeFirst()
      buffer.addLast(sender.element)
      sender.caller.grant(Unit)
    }
    return first
  }

  /** A receiver that is cancelled after the grant hands its element on, or back to the channel. */
  private fun putBack(element: E) {
    when {
      cancelled -> undelivered++
      receivers.isNotEmpty() -> receivers.removeFirst().grant(element)
      else -> handedBack.addFirst(element)
    }
  }

  private fun closedException() = ChannelClosedException("closed", null)

  override fun equals(other: Any?): Boolean =
    other is ChannelSpecification<*> &&
      buffer == other.buffer &&
      handedBack == other.handedBack &&
      closed == other.closed &&
      cancelled == other.cancelled &&
      undelivered == other.undelivered &&
      waits == other.waits

  override fun hashCode(): Int =
    Objects.hash(buffer, handedBack, closed, cancelled, undelivered, waits)
}
