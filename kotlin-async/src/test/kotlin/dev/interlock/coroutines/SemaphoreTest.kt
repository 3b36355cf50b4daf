package dev.interlock.coroutines

import dev.interlock.ClosedException
import dev.interlock.sync.Semaphore as BlockingSemaphore
import java.util.concurrent.atomic.AtomicInteger
import kotlin.concurrent.thread
import kotlin.time.Duration
import kotlin.time.Duration.Companion.milliseconds
import kotlin.time.Duration.Companion.seconds
import kotlinx.coroutines.CoroutineStart
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.async
import kotlinx.coroutines.delay
import kotlinx.coroutines.joinAll
import kotlinx.coroutines.launch
import kotlinx.coroutines.runBlocking
import kotlinx.coroutines.test.runTest
import kotlinx.coroutines.yield
import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.Assertions.assertFalse
import org.junit.jupiter.api.Assertions.assertInstanceOf
import org.junit.jupiter.api.Assertions.assertSame
import org.junit.jupiter.api.Assertions.assertThrows
import org.junit.jupiter.api.Assertions.assertTrue
import org.junit.jupiter.api.Test

class SemaphoreTest {
  /** Permits are taken, run out, and come back. */
  @Test
  fun acquire_andRelease() = runTest {
    val semaphore = Semaphore(3)
    semaphore.acquire()
    semaphore.acquire(2)
    assertEquals(0, semaphore.availablePermits)
    assertFalse(semaphore.tryAcquire())
    val waiting = launch { semaphore.acquire(2) }
    testScheduler.runCurrent()
    assertEquals(1, semaphore.waiting)
    semaphore.release()
    testScheduler.runCurrent()
    assertFalse(waiting.isCompleted)
    semaphore.release()
    waiting.join()
    assertEquals(0, semaphore.availablePermits)
  }

  /** First in, first out, whatever each asks for. */
  @Test
  fun acquire_order() = runTest {
    val semaphore = Semaphore(0)
    val order = ArrayList<Int>()
    for (permits in listOf(3, 1, 2)) {
      launch {
        semaphore.acquire(permits)
        order += permits
      }
      testScheduler.runCurrent()
    }
    repeat(6) {
      semaphore.release()
      assertFalse(semaphore.tryAcquire() && order.size < 3)
      testScheduler.runCurrent()
    }
    assertEquals(listOf(3, 1, 2), order)
  }

  /** Permits come back however the block ends. */
  @Test
  fun withPermits_resultAndFailure() = runTest {
    val semaphore = Semaphore(2)
    val free: Int
    semaphore.withPermit { free = semaphore.availablePermits }
    assertEquals(1, free)
    assertEquals(0, semaphore.withPermits(2) { semaphore.availablePermits })
    val failure = runCatching { semaphore.withPermits(2) { error("in the block") } }
    assertEquals("in the block", failure.exceptionOrNull()?.message)
    assertEquals(2, semaphore.availablePermits)
  }

  /** In virtual time, waits exactly as long as it was told, and leaves the queue. */
  @Test
  fun tryAcquire_timedOut() = runTest {
    val semaphore = Semaphore(1)
    assertFalse(semaphore.tryAcquire(2, 100.milliseconds))
    assertEquals(100, testScheduler.currentTime)
    assertFalse(semaphore.tryAcquire(2, Duration.ZERO))
    assertEquals(0, semaphore.waiting)
    assertEquals(1, semaphore.availablePermits)
    assertTrue(semaphore.tryAcquire(1.seconds))
    assertEquals(100, testScheduler.currentTime)
  }

  /** Released in the very moment of the time-out: either the caller has it, or it is free. */
  @Test
  fun tryAcquire_releasedAtTheTimeout() = runTest {
    for (releaseFirst in listOf(false, true)) {
      val semaphore = Semaphore(0)
      val release = suspend {
        delay(100)
        semaphore.release(2)
      }
      if (releaseFirst) {
        launch { release() }
        testScheduler.runCurrent()
      }
      val attempt = async { semaphore.tryAcquire(2, 100.milliseconds) }
      if (!releaseFirst) {
        testScheduler.runCurrent()
        launch { release() }
      }
      val acquired = attempt.await()
      testScheduler.advanceUntilIdle()
      assertEquals(if (acquired) 0 else 2, semaphore.availablePermits)
      assertEquals(0, semaphore.waiting)
    }
  }

  /** Closing fails those who wait and all later ones, with the cause; what is held stays held. */
  @Test
  fun close_failsWaiters() = runTest {
    val semaphore = Semaphore(1, name = "pool")
    semaphore.acquire()
    val cause = IllegalStateException("why")
    val waiting = async { runCatching { semaphore.acquire() }.exceptionOrNull() }
    val timed = async { runCatching { semaphore.tryAcquire(1, 5.seconds) }.exceptionOrNull() }
    testScheduler.runCurrent()
    assertTrue(semaphore.close(cause))
    assertFalse(semaphore.close())
    for (failed in listOf(waiting, timed)) {
      val failure = failed.await()
      assertInstanceOf(ClosedException::class.java, failure)
      assertSame(cause, failure?.cause)
      assertTrue("pool" in failure!!.message!!)
    }
    for (later in
      listOf(
        runCatching { semaphore.acquire() },
        runCatching { semaphore.tryAcquire() },
        runCatching { semaphore.tryAcquire(1.seconds) },
      )) {
      assertSame(cause, later.exceptionOrNull()?.cause)
      assertTrue("pool" in later.exceptionOrNull()!!.message!!)
    }
    assertTrue(semaphore.isClosed)
    semaphore.release()
    assertEquals(0, semaphore.availablePermits)
  }

  /** A misuse is refused and changes nothing. */
  @Test
  fun misuse() = runTest {
    assertThrows(IllegalArgumentException::class.java) { Semaphore(-1) }
    val semaphore = Semaphore(1)
    for (permits in listOf(0, -1, Int.MAX_VALUE)) {
      for (refused in
        listOf(
          runCatching { semaphore.acquire(permits) },
          runCatching { semaphore.tryAcquire(permits) },
          runCatching { semaphore.tryAcquire(permits, 1.seconds) },
          runCatching { semaphore.release(permits) },
          runCatching { semaphore.addPermits(permits) },
          runCatching { semaphore.reducePermits(permits) },
          runCatching { semaphore.withPermits(permits) {} },
        )) {
        assertInstanceOf(IllegalArgumentException::class.java, refused.exceptionOrNull())
      }
    }
    val tooMany = runCatching { semaphore.release(Semaphore.MAX_PERMITS) }.exceptionOrNull()
    assertInstanceOf(IllegalStateException::class.java, tooMany)
    assertEquals(1, semaphore.availablePermits)
    assertEquals(0, semaphore.waiting)
  }

  /** Permits go out of use and come back, and a waiting coroutine is served accordingly. */
  @Test
  fun reducePermits_addPermits() = runTest {
    val semaphore = Semaphore(2)
    semaphore.reducePermits(3)
    assertEquals(-1, semaphore.availablePermits)
    val waiter = launch(start = CoroutineStart.UNDISPATCHED) { semaphore.acquire() }
    semaphore.release()
    assertEquals(1, semaphore.waiting)
    semaphore.addPermits(3)
    waiter.join()
    assertEquals(2, semaphore.drainPermits())
    assertEquals(0, semaphore.availablePermits)
  }

  /** Threads and coroutines wait in one queue; never more inside than permits. */
  @Test
  fun acquire_threadsAndCoroutines() {
    val semaphore = Semaphore(3)
    val inside = AtomicInteger()
    val most = AtomicInteger()
    fun enter() {
      most.accumulateAndGet(inside.incrementAndGet(), ::maxOf)
    }
    val threads =
      List(3) {
        thread {
          repeat(300) {
            semaphore.blocking.acquire()
            enter()
            inside.decrementAndGet()
            semaphore.blocking.release()
          }
        }
      }
    runBlocking(Dispatchers.Default) {
      List(20) {
          launch {
            repeat(300) {
              semaphore.withPermit {
                enter()
                yield()
                inside.decrementAndGet()
              }
            }
          }
        }
        .joinAll()
    }
    threads.forEach { it.join() }
    assertTrue(most.get() <= 3, "at most 3 inside, not $most")
    assertEquals(3, semaphore.availablePermits)
  }

  /** Both faces are the same object. */
  @Test
  fun faces_roundTrip() {
    val java = BlockingSemaphore.of(1)
    assertSame(java, java.suspending.blocking)
    assertTrue(java.suspending.tryAcquire())
    assertEquals(0, java.availablePermits())
  }
}
