package dev.interlock.coroutines

import dev.interlock.channel.Channel as BlockingChannel
import dev.interlock.channel.ChannelClosedException
import java.util.concurrent.atomic.AtomicLong
import kotlin.concurrent.thread
import kotlin.time.Duration
import kotlin.time.Duration.Companion.milliseconds
import kotlin.time.Duration.Companion.seconds
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.async
import kotlinx.coroutines.delay
import kotlinx.coroutines.joinAll
import kotlinx.coroutines.launch
import kotlinx.coroutines.runBlocking
import kotlinx.coroutines.supervisorScope
import kotlinx.coroutines.test.runTest
import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.Assertions.assertFalse
import org.junit.jupiter.api.Assertions.assertInstanceOf
import org.junit.jupiter.api.Assertions.assertSame
import org.junit.jupiter.api.Assertions.assertThrows
import org.junit.jupiter.api.Assertions.assertTrue
import org.junit.jupiter.api.Test

class ChannelTest {
  private val kinds = listOf(Channel.RENDEZVOUS, 1, 3, Channel.UNLIMITED)

  /** What was sent is received, once and in order, whatever the capacity. */
  @Test
  fun send_andReceive() = runTest {
    for (capacity in kinds) {
      val channel = Channel<Int>(capacity)
      launch { for (i in 1..10) channel.send(i) }
      assertEquals((1..10).toList(), List(10) { channel.receive() })
      assertTrue(channel.isEmpty)
    }
  }

  /** A send suspends while there is no room, and takes its turn. */
  @Test
  fun send_full() = runTest {
    val channel = Channel<String>(1)
    channel.send("a")
    assertTrue(channel.isFull)
    val waiting = launch { channel.send("b") }
    testScheduler.runCurrent()
    assertEquals(1, channel.waitingSenders)
    assertEquals("a", channel.receive())
    waiting.join()
    assertEquals("b", channel.receive())
  }

  /** Without room, and with nobody who waits, try says so and changes nothing. */
  @Test
  fun trySend_outcomes() = runTest {
    val channel = Channel<String>(1)
    assertTrue(channel.trySend("a").isSuccess)
    val full = channel.trySend("b")
    assertTrue(full.isFailure && !full.isClosed)
    assertThrows(IllegalStateException::class.java) { full.getOrThrow() }
    val cause = IllegalStateException("why")
    channel.close(cause)
    val closed = channel.trySend("c")
    assertTrue(closed.isFailure && closed.isClosed)
    assertSame(cause, closed.exceptionOrNull())
    assertThrows(ChannelClosedException::class.java) { closed.getOrThrow() }
    assertEquals(1, channel.size)
  }

  /** Try says whether there is nothing yet, or nothing any more. */
  @Test
  fun tryReceive_outcomes() = runTest {
    for (capacity in kinds) {
      val channel = Channel<String>(capacity)
      assertEquals("Failed", channel.tryReceive().toString())
      launch { channel.send("a") }
      testScheduler.runCurrent()
      assertEquals("Value(a)", channel.tryReceive().toString())
      channel.close()
      val closed = channel.tryReceive()
      assertTrue(closed.isClosed)
      assertEquals(null, closed.exceptionOrNull())
      assertEquals("Closed", closed.toString())
    }
  }

  /** A channel that is closed with a cause delivers what it holds, then says closed, with it. */
  @Test
  fun close_withCause() = runTest {
    for (capacity in listOf(1, 3, Channel.UNLIMITED)) {
      val channel = Channel<String>(capacity)
      val cause = IllegalStateException("why")
      channel.send("a")
      assertTrue(channel.close(cause))
      assertFalse(channel.close())
      assertTrue(channel.isClosedForSend)
      assertFalse(channel.isClosedForReceive)
      for (refused in
        listOf(runCatching { channel.send("b") }, runCatching { channel.send("b", 1.seconds) })) {
        assertInstanceOf(ChannelClosedException::class.java, refused.exceptionOrNull())
        assertSame(cause, refused.exceptionOrNull()?.cause)
      }
      assertEquals("a", channel.receive())
      assertTrue(channel.isClosedForReceive)
      for (ended in
        listOf(
          runCatching { channel.receive() },
          runCatching { channel.receiveBatch(3) },
          runCatching { for (element in channel) error(element) },
        )) {
        assertInstanceOf(ChannelClosedException::class.java, ended.exceptionOrNull())
        assertSame(cause, ended.exceptionOrNull()?.cause)
      }
      for (result in listOf(channel.receiveCatching(), channel.receiveCatching(1.seconds))) {
        assertTrue(result.isClosed)
        assertSame(cause, result.exceptionOrNull())
      }
      assertEquals(emptyList<String>(), channel.tryReceiveBatch(3))
    }
  }

  /** Closing ends every wait: a sender keeps its element, a receiver learns that nothing comes. */
  @Test
  fun close_endsWaits() = runTest {
    val full = Channel<String>(1)
    full.send("a")
    supervisorScope {
      val senders = listOf(async { full.send("b") }, async { full.send("b", 9.seconds) })
      testScheduler.runCurrent()
      assertEquals(2, full.waitingSenders)
      full.close()
      for (sender in senders) {
        val failure = runCatching { sender.await() }.exceptionOrNull()
        assertInstanceOf(ChannelClosedException::class.java, failure)
      }
    }
    assertEquals(1, full.size)

    val empty = Channel<String>()
    supervisorScope {
      val receiver = async { empty.receive() }
      val batch = async { empty.receiveBatch(2) }
      val catching = async { empty.receiveCatching() }
      val timed = async { empty.receiveCatching(9.seconds) }
      val iteration = async { for (element in empty) error(element) }
      testScheduler.runCurrent()
      assertEquals(5, empty.waitingReceivers)
      empty.close()
      for (failed in listOf(receiver, batch)) {
        val failure = runCatching { failed.await() }.exceptionOrNull()
        assertInstanceOf(ChannelClosedException::class.java, failure)
      }
      assertTrue(catching.await().isClosed)
      assertTrue(timed.await().isClosed)
      iteration.await()
    }
    assertEquals(0, testScheduler.currentTime)
  }

  /** Cancelling gives what was accepted to the handler, in order, and closes. */
  @Test
  fun cancel_undelivered() = runTest {
    val undelivered = ArrayList<Int>()
    val channel = Channel<Int>(3, name = "line", onUndelivered = { undelivered += it })
    for (i in 1..3) channel.send(i)
    assertEquals(1, channel.receive())
    assertTrue(channel.cancel())
    assertFalse(channel.cancel())
    assertEquals(listOf(2, 3), undelivered)
    assertTrue(channel.isClosedForReceive)
    assertTrue("line" in channel.toString())
  }

  /** The loop suspends for each element and ends when the channel is closed and empty. */
  @Test
  fun iterator_loop() = runTest {
    for (capacity in kinds) {
      val channel = Channel<Int>(capacity)
      launch {
        for (i in 1..5) {
          delay(10)
          channel.send(i)
        }
        channel.close()
      }
      val received = ArrayList<Int>()
      for (element in channel) received += element
      assertEquals((1..5).toList(), received)
    }
  }

  /** Asking twice receives one element; taking without asking is an error. */
  @Test
  fun iterator_misuse() = runTest {
    val channel = Channel<Int>(2)
    channel.send(1)
    channel.send(2)
    val iterator = channel.iterator()
    assertThrows(IllegalStateException::class.java) { iterator.next() }
    assertTrue(iterator.hasNext())
    assertTrue(iterator.hasNext())
    assertEquals(1, iterator.next())
    assertThrows(IllegalStateException::class.java) { iterator.next() }
    assertEquals(1, channel.size)
  }

  /** The consumer that ends, well or badly, ends the channel. */
  @Test
  fun consumeEach_ends() = runTest {
    val channel = Channel<Int>(5)
    val received = ArrayList<Int>()
    for (i in 1..3) channel.send(i)
    val failure = runCatching {
      channel.consumeEach {
        received += it
        check(it < 2) { "enough" }
      }
    }
    assertEquals("enough", failure.exceptionOrNull()?.message)
    assertEquals(listOf(1, 2), received)
    assertEquals("enough", channel.trySend(4).exceptionOrNull()?.message)

    val closed = Channel<Int>(5)
    closed.send(1)
    closed.close()
    closed.consumeEach { received += it }
    assertEquals(listOf(1, 2, 1), received)
    assertEquals("first", Channel<Int>(1).consume { "first" })
  }

  /** A batch waits for its first element only. */
  @Test
  fun receiveBatch_sizes() = runTest {
    for (capacity in kinds) {
      val channel = Channel<Int>(capacity)
      val first = async { channel.receiveBatch(4) }
      testScheduler.runCurrent()
      launch { for (i in 1..7) channel.send(i) }
      val received = first.await().toMutableList()
      while (received.size < 7) received +=
        channel.receiveBatch(4).also { assertTrue(it.size <= 4) }
      assertEquals((1..7).toList(), received)
      assertEquals(emptyList<Int>(), channel.tryReceiveBatch(4))
    }
  }

  /** In virtual time, a send waits exactly as long as it was told, and was then not sent. */
  @Test
  fun send_timedOut() = runTest {
    for (capacity in listOf(Channel.RENDEZVOUS, 1)) {
      val channel = Channel<String>(capacity)
      channel.trySend("x")
      val start = testScheduler.currentTime
      assertFalse(channel.send("a", 100.milliseconds))
      assertEquals(start + 100, testScheduler.currentTime)
      assertFalse(channel.send("a", Duration.ZERO))
      assertEquals(0, channel.waitingSenders)
      assertEquals(capacity, channel.tryReceiveBatch(5).size)
    }
  }

  /** In virtual time, a receive waits exactly as long as it was told. */
  @Test
  fun receiveCatching_timedOut() = runTest {
    for (capacity in kinds) {
      val channel = Channel<String>(capacity)
      val start = testScheduler.currentTime
      assertEquals("Failed", channel.receiveCatching(100.milliseconds).toString())
      assertEquals(start + 100, testScheduler.currentTime)
      assertEquals("Failed", channel.receiveCatching(Duration.ZERO).toString())
      assertEquals(0, channel.waitingReceivers)
      launch { channel.send("a") }
      assertEquals("a", channel.receiveCatching(100.milliseconds).getOrNull())
    }
  }

  /** Sent in the very moment of the receiver's time-out: received, or still there. */
  @Test
  fun receiveCatching_sentAtTheTimeout() = runTest {
    for (capacity in listOf(1, Channel.UNLIMITED)) {
      for (sendFirst in listOf(false, true)) {
        val channel = Channel<String>(capacity)
        val send = suspend {
          delay(100)
          channel.send("a")
        }
        if (sendFirst) {
          launch { send() }
          testScheduler.runCurrent()
        }
        val attempt = async { channel.receiveCatching(100.milliseconds) }
        if (!sendFirst) {
          testScheduler.runCurrent()
          launch { send() }
        }
        val result = attempt.await()
        testScheduler.advanceUntilIdle()
        assertEquals(if (result.isSuccess) 0 else 1, channel.size)
      }
    }
  }

  /** Room in the very moment of the sender's time-out: accepted and said so, or not sent. */
  @Test
  fun send_roomAtTheTimeout() = runTest {
    for (capacity in listOf(Channel.RENDEZVOUS, 1)) {
      for (receiveFirst in listOf(false, true)) {
        val channel = Channel<String>(capacity)
        channel.trySend("x")
        val received = ArrayList<String>()
        val receive = suspend {
          delay(100)
          channel.tryReceive().onSuccess { received += it }
        }
        if (receiveFirst) {
          launch { receive() }
          testScheduler.runCurrent()
        }
        val attempt = async { channel.send("a", 100.milliseconds) }
        if (!receiveFirst) {
          testScheduler.runCurrent()
          launch { receive() }
        }
        val sent = attempt.await()
        testScheduler.advanceUntilIdle()
        received += channel.tryReceiveBatch(5)
        assertEquals(sent, "a" in received)
      }
    }
  }

  /** Threads and coroutines on both ends of one channel: everything arrives once. */
  @Test
  fun sendReceive_threadsAndCoroutines() {
    for (capacity in listOf(Channel.RENDEZVOUS, 1, 64, Channel.UNLIMITED)) {
      val channel = Channel<Int>(capacity)
      val perSender = 2_000
      val sum = AtomicLong()
      val count = AtomicLong()
      val senders =
        List(2) {
          thread { for (i in 1..perSender) channel.blocking.send(i) }
        }
      val receivers =
        List(2) {
          thread {
            for (element in channel.blocking) {
              sum.addAndGet(element.toLong())
              count.incrementAndGet()
            }
          }
        }
      runBlocking(Dispatchers.Default) {
        val receiving =
          List(3) {
            launch {
              for (element in channel) {
                sum.addAndGet(element.toLong())
                count.incrementAndGet()
              }
            }
          }
        List(3) { launch { for (i in 1..perSender) channel.send(i) } }.joinAll()
        senders.forEach { it.join() }
        channel.close()
        receiving.joinAll()
      }
      receivers.forEach { it.join() }
      assertEquals(5L * perSender, count.get())
      assertEquals(5L * perSender * (perSender + 1) / 2, sum.get())
    }
  }

  /** One coroutine's elements are received in the order in which it sent them. */
  @Test
  fun send_orderOfOneSender() {
    val channel = Channel<Int>(8)
    runBlocking(Dispatchers.Default) {
      launch {
        for (i in 1..20_000) channel.send(i)
        channel.close()
      }
      var expected = 1
      for (element in channel) assertEquals(expected++, element)
      assertEquals(20_001, expected)
    }
  }

  /** A capacity that is none makes no channel. */
  @Test
  fun factory_misuse() {
    assertThrows(IllegalArgumentException::class.java) { Channel<Int>(-1) }
    assertThrows(IllegalArgumentException::class.java) {
      Channel<Int>(BlockingChannel.MAX_CAPACITY + 1)
    }
    assertEquals(0, Channel<Int>().capacity)
    assertEquals(Channel.UNLIMITED, Channel<Int>(Channel.UNLIMITED).capacity)
  }

  /** A batch of nothing is refused before anything is received. */
  @Test
  fun receiveBatch_misuse() = runTest {
    val channel = Channel<Int>(1)
    channel.send(1)
    val refused = runCatching { channel.receiveBatch(0) }.exceptionOrNull()
    assertInstanceOf(IllegalArgumentException::class.java, refused)
    assertThrows(IllegalArgumentException::class.java) { channel.tryReceiveBatch(-1) }
    assertEquals(1, channel.size)
  }

  /** Both faces are the same object. */
  @Test
  fun faces_roundTrip() = runTest {
    val java = BlockingChannel.bounded<String>(1)
    assertSame(java, java.suspending.blocking)
    java.suspending.send("a")
    assertEquals("a", java.receive())
  }

  /** The results' helpers call what fits, and nothing else. */
  @Test
  fun channelResult_helpers() {
    val log = ArrayList<String>()
    val channel = Channel<String>(1)
    fun note(result: ChannelResult<String>) {
      result
        .onSuccess { log += "success $it" }
        .onFailure { log += "failure ${it?.message}" }
        .onClosed { log += "closed ${it?.message}" }
      log += result.getOrElse { "else ${it?.message}" }
    }
    note(channel.tryReceive())
    channel.trySend("a")
    note(channel.tryReceive())
    channel.close(IllegalStateException("why"))
    note(channel.tryReceive())
    assertEquals(
      listOf(
        "failure null",
        "else null",
        "success a",
        "a",
        "failure why",
        "closed why",
        "else why",
      ),
      log,
    )
  }
}
