package dev.interlock.coroutines

import dev.interlock.PoisonedException
import dev.interlock.diagnostics.DeadlockDetector
import kotlinx.coroutines.CancellationException
import kotlinx.coroutines.Job
import kotlinx.coroutines.awaitCancellation
import kotlinx.coroutines.runBlocking
import kotlinx.coroutines.test.runTest
import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.Assertions.assertFalse
import org.junit.jupiter.api.Assertions.assertInstanceOf
import org.junit.jupiter.api.Assertions.assertNull
import org.junit.jupiter.api.Assertions.assertSame
import org.junit.jupiter.api.Assertions.assertThrows
import org.junit.jupiter.api.Assertions.assertTrue
import org.junit.jupiter.api.Test

class PoisoningTest {
  private val dispatcher = ManualDispatcher()
  private val mutex = Mutex(7, name = "accounts", poisoning = true)
  private val cause = ArithmeticException("half-way")

  private fun poison() = mutex.tryLock()!!.poison(cause)

  /** Starts [block], which has to be refused, and returns where its refusal will be. */
  private fun refused(block: suspend () -> Unit): () -> PoisonedException {
    var thrown: Throwable? = null
    dispatcher.start {
      try {
        block()
      } catch (e: Throwable) {
        thrown = e
      }
    }
    return {
      dispatcher.runAll()
      assertInstanceOf(PoisonedException::class.java, thrown)
    }
  }

  /** A block that throws poisons, in both forms; everybody is refused until it is recovered. */
  @Test
  fun sections_throw() = runTest {
    assertSame(
      cause,
      assertThrows(ArithmeticException::class.java) {
        runBlocking { mutex.withLock { throw cause } }
      },
    )
    assertTrue(mutex.isPoisoned)
    assertSame(cause, refused { mutex.lock() }().cause)
    assertSame(cause, refused { mutex.withLock {} }().cause)
    mutex.recover().close()
    assertThrows(ArithmeticException::class.java) {
      runBlocking { mutex.withGuard { throw cause } }
    }
    assertTrue(mutex.isPoisoned)
    mutex.tryRecover()!!.use { assertEquals(7, it.value) }
    assertEquals(7, mutex.withLock { it })
    assertNull(mutex.tryRecover())
  }

  /** A block under several mutexes poisons those that can be, and unlocks the others. */
  @Test
  fun withLocks_throws() = runTest {
    val plain = Mutex(8)
    for (order in listOf(LockOrder(), LockOrder(backingOff = true))) {
      val all = listOf(plain, mutex)
      assertEquals(15, order.withLocks(all) { it[mutex].value + it[plain].value })
      assertFalse(mutex.isPoisoned)
      assertSame(
        cause,
        assertThrows(ArithmeticException::class.java) {
          runBlocking { order.withLocks(all) { throw cause } }
        },
      )
      assertTrue(mutex.isPoisoned)
      assertFalse(plain.isLocked)
      assertSame(cause, refused { order.lockAll(all) }().cause)
      assertSame(cause, mutex.blocking.poisonCause())
      mutex.recover().close()
      val job = dispatcher.start { order.withLocks(all) { awaitCancellation() } }
      dispatcher.runAll()
      job.cancel()
      dispatcher.runAll()
      assertTrue(mutex.isPoisoned)
      mutex.recover().close()
      // What the block has closed itself is not held any more, and not poisoned.
      assertThrows(ArithmeticException::class.java) {
        runBlocking {
          order.withLocks(all) {
            it[mutex].close()
            throw cause
          }
        }
      }
      assertFalse(mutex.isPoisoned || mutex.isLocked || plain.isLocked)
    }
  }

  /** A block that returns, also from the function around it, does not poison. */
  @Test
  fun sections_return() = runTest {
    suspend fun early(): Int {
      mutex.withLock {
        return it
      }
    }
    assertEquals(7, early())
    assertEquals(7, mutex.withGuard { it.value })
    assertFalse(mutex.isPoisoned || mutex.isLocked)
  }

  /** Without the option a block that throws unlocks. */
  @Test
  fun sections_throwWithoutTheOption() = runTest {
    val plain = Mutex(7)
    assertThrows(ArithmeticException::class.java) {
      runBlocking { plain.withLock { throw cause } }
    }
    assertThrows(ArithmeticException::class.java) {
      runBlocking { plain.withGuard { throw cause } }
    }
    assertFalse(plain.isPoisoned || plain.isLocked)
  }

  /** Whoever waits when it happens is refused. */
  @Test
  fun lock_poisonedWhileWaiting() {
    val holder = mutex.tryLock()!!
    val guarded = refused { mutex.lock() }
    val unguarded = refused { mutex.withLock {} }
    assertEquals(2, mutex.waiting)
    holder.poison(cause)
    assertSame(cause, guarded().cause)
    assertSame(cause, unguarded().cause)
    assertEquals(0, mutex.waiting)
  }

  /** Recover waits like lock, and takes over what is poisoned meanwhile. */
  @Test
  fun recover_poisonedWhileWaiting() {
    val holder = mutex.tryLock()!!
    val job = dispatcher.start { mutex.recover().use { it.value += 1 } }
    assertEquals(1, mutex.waiting)
    holder.poison(cause)
    dispatcher.runAll()
    assertTrue(job.isCompleted && !job.isCancelled)
    assertEquals(8, mutex.tryLock()!!.value)
  }

  /** Cancelled while it waits or as there is something to take over, recover takes nothing. */
  @Test
  fun recover_cancelled() {
    for (first in listOf(true, false)) {
      val holder = mutex.tryLock()!!
      val job = dispatcher.start { mutex.recover() }
      if (first) job.cancel()
      holder.poison(cause)
      if (!first) job.cancel()
      dispatcher.runAll()
      assertTrue(job.isCompleted && job.isCancelled)
      assertEquals(0, mutex.waiting)
      assertTrue(mutex.isPoisoned)
      mutex.tryRecover()!!.close()
    }
  }

  /** A coroutine that is cancelled inside its section has failed: it poisons. */
  @Test
  fun withLock_cancelledInside() {
    val job = dispatcher.start { mutex.withLock { Job().join() } }
    job.cancel()
    dispatcher.runAll()
    assertTrue(mutex.isPoisoned)
    assertInstanceOf(CancellationException::class.java, mutex.blocking.poisonCause())
  }

  /** A wait for a condition that ends while the mutex is poisoned: refused, the guard closed. */
  @Test
  fun await_poisoned() {
    val condition = mutex.newCondition()
    val thrown = arrayOfNulls<Throwable>(2)
    val jobs =
      List(2) { number ->
        dispatcher.start {
          mutex.withGuard { guard ->
            try {
              condition.await(guard)
            } catch (e: Throwable) {
              assertFalse(guard.isOpen)
              thrown[number] = e
            }
          }
        }
      }
    mutex.tryLock()!!.let {
      condition.signal(it)
      it.poison(cause)
    }
    dispatcher.runAll()
    assertSame(cause, assertInstanceOf(PoisonedException::class.java, thrown[0]).cause)
    assertNull(thrown[1])
    jobs[1].cancel()
    dispatcher.runAll()
    val refusal = assertInstanceOf(PoisonedException::class.java, thrown[1])
    assertSame(cause, refusal.cause)
    assertInstanceOf(CancellationException::class.java, refusal.suppressed.single())
    assertEquals(0, condition.waiting + mutex.waiting)
    mutex.tryRecover()!!.close()
  }

  /** Not the thread that runs the coroutine is taken for the holder of what it has recovered. */
  @Test
  fun recover_watched() {
    val watched = Mutex(7, poisoning = true, detector = DeadlockDetector.create())
    val watch = watched.blocking.watch()!!
    watched.tryLock()!!.poison(cause)
    watched.tryRecover()!!.let {
      assertNull(watch.holder())
      it.poison(cause)
    }
    dispatcher.start {
      watched.recover().use { assertInstanceOf(Job::class.java, watch.holder()) }
    }
    assertNull(watch.holder())
    assertFalse(watched.isPoisoned || watched.isLocked)
  }
}
