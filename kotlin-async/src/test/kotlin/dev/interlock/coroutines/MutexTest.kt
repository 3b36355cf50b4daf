package dev.interlock.coroutines

import dev.interlock.sync.Mutex as BlockingMutex
import java.util.concurrent.CountDownLatch
import kotlin.concurrent.thread
import kotlin.time.Duration
import kotlin.time.Duration.Companion.INFINITE
import kotlin.time.Duration.Companion.milliseconds
import kotlin.time.Duration.Companion.seconds
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.delay
import kotlinx.coroutines.joinAll
import kotlinx.coroutines.launch
import kotlinx.coroutines.runBlocking
import kotlinx.coroutines.test.runTest
import kotlinx.coroutines.yield
import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.Assertions.assertFalse
import org.junit.jupiter.api.Assertions.assertNotNull
import org.junit.jupiter.api.Assertions.assertNull
import org.junit.jupiter.api.Assertions.assertSame
import org.junit.jupiter.api.Assertions.assertThrows
import org.junit.jupiter.api.Assertions.assertTrue
import org.junit.jupiter.api.Test

class MutexTest {
  /** The guard holds the lock, gives the value, and unlocks once. */
  @Test
  fun lock_free() = runTest {
    val mutex = Mutex("before")
    val guard = mutex.lock()
    assertTrue(mutex.isLocked)
    assertEquals("before", guard.value)
    guard.value = "after"
    guard.close()
    guard.close()
    assertFalse(mutex.isLocked)
    mutex.withLock { assertEquals("after", it) }
  }

  /** Suspends, does not block: the holder goes on on the same thread. */
  @Test
  fun lock_held() = runTest {
    val mutex = Mutex(ArrayList<String>())
    val guard = mutex.lock()
    val waiting = launch { mutex.lock().use { it.value += "second" } }
    testScheduler.runCurrent()
    assertEquals(1, mutex.waiting)
    guard.value += "first"
    guard.close()
    waiting.join()
    mutex.withLock { assertEquals(listOf("first", "second"), it) }
  }

  /** A guard outlives its coroutine's thread, and serves another coroutine. */
  @Test
  fun guard_closedByAnotherCoroutine() = runTest {
    val mutex = Mutex()
    val guard = mutex.lock()
    launch { guard.close() }.join()
    assertFalse(mutex.isLocked)
    assertThrows(IllegalStateException::class.java) { guard.value }
  }

  /** Try says no at once while the lock is held. */
  @Test
  fun tryLock_held() = runTest {
    val mutex = Mutex()
    val guard = assertNotNull(mutex.tryLock())
    assertNull(mutex.tryLock())
    assertNull(mutex.tryLock(Duration.ZERO))
    assertNull(mutex.tryLock(-1.seconds))
    assertEquals(0, mutex.waiting)
    assertEquals(0, testScheduler.currentTime)
    assertTrue(mutex.isLocked, "$guard")
  }

  /** In virtual time, waits exactly as long as it was told, and leaves the queue. */
  @Test
  fun tryLock_timedOut() = runTest {
    val mutex = Mutex()
    val guard = mutex.lock()
    assertNull(mutex.tryLock(100.milliseconds))
    assertEquals(100, testScheduler.currentTime)
    assertEquals(0, mutex.waiting)
    guard.close()
    assertFalse(mutex.isLocked)
  }

  /** A lock that becomes free in time is taken. */
  @Test
  fun tryLock_inTime() = runTest {
    val mutex = Mutex("value")
    val guard = mutex.lock()
    launch {
      delay(50)
      guard.close()
    }
    mutex.tryLock(100.milliseconds).use { assertEquals("value", it?.value) }
    assertEquals(50, testScheduler.currentTime)
    mutex.lock().also { held -> launch { held.close() } }
    mutex.tryLock(INFINITE).use { assertNotNull(it) }
  }

  /** Released in the very moment of the time-out: either the caller has it, or it is free. */
  @Test
  fun tryLock_releasedAtTheTimeout() = runTest {
    for (fair in listOf(false, true)) {
      for (releaseFirst in listOf(false, true)) {
        val mutex = Mutex("value", fair = fair)
        val holder = mutex.lock()
        val release = suspend {
          delay(100)
          holder.close()
        }
        if (releaseFirst) {
          launch { release() }
          testScheduler.runCurrent()
        }
        val attempt = launch {
          val guard = mutex.tryLock(100.milliseconds)
          assertEquals(guard != null, mutex.isLocked)
          guard?.close()
        }
        if (!releaseFirst) {
          testScheduler.runCurrent()
          launch { release() }
        }
        attempt.join()
        testScheduler.advanceUntilIdle()
        assertFalse(mutex.isLocked)
        assertEquals(0, mutex.waiting)
      }
    }
  }

  /** The block's result comes back, its failure too, and the lock is free after both. */
  @Test
  fun withLock_resultAndFailure() = runTest {
    val mutex = Mutex(20)
    assertEquals(21, mutex.withLock { it + 1 })
    assertFalse(mutex.isLocked)
    val failure = runCatching { mutex.withLock { error("in the block") } }.exceptionOrNull()
    assertEquals("in the block", failure?.message)
    assertFalse(mutex.isLocked)
  }

  /** The contract lets the block initialise what the caller declared, and return from it. */
  @Test
  fun withLock_contract() = runTest {
    val seen: Int
    val mutex = Mutex(7)
    mutex.withLock { seen = it }
    assertEquals(7, seen)
    suspend fun leaves(): String = mutex.withLock {
      return "left"
    }
    assertEquals("left", leaves())
    assertFalse(mutex.isLocked)
  }

  /** A section may suspend; others wait meanwhile, and no update is lost. */
  @Test
  fun withLock_suspendsInside() = runTest {
    val mutex = Mutex(IntArray(1))
    List(100) {
        launch {
          repeat(10) {
            mutex.withLock { counter ->
              val before = counter[0]
              yield()
              counter[0] = before + 1
            }
          }
        }
      }
      .joinAll()
    mutex.withLock { assertEquals(1000, it[0]) }
  }

  /** A bound of 0 serves in order of arrival, and lets nobody in between. */
  @Test
  fun lock_fair() = runTest {
    val mutex = Mutex(ArrayList<Int>(), fair = true)
    val holder = mutex.lock()
    val waiting =
      List(5) { i ->
        launch { mutex.withLock { it += i } }.also { testScheduler.runCurrent() }
      }
    holder.close()
    assertNull(mutex.tryLock(), "handed over already")
    waiting.joinAll()
    mutex.withLock { assertEquals(listOf(0, 1, 2, 3, 4), it) }
  }

  /** Threads and coroutines wait in one queue, and exclude each other. */
  @Test
  fun lock_threadsAndCoroutines() {
    for (fair in listOf(false, true)) {
      val mutex = Mutex(IntArray(1), fair = fair)
      val rounds = if (fair) 200 else 2_000
      val start = CountDownLatch(1)
      val threads =
        List(3) {
          thread {
            start.await()
            repeat(rounds) { mutex.blocking.lock().use { it.value[0]++ } }
          }
        }
      runBlocking(Dispatchers.Default) {
        val coroutines =
          List(20) {
            launch { repeat(rounds) { mutex.withLock { it[0]++ } } }
          }
        start.countDown()
        coroutines.joinAll()
      }
      threads.forEach { it.join() }
      assertEquals(23 * rounds, mutex.tryLock()!!.value[0])
    }
  }

  /** Both faces are the same object. */
  @Test
  fun faces_roundTrip() {
    val java = BlockingMutex.of("value")
    assertSame(java, java.suspending.blocking)
    assertEquals(java.suspending, java.suspending)
    val guard = java.suspending.tryLock()
    assertTrue(java.isLocked)
    guard?.close()
  }

  /** Options reach the mutex; contradictions and nonsense do not make one. */
  @Test
  fun factory_options() {
    assertEquals(0, Mutex(1, fair = true).bypassBound)
    assertEquals(3, Mutex(1, bypassBound = 3).bypassBound)
    assertEquals(BlockingMutex.DEFAULT_BYPASS_BOUND, Mutex().bypassBound)
    assertEquals("Mutex(door)[free, waiting=0]", Mutex(1, name = "door").toString())
    assertThrows(IllegalArgumentException::class.java) { Mutex(1, bypassBound = -1) }
    assertThrows(IllegalArgumentException::class.java) { Mutex(1, fair = true, bypassBound = 9) }
  }

  /** A mutex may guard nothing in particular, or null. */
  @Test
  fun value_nullable() = runTest {
    Mutex().withLock { assertEquals(Unit, it) }
    val mutex = Mutex<String?>(null)
    mutex.withLock { assertNull(it) }
    mutex.lock().use { it.value = "set" }
    mutex.withLock { assertEquals("set", it) }
  }

  /** Not reentrant: a holder that locks again waits for itself, until it is cancelled. */
  @Test
  fun lock_again() = runTest {
    val mutex = Mutex()
    mutex.withLock { assertNull(mutex.tryLock(1.seconds)) }
    assertEquals(1_000, testScheduler.currentTime)
  }
}
