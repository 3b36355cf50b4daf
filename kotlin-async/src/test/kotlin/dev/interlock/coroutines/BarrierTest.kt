package dev.interlock.coroutines

import dev.interlock.sync.Barrier.Passage
import dev.interlock.sync.BarrierBrokenException
import java.util.concurrent.atomic.AtomicInteger
import kotlin.concurrent.thread
import kotlin.time.Duration
import kotlin.time.Duration.Companion.hours
import kotlin.time.Duration.Companion.seconds
import kotlinx.coroutines.CompletableDeferred
import kotlinx.coroutines.Deferred
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.Job
import kotlinx.coroutines.async
import kotlinx.coroutines.currentCoroutineContext
import kotlinx.coroutines.isActive
import kotlinx.coroutines.joinAll
import kotlinx.coroutines.launch
import kotlinx.coroutines.runBlocking
import kotlinx.coroutines.test.TestScope
import kotlinx.coroutines.test.currentTime
import kotlinx.coroutines.test.runTest
import kotlinx.coroutines.withTimeoutOrNull
import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.Assertions.assertFalse
import org.junit.jupiter.api.Assertions.assertNull
import org.junit.jupiter.api.Assertions.assertSame
import org.junit.jupiter.api.Assertions.assertThrows
import org.junit.jupiter.api.Assertions.assertTrue
import org.junit.jupiter.api.Test

/** The suspending face of the barrier. */
class BarrierTest {
  private fun TestScope.arriving(barrier: Barrier): Deferred<Passage> {
    val arrival = async { barrier.await() }
    testScheduler.runCurrent()
    return arrival
  }

  /** Nobody goes on before all have arrived; the last leads; the barrier serves again. */
  @Test
  fun await_rounds() = runTest {
    val barrier = Barrier(3, "step")
    repeat(3) { round ->
      val others = List(2) { arriving(barrier) }
      assertEquals(
        "Barrier(step)[round=$round, arrived=2 of 3]",
        barrier.toString(),
      )
      assertEquals(Passage(round.toLong(), true), barrier.await())
      others.forEach { assertEquals(Passage(round.toLong(), false), it.await()) }
    }
    assertEquals(3L, barrier.round)
    assertEquals(3, barrier.parties)
  }

  /** A cancelled coroutine has not arrived: the others wait for one more, and are not harmed. */
  @Test
  fun await_cancelledWhileWaiting() = runTest {
    val barrier = Barrier(3)
    val first = arriving(barrier)
    val second = arriving(barrier)
    first.cancel()
    assertEquals(1, barrier.arrived)
    testScheduler.runCurrent()
    assertTrue(first.isCancelled && second.isActive)
    assertNull(barrier.tryAwait())
    val third = arriving(barrier)
    assertEquals(Passage(0, true), barrier.await())
    assertEquals(Passage(0, false), second.await())
    assertEquals(Passage(0, false), third.await())
  }

  /**
   * Cancelled after all have arrived: it counted, so it passes, and its next suspension sees it.
   */
  @Test
  fun await_cancelledAfterTheTrip() = runTest {
    val barrier = Barrier(2)
    var passed: Passage? = null
    var active = true
    val first = launch {
      passed = barrier.await()
      active = currentCoroutineContext().isActive
    }
    testScheduler.runCurrent()
    assertEquals(Passage(0, true), barrier.tryAwait())
    first.cancel()
    testScheduler.runCurrent()
    assertEquals(Passage(0, false), passed)
    assertFalse(active)
    assertTrue(first.isCancelled)
  }

  /** Cancelled while the action runs: it waits for the action, and passes. */
  @Test
  fun await_cancelledWhileTheActionRuns() = runTest {
    lateinit var first: Job
    var passed: Passage? = null
    val barrier =
      Barrier(2) {
        first.cancel()
        testScheduler.runCurrent()
        assertNull(passed)
        assertFalse(first.isCompleted)
      }
    first = launch { passed = barrier.await() }
    testScheduler.runCurrent()
    assertEquals(Passage(0, true), barrier.await())
    testScheduler.runCurrent()
    assertEquals(Passage(0, false), passed)
    assertTrue(first.isCancelled)
  }

  /** The same with an action that fails: the coroutine ends as cancelled. */
  @Test
  fun await_cancelledWhileTheActionFails() = runTest {
    lateinit var first: Job
    val barrier =
      Barrier(2) {
        first.cancel()
        testScheduler.runCurrent()
        error("bad")
      }
    first = launch { barrier.await() }
    testScheduler.runCurrent()
    assertThrows(IllegalStateException::class.java) { barrier.tryAwait() }
    first.join()
    assertTrue(first.isCancelled)
    assertTrue(barrier.isBroken)
  }

  /** The time runs out in virtual time, and the arrival is withdrawn. */
  @Test
  fun await_timedOut() = runTest {
    val barrier = Barrier(2)
    assertNull(barrier.await(Duration.ZERO))
    assertNull(barrier.await(5.seconds))
    assertEquals(5_000, currentTime)
    assertEquals(0, barrier.arrived)
    val other = arriving(barrier)
    assertEquals(Passage(0, true), barrier.await(Duration.ZERO))
    other.await()
  }

  /** The time that runs out as the last arrives: it passes, or has not arrived. */
  @Test
  fun await_tripAtTheTimeout() = runTest {
    val barrier = Barrier(2)
    val timed = async { barrier.await(5.seconds) }
    val last = async {
      kotlinx.coroutines.delay(5.seconds)
      barrier.tryAwait()
    }
    val outcomes = listOf(timed.await(), last.await())
    assertTrue(
      outcomes == listOf(null, null) || outcomes == listOf(Passage(0, false), Passage(0, true)),
      "$outcomes",
    )
    assertEquals(0, barrier.arrived)
  }

  /** The time runs out while the action runs: it is too late, and the passage is not lost. */
  @Test
  fun await_timeOutWhileTheActionRuns() = runTest {
    val barrier = Barrier(2) { testScheduler.advanceTimeBy(6.seconds.inWholeMilliseconds + 1) }
    val timed = async { barrier.await(5.seconds) }
    val outer = async { withTimeoutOrNull(5.seconds) { 1 } }
    testScheduler.runCurrent()
    assertEquals(Passage(0, true), barrier.tryAwait())
    assertEquals(Passage(0, false), timed.await())
    outer.await()
  }

  /** A wait with time ends when all have arrived. */
  @Test
  fun await_inTime() = runTest {
    val barrier = Barrier(2)
    val timed = async { barrier.await(1.hours) }
    testScheduler.runCurrent()
    barrier.await()
    assertEquals(Passage(0, false), timed.await())
    assertEquals(0, currentTime)
  }

  /** Who waits in a barrier that is broken, or reset, is told. */
  @Test
  fun broken_waitersAreTold() = runTest {
    val barrier = Barrier(2, "step")
    val cause = IllegalStateException("the cause")
    val failures = ArrayList<Throwable?>()
    suspend fun failing() = runCatching { barrier.await() }.exceptionOrNull()
    launch { failures += failing() }
    testScheduler.runCurrent()
    assertTrue(barrier.breakBarrier(cause))
    assertFalse(barrier.breakBarrier())
    testScheduler.runCurrent()
    failures += failing()
    assertTrue(failures.all { it is BarrierBrokenException })
    failures.forEach { assertSame(cause, rootOf(it!!)) }
    barrier.reset()
    val reset = async { failing() }
    testScheduler.runCurrent()
    barrier.reset()
    assertTrue(reset.await() is BarrierBrokenException)
    val other = arriving(barrier)
    barrier.await()
    assertEquals(Passage(0, false), other.await())
  }

  /** kotlinx may wrap an exception in a copy of itself to recover its stack. */
  private fun rootOf(e: Throwable): Throwable = e.cause?.let { rootOf(it) } ?: e

  /** Cancelled as the barrier breaks: it ends as cancelled. */
  @Test
  fun await_cancelledAfterBreak() = runTest {
    val barrier = Barrier(2)
    var failure: Throwable? = null
    val waiter = launch {
      try {
        barrier.await()
      } catch (e: Throwable) {
        failure = e
        throw e
      }
    }
    testScheduler.runCurrent()
    barrier.breakBarrier()
    waiter.cancel()
    testScheduler.runCurrent()
    assertTrue(failure is kotlinx.coroutines.CancellationException, "$failure")
  }

  /** A foreign future around an arrival is awaited to its end too. */
  @Test
  fun awaitForeign_cancelledWhileTheActionRuns() = runTest {
    lateinit var first: Job
    var passed: Passage? = null
    val barrier =
      Barrier(2) {
        first.cancel()
        testScheduler.runCurrent()
        assertNull(passed)
      }
    val arrival = barrier.blocking.awaitAsync()
    val foreign =
      object : dev.interlock.future.PollFuture<Passage> {
        override fun poll(cx: dev.interlock.future.Context) = arrival.poll(cx)

        override fun cancel() = arrival.cancel()
      }
    first = launch { passed = foreign.await() }
    testScheduler.runCurrent()
    assertEquals(Passage(0, true), barrier.tryAwait())
    testScheduler.runCurrent()
    assertEquals(Passage(0, false), passed)
  }

  /** Coroutines on several threads and a thread, parties of the same rounds; some are cancelled. */
  @Test
  fun manyRounds_threadsAndCoroutines() = runBlocking {
    val rounds = 300
    val barrier = Barrier(3)
    val leaders = AtomicInteger()
    fun count(passage: Passage, round: Int) {
      assertEquals(round.toLong(), passage.round())
      if (passage.leader()) leaders.incrementAndGet()
    }
    val done = CompletableDeferred<Unit>()
    val blocked = thread {
      repeat(rounds) { count(barrier.blocking.await(), it) }
    }
    val parties =
      List(2) {
        launch(Dispatchers.Default) {
          repeat(rounds) { round ->
            while (true) {
              // Cancelled at any moment: it has passed, or has not arrived.
              val passage = barrier.await(Duration.parse("0.0001s")) ?: continue
              count(passage, round)
              break
            }
          }
        }
      }
    parties.joinAll()
    blocked.join()
    done.complete(Unit)
    assertEquals(rounds, leaders.get())
    assertEquals(0, barrier.arrived)
  }
}
