package dev.interlock.coroutines

import dev.interlock.InitialisationException
import dev.interlock.sync.Lazy as BlockingLazy
import dev.interlock.sync.OnFailure
import java.util.concurrent.atomic.AtomicInteger
import kotlin.concurrent.thread
import kotlin.coroutines.ContinuationInterceptor
import kotlin.coroutines.CoroutineContext
import kotlin.time.Duration
import kotlin.time.Duration.Companion.hours
import kotlin.time.Duration.Companion.seconds
import kotlinx.coroutines.CompletableDeferred
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.Job
import kotlinx.coroutines.TimeoutCancellationException
import kotlinx.coroutines.async
import kotlinx.coroutines.awaitAll
import kotlinx.coroutines.awaitCancellation
import kotlinx.coroutines.cancelAndJoin
import kotlinx.coroutines.coroutineScope
import kotlinx.coroutines.currentCoroutineContext
import kotlinx.coroutines.delay
import kotlinx.coroutines.job
import kotlinx.coroutines.launch
import kotlinx.coroutines.runBlocking
import kotlinx.coroutines.supervisorScope
import kotlinx.coroutines.test.currentTime
import kotlinx.coroutines.test.runTest
import kotlinx.coroutines.withContext
import kotlinx.coroutines.withTimeout
import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.Assertions.assertFalse
import org.junit.jupiter.api.Assertions.assertNull
import org.junit.jupiter.api.Assertions.assertSame
import org.junit.jupiter.api.Assertions.assertTrue
import org.junit.jupiter.api.Test

/** The suspending faces of the cell and of what is lazy. */
class OnceCellTest {
  private val cell = OnceCell<String>("config")

  private fun mustNotRun(): Nothing = throw AssertionError("must not run")

  private inline fun <reified X : Throwable> failureOf(block: () -> Unit): X =
    try {
      block()
      throw AssertionError("no ${X::class}")
    } catch (failure: Throwable) {
      if (failure is X) failure else throw failure
    }

  /** One makes the value, the others wait for it and get the same. */
  @Test
  fun getOrInit_oneRuns() = runTest {
    val all = List(4) { i -> async { cell.getOrInit { delay(1.seconds).let { "made by $i" } } } }
    testScheduler.runCurrent()
    assertEquals("OnceCell(config)[initialising, waiting=3]", cell.toString())
    assertFalse(cell.set("other"))
    assertEquals(List(4) { "made by 0" }, all.awaitAll())
    assertEquals(1_000, currentTime)
    assertEquals("made by 0", cell.getOrInit { mustNotRun() })
    assertEquals("made by 0", cell.get())
    assertEquals("made by 0", cell.tryGet())
    assertTrue(cell.isSet)
  }

  /** Those who wait for the value of an empty cell get what is set. */
  @Test
  fun get_waitsForSet() = runTest {
    val reader = async { cell.get() }
    val timed = async { cell.get(1.hours) }
    testScheduler.runCurrent()
    assertEquals(2, cell.waiting)
    assertTrue(cell.set("v"))
    assertEquals("v", reader.await())
    assertEquals("v", timed.await())
    assertEquals(0, currentTime)
  }

  /** The time runs out in virtual time, and leaves no trace. */
  @Test
  fun get_timedOut() = runTest {
    assertNull(cell.get(5.seconds))
    assertEquals(5_000, currentTime)
    assertNull(cell.get(Duration.ZERO))
    assertEquals(0, cell.waiting)
    cell.set("v")
    assertEquals("v", cell.get(Duration.ZERO))
  }

  /** Set in the moment in which the time runs out: the reader has it, or not in time. */
  @Test
  fun get_setAtTheTimeout() = runTest {
    val timed = async { cell.get(5.seconds) }
    launch {
      delay(5.seconds)
      cell.set("v")
    }
    assertTrue(timed.await() in listOf("v", null))
    testScheduler.advanceUntilIdle()
    assertEquals("v", cell.tryGet())
    assertEquals(0, cell.waiting)
  }

  /** A reader that is cancelled after the value was set, before it runs, ends as cancelled. */
  @Test
  fun get_cancelledAsTheValueIsSet() = runTest {
    val first = launch { cell.get() }
    val second = async { cell.get() }
    testScheduler.runCurrent()
    cell.set("v")
    first.cancel()
    testScheduler.runCurrent()
    assertTrue(first.isCancelled)
    assertEquals("v", second.await())
  }

  /** A coroutine that is cancelled while it waits leaves the queue; the others wait on. */
  @Test
  fun getOrInit_cancelledWhileWaiting() = runTest {
    val finish = CompletableDeferred<String>()
    val initialiser = async { cell.getOrInit { finish.await() } }
    testScheduler.runCurrent()
    val waiter = launch { cell.getOrInit { mustNotRun() } }
    val reader = launch { cell.get() }
    val other = async { cell.getOrInit { mustNotRun() } }
    testScheduler.runCurrent()
    waiter.cancel()
    reader.cancel()
    assertEquals(1, cell.waiting)
    finish.complete("v")
    assertEquals("v", other.await())
    assertEquals("v", initialiser.await())
  }

  /** An initialiser that is cancelled passes its role on, and nothing is remembered. */
  @Test
  fun getOrInit_cancelledInside() = runTest {
    val strict = OnceCell<String>("strict", OnFailure.REMEMBER)
    val initialiser = launch { strict.getOrInit { awaitCancellation() } }
    testScheduler.runCurrent()
    val next = async { strict.getOrInit { "next" } }
    val last = async { strict.getOrInit { mustNotRun() } }
    testScheduler.runCurrent()
    initialiser.cancelAndJoin()
    assertEquals("next", next.await())
    assertEquals("next", last.await())
    assertNull(strict.failure)
  }

  /** One that is cancelled after it was given the role, and before it runs, passes it on. */
  @Test
  fun getOrInit_cancelledAfterTheRole() {
    val dispatcher = ManualDispatcher()
    val holder = cell.blocking.claimAsync().block()
    val first = dispatcher.start { cell.getOrInit { mustNotRun() } }
    val second = dispatcher.start { cell.getOrInit { "second" } }
    holder.close()
    assertEquals(1, cell.waiting)
    first.cancel()
    dispatcher.runAll()
    assertTrue(first.isCancelled)
    assertTrue(second.isCompleted && !second.isCancelled)
    assertEquals("second", cell.tryGet())
  }

  /** With nobody behind it, the cell is empty again. */
  @Test
  fun getOrInit_cancelledAfterTheRoleNobodyWaits() {
    val dispatcher = ManualDispatcher()
    val holder = cell.blocking.claimAsync().block()
    val only = dispatcher.start { cell.getOrInit { mustNotRun() } }
    holder.close()
    only.cancel()
    dispatcher.runAll()
    assertTrue(only.isCancelled)
    assertEquals("OnceCell(config)[empty, waiting=0]", cell.toString())
  }

  /** What was made before the cancellation was noticed is there for all others. */
  @Test
  fun getOrInit_cancelledAsTheValueIsMade() {
    val dispatcher = ManualDispatcher()
    val job = dispatcher.start {
      val own = coroutineContext.job
      cell.getOrInit {
        own.cancel()
        "made"
      }
    }
    assertTrue(job.isCancelled)
    assertEquals("made", cell.tryGet())
  }

  /** With nobody behind it, the cell is empty again. */
  @Test
  fun getOrInit_cancelledInsideNobodyWaits() = runTest {
    val initialiser = launch { cell.getOrInit { awaitCancellation() } }
    testScheduler.runCurrent()
    initialiser.cancelAndJoin()
    assertEquals("OnceCell(config)[empty, waiting=0]", cell.toString())
    assertTrue(cell.set("v"))
  }

  /** A time-out inside the initialiser is its caller's affair; the next takes over. */
  @Test
  fun getOrInit_timedOutInside() = runTest {
    val strict = OnceCell<String>(onFailure = OnFailure.REMEMBER)
    failureOf<TimeoutCancellationException> {
      strict.getOrInit { withTimeout(1.seconds) { awaitCancellation() } }
    }
    assertEquals("v", strict.getOrInit { "v" })
  }

  /** Retried: who failed gets what was thrown, the next takes over. */
  @Test
  fun getOrInit_failsUnderRetry() = runTest {
    supervisorScope {
      val boom = IllegalArgumentException("boom")
      val first = async { cell.getOrInit { delay(1.seconds).let { throw boom } } }
      testScheduler.runCurrent()
      val second = async { cell.getOrInit { "second" } }
      assertEquals("second", second.await())
      assertEquals("boom", failureOf<IllegalArgumentException> { first.await() }.message)
    }
  }

  /** Remembered: whoever waits, and whoever comes later, is told why. */
  @Test
  fun getOrInit_failsUnderRemember() = runTest {
    supervisorScope {
      val strict = OnceCell<String>("strict", OnFailure.REMEMBER)
      val boom = IllegalArgumentException("boom")
      val first = async { strict.getOrInit { delay(1.seconds).let { throw boom } } }
      testScheduler.runCurrent()
      val second = async { strict.getOrInit { mustNotRun() } }
      val reader = async { strict.get() }
      testScheduler.advanceUntilIdle()
      failureOf<IllegalArgumentException> { first.await() }
      failureOf<InitialisationException> { second.await() }
      failureOf<InitialisationException> { reader.await() }
      val told = failureOf<InitialisationException> { strict.getOrInit { mustNotRun() } }
      assertSame(boom, told.cause)
      assertSame(boom, strict.failure)
      failureOf<InitialisationException> { strict.get(Duration.ZERO) }
    }
  }

  /** Recursion is an error that names the cell, from children and over other cells too. */
  @Test
  fun getOrInit_recursive() = runTest {
    val other = OnceCell<String>("other")
    val inner =
      listOf<suspend () -> String>(
        { cell.getOrInit { mustNotRun() } },
        { cell.get() },
        { cell.get(1.hours)!! },
        { coroutineScope { async { cell.getOrInit { mustNotRun() } }.await() } },
        { other.getOrInit { cell.getOrInit { mustNotRun() } } },
      )
    for (initialiser in inner) {
      val refused = failureOf<IllegalStateException> { cell.getOrInit(initialiser) }
      assertTrue(
        "recursive initialisation of OnceCell(config)" in refused.message!!,
        refused.message,
      )
      assertEquals("OnceCell(config)[empty, waiting=0]", cell.toString())
      assertFalse(other.isSet)
    }
    assertEquals("v", cell.getOrInit { "v" })
  }

  /** The same of calls that would block a thread on which the initialiser runs, wherever it is. */
  @Test
  fun getOrInit_recursiveByABlockingCall() = runBlocking {
    val other = OnceCell<String>("other")
    val lazy = BlockingLazy.of { cell.blocking.uninterruptibly }
    val inner =
      listOf<suspend () -> String>(
        { cell.blocking.get() },
        { cell.blocking.getOrInit { mustNotRun() } },
        { delay(1).let { cell.blocking.uninterruptibly } },
        { withContext(Dispatchers.IO) { delay(1).let { cell.blocking.get() } } },
        { other.getOrInit { cell.blocking.get() } },
        { other.getOrInit { delay(1).let { cell.blocking.get() } } },
        { other.blocking.getOrInit { cell.blocking.get() } },
        { other.blocking.getOrInit { runBlocking { cell.get() } } },
        { coroutineScope { async(Dispatchers.IO) { cell.blocking.get() }.await() } },
        { lazy.await() },
      )
    for (dispatcher in listOf(coroutineContext[ContinuationInterceptor]!!, Dispatchers.Default)) {
      for (initialiser in inner) {
        val refused =
          failureOf<IllegalStateException> {
            withContext(dispatcher) { cell.getOrInit(initialiser) }
          }
        assertTrue(
          "recursive initialisation of OnceCell(config)" in refused.message!!,
          refused.message,
        )
        assertEquals("OnceCell(config)[empty, waiting=0]", cell.toString())
        assertFalse(other.isSet)
      }
    }
    assertEquals("v", cell.getOrInit { "v" })
  }

  private val dev.interlock.sync.OnceCell<String>.uninterruptibly: String
    get() = getUninterruptibly()

  /** A thread that the initialiser has left may wait for it. */
  @Test
  fun getOrInit_threadThatItLeft_mayBlock() {
    val dispatcher = ManualDispatcher()
    val finish = CompletableDeferred<String>()
    val inner = OnceCell<String>("inner")
    val job = dispatcher.start { cell.getOrInit { inner.getOrInit { finish.await() } } }
    val completes = thread {
      while (cell.waiting == 0) Thread.sleep(1)
      finish.complete("v")
      dispatcher.runAll()
    }
    assertEquals("v", cell.blocking.get())
    completes.join()
    assertTrue(job.isCompleted)
    assertEquals("v", inner.tryGet())
  }

  /** A mark that has outlived its initialiser refuses nobody. */
  @Test
  fun getOrInit_contextOfAFinishedInitialiser() = runTest {
    lateinit var inherited: CoroutineContext
    failureOf<IllegalArgumentException> {
      cell.getOrInit {
        inherited = currentCoroutineContext()
        throw IllegalArgumentException("boom")
      }
    }
    assertEquals("late", async(inherited.minusKey(Job)) { cell.getOrInit { "late" } }.await())
  }

  /** A thread that waits for a coroutine's initialiser, and the other way round. */
  @Test
  fun getOrInit_threadsAndCoroutines() = runBlocking {
    repeat(200) {
      val runs = AtomicInteger()
      val shared = OnceCell<Int>()
      val threads =
        List(2) {
          var got: Int? = null
          thread { got = shared.blocking.getOrInit { runs.incrementAndGet() } } to { got }
        }
      val coroutines =
        List(3) { async(Dispatchers.Default) { shared.getOrInit { runs.incrementAndGet() } } }
      assertEquals(listOf(1, 1, 1), coroutines.awaitAll())
      for ((thread, got) in threads) {
        thread.join()
        assertEquals(1, got())
      }
    }
  }

  /** Coroutines cancelled at random never lose the role. */
  @Test
  fun getOrInit_cancelledAtRandom() = runBlocking {
    repeat(200) {
      val shared = OnceCell<String>()
      val jobs =
        List(6) { launch(Dispatchers.Default) { shared.getOrInit { awaitCancellation() } } }
      jobs.shuffled().forEach { it.cancelAndJoin() }
      assertEquals(0, shared.waiting)
      assertTrue(shared.set("v"), shared.toString())
    }
  }

  /** A lazy value is made once, and its failure is retried. */
  @Test
  fun suspendLazy_madeOnce() = runTest {
    var runs = 0
    val lazy =
      SuspendLazy("user") {
        delay(1.seconds)
        if (++runs == 1) throw IllegalArgumentException("boom")
        runs
      }
    assertNull(lazy.tryGet())
    failureOf<IllegalArgumentException> { lazy.get() }
    val all = List(3) { async { lazy.get() } }
    assertEquals(listOf(2, 2, 2), all.awaitAll())
    assertTrue(lazy.isSet)
    assertEquals("SuspendLazy over OnceCell(user)[set, waiting=0]", lazy.toString())
  }

  /** The lazy object of threads, awaited. */
  @Test
  fun lazy_awaited() = runTest {
    val lazy = BlockingLazy.of { 7 }
    assertEquals(7, lazy.await())
    assertEquals(7, lazy.await())
  }

  /** A coroutine that is cancelled while a thread makes the value, or as it is made: no effect. */
  @Test
  fun lazy_cancelled() = runTest {
    val started = java.util.concurrent.CountDownLatch(1)
    val gate = java.util.concurrent.CountDownLatch(1)
    val lazy = BlockingLazy.of {
      started.countDown()
      gate.await()
      7
    }
    val maker = thread { lazy.get() }
    started.await()
    val whileWaiting = launch { lazy.await() }
    val asItIsMade = launch { lazy.await() }
    val other = async { lazy.await() }
    testScheduler.runCurrent()
    assertEquals(3, lazy.waiting())
    whileWaiting.cancel()
    assertEquals(2, lazy.waiting())
    gate.countDown()
    maker.join()
    asItIsMade.cancel()
    assertEquals(7, other.await())
    assertTrue(whileWaiting.isCancelled && asItIsMade.isCancelled)
    assertEquals(7, lazy.get())
  }

  /** The two faces are of one object. */
  @Test
  fun faces() {
    assertSame(cell.blocking, cell.blocking.suspending.blocking)
    assertEquals("v", dev.interlock.sync.OnceCell.of("v").suspending.tryGet())
  }
}
