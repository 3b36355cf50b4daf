package dev.interlock.coroutines

import dev.interlock.diagnostics.DeadlockDetector
import dev.interlock.sync.RwLock as BlockingRwLock
import dev.interlock.sync.UpgradeConflictException
import kotlin.concurrent.thread
import kotlin.time.Duration
import kotlin.time.Duration.Companion.INFINITE
import kotlin.time.Duration.Companion.milliseconds
import kotlin.time.Duration.Companion.seconds
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.Job
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
import org.junit.jupiter.api.Assertions.assertTrue
import org.junit.jupiter.api.Test
import org.junit.jupiter.api.assertThrows

class RwLockTest {
  private val dispatcher = ManualDispatcher()

  private fun cancelled(job: Job) {
    assertTrue(job.isCancelled && job.isCompleted, "the coroutine ended as cancelled: $job")
  }

  private fun completed(job: Job) {
    assertTrue(job.isCompleted && !job.isCancelled, "the coroutine ended with success: $job")
  }

  /** Readers share, a writer is alone, and the guards give and set the value. */
  @Test
  fun guards_free() = runTest {
    val lock = RwLock("before")
    lock.write().use {
      assertTrue(lock.isWriteLocked)
      assertNull(lock.tryRead())
      it.value += " and after"
    }
    val first = lock.read()
    val second = lock.tryRead()!!
    assertEquals(2, lock.readers)
    assertNull(lock.tryWrite())
    assertEquals("before and after", first.value)
    first.close()
    first.close()
    second.close()
    assertNotNull(lock.tryWrite())
  }

  /** Options reach the lock; a detector makes its turns strict. */
  @Test
  fun factory_options() = runTest {
    assertEquals(BlockingRwLock.DEFAULT_BYPASS_BOUND, RwLock(1).bypassBound)
    assertEquals(7, RwLock(1, bypassBound = 7).bypassBound)
    assertEquals(0, RwLock(1, bypassBound = 7, detector = DeadlockDetector.create()).bypassBound)
    assertThrows<IllegalArgumentException> { RwLock(1, bypassBound = -1) }
    val many = RwLock(1, name = "many", manyReaders = true)
    many.read().use { one -> many.read { two -> assertEquals(one.value, two) } }
    assertEquals(0, many.readers)
    many.write { assertEquals(1, it) }
  }

  /** Suspends, does not block: the holder goes on on the same thread. */
  @Test
  fun write_held() = runTest {
    val lock = RwLock(ArrayList<String>())
    val guard = lock.read()
    val writer = launch { lock.write { it += "writer" } }
    testScheduler.runCurrent()
    val reader = launch { lock.read { assertEquals(listOf("writer"), it) } }
    testScheduler.runCurrent()
    assertEquals(2, lock.waiting)
    guard.close()
    joinAll(writer, reader)
    assertEquals(0, lock.waiting)
  }

  /** Try says no at once. */
  @Test
  fun try_held() = runTest {
    val lock = RwLock(0)
    val guard = lock.write()
    for (timeout in listOf(Duration.ZERO, (-1).seconds)) {
      assertNull(lock.tryRead(timeout))
      assertNull(lock.tryWrite(timeout))
    }
    val reading = guard.downgrade()
    val other = lock.read()
    assertNull(reading.awaitUpgrade(Duration.ZERO))
    assertTrue(reading.isOpen)
    other.close()
    assertNotNull(reading.awaitUpgrade(Duration.ZERO))
    assertEquals(0, testScheduler.currentTime)
  }

  /** In virtual time, waits exactly as long as it was told, and leaves the queue. */
  @Test
  fun try_timedOut() = runTest {
    val lock = RwLock(0)
    val writer = lock.write()
    assertNull(lock.tryRead(100.milliseconds))
    assertEquals(100, testScheduler.currentTime)
    val reader = writer.downgrade()
    assertNull(lock.tryWrite(100.milliseconds))
    assertEquals(200, testScheduler.currentTime)
    val other = lock.read()
    assertNull(reader.awaitUpgrade(100.milliseconds))
    assertEquals(300, testScheduler.currentTime)
    assertTrue(reader.isOpen)
    assertEquals(0, lock.waiting)
    reader.close()
    other.close()
    assertNotNull(lock.tryWrite())
  }

  /** What becomes free in time is taken. */
  @Test
  fun try_inTime() = runTest {
    val lock = RwLock("value")
    val writer = lock.write()
    launch {
      delay(50)
      writer.close()
    }
    val reader = lock.tryRead(100.milliseconds)!!
    assertEquals(50, testScheduler.currentTime)
    val other = lock.read()
    launch {
      delay(50)
      other.close()
    }
    reader.awaitUpgrade(INFINITE)!!.close()
    lock.read().also { launch { it.close() } }
    lock.tryWrite(INFINITE).use { assertEquals("value", it?.value) }
  }

  /** Left in the very moment of the time-out: either the caller is in, or the lock is free. */
  @Test
  fun try_leftAtTheTimeout() = runTest {
    for (writing in listOf(false, true)) {
      for (leaveFirst in listOf(false, true)) {
        val lock = RwLock("value")
        val holder = lock.write()
        val leave = suspend {
          delay(100)
          holder.close()
        }
        if (leaveFirst) {
          launch { leave() }
          testScheduler.runCurrent()
        }
        val attempt = launch {
          val guard =
            if (writing) lock.tryWrite(100.milliseconds) else lock.tryRead(100.milliseconds)
          assertEquals(guard != null && writing, lock.isWriteLocked)
          assertEquals(if (guard != null && !writing) 1 else 0, lock.readers)
          guard?.close()
        }
        if (!leaveFirst) {
          testScheduler.runCurrent()
          launch { leave() }
        }
        attempt.join()
        testScheduler.advanceUntilIdle()
        assertEquals(0, lock.waiting)
        assertNotNull(lock.tryWrite())
      }
    }
  }

  /** The same for an upgrade: it is the writer, or it reads on. */
  @Test
  fun awaitUpgrade_leftAtTheTimeout() = runTest {
    for (leaveFirst in listOf(false, true)) {
      val lock = RwLock("value")
      val guard = lock.read()
      val other = lock.read()
      val leave = suspend {
        delay(100)
        other.close()
      }
      if (leaveFirst) {
        launch { leave() }
        testScheduler.runCurrent()
      }
      val attempt = launch {
        val writing = guard.awaitUpgrade(100.milliseconds)
        assertEquals(writing != null, lock.isWriteLocked)
        assertEquals(writing == null, guard.isOpen)
        writing?.close() ?: guard.close()
      }
      if (!leaveFirst) {
        testScheduler.runCurrent()
        launch { leave() }
      }
      attempt.join()
      testScheduler.advanceUntilIdle()
      assertEquals(0, lock.waiting)
      assertNotNull(lock.tryWrite())
    }
  }

  /** The block's result comes back, its failure too, and the lock is left after both. */
  @Test
  fun blocks_resultAndFailure() = runTest {
    val lock = RwLock(20, name = "answers")
    assertEquals(21, lock.read { it + 1 })
    assertEquals(22, lock.write { it + 2 })
    assertEquals("x", runCatching { lock.read { error("x") } }.exceptionOrNull()?.message)
    assertEquals("y", runCatching { lock.write { error("y") } }.exceptionOrNull()?.message)
    assertEquals("RwLock(answers)[free, waiting=0]", lock.toString())
  }

  /** The contracts let the blocks initialise what the caller declared, and return from it. */
  @Test
  fun blocks_contract() = runTest {
    val lock = RwLock(7)
    val seen: Int
    lock.read { seen = it }
    val written: Int
    lock.write { written = it + seen }
    assertEquals(14, written)
    suspend fun leaves(): String = lock.write {
      return "left"
    }
    assertEquals("left", leaves())
    assertFalse(lock.isWriteLocked)
  }

  /** The second of two that upgrade at once is refused, and reads on. */
  @Test
  fun awaitUpgrade_anotherUpgrades() = runTest {
    val lock = RwLock(0)
    val first = lock.read()
    val second = lock.read()
    val upgrade = launch { first.awaitUpgrade().use { it.value = 1 } }
    testScheduler.runCurrent()
    val failure = runCatching { second.awaitUpgrade() }.exceptionOrNull()
    assertTrue(failure is UpgradeConflictException, "$failure")
    assertNull(second.awaitUpgrade(INFINITE))
    assertEquals(0, second.value)
    second.close()
    upgrade.join()
    assertEquals(1, lock.read { it })
  }

  /** Threads and coroutines wait in one queue, and exclude each other. */
  @Test
  fun section_threadsAndCoroutines() {
    val lock = RwLock(IntArray(1))
    val threads =
      List(2) {
        thread {
          repeat(500) {
            lock.blocking.withWrite { it[0]++ }
            lock.blocking.withRead { it[0] }
          }
        }
      }
    runBlocking(Dispatchers.Default) {
      List(4) {
          launch {
            repeat(250) {
              lock.write { counter ->
                val before = counter[0]
                yield()
                counter[0] = before + 1
              }
              lock.read { it[0] }
            }
          }
        }
        .joinAll()
    }
    threads.forEach { it.join() }
    assertEquals(2000, lock.blocking.withRead { it[0] })
  }

  /** The two faces are one lock. */
  @Test
  fun faces_oneLock() {
    val blocking = BlockingRwLock.of(1)
    assertSame(blocking, blocking.suspending.blocking)
  }

  // Cancellation: rows of docs/cancellation.md

  /** A reader that is cancelled while it waits leaves the queue before it runs again. */
  @Test
  fun read_cancelledWhileWaiting() {
    val lock = RwLock(0)
    val holder = lock.tryWrite()!!
    val job = dispatcher.start { lock.read() }
    assertEquals(1, lock.waiting)
    job.cancel()
    assertEquals(0, lock.waiting, "it has left the queue before it runs")
    dispatcher.runAll()
    cancelled(job)
    holder.close()
    assertNotNull(lock.tryWrite())
  }

  /** One that is cancelled after it was let in leaves again, and a writer that waits goes on. */
  @Test
  fun read_cancelledAfterGrant() {
    val lock = RwLock(0)
    val holder = lock.tryWrite()!!
    val reader = dispatcher.start { lock.read { error("must not run") } }
    val writer = dispatcher.start { lock.write {} }
    holder.close()
    assertEquals(1, lock.readers)
    reader.cancel()
    dispatcher.runAll()
    cancelled(reader)
    completed(writer)
    assertNotNull(lock.tryWrite())
  }

  /** A writer that is cancelled while it waits: the readers behind it are let in. */
  @Test
  fun write_cancelledWhileWaiting() {
    val lock = RwLock(0)
    val holder = lock.tryRead()!!
    val writer = dispatcher.start { lock.write() }
    val reader = dispatcher.start { lock.read {} }
    writer.cancel()
    dispatcher.runAll()
    cancelled(writer)
    completed(reader)
    holder.close()
    assertNotNull(lock.tryWrite())
  }

  /** One that is cancelled after it was let in passes the lock on, and its block does not run. */
  @Test
  fun write_cancelledAfterGrant() {
    val lock = RwLock(0)
    val holder = lock.tryRead()!!
    val first = dispatcher.start { lock.write { error("must not run") } }
    val second = dispatcher.start { lock.write {} }
    holder.close()
    assertTrue(lock.isWriteLocked)
    first.cancel()
    dispatcher.runAll()
    cancelled(first)
    completed(second)
    assertNotNull(lock.tryWrite())
  }

  /** Cancelled inside, a section ends as it would have, and the lock is left. */
  @Test
  fun section_cancelledInside() {
    val lock = RwLock(0)
    val reader = dispatcher.start { lock.read { delay(INFINITE) } }
    reader.cancel()
    dispatcher.runAll()
    cancelled(reader)
    val writer = dispatcher.start { lock.write { delay(INFINITE) } }
    writer.cancel()
    dispatcher.runAll()
    cancelled(writer)
    assertNotNull(lock.tryWrite())
  }

  /** An upgrade that is cancelled while it waits reads on, and whom it kept out comes in. */
  @Test
  fun awaitUpgrade_cancelledWhileWaiting() {
    val lock = RwLock(0)
    val guard = lock.tryRead()!!
    val other = lock.tryRead()!!
    val upgrade = dispatcher.start { guard.awaitUpgrade() }
    val later = dispatcher.start { lock.read {} }
    upgrade.cancel()
    dispatcher.runAll()
    cancelled(upgrade)
    completed(later)
    assertTrue(guard.isOpen)
    assertEquals(2, lock.readers)
    guard.close()
    other.close()
    assertNotNull(lock.tryWrite())
  }

  /** One that is cancelled after it became the writer is a reader again, with the same guard. */
  @Test
  fun awaitUpgrade_cancelledAfterGrant() {
    val lock = RwLock(0)
    val guard = lock.tryRead()!!
    val other = lock.tryRead()!!
    val upgrade = dispatcher.start { guard.awaitUpgrade() }
    other.close()
    assertTrue(lock.isWriteLocked)
    upgrade.cancel()
    dispatcher.runAll()
    cancelled(upgrade)
    assertFalse(lock.isWriteLocked)
    assertEquals(0, guard.value)
    guard.close()
    assertNotNull(lock.tryWrite())
  }
}
