package dev.interlock.lincheck

import dev.interlock.channel.Channel
import dev.interlock.channel.ReceiveResult
import dev.interlock.channel.SendResult
import dev.interlock.verification.ChannelSpecification
import java.time.Duration
import org.jetbrains.lincheck.datastructures.IntGen
import org.jetbrains.lincheck.datastructures.Operation
import org.jetbrains.lincheck.datastructures.Param

/**
 * Every operation of a channel. Those that wait come twice: as a coroutine, which may be cancelled,
 * and as a thread (`Blocking`); both kinds stand in the same queues.
 */
@Param(name = "e", gen = IntGen::class, conf = "1:3")
abstract class ChannelOperations(private val channel: Channel<Int>) : Operations() {
  @Operation(cancellableOnSuspension = true, promptCancellation = true)
  suspend fun send(@Param(name = "e") e: Int) {
    channel.sendAsync(e).awaitWatched()
  }

  @Operation(cancellableOnSuspension = false)
  suspend fun sendBlocking(@Param(name = "e") e: Int) = channel.send(e)

  @Operation fun trySend(@Param(name = "e") e: Int) = channel.trySend(e).word()

  @Operation fun sendWithoutTime(@Param(name = "e") e: Int) = channel.send(e, Duration.ZERO)

  @Operation(cancellableOnSuspension = true, promptCancellation = true)
  suspend fun receive(): Int = channel.receiveAsync().awaitWatched()

  @Operation(cancellableOnSuspension = false) suspend fun receiveBlocking(): Int = channel.receive()

  @Operation fun tryReceive() = channel.tryReceive().word()

  @Operation fun receiveWithoutTime() = channel.receive(Duration.ZERO).word()

  @Operation(cancellableOnSuspension = true, promptCancellation = true)
  suspend fun receiveBatch(): String = channel.receiveBatchAsync(BATCH).awaitWatched().toString()

  @Operation(cancellableOnSuspension = false)
  suspend fun receiveBatchBlocking(): String =
    ArrayList<Int>().also { channel.receiveBatch(it, BATCH) }.toString()

  @Operation
  fun tryReceiveBatch() = ArrayList<Int>().also { channel.tryReceiveBatch(it, BATCH) }.toString()

  @Operation fun close() = channel.close(null)

  @Operation fun cancel() = channel.cancel(null)

  @Operation fun size() = channel.size()

  @Operation fun isEmpty() = channel.isEmpty

  @Operation fun isFull() = channel.isFull

  @Operation fun isClosed() = channel.isClosed

  @Operation fun isDrained() = channel.isDrained

  @Operation fun waitingSenders() = channel.waitingSenders()

  @Operation fun waitingReceivers() = channel.waitingReceivers()
}

/** The same operations on the specification. */
abstract class ChannelOperationsSpecification(capacity: Int) {
  private val channel = ChannelSpecification<Int>(capacity)

  suspend fun send(e: Int) = channel.send(e)

  suspend fun sendBlocking(e: Int) = channel.send(e)

  fun trySend(e: Int) = channel.trySend(e).word()

  fun sendWithoutTime(e: Int): Boolean =
    when (channel.trySend(e)) {
      SendResult.sent() -> true
      SendResult.full() -> false
      else -> throw dev.interlock.channel.ChannelClosedException("closed", null)
    }

  suspend fun receive() = channel.receive()

  suspend fun receiveBlocking() = channel.receive()

  fun tryReceive() = channel.tryReceive().word()

  fun receiveWithoutTime() = channel.tryReceive().word()

  suspend fun receiveBatch() = channel.receiveBatch(BATCH).toString()

  suspend fun receiveBatchBlocking() = channel.receiveBatch(BATCH).toString()

  fun tryReceiveBatch() = channel.tryReceiveBatch(BATCH).toString()

  fun close() = channel.close()

  fun cancel() = channel.cancel()

  fun size() = channel.size()

  fun isEmpty() = channel.isEmpty()

  fun isFull() = channel.isFull()

  fun isClosed() = channel.isClosed()

  fun isDrained() = channel.isDrained()

  fun waitingSenders() = channel.waitingSenders()

  fun waitingReceivers() = channel.waitingReceivers()

  override fun equals(other: Any?) =
    other is ChannelOperationsSpecification && channel == other.channel

  override fun hashCode() = channel.hashCode()
}

private const val BATCH = 2

private fun SendResult.word(): String =
  when (this) {
    SendResult.sent() -> "sent"
    SendResult.full() -> "full"
    else -> "closed"
  }

private fun ReceiveResult<Int>.word(): String =
  when {
    isReceived -> orNull().toString()
    isClosed -> "closed"
    else -> "empty"
  }
