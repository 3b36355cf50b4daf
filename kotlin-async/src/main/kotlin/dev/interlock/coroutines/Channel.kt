@file:OptIn(ExperimentalContracts::class)

package dev.interlock.coroutines

import dev.interlock.channel.Channel as BlockingChannel
import dev.interlock.channel.ChannelClosedException
import dev.interlock.channel.ReceiveResult
import dev.interlock.channel.SendResult
import dev.interlock.future.PollFuture
import dev.interlock.internal.op.DirectChannel
import kotlin.contracts.ExperimentalContracts
import kotlin.contracts.InvocationKind
import kotlin.contracts.contract
import kotlin.time.Duration

/**
 * The suspending face of a [channel][BlockingChannel]. Threads, virtual threads and futures may
 * send to and receive from the same channel at the same time, through [blocking].
 *
 * ```
 * val lines = Channel<String>(64)
 * launch {
 *   lines.send("hello")
 *   lines.close()
 * }
 * for (line in lines) println(line)
 * ```
 *
 * **Progress.** Nothing here blocks the thread beyond the short locks of the channel. [send]
 * suspends while there is no room, [receive] while there is nothing.
 *
 * **Memory effects.** Actions before a send happen-before actions after the receive of its element;
 * actions before [close] happen-before actions after a receive that says closed.
 *
 * **Ordering and fairness.** Linearizable. Elements are received in the order in which they were
 * accepted; waiting senders are accepted, and waiting receivers served, in the order in which they
 * came.
 *
 * **Blocking and errors.** Cancellation is prompt. A coroutine that is cancelled while it waits
 * leaves the queue without effect. A receiver that is cancelled after it was given an element and
 * before it runs hands the element to the next receiver, or back to the front of the channel. A
 * send that was accepted reports success even if its coroutine was cancelled since. Nothing looks
 * for cancellation when it need not wait. After [close] sends throw [ChannelClosedException], also
 * those that wait, and their elements stay with the caller; receives do when everything was
 * received.
 *
 * **Cost.** That of the channel for what need not wait. Cancelling a wait is O(1).
 *
 * **Footprint.** None of its own: a value class over [blocking]. [send], [receive] and the
 * iteration allocate nothing while nobody suspends; [receiveCatching] its state.
 *
 * @param T the type of the elements
 */
@JvmInline
public value class Channel<T : Any>
internal constructor(
  /** The same channel for threads. */
  public val blocking: BlockingChannel<T>
) {
  // Sending

  /**
   * Sends, suspending while there is no room.
   *
   * @throws ChannelClosedException when closed before the element was accepted; it was not sent
   */
  public suspend fun send(element: T) {
    if (!sendNow(blocking, element)) awaitSuccess(blocking.sendAsync(element))
  }

  /**
   * Sends, suspending while there is no room, not longer than [timeout]; zero or less does not
   * wait. Returns whether the element was accepted.
   *
   * @throws ChannelClosedException when closed before the element was accepted; it was not sent
   */
  public suspend fun send(element: T, timeout: Duration): Boolean {
    val now = blocking.trySend(element)
    if (now.isSent) return true
    if (now is SendResult.Closed) {
      throw ChannelClosedException(
        "$this is closed: the element was not sent and stays with the caller",
        now.cause(),
      )
    }
    if (!timeout.isPositive()) return false
    val operation = blocking.sendAsync(element)
    return within(timeout) { operation.await().let { true } } ?: false
  }

  /** Sends if there is room, or a receiver waits, now. */
  public fun trySend(element: T): ChannelResult<Unit> =
    when (val result = blocking.trySend(element)) {
      is SendResult.Sent -> ChannelResult.success(Unit)
      is SendResult.Full -> ChannelResult.failed()
      is SendResult.Closed -> ChannelResult.closed(result.cause())
    }

  // Receiving

  /**
   * Receives, suspending while there is nothing.
   *
   * @throws ChannelClosedException when closed and everything was received
   */
  public suspend fun receive(): T {
    val element = receiveNow(blocking)
    if (element != null) return element
    // The type is spelt out because a check for null after a call would cost a state of its own.
    val operation: PollFuture<T> = blocking.receiveAsync()
    return operation.await()
  }

  /** Receives, suspending while there is nothing; closed is a result, not an exception. */
  public suspend fun receiveCatching(): ChannelResult<T> {
    val element = receiveNow(blocking)
    return if (element != null) ChannelResult.success(element) else awaitCatching()
  }

  private suspend fun awaitCatching(): ChannelResult<T> =
    try {
      ChannelResult.success(blocking.receiveAsync().await())
    } catch (closed: ChannelClosedException) {
      ChannelResult.closed(closed.cause)
    }

  /**
   * Receives, suspending while there is nothing, not longer than [timeout]; zero or less does not
   * wait. A failed result that is not closed says that the time ran out.
   */
  public suspend fun receiveCatching(timeout: Duration): ChannelResult<T> {
    val now = tryReceive()
    if (now.isSuccess || now.isClosed || !timeout.isPositive()) return now
    val operation = blocking.receiveAsync()
    return try {
      val element = within(timeout) { operation.await() }
      if (element != null) ChannelResult.success(element) else ChannelResult.failed()
    } catch (closed: ChannelClosedException) {
      ChannelResult.closed(closed.cause)
    }
  }

  /** Receives if an element is there, or a sender waits, now. */
  public fun tryReceive(): ChannelResult<T> {
    val element = receiveNow(blocking)
    if (element != null) return ChannelResult.success(element)
    // Null does not say why, and not for certain.
    return when (val result = blocking.tryReceive()) {
      is ReceiveResult.Received -> ChannelResult.success(result.element())
      is ReceiveResult.Empty -> ChannelResult.failed()
      is ReceiveResult.Closed -> ChannelResult.closed(result.cause())
    }
  }

  /**
   * Receives at least one element and up to [max], in one step, suspending for the first only.
   *
   * @throws ChannelClosedException when closed and everything was received
   * @throws IllegalArgumentException when [max] is less than 1
   */
  public suspend fun receiveBatch(max: Int): List<T> {
    val operation: PollFuture<List<T>> = blocking.receiveBatchAsync(max)
    return operation.await()
  }

  /** As [receiveBatch], but does not wait; an empty list when nothing is there. */
  public fun tryReceiveBatch(max: Int): List<T> =
    ArrayList<T>().also { blocking.tryReceiveBatch(it, max) }

  /**
   * Receives until the channel is closed and empty. Closed with a cause, the iteration throws
   * [ChannelClosedException] at the end instead.
   */
  public operator fun iterator(): ChannelIterator<T> = ChannelIterator(this)

  // Ending

  /**
   * Closes: sends are refused from now on, also those that wait; what was accepted can be received.
   * Returns whether this call closed it; false when it was closed before, and nothing changes.
   *
   * @param cause carried by the exceptions and results that say closed
   */
  public fun close(cause: Throwable? = null): Boolean = blocking.close(cause)

  /**
   * Closes, and gives what was accepted and not received to the handler of undelivered elements.
   * Returns whether this call cancelled it; false when it was cancelled before.
   *
   * @param cause as in [close]; ignored when closed before
   */
  public fun cancel(cause: Throwable? = null): Boolean = blocking.cancel(cause)

  // Looking

  /** How many elements are held now; 0 for a rendezvous channel. */
  public val size: Int
    get() = blocking.size()

  /** How many it can hold; [UNLIMITED] if any number. */
  public val capacity: Int
    get() = blocking.capacity()

  /** Whether a receive would have to wait now, or find the channel closed. */
  public val isEmpty: Boolean
    get() = blocking.isEmpty

  /** Whether a send would have to wait now. */
  public val isFull: Boolean
    get() = blocking.isFull

  /** Whether it was closed for sending; elements may still be there. */
  public val isClosedForSend: Boolean
    get() = blocking.isClosed

  /** Whether it was closed and everything was received. */
  public val isClosedForReceive: Boolean
    get() = blocking.isDrained

  /** How many senders of every kind wait; for monitoring. */
  public val waitingSenders: Int
    get() = blocking.waitingSenders()

  /** How many receivers of every kind wait; for monitoring. */
  public val waitingReceivers: Int
    get() = blocking.waitingReceivers()

  override fun toString(): String = blocking.toString()

  /** Capacities with a name. */
  public companion object {
    /** Holds nothing: each send waits for its receive, and the other way round. */
    public const val RENDEZVOUS: Int = 0

    /** Holds any number of elements: a send never waits. */
    public const val UNLIMITED: Int = BlockingChannel.UNBOUNDED
  }
}

/**
 * A channel that holds up to [capacity] elements, exactly.
 *
 * @param capacity also [Channel.RENDEZVOUS] or [Channel.UNLIMITED]
 * @param name what errors, dumps and `toString` show
 * @param onUndelivered gets each element that was accepted and will not be received, because the
 *   channel was cancelled
 * @throws IllegalArgumentException when [capacity] is negative, or too large for a bounded channel
 */
public fun <T : Any> Channel(
  capacity: Int = Channel.RENDEZVOUS,
  name: String? = null,
  onUndelivered: ((T) -> Unit)? = null,
): Channel<T> {
  val builder = BlockingChannel.builder<T>()
  when (capacity) {
    Channel.RENDEZVOUS -> builder.rendezvous()
    Channel.UNLIMITED -> builder.unbounded()
    else -> builder.bounded(capacity)
  }
  if (name != null) builder.name(name)
  if (onUndelivered != null) builder.onUndelivered(onUndelivered)
  return Channel(builder.build())
}

/** The same channel for coroutines. */
public val <T : Any> BlockingChannel<T>.suspending: Channel<T>
  get() = Channel(this)

/**
 * Iterates over what a channel delivers, suspending in [hasNext]. For one coroutine at a time; any
 * number of iterators share the elements.
 */
public class ChannelIterator<T : Any> internal constructor(private val channel: Channel<T>) {
  private var next: T? = null

  /**
   * Whether there is another element, suspending until that is known. The element is received by
   * this call.
   *
   * @throws ChannelClosedException when the channel was closed with a cause and everything received
   */
  public suspend operator fun hasNext(): Boolean {
    if (next != null) return true
    next = receiveNow(channel.blocking)
    return next != null || awaitNext()
  }

  private suspend fun awaitNext(): Boolean {
    try {
      next = channel.blocking.receiveAsync().await()
      return true
    } catch (closed: ChannelClosedException) {
      if (closed.cause == null) return false
      throw closed
    }
  }

  /**
   * The element that [hasNext] has received.
   *
   * @throws IllegalStateException when [hasNext] was not called before, or said false
   */
  public operator fun next(): T {
    val element = checkNotNull(next) { "call hasNext before next: there is no element to take" }
    next = null
    return element
  }
}

/**
 * Runs [block] and then cancels the channel, with what the block threw as the cause: for the one
 * receiver that a channel has.
 */
public inline fun <T : Any, R> Channel<T>.consume(block: Channel<T>.() -> R): R {
  contract { callsInPlace(block, InvocationKind.EXACTLY_ONCE) }
  var cause: Throwable? = null
  try {
    return block()
  } catch (failure: Throwable) {
    cause = failure
    throw failure
  } finally {
    cancel(cause)
  }
}

/** Receives until the channel is closed and empty; [consume]s it. */
public suspend inline fun <T : Any> Channel<T>.consumeEach(action: (T) -> Unit) {
  consume { for (element in this) action(element) }
}

private fun <T : Any> sendNow(channel: BlockingChannel<T>, element: T): Boolean {
  val direct = channel.direct
  return if (direct != null) direct.sendNow(element) else channel.trySend(element).isSent
}

private fun <T : Any> receiveNow(channel: BlockingChannel<T>): T? {
  val direct = channel.direct
  return if (direct != null) direct.receiveNow() else channel.tryReceive().orNull()
}

/** Null for a channel that is not one of the core's. */
@Suppress("UNCHECKED_CAST") // the same elements
private val <T : Any> BlockingChannel<T>.direct: DirectChannel<T>?
  get() = this as? DirectChannel<T>
