package dev.interlock.coroutines

import dev.interlock.reclaim.EpochDomain
import dev.interlock.reclaim.HazardPointers
import java.util.concurrent.Executors
import java.util.concurrent.atomic.AtomicInteger
import java.util.concurrent.atomic.AtomicLong
import kotlinx.coroutines.asCoroutineDispatcher
import kotlinx.coroutines.runBlocking
import kotlinx.coroutines.withContext
import org.junit.jupiter.api.AfterEach
import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.Assertions.assertNotSame
import org.junit.jupiter.api.Test

/** A participant is a handle: a coroutine keeps its protection while it changes threads. */
class ReclamationTest {
  private val one = Executors.newSingleThreadExecutor().asCoroutineDispatcher()
  private val other = Executors.newSingleThreadExecutor().asCoroutineDispatcher()

  @AfterEach
  fun close() {
    one.close()
    other.close()
  }

  /** Protected on one thread, used and cleared on another; what was protected stays meanwhile. */
  @Test
  fun hazard_heldAcrossSuspension_protectsOnTheOtherThread() = runBlocking {
    val domain = HazardPointers.create(1)
    val source = AtomicLong(7)
    val reclaimed = AtomicInteger()
    withContext(one) {
      val thread = Thread.currentThread()
      domain.join().use { reader ->
        assertEquals(7, reader.protect(0, source::get))
        withContext(other) {
          assertNotSame(thread, Thread.currentThread())
          source.set(8)
          domain.join().use { writer ->
            writer.retire(7) { reclaimed.incrementAndGet() }
            assertEquals(0, writer.scan())
            reader.clear(0)
            assertEquals(1, writer.scan())
          }
        }
      }
    }
    assertEquals(1, reclaimed.get())
    assertEquals(0, domain.figures().pending())
  }

  /** Pinned on one thread, unpinned on another. */
  @Test
  fun epochGuard_heldAcrossSuspension_isClosedOnTheOtherThread() = runBlocking {
    val domain = EpochDomain.create()
    val reclaimed = AtomicInteger()
    domain.join("writer").use { writer ->
      withContext(one) {
        val thread = Thread.currentThread()
        val reader = domain.join("coroutine")
        val guard = reader.pin()
        withContext(other) {
          assertNotSame(thread, Thread.currentThread())
          writer.defer { reclaimed.incrementAndGet() }
          repeat(5) { writer.collect() }
          assertEquals(0, reclaimed.get())
          guard.close()
          reader.close()
        }
      }
      repeat(2) { writer.collect() }
    }
    assertEquals(1, reclaimed.get())
  }
}
