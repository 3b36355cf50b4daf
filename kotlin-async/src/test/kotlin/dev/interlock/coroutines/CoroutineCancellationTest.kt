package dev.interlock.coroutines

import dev.interlock.ClosedException
import dev.interlock.future.Context
import dev.interlock.future.Poll
import dev.interlock.future.PollFuture
import kotlinx.coroutines.CancellationException
import kotlinx.coroutines.Job
import kotlinx.coroutines.yield
import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.Assertions.assertFalse
import org.junit.jupiter.api.Assertions.assertInstanceOf
import org.junit.jupiter.api.Assertions.assertTrue
import org.junit.jupiter.api.Test

/**
 * What the cancellation of a coroutine does to the lock, the permits, the element and the place in
 * the queue: each row of docs/cancellation.md that concerns coroutines.
 *
 * While waiting: between the suspension and the grant. After the grant: between it and the moment
 * at which the dispatcher runs the coroutine again, which here is up to the test.
 */
class CoroutineCancellationTest {
  private val dispatcher = ManualDispatcher()
  private val log = ArrayList<String>()

  private fun cancelled(job: Job) {
    assertTrue(job.isCancelled && job.isCompleted, "the coroutine ended as cancelled: $job")
  }

  private fun completed(job: Job) {
    assertTrue(job.isCompleted && !job.isCancelled, "the coroutine ended with success: $job")
  }

  // lock

  /** A cancelled wait leaves the queue at once, before the coroutine runs again, without effect. */
  @Test
  fun lock_cancelledWhileWaiting() {
    val mutex = Mutex("value")
    val holder = mutex.tryLock()!!
    val first = dispatcher.start { mutex.lock().also { log += "first" } }
    val second = dispatcher.start { mutex.lock().also { log += "second" } }
    assertEquals(2, mutex.waiting)

    first.cancel()
    assertEquals(1, mutex.waiting, "it has left the queue before it runs")
    dispatcher.runAll()
    cancelled(first)

    holder.close()
    dispatcher.runAll()
    completed(second)
    assertEquals(listOf("second"), log)
    assertTrue(mutex.isLocked)
  }

  /** A lock that was handed to a coroutine that is cancelled before it runs goes to the next. */
  @Test
  fun lock_cancelledAfterGrant() {
    val mutex = Mutex("value", fair = true)
    val holder = mutex.tryLock()!!
    val first = dispatcher.start { mutex.lock().also { log += "first" } }
    val second = dispatcher.start { mutex.lock().also { log += "second" } }
    val third = dispatcher.start { mutex.lock().also { log += "third" } }

    holder.close()
    assertTrue(mutex.isLocked, "handed over")
    first.cancel()
    dispatcher.runAll()

    cancelled(first)
    completed(second)
    assertFalse(third.isCompleted)
    assertEquals(listOf("second"), log)
    assertTrue(mutex.isLocked)
    assertEquals(1, mutex.waiting)
  }

  /** A lock that was handed to a cancelled coroutine is free when nobody else waits. */
  @Test
  fun lock_cancelledAfterGrantNobodyWaits() {
    val mutex = Mutex("value", fair = true)
    val holder = mutex.tryLock()!!
    val only = dispatcher.start { mutex.lock() }

    holder.close()
    only.cancel()
    dispatcher.runAll()

    cancelled(only)
    assertFalse(mutex.isLocked)
    assertEquals(0, mutex.waiting)
  }

  /** The head that was told that the lock is free, and is cancelled, passes the word on. */
  @Test
  fun lock_cancelledAfterNudge() {
    val mutex = Mutex("value")
    val holder = mutex.tryLock()!!
    val first = dispatcher.start { mutex.lock().also { log += "first" } }
    val second = dispatcher.start { mutex.lock().also { log += "second" } }

    holder.close()
    assertFalse(mutex.isLocked, "nudged, not handed over")
    first.cancel()
    dispatcher.runAll()

    cancelled(first)
    completed(second)
    assertEquals(listOf("second"), log)
  }

  /** A nudged head that finds the lock taken again keeps its place, and can still be cancelled. */
  @Test
  fun lock_cancelledAfterNudgeAndBarge() {
    val mutex = Mutex("value")
    val holder = mutex.tryLock()!!
    val first = dispatcher.start { mutex.lock().also { log += "first" } }
    val second = dispatcher.start { mutex.lock().also { log += "second" } }

    holder.close()
    val barger = mutex.tryLock()!!
    dispatcher.runAll()
    assertEquals(2, mutex.waiting)
    first.cancel()
    dispatcher.runAll()
    cancelled(first)
    barger.close()
    dispatcher.runAll()

    completed(second)
    assertEquals(listOf("second"), log)
  }

  /** A coroutine that is cancelled before it has to wait does not enter the queue for good. */
  @Test
  fun lock_cancelledBefore() {
    val mutex = Mutex("value")
    val holder = mutex.tryLock()!!
    val job = dispatcher.start {
      coroutineContext[Job]!!.cancel()
      mutex.lock()
      log += "locked"
    }
    cancelled(job)
    assertEquals(0, mutex.waiting)
    holder.close()
    assertFalse(mutex.isLocked)
    assertEquals(emptyList<String>(), log)
  }

  // withLock

  /** As for lock: the block is not run and the wait has no effect. */
  @Test
  fun withLock_cancelledWhileWaiting() {
    val mutex = Mutex("value")
    val holder = mutex.tryLock()!!
    val job = dispatcher.start { mutex.withLock { log += "ran" } }

    job.cancel()
    assertEquals(0, mutex.waiting)
    dispatcher.runAll()
    cancelled(job)

    holder.close()
    assertFalse(mutex.isLocked)
    assertEquals(emptyList<String>(), log)
  }

  /** As for lock: the block is not run and the lock goes to the next. */
  @Test
  fun withLock_cancelledAfterGrant() {
    val mutex = Mutex("value", fair = true)
    val holder = mutex.tryLock()!!
    val first = dispatcher.start { mutex.withLock { log += "first" } }
    val second = dispatcher.start { mutex.withLock { log += "second" } }

    holder.close()
    first.cancel()
    dispatcher.runAll()

    cancelled(first)
    completed(second)
    assertEquals(listOf("second"), log)
    assertFalse(mutex.isLocked)
  }

  /** A coroutine that is cancelled inside the section releases the lock when the block ends. */
  @Test
  fun withLock_cancelledInside() {
    val mutex = Mutex("value")
    val job = dispatcher.start { mutex.withLock { Job().join() } }
    assertTrue(mutex.isLocked)

    job.cancel()
    dispatcher.runAll()
    cancelled(job)
    assertFalse(mutex.isLocked)
  }

  // acquire

  /** A cancelled wait leaves the queue at once; those behind it keep their order. */
  @Test
  fun acquire_cancelledWhileWaiting() {
    val semaphore = Semaphore(1)
    assertTrue(semaphore.tryAcquire())
    val first = dispatcher.start { semaphore.acquire().also { log += "first" } }
    val second = dispatcher.start { semaphore.acquire().also { log += "second" } }

    first.cancel()
    assertEquals(1, semaphore.waiting)
    dispatcher.runAll()
    cancelled(first)

    semaphore.release()
    dispatcher.runAll()
    completed(second)
    assertEquals(listOf("second"), log)
    assertEquals(0, semaphore.availablePermits)
  }

  /** A head that waits for many permits, and is cancelled, no longer holds back those behind it. */
  @Test
  fun acquire_cancelledWhileWaitingForMany() {
    val semaphore = Semaphore(1)
    val large = dispatcher.start { semaphore.acquire(3) }
    val small = dispatcher.start { semaphore.acquire().also { log += "small" } }
    assertEquals(2, semaphore.waiting)

    large.cancel()
    dispatcher.runAll()

    cancelled(large)
    completed(small)
    assertEquals(listOf("small"), log)
    assertEquals(0, semaphore.availablePermits)
  }

  /** Permits that were given to a coroutine that is cancelled before it runs go to the next. */
  @Test
  fun acquire_cancelledAfterGrant() {
    val semaphore = Semaphore(0)
    val first = dispatcher.start { semaphore.acquire(2).also { log += "first" } }
    val second = dispatcher.start { semaphore.acquire().also { log += "second" } }
    val third = dispatcher.start { semaphore.acquire().also { log += "third" } }

    semaphore.release(2)
    first.cancel()
    dispatcher.runAll()

    cancelled(first)
    completed(second)
    completed(third)
    assertEquals(listOf("second", "third"), log)
    assertEquals(0, semaphore.availablePermits)
  }

  /** Permits that were given to a cancelled coroutine are free when nobody else waits. */
  @Test
  fun acquire_cancelledAfterGrantNobodyWaits() {
    val semaphore = Semaphore(0)
    val only = dispatcher.start { semaphore.withPermits(2) { log += "ran" } }

    semaphore.release(2)
    only.cancel()
    dispatcher.runAll()

    cancelled(only)
    assertEquals(2, semaphore.availablePermits)
    assertEquals(emptyList<String>(), log)
  }

  /** A wait that was failed by close and cancelled before it runs ends as cancelled. */
  @Test
  fun acquire_cancelledAfterClose() {
    val semaphore = Semaphore(0)
    var thrown: Throwable? = null
    val job = dispatcher.start {
      try {
        semaphore.acquire()
      } catch (e: Throwable) {
        thrown = e
        throw e
      }
    }
    semaphore.close()
    job.cancel()
    dispatcher.runAll()
    assertInstanceOf(CancellationException::class.java, thrown)
    assertFalse(thrown is ClosedException)
  }

  // receive

  /** A cancelled wait leaves the queue at once; the element goes to the next receiver. */
  @Test
  fun receive_cancelledWhileWaiting() {
    for (capacity in CAPACITIES) {
      log.clear()
      val channel = Channel<String>(capacity)
      val first = dispatcher.start { log += "first ${channel.receive()}" }
      val second = dispatcher.start { log += "second ${channel.receive()}" }

      first.cancel()
      assertEquals(1, channel.waitingReceivers)
      dispatcher.runAll()
      cancelled(first)

      assertTrue(channel.trySend("a").isSuccess)
      dispatcher.runAll()
      completed(second)
      assertEquals(listOf("second a"), log)
    }
  }

  /** An element that was given to a cancelled receiver goes to the next that waits. */
  @Test
  fun receive_cancelledAfterGrant() {
    for (capacity in CAPACITIES) {
      log.clear()
      val channel = Channel<String>(capacity)
      val first = dispatcher.start { log += "first ${channel.receive()}" }
      val second = dispatcher.start { log += "second ${channel.receive()}" }

      assertTrue(channel.trySend("a").isSuccess)
      first.cancel()
      dispatcher.runAll()

      cancelled(first)
      completed(second)
      assertEquals(listOf("second a"), log)
      assertTrue(channel.isEmpty)
    }
  }

  /** An element that was given to a cancelled receiver comes before all that were sent later. */
  @Test
  fun receive_cancelledAfterGrantNobodyWaits() {
    for (capacity in CAPACITIES) {
      val channel = Channel<String>(capacity)
      val only = dispatcher.start { channel.receive() }

      assertTrue(channel.trySend("a").isSuccess)
      only.cancel()
      dispatcher.runAll()
      cancelled(only)
      assertEquals(1, channel.size, "the element was accepted once and is still there")

      val later = dispatcher.start { channel.send("b") }
      assertEquals("a", channel.tryReceive().getOrNull())
      assertEquals("b", channel.tryReceive().getOrNull())
      dispatcher.runAll()
      completed(later)
      assertTrue(channel.tryReceive().isFailure)
    }
  }

  /**
   * Of several elements that were given to cancelled receivers none is lost. Each goes to the front
   * as it is handed back, so their order changes; docs/cancellation.md says how.
   */
  @Test
  fun receive_severalCancelledAfterGrant() {
    for (capacity in CAPACITIES) {
      val channel = Channel<Int>(capacity)
      val receivers = List(3) { dispatcher.start { channel.receive() } }
      for (element in 1..3) assertTrue(channel.trySend(element).isSuccess)
      receivers.forEach { it.cancel() }
      dispatcher.runAll()
      receivers.forEach { cancelled(it) }
      assertEquals(listOf(1, 2, 3), channel.tryReceiveBatch(5).sorted(), "nothing lost")
    }
  }

  /** Handed back to a channel that was cancelled meanwhile, an element goes to its handler. */
  @Test
  fun receive_cancelledAfterGrantAndChannelCancelled() {
    for (capacity in CAPACITIES) {
      log.clear()
      val channel = Channel<String>(capacity, onUndelivered = { log += "undelivered $it" })
      val only = dispatcher.start { channel.receive() }
      assertTrue(channel.trySend("a").isSuccess)
      channel.cancel()
      only.cancel()
      dispatcher.runAll()
      cancelled(only)
      assertEquals(listOf("undelivered a"), log)
    }
  }

  /** As for receive. */
  @Test
  fun receiveCatching_cancelledAfterGrant() {
    val channel = Channel<String>(1)
    val only = dispatcher.start { channel.receiveCatching() }
    assertTrue(channel.trySend("a").isSuccess)
    only.cancel()
    dispatcher.runAll()
    cancelled(only)
    assertEquals("a", channel.tryReceive().getOrNull())
  }

  /** As for receive: cancellation is not one of the results. */
  @Test
  fun receiveCatching_cancelledWhileWaiting() {
    val channel = Channel<String>(1)
    val only = dispatcher.start { channel.receiveCatching().also { log += "$it" } }
    only.cancel()
    assertEquals(0, channel.waitingReceivers)
    dispatcher.runAll()
    cancelled(only)
    assertEquals(emptyList<String>(), log)
  }

  /** An iterating coroutine that is cancelled leaves the queue; the next one gets what comes. */
  @Test
  fun iterator_cancelledWhileWaiting() {
    for (capacity in CAPACITIES) {
      log.clear()
      val channel = Channel<String>(capacity)
      val first = dispatcher.start { for (element in channel) log += "first $element" }
      val second = dispatcher.start { log += "second ${channel.receive()}" }

      first.cancel()
      assertEquals(1, channel.waitingReceivers)
      dispatcher.runAll()
      cancelled(first)

      assertTrue(channel.trySend("a").isSuccess)
      dispatcher.runAll()
      completed(second)
      assertEquals(listOf("second a"), log)
    }
  }

  /** As for receive: the iteration ends, its element goes back. */
  @Test
  fun iterator_cancelledAfterGrant() {
    val channel = Channel<String>(1)
    val only = dispatcher.start { for (element in channel) log += element }
    assertTrue(channel.trySend("a").isSuccess)
    only.cancel()
    dispatcher.runAll()
    cancelled(only)
    assertEquals(emptyList<String>(), log)
    assertEquals("a", channel.tryReceive().getOrNull())
  }

  // receiveBatch

  /** As for receive: it leaves the queue at once. */
  @Test
  fun receiveBatch_cancelledWhileWaiting() {
    for (capacity in CAPACITIES) {
      val channel = Channel<String>(capacity)
      val only = dispatcher.start { channel.receiveBatch(8) }
      only.cancel()
      assertEquals(0, channel.waitingReceivers)
      dispatcher.runAll()
      cancelled(only)
    }
  }

  /** As for receive: what it was given goes to the next. */
  @Test
  fun receiveBatch_cancelledAfterGrant() {
    for (capacity in CAPACITIES) {
      log.clear()
      val channel = Channel<String>(capacity)
      val first = dispatcher.start { log += "first ${channel.receiveBatch(8)}" }
      val second = dispatcher.start { log += "second ${channel.receiveBatch(8)}" }
      assertTrue(channel.trySend("a").isSuccess)
      first.cancel()
      dispatcher.runAll()
      cancelled(first)
      completed(second)
      assertEquals(listOf("second [a]"), log)
    }
  }

  // send

  /** A cancelled send leaves the queue at once, and its element was not sent. */
  @Test
  fun send_cancelledWhileWaiting() {
    for (channel in fullChannels()) {
      val before = channel.size
      val first = dispatcher.start { channel.send("first") }
      val second = dispatcher.start { channel.send("second") }
      assertEquals(2, channel.waitingSenders)

      first.cancel()
      assertEquals(1, channel.waitingSenders)
      dispatcher.runAll()
      cancelled(first)

      val received = List(before + 1) { channel.tryReceive().getOrNull() }
      dispatcher.runAll()
      completed(second)
      assertEquals("second", received.last())
      assertTrue(channel.isEmpty)
    }
  }

  /** A send that was accepted reports success although its coroutine was cancelled since. */
  @Test
  fun send_cancelledAfterAccept() {
    for (channel in fullChannels()) {
      log.clear()
      val sender = dispatcher.start {
        channel.send("a")
        log += "sent"
        yield()
        log += "not reached"
      }
      val received = ArrayList<String>()
      received += channel.tryReceive().getOrThrow() // accepts "a", or receives it
      sender.cancel()
      dispatcher.runAll()

      assertEquals(listOf("sent"), log, "success, and the next suspension point is cancelled")
      cancelled(sender)
      received += channel.tryReceiveBatch(5)
      assertEquals("a", received.last(), "the element was sent")
      assertEquals(1, received.count { it == "a" }, "and only once")
      assertTrue(channel.isEmpty)
    }
  }

  /** A send that was refused by close and cancelled before it runs ends as cancelled. */
  @Test
  fun send_cancelledAfterClose() {
    for (channel in fullChannels()) {
      var thrown: Throwable? = null
      val sender = dispatcher.start {
        try {
          channel.send("a")
        } catch (e: Throwable) {
          thrown = e
        }
      }
      val before = channel.size
      channel.close()
      sender.cancel()
      dispatcher.runAll()
      assertInstanceOf(CancellationException::class.java, thrown)
      assertEquals(before, channel.size, "not sent")
    }
  }

  // await

  /**
   * As for the operations of the core, any future is cancelled at once, on the canceller's thread.
   */
  @Test
  fun await_cancelledWhileWaiting() {
    val semaphore = Semaphore(0)
    val future = semaphore.blocking.acquireAsync()
    val job = dispatcher.start { future.await() }
    assertEquals(1, semaphore.waiting)
    job.cancel()
    assertEquals(0, semaphore.waiting)
    dispatcher.runAll()
    cancelled(job)
  }

  /** Cancelled from outside, the future takes its coroutine along. */
  @Test
  fun await_futureCancelledByOthers() {
    val semaphore = Semaphore(0)
    val future = semaphore.blocking.acquireAsync()
    val job = dispatcher.start { future.await() }
    assertTrue(future.cancel())
    job.cancel()
    dispatcher.runAll()
    cancelled(job)
    semaphore.release()
    assertEquals(1, semaphore.availablePermits)
  }

  /**
   * A future that is not one of the core's, and cannot be undone, gives its result all the same.
   */
  @Test
  fun await_foreignFutureCompletedBeforeCancellation() {
    val future = HandMadeFuture<String>(cancellable = false)
    val job = dispatcher.start { log += future.await() }
    future.complete("result")
    job.cancel()
    dispatcher.runAll()
    assertEquals(listOf("result"), log)
  }

  /**
   * The wake-up comes between the poll that follows the cancellation and the sleep after it: the
   * cancelled continuation must not swallow it.
   */
  @Test
  fun await_wokenBetweenTheLastPollAndTheSleep() {
    val future =
      object : PollFuture<String> {
        var polls = 0

        override fun poll(cx: Context): Poll<String> {
          polls++
          if (polls > 2) return Poll.ready("result")
          if (polls == 2) cx.waker().wake()
          return Poll.pending()
        }

        override fun cancel() = false
      }
    val job = dispatcher.start { log += future.await() }
    job.cancel()
    dispatcher.runAll()
    assertEquals(listOf("result"), log)
    assertEquals(3, future.polls)
  }

  /** A future that is not one of the core's is cancelled at once. */
  @Test
  fun await_foreignFutureCancelledWhileWaiting() {
    val future = HandMadeFuture<String>(cancellable = true)
    val job = dispatcher.start { log += future.await() }
    job.cancel()
    assertTrue(future.cancelled)
    dispatcher.runAll()
    cancelled(job)
    assertEquals(emptyList<String>(), log)
  }

  private fun fullChannels(): List<Channel<String>> =
    listOf(
      Channel(),
      Channel<String>(1).also { it.trySend("x") },
      Channel<String>(2).also {
        it.trySend("x")
        it.trySend("y")
      },
    )

  private companion object {
    val CAPACITIES = listOf(Channel.RENDEZVOUS, 1, 3, Channel.UNLIMITED)
  }
}
