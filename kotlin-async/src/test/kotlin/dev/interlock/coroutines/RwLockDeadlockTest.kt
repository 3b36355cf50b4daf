package dev.interlock.coroutines

import dev.interlock.diagnostics.Access
import dev.interlock.diagnostics.DeadlockDetector
import dev.interlock.diagnostics.DeadlockException
import dev.interlock.diagnostics.DeadlockReport
import dev.interlock.diagnostics.Party
import dev.interlock.diagnostics.SharedWatch
import dev.interlock.sync.Semaphore as BlockingSemaphore
import java.util.concurrent.CopyOnWriteArrayList
import java.util.concurrent.CountDownLatch as JdkLatch
import kotlin.concurrent.thread
import kotlin.time.Duration.Companion.hours
import kotlin.time.Duration.Companion.milliseconds
import kotlin.time.Duration.Companion.seconds
import kotlinx.coroutines.CompletableDeferred
import kotlinx.coroutines.CoroutineStart
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.Job
import kotlinx.coroutines.cancelAndJoin
import kotlinx.coroutines.launch
import kotlinx.coroutines.runBlocking
import kotlinx.coroutines.withContext
import kotlinx.coroutines.withTimeout
import kotlinx.coroutines.withTimeoutOrNull
import kotlinx.coroutines.yield
import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.Assertions.assertFalse
import org.junit.jupiter.api.Assertions.assertNull
import org.junit.jupiter.api.Assertions.assertSame
import org.junit.jupiter.api.Assertions.assertTrue
import org.junit.jupiter.api.Test
import org.junit.jupiter.api.assertThrows

/** Coroutines as readers, writers and upgraders of a read-write lock that is watched. */
class RwLockDeadlockTest {
  private val report = CompletableDeferred<DeadlockReport>()
  private val reports = CopyOnWriteArrayList<DeadlockReport>()
  private val detector =
    DeadlockDetector.builder()
      .onDeadlock {
        reports += it
        report.complete(it)
      }
      .build()
  private val strict =
    DeadlockDetector.builder().throwInCloser().onDeadlock { reports += it }.build()
  private val a = RwLock("a", name = "a", detector = detector)
  private val m = Mutex("m", name = "m", detector = detector)

  private suspend fun awaitReport() = withTimeout(60.seconds) { report.await() }

  private val RwLock<*>.watch
    get() = blocking.watch() as SharedWatch

  private fun assertQuiet(lock: RwLock<*> = a) {
    assertEquals(0, detector.waiting() + strict.waiting())
    assertEquals(0, lock.waiting + lock.readers)
    assertFalse(lock.isWriteLocked)
    assertEquals(emptyList<Any>(), lock.watch.sharers())
    assertNull(lock.watch.holder())
  }

  private fun assertLink(found: DeadlockReport, party: Any, holds: Access, waits: Access) {
    val link = found.links.single { it.party === party }
    assertEquals(holds to waits, link.holdsAs to link.waitsAs, found::toString)
  }

  /** A reader and a writer, crossed over a mutex, whatever threads they run on. */
  @Test
  fun readerAndWriter_crossedOverAMutex() =
    runBlocking(Dispatchers.Default) {
      val both = CountDownLatch(2)
      val reader = launch {
        a.read {
          both.countDown()
          both.await()
          yield()
          m.withLock {}
        }
      }
      val writer = launch {
        m.withLock {
          both.countDown()
          both.await()
          withContext(Dispatchers.IO) { a.write {} }
        }
      }
      val found = awaitReport()
      assertEquals(2, found.links.size)
      assertLink(found, reader, Access.READ, Access.ALONE)
      assertLink(found, writer, Access.ALONE, Access.WRITE)
      reader.cancel()
      reader.join()
      writer.join()
      assertQuiet()
    }

  /** An upgrade that waits for a reader that waits for what the upgrading one holds. */
  @Test
  fun upgrade_otherReaderWaitsForTheUpgrader() =
    runBlocking(Dispatchers.Default) {
      val both = CountDownLatch(2)
      val upgrader = launch {
        m.withLock {
          a.read().use {
            both.countDown()
            both.await()
            it.awaitUpgrade().close()
          }
        }
      }
      val other = launch {
        a.read {
          both.countDown()
          both.await()
          m.withLock {}
        }
      }
      val found = awaitReport()
      assertLink(found, upgrader, Access.ALONE, Access.UPGRADE)
      assertLink(found, other, Access.READ, Access.ALONE)
      other.cancel()
      other.join()
      upgrader.join()
      assertQuiet()
    }

  /** Three parties of three kinds over three kinds of lock: a thread, a coroutine, a future. */
  @Test
  fun threadCoroutineAndFuture_threeLocks() =
    runBlocking(Dispatchers.Default) {
      val s = BlockingSemaphore.lock("s", detector)
      val all = JdkLatch(2)
      val p = Party.named("p")
      s.acquireAsync(1, p).await()
      val t =
        thread(name = "t") {
          m.blocking.lock().use {
            all.countDown()
            all.await()
            a.blocking.write().close()
          }
        }
      val reader = launch {
        a.read {
          all.countDown()
          withContext(Dispatchers.IO) { all.await() }
          s.suspending.withPermit {}
        }
      }
      while (detector.waiting() < 2) yield()
      assertEquals(emptyList<Any>(), reports)
      val wanted = launch(PartyElement(p)) { m.withLock {} }
      val found = awaitReport()
      assertEquals(3, found.links.size)
      assertLink(found, t, Access.ALONE, Access.WRITE)
      assertLink(found, reader, Access.READ, Access.ALONE)
      assertLink(found, p, Access.ALONE, Access.ALONE)
      wanted.cancelAndJoin()
      s.release()
      reader.join()
      withContext(Dispatchers.IO) { t.join() }
      assertQuiet()
    }

  /**
   * The coroutine that closes the cycle gets the exception, nothing is left of it, the other goes
   * on.
   */
  @Test
  fun throwInCloser_oneIsRefused() =
    runBlocking(Dispatchers.Default) {
      val x = RwLock("x", detector = strict)
      val n = Mutex("n", detector = strict)
      val both = CountDownLatch(2)
      val refused = CopyOnWriteArrayList<DeadlockException>()
      suspend fun meet() {
        both.countDown()
        both.await()
      }
      listOf<suspend () -> Unit>(
          {
            x.read {
              meet()
              n.withLock {}
            }
          },
          {
            n.withLock {
              meet()
              x.write {}
            }
          },
        )
        .map { body ->
          launch {
            try {
              body()
            } catch (e: DeadlockException) {
              refused += e
            }
          }
        }
        .forEach { it.join() }
      assertEquals(1, refused.size)
      assertEquals(1, reports.size)
      assertQuiet(x)
    }

  /**
   * A refused read, write and upgrade had no effect; the guard that was to be upgraded reads on.
   */
  @Test
  fun refused_leavesNothing() = runBlocking {
    val x = RwLock("x", detector = strict)
    x.write { assertThrows<DeadlockException> { x.read {} } }
    x.write { assertThrows<DeadlockException> { x.write {} } }
    x.read { assertThrows<DeadlockException> { x.write {} } }
    x.read().use { guard ->
      x.read().use {
        assertThrows<DeadlockException> { guard.awaitUpgrade() }
        assertTrue(guard.isOpen)
        assertEquals(2, x.readers)
      }
      guard.awaitUpgrade().close()
    }
    assertQuiet(x)
  }

  /** What may time out is in no deadlock, for readers, writers and upgraders. */
  @Test
  fun timeOuts_notReported() = runBlocking {
    a.read().use { guard ->
      assertNull(a.tryWrite(10.milliseconds))
      assertNull(withTimeoutOrNull(10.milliseconds) { a.write() })
      a.read {
        assertNull(guard.awaitUpgrade(10.milliseconds))
        assertNull(withTimeoutOrNull(10.milliseconds) { guard.awaitUpgrade() })
        assertTrue(guard.isOpen)
      }
    }
    a.write {
      assertNull(a.tryRead(10.milliseconds))
      assertNull(withTimeoutOrNull(10.milliseconds) { a.read() })
    }
    assertEquals(emptyList<Any>(), reports)
    assertQuiet()
  }

  /** A cancelled waiter is no edge. */
  @Test
  fun cancelled_notReported() = runBlocking {
    a.read {
      val waiter = launch(start = CoroutineStart.UNDISPATCHED) { m.withLock { a.write {} } }
      assertEquals(1, detector.waiting())
      waiter.cancel()
      m.withLock {} // freed by the cancelled one when it runs
      waiter.join()
    }
    assertEquals(emptyList<Any>(), reports)
    assertQuiet()
  }

  /** Timed and untimed forms are held by the coroutine; what was only tried, by nobody known. */
  @Test
  fun holder_byForm() = runBlocking {
    val me: Any? = coroutineContext[Job]
    val mine = listOf(me)
    a.read { assertEquals(mine, a.watch.sharers()) }
    a.tryRead(1.hours)!!.use { assertEquals(mine, a.watch.sharers()) }
    withTimeout(1.hours) { a.read { assertEquals(mine, a.watch.sharers()) } }
    a.tryRead()!!.use { assertEquals(emptyList<Any>(), a.watch.sharers()) }
    a.write { assertSame(me, a.watch.holder()) }
    a.tryWrite(1.hours)!!.use { assertSame(me, a.watch.holder()) }
    withTimeout(1.hours) { a.write { assertSame(me, a.watch.holder()) } }
    a.tryWrite()!!.use { assertNull(a.watch.holder()) }
    a.read().awaitUpgrade().use { assertSame(me, a.watch.holder()) }
    withTimeout(1.hours) { a.read().awaitUpgrade().use { assertSame(me, a.watch.holder()) } }
    a.write().downgrade().use { assertEquals(mine, a.watch.sharers()) }
    assertQuiet()
  }
}
