package dev.interlock.coroutines

import dev.interlock.diagnostics.DeadlockDetector
import dev.interlock.diagnostics.DeadlockException
import dev.interlock.diagnostics.DeadlockReport
import dev.interlock.sync.Lazy as BlockingLazy
import dev.interlock.sync.OnFailure
import java.util.concurrent.CountDownLatch as JdkLatch
import kotlin.concurrent.thread
import kotlin.time.Duration.Companion.hours
import kotlin.time.Duration.Companion.seconds
import kotlinx.coroutines.CompletableDeferred
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.async
import kotlinx.coroutines.joinAll
import kotlinx.coroutines.launch
import kotlinx.coroutines.runBlocking
import kotlinx.coroutines.supervisorScope
import kotlinx.coroutines.withTimeout
import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.Assertions.assertNull
import org.junit.jupiter.api.Assertions.assertSame
import org.junit.jupiter.api.Assertions.assertTrue
import org.junit.jupiter.api.Test

/** Values that need each other to be made, by coroutines, and by a coroutine and a thread. */
class OnceDeadlockTest {
  private val report = CompletableDeferred<DeadlockReport>()
  private val detector = DeadlockDetector.builder().onDeadlock { report.complete(it) }.build()
  private val strict =
    DeadlockDetector.builder().throwInCloser().onDeadlock { report.complete(it) }.build()
  private val both = CountDownLatch(2)

  private suspend fun meet() {
    both.countDown()
    both.await()
  }

  /** Makes one out of the other, once somebody else is as far. */
  private suspend fun OnceCell<String>.outOf(needed: OnceCell<String>): String = getOrInit {
    meet()
    "of " + needed.getOrInit { "made instead" }
  }

  private fun assertQuiet(d: DeadlockDetector) {
    assertEquals(0, d.waiting())
    assertEquals(emptyList<Any>(), d.check())
  }

  /** Two coroutines are reported; when one of them is cancelled, the other makes both. */
  @Test
  fun twoCoroutines() =
    runBlocking(Dispatchers.Default) {
      val a = OnceCell<String>("a", detector = detector)
      val b = OnceCell<String>("b", detector = detector)
      val one = launch { a.outOf(b) }
      val two = async { b.outOf(a) }
      val found = withTimeout(60.seconds) { report.await() }
      assertEquals(setOf<Any>(one, two), found.links.map { it.party }.toSet())
      assertTrue("OnceCell(a)" in found.toString() && "OnceCell(b)" in found.toString())
      one.cancel()
      assertEquals("of made instead", two.await())
      assertEquals("made instead", a.tryGet())
      assertQuiet(detector)
    }

  /** Refused, one of them gets the exception, and no cell remembers it. */
  @Test
  fun twoCoroutines_throwing() =
    runBlocking(Dispatchers.Default) {
      val a = OnceCell<String>("a", OnFailure.REMEMBER, strict)
      val b = OnceCell<String>("b", OnFailure.REMEMBER, strict)
      supervisorScope {
        val all = listOf(async { a.outOf(b) }, async { b.outOf(a) })
        joinAll(*all.toTypedArray())
        val refused = all.mapNotNull { it.getCompletionExceptionOrNull() }
        assertTrue(refused.single() is DeadlockException, refused.toString())
      }
      assertTrue(a.isSet && b.isSet)
      assertNull(a.failure ?: b.failure)
      assertQuiet(strict)
    }

  /** A coroutine and a thread in one cycle. */
  @Test
  fun coroutineAndThread() =
    runBlocking(Dispatchers.Default) {
      val a = OnceCell<String>("a", detector = detector)
      val lazy = SuspendLazy("lazy", detector = detector) { meet().let { a.get() } }
      val ended = JdkLatch(1)
      val t =
        thread(name = "t") {
          try {
            a.blocking.getOrInit {
              both.blocking.countDown()
              both.blocking.await()
              lazy.cell.blocking.get()
            }
          } catch (_: InterruptedException) {
            ended.countDown()
          }
        }
      val coroutine = launch { lazy.get() }
      val found = withTimeout(60.seconds) { report.await() }
      assertEquals(setOf<Any>(t, coroutine), found.links.map { it.party }.toSet())
      t.interrupt()
      ended.await()
      coroutine.cancel()
      coroutine.join()
      assertQuiet(detector)
    }

  /** A coroutine that awaits a lazy value of threads, whose supplier needs what it makes. */
  @Test
  fun coroutineAwaitsLazy() =
    runBlocking(Dispatchers.Default) {
      val a = OnceCell<String>("a", detector = detector)
      val lazy =
        BlockingLazy.builder().name("lazy").detector(detector).of {
          both.blocking.countDown()
          both.blocking.awaitUninterruptibly()
          a.blocking.uninterruptibly
        }
      val t = thread { lazy.get() }
      val coroutine = launch {
        a.getOrInit {
          while (lazy.waiting() == 0 && "initialising" !in lazy.toString()) Thread.sleep(1)
          meet()
          lazy.await()
        }
      }
      val found = withTimeout(60.seconds) { report.await() }
      assertEquals(setOf<Any>(t, coroutine), found.links.map { it.party }.toSet())
      coroutine.cancel()
      coroutine.join()
      assertTrue(a.set("v"))
      t.join()
      assertEquals("v", lazy.tryGet())
      assertQuiet(detector)
    }

  private val dev.interlock.sync.OnceCell<String>.uninterruptibly: String
    get() = getUninterruptibly()

  /** A wait that may time out is in no deadlock; the role that it got is its coroutine's. */
  @Test
  fun timedClaim_holderIsKnown_waitIsNot() =
    runBlocking(Dispatchers.Default) {
      val a = OnceCell<String>("a", detector = detector)
      val inside = CompletableDeferred<Unit>()
      val finish = CompletableDeferred<String>()
      val one = launch {
        withTimeout(1.hours) {
          a.getOrInit {
            inside.complete(Unit)
            finish.await()
          }
        }
      }
      inside.await()
      assertSame(one, a.blocking.watch()!!.holder())
      val reader = async { withTimeout(1.hours) { a.get() } }
      while (a.waiting == 0) Thread.sleep(1)
      assertEquals(0, detector.waiting())
      finish.complete("v")
      assertEquals("v", reader.await())
      one.join()
      assertNull(a.blocking.watch()!!.holder())
      assertQuiet(detector)
    }
}
