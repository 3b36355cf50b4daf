package dev.interlock.coroutines

import dev.interlock.sync.LockOrder as BlockingLockOrder
import kotlin.concurrent.thread
import kotlin.random.Random
import kotlin.time.Duration
import kotlin.time.Duration.Companion.milliseconds
import kotlin.time.Duration.Companion.seconds
import kotlinx.coroutines.CoroutineStart
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.launch
import kotlinx.coroutines.runBlocking
import kotlinx.coroutines.test.runTest
import kotlinx.coroutines.yield
import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.Assertions.assertFalse
import org.junit.jupiter.api.Assertions.assertNotNull
import org.junit.jupiter.api.Assertions.assertNull
import org.junit.jupiter.api.Assertions.assertThrows
import org.junit.jupiter.api.Assertions.assertTrue
import org.junit.jupiter.api.Test
import org.junit.jupiter.params.ParameterizedTest
import org.junit.jupiter.params.provider.ValueSource

class LockOrderTest {
  private val a = Mutex(1)
  private val b = Mutex(2)

  /** All are held inside the block, with their values, and none after it. */
  @ParameterizedTest
  @ValueSource(booleans = [false, true])
  fun withLocks_allHeld(backingOff: Boolean) = runTest {
    val order = LockOrder(backingOff)
    val sum =
      order.withLocks(listOf(b, a)) {
        assertTrue(a.isLocked && b.isLocked)
        it[a].value + it[b].value
      }
    assertEquals(3, sum)
    runCatching { order.withLocks(listOf(a, b)) { error("failed inside") } }
    assertFalse(a.isLocked || b.isLocked)
  }

  /** A coroutine that is cancelled while it waits holds none of them. */
  @ParameterizedTest
  @ValueSource(booleans = [false, true])
  fun lockAll_cancelled_noneHeld(backingOff: Boolean) = runTest {
    val order = LockOrder(backingOff)
    val taken = b.lock()
    val waiter = launch(start = CoroutineStart.UNDISPATCHED) { order.lockAll(listOf(a, b)) }
    assertTrue(waiter.isActive)
    waiter.cancel()
    waiter.join()
    assertFalse(a.isLocked)
    taken.close()
    assertFalse(b.isLocked)
  }

  /** A coroutine that is cancelled after the grant and before it runs holds none of them. */
  @Test
  fun lockAll_cancelledAfterTheGrant_noneHeld() = runTest {
    val fair = Mutex(0, fair = true)
    val taken = fair.lock()
    val waiter = launch(start = CoroutineStart.UNDISPATCHED) { LockOrder().lockAll(listOf(fair)) }
    taken.close()
    waiter.cancel()
    waiter.join()
    assertFalse(fair.isLocked)
  }

  /** Without time, and when the time runs out, none is held. */
  @Test
  fun tryLockAll_taken_null() = runTest {
    val order = LockOrder()
    b.lock().use {
      assertNull(order.tryLockAll(listOf(a, b)))
      assertNull(order.tryLockAll(listOf(a, b), Duration.ZERO))
      assertNull(order.tryLockAll(listOf(a, b), 5.milliseconds))
      assertFalse(a.isLocked)
    }
    assertNotNull(order.tryLockAll(listOf(a, b), 5.seconds)?.close())
    assertFalse(a.isLocked || b.isLocked)
  }

  /** Threads and coroutines that name them in every order come to an end, and nothing is lost. */
  @ParameterizedTest
  @ValueSource(booleans = [false, true])
  fun withLocks_threadsAndCoroutines(backingOff: Boolean) {
    val order = LockOrder(backingOff)
    val accounts = List(4) { Mutex(100) }
    val thread = thread {
      val random = Random(1)
      repeat(1_000) {
        val from = accounts.random(random)
        val to = accounts.random(random)
        order.blocking.lockAll(from.blocking, to.blocking).use {
          it[from].value--
          it[to].value++
        }
      }
    }
    runBlocking(Dispatchers.Default) {
      repeat(3) { seed ->
        launch {
          val random = Random(seed)
          repeat(1_000) {
            val from = accounts.random(random)
            val to = accounts.random(random)
            order.withLocks(listOf(from, to)) {
              it[from].value--
              yield()
              it[to].value++
            }
          }
        }
      }
    }
    thread.join()
    assertEquals(400, accounts.sumOf { it.tryLock()!!.value })
  }

  /** Both faces are one order. */
  @Test
  fun suspending_sameObject() {
    val blocking = BlockingLockOrder.total()
    assertEquals(blocking, blocking.suspending.blocking)
    assertEquals("LockOrder[total]", blocking.suspending.toString())
    assertEquals("LockOrder[backing off]", LockOrder(backingOff = true).toString())
  }

  /** Striped locks: one key, several keys, cancellation. */
  @Test
  fun stripedLocks() = runTest {
    val locks = StripedLocks(4)
    assertEquals(4, locks.stripes)
    assertEquals(7, locks.withLock("key") { 7 })
    locks.withLocks(listOf(1, 2, 3, 4, 5)) {
      assertTrue(locks[1].isLocked)
      assertNull(locks.tryLockAll(listOf(2)))
      val waiter = launch(start = CoroutineStart.UNDISPATCHED) { locks.withLocks(listOf(1, 2)) {} }
      assertTrue(waiter.isActive)
      waiter.cancel()
      waiter.join()
    }
    assertEquals("StripedLocks[4, locked=0]", locks.toString())
    assertEquals(locks, locks.blocking.suspending)
  }

  /** Striped locks with a time, a name and a bound. */
  @Test
  fun stripedLocks_options() = runTest {
    val locks = StripedLocks(4, name = "users", fair = true)
    assertEquals(0, locks[1].bypassBound)
    assertEquals(7, StripedLocks(1, bypassBound = 7)[1].bypassBound)
    assertThrows(IllegalArgumentException::class.java) {
      StripedLocks(4, fair = true, bypassBound = 1)
    }
    locks.withLock(1) {
      assertEquals("StripedLocks(users)[4, locked=1]", locks.toString())
      assertNull(locks.tryLockAll(listOf(1, 2, 3, 4, 5), Duration.ZERO))
      assertNull(locks.tryLockAll(listOf(1, 2, 3, 4, 5), 5.milliseconds))
      val waiter = launch(start = CoroutineStart.UNDISPATCHED) { locks.withLock(1) {} }
      assertEquals(1, locks.waiting)
      waiter.cancel()
      waiter.join()
    }
    assertNotNull(locks.tryLockAll(listOf(1, 2), 5.seconds)?.close())
    assertEquals("StripedLocks(users)[4, locked=0]", locks.toString())
  }
}
