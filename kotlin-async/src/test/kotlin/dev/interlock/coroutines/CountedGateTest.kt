package dev.interlock.coroutines

import kotlin.concurrent.thread
import kotlin.time.Duration
import kotlin.time.Duration.Companion.hours
import kotlin.time.Duration.Companion.seconds
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.async
import kotlinx.coroutines.awaitAll
import kotlinx.coroutines.delay
import kotlinx.coroutines.joinAll
import kotlinx.coroutines.launch
import kotlinx.coroutines.runBlocking
import kotlinx.coroutines.test.currentTime
import kotlinx.coroutines.test.runTest
import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.Assertions.assertFalse
import org.junit.jupiter.api.Assertions.assertThrows
import org.junit.jupiter.api.Assertions.assertTrue
import org.junit.jupiter.api.Test

/** The suspending faces of the latch and of the wait group. */
class CountedGateTest {
  /** All who wait are let through by the last count, in the order in which they came. */
  @Test
  fun latch_opens() = runTest {
    val latch = CountDownLatch(2, "start")
    val order = ArrayList<Int>()
    repeat(3) {
      launch {
        latch.await()
        order += it
      }
    }
    testScheduler.runCurrent()
    assertEquals("CountDownLatch(start)[count=2, waiting=3]", latch.toString())
    latch.countDown()
    testScheduler.runCurrent()
    assertEquals(listOf<Int>(), order)
    latch.countDown()
    testScheduler.runCurrent()
    assertEquals(listOf(0, 1, 2), order)
    assertTrue(latch.isOpen)
    latch.await()
  }

  /** The time runs out in virtual time, and leaves no trace. */
  @Test
  fun latch_timedOut() = runTest {
    val latch = CountDownLatch(1)
    assertFalse(latch.await(Duration.ZERO))
    assertFalse(latch.await(5.seconds))
    assertEquals(5_000, currentTime)
    assertEquals(0, latch.waiting)
    latch.countDown()
    assertTrue(latch.await(Duration.ZERO))
  }

  /** A wait with time ends when the latch opens. */
  @Test
  fun latch_inTime() = runTest {
    val latch = CountDownLatch(1)
    val waiter = launch { assertTrue(latch.await(1.hours)) }
    testScheduler.runCurrent()
    latch.countDown()
    waiter.join()
    assertEquals(0, currentTime)
  }

  /** A cancelled coroutine leaves the queue; the others wait on. */
  @Test
  fun latch_cancelledWhileWaiting() = runTest {
    val latch = CountDownLatch(1)
    val first = launch { latch.await() }
    val second = launch { latch.await() }
    testScheduler.runCurrent()
    first.cancel()
    assertEquals(1, latch.waiting)
    testScheduler.runCurrent()
    assertTrue(first.isCancelled && second.isActive)
    latch.countDown()
    second.join()
    assertFalse(second.isCancelled)
  }

  /** One that is cancelled after the latch opened, before it runs, ends as cancelled. */
  @Test
  fun latch_cancelledAfterTheZero() = runTest {
    val latch = CountDownLatch(1)
    var ran = false
    val waiter = launch {
      latch.await()
      ran = true
    }
    testScheduler.runCurrent()
    latch.countDown()
    waiter.cancel()
    testScheduler.runCurrent()
    assertFalse(ran)
    assertTrue(latch.isOpen)
  }

  /** The last count in the moment in which the time runs out: let through, or not in time. */
  @Test
  fun gate_zeroAtTheTimeout() = runTest {
    val latch = CountDownLatch(1)
    val group = WaitGroup()
    group.add()
    val timed = listOf(async { latch.await(5.seconds) }, async { group.await(5.seconds) })
    launch {
      delay(5.seconds)
      latch.countDown()
      group.done()
    }
    timed.awaitAll()
    assertEquals(0, latch.waiting + group.waiting)
    assertTrue(latch.isOpen && latch.await(Duration.ZERO))
    assertTrue(group.await(Duration.ZERO))
  }

  /** The group lets through at zero, also when a member joins right after it. */
  @Test
  fun group_rounds() = runTest {
    val group = WaitGroup("jobs")
    group.await()
    group.add(2)
    val early = launch { group.await() }
    testScheduler.runCurrent()
    group.done(2)
    group.add()
    early.join()
    assertEquals("WaitGroup(jobs)[count=1, waiting=0]", group.toString())
    assertFalse(group.await(1.seconds))
    group.done()
    assertTrue(group.await(1.seconds))
    assertThrows(IllegalStateException::class.java) { group.done() }
  }

  /** A cancelled wait leaves the group as it was. */
  @Test
  fun group_cancelledWhileWaiting() = runTest {
    val group = WaitGroup()
    group.add()
    val waiter = launch { group.await() }
    testScheduler.runCurrent()
    waiter.cancel()
    assertEquals(0, group.waiting)
    assertEquals(1, group.count)
  }

  /** One that is cancelled after the last member left, before it runs, ends as cancelled. */
  @Test
  fun group_cancelledAfterTheZero() = runTest {
    val group = WaitGroup()
    group.add()
    val first = launch { group.await() }
    val second = launch { group.await() }
    testScheduler.runCurrent()
    group.done()
    first.cancel()
    testScheduler.runCurrent()
    assertTrue(first.isCancelled)
    assertTrue(second.isCompleted && !second.isCancelled)
    assertEquals(0, group.waiting)
  }

  /** A member leaves however its block ends. */
  @Test
  fun group_asMember() {
    val group = WaitGroup()
    assertEquals(1, group.asMember { group.count })
    assertThrows(IllegalArgumentException::class.java) {
      group.asMember { throw IllegalArgumentException() }
    }
    assertEquals(0, group.count)
  }

  /** Coroutines on several threads count, others and a thread wait: nobody is forgotten. */
  @Test
  fun group_manyCoroutines() = runBlocking {
    val group = WaitGroup()
    repeat(200) {
      group.add(4)
      val blocked = thread { group.blocking.await() }
      val waiters = List(3) { launch(Dispatchers.Default) { group.await() } }
      repeat(4) { launch(Dispatchers.Default) { group.done() } }
      waiters.joinAll()
      blocked.join()
      assertEquals(0, group.count)
    }
  }
}
