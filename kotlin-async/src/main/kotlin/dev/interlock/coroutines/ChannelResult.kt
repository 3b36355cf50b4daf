@file:OptIn(ExperimentalContracts::class)

package dev.interlock.coroutines

import dev.interlock.channel.ChannelClosedException
import kotlin.contracts.ExperimentalContracts
import kotlin.contracts.InvocationKind
import kotlin.contracts.contract

/**
 * How a send or a receive ended that may end without effect: with a value, without one because it
 * would have had to wait (or waited in vain), or because the channel is closed. Use an exception
 * form ([Channel.send], [Channel.receive]) where closed is not expected.
 *
 * A success allocates nothing: the result is the value itself.
 *
 * @param T the element received; [Unit] for a send
 */
@JvmInline
public value class ChannelResult<out T : Any> private constructor(private val holder: Any) {
  /** Whether the operation had its effect. */
  public val isSuccess: Boolean
    get() = holder !is Failed

  /** Whether it had none, for whatever reason. */
  public val isFailure: Boolean
    get() = holder is Failed

  /** Whether it had none because the channel is closed (for a receive: and empty). */
  public val isClosed: Boolean
    get() = holder is Closed

  /** The value, or null. */
  @Suppress("UNCHECKED_CAST") // whoever makes a success puts in a T
  public fun getOrNull(): T? = if (holder is Failed) null else holder as T

  /**
   * The value.
   *
   * @throws ChannelClosedException when the channel is closed
   * @throws IllegalStateException when the operation would have had to wait
   */
  @Suppress("UNCHECKED_CAST") // as above
  public fun getOrThrow(): T =
    when (holder) {
      is Closed -> throw ChannelClosedException("the channel is closed", holder.cause)
      is Failed -> error("there is no value: the operation would have had to wait")
      else -> holder as T
    }

  /** The cause given at closing, if the channel is closed and one was given. */
  public fun exceptionOrNull(): Throwable? = (holder as? Closed)?.cause

  override fun toString(): String =
    when (holder) {
      is Closed -> if (holder.cause == null) "Closed" else "Closed(${holder.cause})"
      is Failed -> "Failed"
      else -> "Value($holder)"
    }

  private open class Failed

  private class Closed(val cause: Throwable?) : Failed() {
    override fun equals(other: Any?): Boolean = other is Closed && cause == other.cause

    override fun hashCode(): Int = cause.hashCode()
  }

  internal companion object {
    private val FAILED = Failed()
    private val CLOSED = Closed(null)

    fun <T : Any> success(value: T): ChannelResult<T> = ChannelResult(value)

    fun <T : Any> failed(): ChannelResult<T> = ChannelResult(FAILED)

    fun <T : Any> closed(cause: Throwable?): ChannelResult<T> =
      ChannelResult(if (cause == null) CLOSED else Closed(cause))
  }
}

/** The value, or what [onFailure] makes of the cause given at closing, if there was one. */
public inline fun <T : Any> ChannelResult<T>.getOrElse(onFailure: (cause: Throwable?) -> T): T {
  contract { callsInPlace(onFailure, InvocationKind.AT_MOST_ONCE) }
  return getOrNull() ?: onFailure(exceptionOrNull())
}

/** Calls [action] with the value, if there is one, and returns this. */
public inline fun <T : Any> ChannelResult<T>.onSuccess(action: (T) -> Unit): ChannelResult<T> {
  contract { callsInPlace(action, InvocationKind.AT_MOST_ONCE) }
  val value = getOrNull()
  if (value != null) action(value)
  return this
}

/** Calls [action] with the cause, if there is one, when there is no value, and returns this. */
public inline fun <T : Any> ChannelResult<T>.onFailure(
  action: (cause: Throwable?) -> Unit
): ChannelResult<T> {
  contract { callsInPlace(action, InvocationKind.AT_MOST_ONCE) }
  if (isFailure) action(exceptionOrNull())
  return this
}

/** Calls [action] with the cause, if there is one, when the channel is closed, and returns this. */
public inline fun <T : Any> ChannelResult<T>.onClosed(
  action: (cause: Throwable?) -> Unit
): ChannelResult<T> {
  contract { callsInPlace(action, InvocationKind.AT_MOST_ONCE) }
  if (isClosed) action(exceptionOrNull())
  return this
}
