package dev.interlock.coroutines

import dev.interlock.future.Context
import dev.interlock.future.Futures
import java.util.concurrent.TimeoutException
import java.util.concurrent.atomic.AtomicInteger
import kotlin.concurrent.thread
import kotlin.coroutines.EmptyCoroutineContext
import kotlinx.coroutines.CancellationException
import kotlinx.coroutines.CoroutineScope
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.async
import kotlinx.coroutines.awaitAll
import kotlinx.coroutines.cancel
import kotlinx.coroutines.delay
import kotlinx.coroutines.joinAll
import kotlinx.coroutines.launch
import kotlinx.coroutines.runBlocking
import kotlinx.coroutines.supervisorScope
import kotlinx.coroutines.test.runTest
import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.Assertions.assertFalse
import org.junit.jupiter.api.Assertions.assertInstanceOf
import org.junit.jupiter.api.Assertions.assertThrows
import org.junit.jupiter.api.Assertions.assertTrue
import org.junit.jupiter.api.Test

class AwaitTest {
  /** A future that is ready is not waited for. */
  @Test
  fun await_ready() = runTest {
    assertEquals("value", Futures.ready("value").await())
    assertEquals(null, Futures.ready<String?>(null).await())
  }

  /** Awaited again, a future that has given its result says so. */
  @Test
  fun await_twice() = runTest {
    val future = Futures.ready("value")
    future.await()
    assertInstanceOf(
      IllegalStateException::class.java,
      runCatching { future.await() }.exceptionOrNull(),
    )
    val acquired = Semaphore(1).blocking.acquireAsync()
    acquired.await()
    assertInstanceOf(
      IllegalStateException::class.java,
      runCatching { acquired.await() }.exceptionOrNull(),
    )
  }

  /**
   * The same for one that was granted while the coroutine slept; to cancel it takes nothing back.
   */
  @Test
  fun await_twiceAfterAWait() = runTest {
    val semaphore = Semaphore(0)
    val acquired = semaphore.blocking.acquireAsync()
    val waiting = launch { acquired.await() }
    testScheduler.runCurrent()
    semaphore.release()
    waiting.join()
    assertFalse(acquired.cancel())
    assertEquals(0, semaphore.availablePermits)
    assertInstanceOf(
      IllegalStateException::class.java,
      runCatching { acquired.await() }.exceptionOrNull(),
    )
  }

  /**
   * An operation that ends with its grant is polled by who wakes it, each time that it is woken.
   */
  @Test
  fun await_operationWokenInVain() = runTest {
    val operation = HandMadeOperation("value")
    val result = async { operation.await() }
    testScheduler.runCurrent()
    repeat(3) { operation.wakeInVain() }
    testScheduler.runCurrent()
    assertFalse(result.isCompleted)
    assertTrue(operation.grantAndWake())
    operation.wakeInVain()
    assertEquals("value", result.await())
    assertEquals(0, operation.givenBack)
  }

  /** Granted between its first poll and the sleep of the coroutine, it is not waited for. */
  @Test
  fun await_operationGrantedBeforeTheSleep() = runTest {
    val operation = HandMadeOperation("value", grantsItself = true)
    assertEquals("value", operation.await())
    assertEquals(0, operation.givenBack)
  }

  /** What is granted to a coroutine that is cancelled before it runs is given back, once. */
  @Test
  fun await_operationGrantedThenCancelled() {
    val manual = ManualDispatcher()
    val operation = HandMadeOperation("value")
    var obtained: String? = null
    val job = manual.start { obtained = operation.await() }
    assertTrue(operation.grantAndWake())
    assertEquals(1, manual.held)
    job.cancel()
    assertEquals(0, operation.givenBack)
    manual.runAll()
    assertEquals(1, operation.givenBack)
    assertFalse(operation.cancel())
    assertEquals(1, operation.givenBack)
    assertEquals(null, obtained)
    assertTrue(job.isCancelled)
  }

  /** A coroutine that is cancelled between the grant and the wake-up gives back too, once. */
  @Test
  fun await_operationCancelledBeforeTheWakeUp() {
    val manual = ManualDispatcher()
    val operation = HandMadeOperation("value")
    val job = manual.start { operation.await() }
    assertTrue(operation.grant())
    job.cancel()
    assertEquals(1, operation.givenBack)
    operation.wakeInVain()
    manual.runAll()
    assertEquals(1, operation.givenBack)
    assertTrue(job.isCancelled)
  }

  /** What goes wrong as the result is made comes out of the wait, not out of the wake-up. */
  @Test
  fun await_operationWithoutAResult() = runTest {
    val operation = HandMadeOperation(null)
    supervisorScope {
      val result = async { operation.await() }
      testScheduler.runCurrent()
      assertTrue(operation.grantAndWake())
      assertEquals("no value", runCatching { result.await() }.exceptionOrNull()?.message)
    }
  }

  /** Woken in vain, the coroutine polls again and goes on waiting. */
  @Test
  fun await_wokenInVain() = runTest {
    val future = HandMadeFuture<String>(cancellable = true)
    val result = async { future.await() }
    testScheduler.runCurrent()
    repeat(3) {
      future.wakeInVain()
      future.wakeInVain()
      testScheduler.runCurrent()
    }
    assertFalse(result.isCompleted)
    future.complete("value")
    assertEquals("value", result.await())
    assertTrue(future.polls in 5..8, "one poll per wake-up that was seen: ${future.polls}")
  }

  /** A future may call its waker from inside its poll. */
  @Test
  fun await_wokenWhilePolled() = runTest {
    val polls = AtomicInteger()
    val future =
      object : dev.interlock.future.PollFuture<Int> {
        override fun poll(cx: Context): dev.interlock.future.Poll<Int> {
          cx.waker().wake()
          val n = polls.incrementAndGet()
          return if (n == 5) dev.interlock.future.Poll.ready(n)
          else dev.interlock.future.Poll.pending()
        }

        override fun cancel(): Boolean = true
      }
    assertEquals(5, future.await())
  }

  /** What the future throws is thrown. */
  @Test
  fun await_failure() = runTest {
    val future = HandMadeFuture<String>(cancellable = true)
    supervisorScope {
      val result = async { future.await() }
      testScheduler.runCurrent()
      future.fail(TimeoutException("too late"))
      val failure = runCatching { result.await() }.exceptionOrNull()
      assertInstanceOf(TimeoutException::class.java, failure)
    }
  }

  /** Wake-ups from other threads, between poll and suspension or later, are not lost. */
  @Test
  fun await_wokenByThreads() {
    val channel = Channel<Int>()
    val sender = thread { for (i in 1..20_000) channel.blocking.send(i) }
    runBlocking(Dispatchers.Default) {
      for (i in 1..20_000) assertEquals(i, channel.blocking.receiveAsync().await())
    }
    sender.join()
  }

  /** Ten thousand coroutines that resume each other in place do not exhaust the stack. */
  @Test
  fun unconfined_chainThroughMutex() {
    for (fair in listOf(false, true)) {
      val mutex = Mutex(IntArray(1), fair = fair)
      val guard = mutex.tryLock()!!
      val scope = CoroutineScope(Dispatchers.Unconfined)
      val jobs = List(10_000) { scope.launch { mutex.withLock { it[0]++ } } }
      assertEquals(10_000, mutex.waiting)
      guard.close()
      runBlocking { jobs.joinAll() }
      assertEquals(10_000, mutex.tryLock()!!.value[0])
    }
  }

  /** As before, with a semaphore and with a channel. */
  @Test
  fun unconfined_chainThroughSemaphoreAndChannel() {
    val scope = CoroutineScope(Dispatchers.Unconfined)
    val semaphore = Semaphore(0)
    val links = List(10_000) { scope.launch { semaphore.withPermit {} } }
    semaphore.release()
    runBlocking { links.joinAll() }
    assertEquals(1, semaphore.availablePermits)

    val channels = List(10_001) { Channel<Int>() }
    val relays =
      List(10_000) { i -> scope.launch { channels[i + 1].send(channels[i].receive() + 1) } }
    val last = scope.async { channels.last().receive() }
    assertTrue(channels.first().trySend(0).isSuccess)
    runBlocking {
      relays.joinAll()
      assertEquals(10_000, last.await())
    }
  }

  /** A thread that blocks on a suspend block gets its result. */
  @Test
  fun pollFuture_blocked() {
    val scope = CoroutineScope(Dispatchers.Default)
    val future = scope.pollFuture {
      delay(1)
      "value"
    }
    assertEquals("value", future.block())
    assertThrows(IllegalStateException::class.java) { future.block() }
  }

  /** Nothing runs before the first poll, and nothing at all when cancelled before. */
  @Test
  fun pollFuture_lazy() = runTest {
    var runs = 0
    val future = pollFuture { ++runs }
    val dropped = pollFuture { ++runs }
    testScheduler.runCurrent()
    assertEquals(0, runs)
    assertTrue(dropped.cancel())
    assertFalse(dropped.cancel())
    assertInstanceOf(
      CancellationException::class.java,
      runCatching { dropped.await() }.exceptionOrNull(),
    )
    assertEquals(1, future.await())
    assertFalse(future.cancel())
    assertEquals(1, runs)
  }

  /** Cancelling the future cancels the block. */
  @Test
  fun pollFuture_cancelled() = runTest {
    val mutex = Mutex()
    val future = pollFuture { mutex.withLock { delay(1_000) } }
    val waiting = launch { future.await() }
    testScheduler.runCurrent()
    assertTrue(mutex.isLocked)
    waiting.cancel()
    testScheduler.runCurrent()
    assertFalse(mutex.isLocked)
    assertEquals(0, testScheduler.currentTime)
  }

  /** What the block throws comes out of the poll, and fails its scope. */
  @Test
  fun pollFuture_failure() = runTest {
    val scope = CoroutineScope(EmptyCoroutineContext + kotlinx.coroutines.Job())
    val future = scope.pollFuture<String> { error("in the block") }
    val failure = runCatching { future.await() }.exceptionOrNull()
    assertEquals("in the block", failure?.message)
    val late = scope.pollFuture { "value" }
    assertInstanceOf(
      CancellationException::class.java,
      runCatching { late.await() }.exceptionOrNull(),
    )
    scope.cancel()
  }

  /** Suspend blocks, threads and coroutines meet on one object. */
  @Test
  fun pollFuture_manyOnOneMutex() {
    val mutex = Mutex(IntArray(1))
    runBlocking(Dispatchers.Default) {
      val futures = List(100) { pollFuture { mutex.withLock { it[0]++ } } }
      val blocked = thread { futures.take(50).forEach { it.block() } }
      futures.drop(50).map { async { it.await() } }.awaitAll()
      blocked.join()
    }
    assertEquals(100, mutex.tryLock()!!.value[0])
  }
}
