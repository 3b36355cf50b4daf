package dev.interlock.coroutines

import java.util.concurrent.atomic.AtomicInteger
import kotlin.concurrent.thread
import kotlin.time.Duration
import kotlin.time.Duration.Companion.hours
import kotlin.time.Duration.Companion.seconds
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.async
import kotlinx.coroutines.delay
import kotlinx.coroutines.joinAll
import kotlinx.coroutines.launch
import kotlinx.coroutines.runBlocking
import kotlinx.coroutines.test.currentTime
import kotlinx.coroutines.test.runTest
import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.Assertions.assertFalse
import org.junit.jupiter.api.Assertions.assertTrue
import org.junit.jupiter.api.Test

/** The suspending face of the notify. */
class NotifyTest {
  /** One at a time, in the order in which they came; one is kept when nobody waits. */
  @Test
  fun notifyOne_inOrder() = runTest {
    val notify = Notify("ready")
    val order = ArrayList<Int>()
    repeat(3) {
      launch {
        notify.await()
        order += it
      }
    }
    testScheduler.runCurrent()
    assertEquals("Notify(ready)[waiting=3]", notify.toString())
    repeat(3) {
      notify.notifyOne()
      testScheduler.runCurrent()
      assertEquals(List(it + 1) { i -> i }, order)
    }
    repeat(2) { notify.notifyOne() }
    assertTrue(notify.isNotified)
    notify.await()
    assertFalse(notify.tryAwait())
  }

  /** All who wait, and nobody who comes later. */
  @Test
  fun notifyWaiters_all() = runTest {
    val notify = Notify()
    val waiting = List(3) { launch { notify.await() } }
    testScheduler.runCurrent()
    notify.notifyWaiters()
    waiting.joinAll()
    notify.notifyWaiters()
    assertFalse(notify.await(1.seconds))
  }

  /** A cancelled coroutine leaves the queue; the notification goes to the next. */
  @Test
  fun await_cancelledWhileWaiting() = runTest {
    val notify = Notify()
    val first = launch { notify.await() }
    val second = launch { notify.await() }
    testScheduler.runCurrent()
    first.cancel()
    assertEquals(1, notify.waiting)
    notify.notifyOne()
    second.join()
    assertFalse(second.isCancelled || notify.isNotified)
  }

  /** Cancelled after it was notified, before it runs: the notification goes to the next. */
  @Test
  fun await_cancelledAfterNotifyOne() = runTest {
    val notify = Notify()
    val first = launch { notify.await() }
    val second = launch { notify.await() }
    testScheduler.runCurrent()
    notify.notifyOne()
    first.cancel()
    testScheduler.runCurrent()
    assertTrue(first.isCancelled)
    assertTrue(second.isCompleted && !second.isCancelled)
  }

  /** The same when nobody waits: it is kept. */
  @Test
  fun await_cancelledAfterNotifyOneNobodyWaits() = runTest {
    val notify = Notify()
    val first = launch { notify.await() }
    testScheduler.runCurrent()
    notify.notifyOne()
    assertFalse(notify.isNotified)
    first.cancel()
    testScheduler.runCurrent()
    assertTrue(first.isCancelled && notify.isNotified)
  }

  /** Cancelled after all were notified: nothing is handed on. */
  @Test
  fun await_cancelledAfterNotifyWaiters() = runTest {
    val notify = Notify()
    val first = launch { notify.await() }
    testScheduler.runCurrent()
    notify.notifyWaiters()
    first.cancel()
    testScheduler.runCurrent()
    assertTrue(first.isCancelled)
    assertFalse(notify.isNotified)
  }

  /** The time runs out in virtual time, and leaves no trace. */
  @Test
  fun await_timedOut() = runTest {
    val notify = Notify()
    assertFalse(notify.await(Duration.ZERO))
    assertFalse(notify.await(5.seconds))
    assertEquals(5_000, currentTime)
    assertEquals(0, notify.waiting)
    notify.notifyOne()
    assertTrue(notify.await(Duration.ZERO))
  }

  /** A notification in the moment in which the time runs out is taken, or kept. */
  @Test
  fun await_notifiedAtTheTimeout() = runTest {
    val notify = Notify()
    val timed = async { notify.await(5.seconds) }
    launch {
      delay(5.seconds)
      notify.notifyOne()
    }
    assertEquals(timed.await(), !notify.also { testScheduler.runCurrent() }.isNotified)
  }

  /** A wait with time ends when it is notified. */
  @Test
  fun await_inTime() = runTest {
    val notify = Notify()
    val timed = async { notify.await(1.hours) }
    testScheduler.runCurrent()
    notify.notifyWaiters()
    assertTrue(timed.await())
    assertEquals(0, currentTime)
  }

  /** Notifications that are consumed before the next is made are all consumed, by whoever waits. */
  @Test
  fun manyNotifications_threadsAndCoroutines() = runBlocking {
    val notify = Notify()
    val consumed = AtomicInteger()
    val shares = 300
    val blocked = thread {
      repeat(shares) {
        notify.blocking.await()
        consumed.incrementAndGet()
      }
    }
    val waiters =
      List(2) {
        launch(Dispatchers.Default) {
          var left = shares
          while (left > 0) {
            // Cancelled at any moment: it has the notification, or another gets it.
            if (notify.await(Duration.parse("0.0001s"))) {
              consumed.incrementAndGet()
              left--
            }
          }
        }
      }
    val notifier = thread {
      repeat(3 * shares) { made ->
        notify.notifyOne()
        while (consumed.get() <= made) Thread.onSpinWait()
      }
    }
    waiters.joinAll()
    blocked.join()
    notifier.join()
    assertEquals(3 * shares, consumed.get())
    assertFalse(notify.isNotified)
  }
}
