package dev.interlock.coroutines

import dev.interlock.diagnostics.DeadlockDetector
import dev.interlock.diagnostics.DeadlockException
import dev.interlock.diagnostics.DeadlockReport
import dev.interlock.sync.Owner
import java.util.concurrent.CopyOnWriteArrayList
import kotlin.time.Duration.Companion.milliseconds
import kotlin.time.Duration.Companion.seconds
import kotlinx.coroutines.CompletableDeferred
import kotlinx.coroutines.CoroutineStart
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.launch
import kotlinx.coroutines.runBlocking
import kotlinx.coroutines.withTimeout
import kotlinx.coroutines.withTimeoutOrNull
import kotlinx.coroutines.yield
import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.Assertions.assertFalse
import org.junit.jupiter.api.Assertions.assertNull
import org.junit.jupiter.api.Assertions.assertSame
import org.junit.jupiter.api.Test
import org.junit.jupiter.api.assertThrows

/** Owners of reentrant mutexes as parties, run by coroutines. */
class ReentrantDeadlockTest {
  private val report = CompletableDeferred<DeadlockReport>()
  private val reports = CopyOnWriteArrayList<DeadlockReport>()
  private val detector =
    DeadlockDetector.builder()
      .onDeadlock {
        reports += it
        report.complete(it)
      }
      .build()
  private val a = ReentrantMutex("a", name = "a", detector = detector)
  private val b = ReentrantMutex("b", name = "b", detector = detector)
  private val m = Mutex("m", name = "m", detector = detector)
  private val one = Owner.named("one")
  private val two = Owner.named("two")

  private suspend fun parties() =
    withTimeout(60.seconds) { report.await() }.links.map { it.party() }.toSet()

  private fun assertQuiet() {
    assertEquals(0, detector.waiting())
    assertFalse(a.isLocked || b.isLocked || m.isLocked)
  }

  /** Two owners, whatever coroutine and thread they run on, that hold more than once. */
  @Test
  fun twoOwners() =
    runBlocking(Dispatchers.Default) {
      val both = CountDownLatch(2)
      val jobs =
        listOf(Triple(one, a, b), Triple(two, b, a)).map { (owner, first, second) ->
          launch {
            first.withLock(owner) {
              first.withLock(owner) {
                both.countDown()
                both.await()
                yield()
                second.withLock(owner) {}
              }
            }
          }
        }
      assertEquals(setOf<Any>(one, two), parties())
      jobs[0].cancel()
      jobs.forEach { it.join() }
      assertEquals(1, reports.size)
      assertQuiet()
    }

  /** A coroutine whose party is its owner is in one cycle with what it takes by itself. */
  @Test
  fun ownerAsParty_crossedWithAMutex() =
    runBlocking(Dispatchers.Default) {
      val both = CountDownLatch(2)
      val first =
        launch(PartyElement(one)) {
          a.withLock(one) {
            both.countDown()
            both.await()
            m.withLock {}
          }
        }
      val second =
        launch(PartyElement(two)) {
          m.withLock {
            both.countDown()
            both.await()
            a.withLock(two) {}
          }
        }
      assertEquals(setOf<Any>(one, two), parties())
      first.cancel()
      first.join()
      second.join()
      assertQuiet()
    }

  /** The coroutine that closes the cycle is refused; its owner holds what it held. */
  @Test
  fun throwInCloser_refused_leavesNothing() = runBlocking {
    val strict = DeadlockDetector.builder().throwInCloser().onDeadlock {}.build()
    val x = ReentrantMutex("x", detector = strict)
    val y = ReentrantMutex("y", detector = strict)
    val ofOne = x.lock(one)
    val ofTwo = y.lock(two)
    val waits = launch(start = CoroutineStart.UNDISPATCHED) { x.withLock(two) {} }
    assertThrows<DeadlockException> { y.lock(one) }
    assertThrows<DeadlockException> { y.withLock(one) {} }
    assertEquals(1, x.holds(one))
    assertEquals(0, y.holds(one) + y.waiting)
    ofOne.close()
    waits.join()
    ofTwo.close()
    assertEquals(0, strict.waiting())
    assertFalse(x.isLocked || y.isLocked)
  }

  /** What may time out is in no deadlock, and is held by its owner when it succeeded. */
  @Test
  fun timeOuts_notReported() = runBlocking {
    val mine = a.lock(one)
    val other = b.lock(two)
    val waits = launch { b.withLock(one) {} }
    while (detector.waiting() == 0) yield()
    assertNull(a.tryLock(two, 10.milliseconds))
    assertNull(withTimeoutOrNull(10.milliseconds) { a.lock(two) })
    assertEquals(emptyList<Any>(), reports)
    other.close()
    waits.join()
    withTimeout(60.seconds) { b.withLock(two) { assertSame(two, b.blocking.watch()!!.holder()) } }
    b.tryLock(two, 60.seconds)!!.use { assertSame(two, b.blocking.watch()!!.holder()) }
    mine.close()
    assertQuiet()
  }
}
