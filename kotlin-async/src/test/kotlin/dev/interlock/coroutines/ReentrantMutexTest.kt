package dev.interlock.coroutines

import dev.interlock.sync.Owner
import kotlin.time.Duration
import kotlin.time.Duration.Companion.milliseconds
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.delay
import kotlinx.coroutines.launch
import kotlinx.coroutines.runBlocking
import kotlinx.coroutines.test.runTest
import kotlinx.coroutines.yield
import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.Assertions.assertFalse
import org.junit.jupiter.api.Assertions.assertNull
import org.junit.jupiter.api.Assertions.assertSame
import org.junit.jupiter.api.Assertions.assertTrue
import org.junit.jupiter.api.Test

class ReentrantMutexTest {
  private val dispatcher = ManualDispatcher()
  private val me = Owner.named("me")
  private val other = Owner.named("other")
  private val mutex = ReentrantMutex(0, name = "accounts")

  /** An owner is let in again, whatever the thread, and unlocks with its last hold. */
  @Test
  fun lock_again() = runBlocking {
    mutex.withLock(me) {
      launch(Dispatchers.Default) {
          val inner = mutex.lock(me)
          assertEquals(2, mutex.holds(me))
          inner.close()
        }
        .join()
      assertEquals(1, mutex.holds(me))
      assertNull(mutex.tryLock(other))
    }
    assertFalse(mutex.isLocked)
  }

  /** Another owner waits, suspending. */
  @Test
  fun lock_otherOwner() = runTest {
    val outer = mutex.lock(me)
    val inner = mutex.lock(me)
    val waiting = launch { mutex.withLock(other) { assertEquals(1, mutex.holds(other)) } }
    testScheduler.runCurrent()
    assertEquals(1, mutex.waiting)
    inner.close()
    testScheduler.runCurrent()
    assertEquals(1, mutex.waiting)
    outer.close()
    waiting.join()
    assertFalse(mutex.isLocked)
    assertEquals("ReentrantMutex(accounts)[free, waiting=0]", mutex.toString())
    assertSame(mutex.blocking, mutex.blocking.suspending.blocking)
  }

  /** In virtual time, waits as long as it was told, and leaves the queue. */
  @Test
  fun tryLock_timedOut() = runTest {
    val guard = mutex.lock(me)
    assertNull(mutex.tryLock(other, Duration.ZERO))
    assertNull(mutex.tryLock(other, 100.milliseconds))
    assertEquals(100, testScheduler.currentTime)
    assertEquals(0, mutex.waiting)
    mutex.tryLock(me, Duration.ZERO)!!.close()
    guard.close()
    mutex.tryLock(other, 100.milliseconds)!!.close()
  }

  /** Unlocked in the very moment of the time-out: the caller is the owner, or nobody is. */
  @Test
  fun tryLock_unlockedAtTheTimeout() = runTest {
    for (unlockFirst in listOf(false, true)) {
      val guard = mutex.lock(me)
      val unlock = suspend {
        delay(100)
        guard.close()
      }
      if (unlockFirst) {
        launch { unlock() }
        testScheduler.runCurrent()
      }
      val attempt = launch {
        val mine = mutex.tryLock(other, 100.milliseconds)
        assertEquals(if (mine == null) 0 else 1, mutex.holds(other))
        assertEquals(mine != null, mutex.isLocked)
        mine?.close()
      }
      if (!unlockFirst) {
        testScheduler.runCurrent()
        launch { unlock() }
      }
      attempt.join()
      testScheduler.advanceUntilIdle()
      assertFalse(mutex.isLocked)
      assertEquals(0, mutex.waiting)
    }
  }

  /** A cancelled wait leaves the queue before its coroutine runs again. */
  @Test
  fun lock_cancelledWhileWaiting() {
    val guard = mutex.tryLock(me)!!
    val job = dispatcher.start { mutex.lock(other) }
    assertEquals(1, mutex.waiting)
    job.cancel()
    assertEquals(0, mutex.waiting)
    dispatcher.runAll()
    assertTrue(job.isCancelled && job.isCompleted)
    guard.close()
    assertFalse(mutex.isLocked)
  }

  /** A lock that was handed to a coroutine that is cancelled before it runs goes to the next. */
  @Test
  fun lock_cancelledAfterGrant() {
    val fair = ReentrantMutex(0, fair = true)
    val guard = fair.tryLock(me)!!
    val first = dispatcher.start { fair.lock(Owner.create()) }
    val second = dispatcher.start { fair.lock(other) }
    guard.close()
    first.cancel()
    dispatcher.runAll()
    assertTrue(first.isCancelled && first.isCompleted)
    assertTrue(second.isCompleted && !second.isCancelled)
    assertEquals(1, fair.holds(other))
  }

  /** Sections within sections, suspending inside, on several threads: no update is lost. */
  @Test
  fun withLock_nestedInParallel() = runBlocking {
    val count = IntArray(1)
    val jobs =
      List(8) {
        launch(Dispatchers.Default) {
          val self = Owner.create()
          repeat(500) {
            mutex.withLock(self) {
              val seen = count[0]
              if (it % 16 == 0) yield()
              mutex.withLock(self) { count[0] = seen + 1 }
            }
          }
        }
      }
    jobs.forEach { it.join() }
    assertEquals(8 * 500, count[0])
    assertFalse(mutex.isLocked)
  }
}
