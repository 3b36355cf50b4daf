package dev.interlock.coroutines

import dev.interlock.PoisonedException
import dev.interlock.diagnostics.DeadlockDetector
import kotlin.time.Duration.Companion.hours
import kotlinx.coroutines.CancellationException
import kotlinx.coroutines.Job
import kotlinx.coroutines.runBlocking
import kotlinx.coroutines.test.runTest
import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.Assertions.assertFalse
import org.junit.jupiter.api.Assertions.assertInstanceOf
import org.junit.jupiter.api.Assertions.assertNotNull
import org.junit.jupiter.api.Assertions.assertNull
import org.junit.jupiter.api.Assertions.assertSame
import org.junit.jupiter.api.Assertions.assertThrows
import org.junit.jupiter.api.Assertions.assertTrue
import org.junit.jupiter.api.Test

class RwLockPoisoningTest {
  private val dispatcher = ManualDispatcher()
  private val lock = RwLock(7, name = "routes", poisoning = true)
  private val cause = ArithmeticException("half-way")

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

  /** A writing block that throws poisons; readers and writers are refused until it is recovered. */
  @Test
  fun write_throws() = runTest {
    assertSame(
      cause,
      assertThrows(ArithmeticException::class.java) {
        runBlocking { lock.write { throw cause } }
      },
    )
    assertTrue(lock.isPoisoned)
    assertSame(cause, lock.blocking.poisonCause())
    assertSame(cause, refused { lock.read() }().cause)
    assertSame(cause, refused { lock.read {} }().cause)
    assertSame(cause, refused { lock.tryRead(1.hours) }().cause)
    assertSame(cause, refused { lock.write() }().cause)
    assertSame(cause, refused { lock.write {} }().cause)
    assertSame(cause, refused { lock.tryWrite(1.hours) }().cause)
    assertThrows(PoisonedException::class.java) { lock.tryRead() }
    assertThrows(PoisonedException::class.java) { lock.tryWrite() }
    lock.recover().close()
    assertEquals(7, lock.read { it })
    assertNull(lock.tryRecover())
  }

  /** A reading block that throws, and blocks that return, also from the function around them. */
  @Test
  fun sections_thatDoNotPoison() = runTest {
    suspend fun early(): Int {
      lock.write {
        return it
      }
    }
    assertEquals(7, early())
    assertThrows(ArithmeticException::class.java) { runBlocking { lock.read { throw cause } } }
    val plain = RwLock(7)
    assertThrows(ArithmeticException::class.java) { runBlocking { plain.write { throw cause } } }
    for (l in listOf(lock, plain)) {
      assertFalse(l.isPoisoned || l.isWriteLocked)
      assertEquals(0, l.readers)
    }
  }

  /** Whoever waits when it happens is refused, reader or writer, also of an upgraded one. */
  @Test
  fun poisonedWhileWaiting() {
    val reader = lock.tryRead()!!
    val waits =
      listOf<suspend () -> Unit>(
          { lock.write() },
          { lock.write {} },
          { lock.tryWrite(1.hours) },
          { lock.read() },
          { lock.read {} },
          { lock.tryRead(1.hours) },
        )
        .map { refused(it) }
    assertEquals(6, lock.waiting)
    reader.tryUpgrade()!!.poison(cause)
    for (wait in waits) {
      // What is thrown out of a time-out may be a copy, with the refusal as its cause.
      assertSame(cause, generateSequence<Throwable>(wait()) { it.cause }.last())
    }
    assertEquals(0, lock.waiting)
    lock.tryRecover()!!.close()
    assertNotNull(lock.tryWrite())
  }

  /** Cancelled while it waits or in the moment in which it is refused, a wait leaves nothing. */
  @Test
  fun poisonedAndCancelled() {
    for (first in listOf(true, false)) {
      val holder = lock.tryWrite()!!
      val jobs = listOf(dispatcher.start { lock.read() }, dispatcher.start { lock.write() })
      if (first) jobs.forEach { it.cancel() }
      holder.poison(cause)
      if (!first) jobs.forEach { it.cancel() }
      dispatcher.runAll()
      for (job in jobs) assertTrue(job.isCompleted && job.isCancelled)
      assertEquals(0, lock.waiting)
      assertTrue(lock.isPoisoned)
      lock.tryRecover()!!.close()
    }
    assertNotNull(lock.tryWrite())
  }

  /** Recover waits like write, and takes over what is poisoned meanwhile. */
  @Test
  fun recover_poisonedWhileWaiting() {
    val holder = lock.tryWrite()!!
    val job = dispatcher.start { lock.recover().use { it.value += 1 } }
    assertEquals(1, lock.waiting)
    holder.poison(cause)
    dispatcher.runAll()
    assertTrue(job.isCompleted && !job.isCancelled)
    assertEquals(8, lock.tryRead()!!.value)
  }

  /** Cancelled while it waits or as there is something to take over, recover takes nothing. */
  @Test
  fun recover_cancelled() {
    for (first in listOf(true, false)) {
      val holder = lock.tryWrite()!!
      val job = dispatcher.start { lock.recover() }
      if (first) job.cancel()
      holder.poison(cause)
      if (!first) job.cancel()
      dispatcher.runAll()
      assertTrue(job.isCompleted && job.isCancelled)
      assertEquals(0, lock.waiting)
      assertTrue(lock.isPoisoned)
      lock.tryRecover()!!.close()
    }
  }

  /** A coroutine that is cancelled as the writer has failed: it poisons. */
  @Test
  fun write_cancelledInside() {
    val job = dispatcher.start { lock.write { Job().join() } }
    job.cancel()
    dispatcher.runAll()
    assertTrue(lock.isPoisoned)
    assertInstanceOf(CancellationException::class.java, lock.blocking.poisonCause())
  }

  /** Not the thread that runs the coroutine is taken for the holder of what it has recovered. */
  @Test
  fun recover_watched() {
    val watched = RwLock(7, poisoning = true, detector = DeadlockDetector.builder().build())
    watched.tryWrite()!!.poison(cause)
    watched.tryRecover()!!.let {
      assertNull(watched.blocking.watch()!!.holder())
      it.poison(cause)
    }
    dispatcher.start {
      watched.recover().use {
        assertInstanceOf(Job::class.java, watched.blocking.watch()!!.holder())
      }
    }
    assertNull(watched.blocking.watch()!!.holder())
    assertFalse(watched.isPoisoned)
    assertNotNull(watched.tryRead())
  }
}
