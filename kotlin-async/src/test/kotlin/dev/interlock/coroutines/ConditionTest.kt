package dev.interlock.coroutines

import dev.interlock.sync.MutexGuard
import kotlin.concurrent.thread
import kotlin.time.Duration
import kotlin.time.Duration.Companion.INFINITE
import kotlin.time.Duration.Companion.milliseconds
import kotlin.time.Duration.Companion.seconds
import kotlinx.coroutines.CancellationException
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.Job
import kotlinx.coroutines.async
import kotlinx.coroutines.cancelAndJoin
import kotlinx.coroutines.delay
import kotlinx.coroutines.joinAll
import kotlinx.coroutines.launch
import kotlinx.coroutines.runBlocking
import kotlinx.coroutines.test.runTest
import kotlinx.coroutines.withTimeoutOrNull
import kotlinx.coroutines.yield
import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.Assertions.assertFalse
import org.junit.jupiter.api.Assertions.assertNull
import org.junit.jupiter.api.Assertions.assertSame
import org.junit.jupiter.api.Assertions.assertThrows
import org.junit.jupiter.api.Assertions.assertTrue
import org.junit.jupiter.api.Test

class ConditionTest {
  private val dispatcher = ManualDispatcher()
  private val log = ArrayList<String>()
  private val mutex = Mutex(0, name = "accounts")
  private val changed = mutex.newCondition("changed")

  private fun held(): MutexGuard<Int> = mutex.tryLock()!!

  /** Waits in the manual dispatcher, and logs how its wait ended and whether it held the lock. */
  private fun waiter(
    name: String,
    on: Mutex<Int> = mutex,
    condition: Condition<Int> = changed,
  ): Job = dispatcher.start {
    on.withGuard { guard ->
      try {
        condition.await(guard)
        log += "$name signalled"
      } catch (e: CancellationException) {
        log += "$name cancelled"
        throw e
      } finally {
        assertTrue(guard.isOpen && on.isLocked)
      }
    }
  }

  private fun assertFreeAndUnwanted() {
    assertFalse(mutex.isLocked)
    assertEquals(0, mutex.waiting)
    assertEquals(0, changed.waiting)
  }

  // Signals

  /** A wait unlocks, suspends, and goes on with the lock after the signal. */
  @Test
  fun await_signalled() {
    val job = waiter("first")
    assertEquals(1, changed.waiting)
    held().use { changed.signal(it) }
    dispatcher.runAll()
    assertTrue(job.isCompleted && !job.isCancelled)
    assertEquals(listOf("first signalled"), log)
    assertFreeAndUnwanted()
  }

  /** A signal resumes nobody while the lock is held. */
  @Test
  fun signal_lockHeld_resumesNobody() {
    waiter("first")
    held().use {
      changed.signal(it)
      assertEquals(0, dispatcher.held)
    }
    assertEquals(1, dispatcher.held)
    dispatcher.runAll()
    assertEquals(listOf("first signalled"), log)
  }

  /** All are signalled, and go on one after the other. */
  @Test
  fun signalAll_inOrder() {
    waiter("a")
    waiter("b")
    waiter("c")
    held().use { changed.signalAll(it) }
    dispatcher.runAll()
    assertEquals(listOf("a signalled", "b signalled", "c signalled"), log)
    assertFreeAndUnwanted()
  }

  /** The predicate form tests first, and then after each signal. */
  @Test
  fun await_predicate() = runTest {
    held().use { guard -> changed.await(guard) { it == 0 } }
    val waiting = async {
      mutex.withGuard { guard ->
        changed.await(guard) { it >= 2 }
        guard.value
      }
    }
    for (i in 1..2) {
      testScheduler.runCurrent()
      assertEquals(1, changed.waiting)
      mutex.withGuard {
        it.value = i
        changed.signal(it)
      }
    }
    assertEquals(2, waiting.await())
    assertFreeAndUnwanted()
  }

  /** A guard that does not hold this mutex is refused. */
  @Test
  fun wrongGuard_refused() = runTest {
    val foreign = Mutex(1).tryLock()!!
    val closed = held().also { it.close() }
    for (guard in listOf(foreign, closed)) {
      assertRefused { changed.await(guard) }
      assertRefused { changed.await(guard, 1.seconds) }
      assertRefused { changed.await(guard, Duration.ZERO) }
      assertRefused { changed.signal(guard) }
      assertRefused { changed.signalAll(guard) }
    }
    assertFreeAndUnwanted()
  }

  private suspend fun assertRefused(call: suspend () -> Unit) {
    var thrown: Throwable? = null
    try {
      call()
    } catch (e: IllegalMonitorStateException) {
      thrown = e
    }
    assertTrue(thrown != null)
  }

  /** The text tells the state; the two faces lead to each other. */
  @Test
  fun faces() {
    assertEquals(
      "Condition(changed)[waiting=0, Mutex(accounts)[free, waiting=0]]",
      changed.toString(),
    )
    assertTrue(mutex.newCondition().toString().startsWith("Condition@"))
    assertSame(changed.blocking, changed.blocking.suspending.blocking)
  }

  /** The block's result and failure come out of the section, and the lock is free after both. */
  @Test
  fun withGuard_resultAndFailure() = runTest {
    assertEquals(5, mutex.withGuard { it.value + 5 })
    assertThrows(ArithmeticException::class.java) {
      runBlocking { mutex.withGuard { 1 / it.value } }
    }
    assertFreeAndUnwanted()
  }

  // Time

  /** In virtual time: false when the time runs out, with the lock held again. */
  @Test
  fun await_timedOut() = runTest {
    mutex.withGuard { guard ->
      assertFalse(changed.await(guard, 100.milliseconds))
      assertEquals(100, testScheduler.currentTime)
      assertTrue(guard.isOpen && mutex.isLocked)
      assertFalse(changed.await(guard, 100.milliseconds) { it == 1 })
      assertEquals(200, testScheduler.currentTime)
      assertTrue(guard.isOpen && mutex.isLocked)
    }
    assertFreeAndUnwanted()
  }

  /** The end of the time does not end the wait for the lock. */
  @Test
  fun await_timedOutWhileLocked() = runTest {
    val waiting = async { mutex.withGuard { changed.await(it, 100.milliseconds) } }
    testScheduler.runCurrent()
    val holder = held()
    delay(500)
    assertEquals(1, mutex.waiting)
    assertEquals(0, changed.waiting)
    changed.signal(holder) // too late for it
    holder.close()
    assertFalse(waiting.await())
    assertFreeAndUnwanted()
  }

  /**
   * Signalled in the very moment of the time-out: true with the signal, or false and it went on.
   */
  @Test
  fun await_signalledAtTheTimeout() = runTest {
    for (signalFirst in listOf(false, true)) {
      val signaller = suspend {
        delay(100)
        mutex.withGuard { changed.signal(it) }
      }
      val early = if (signalFirst) launch { signaller() } else null
      if (signalFirst) testScheduler.runCurrent()
      val first = async { mutex.withGuard { changed.await(it, 100.milliseconds) } }
      testScheduler.runCurrent()
      val second = async { mutex.withGuard { changed.await(it, 10.seconds) } }
      val late = if (signalFirst) null else launch { signaller() }
      listOfNotNull(early, late).joinAll()
      assertTrue(first.await() != second.await(), "one of the two has the signal")
      assertFreeAndUnwanted()
    }
  }

  /** With a predicate: signalled in the moment of the time-out, and the value decides. */
  @Test
  fun awaitPredicate_signalledAtTheTimeout() = runTest {
    for (value in listOf(0, 1)) {
      val waiting = async {
        mutex.withGuard { g -> changed.await(g, 100.milliseconds) { it == 1 } }
      }
      testScheduler.runCurrent()
      launch {
        delay(100)
        mutex.withGuard {
          it.value = value
          changed.signal(it)
        }
      }
      val held = waiting.await()
      testScheduler.advanceUntilIdle()
      if (value == 0) assertFalse(held)
      assertEquals(value, mutex.withLock { it })
      mutex.withGuard { it.value = 0 }
      assertFreeAndUnwanted()
    }
  }

  /** Without time: no unlock. In time: true. */
  @Test
  fun await_noTimeAndInTime() = runTest {
    held().use { guard ->
      assertFalse(changed.await(guard, Duration.ZERO))
      assertFalse(changed.await(guard, -1.seconds) { it == 1 })
      assertTrue(changed.await(guard, Duration.ZERO) { it == 0 })
      assertTrue(guard.isOpen)
    }
    for (time in listOf(1.seconds, INFINITE)) {
      val plain = async { mutex.withGuard { changed.await(it, time) } }
      val predicate = async { mutex.withGuard { changed.await(it, time) { v -> v == 1 } } }
      testScheduler.runCurrent()
      assertEquals(2, changed.waiting)
      mutex.withGuard {
        it.value = 1
        changed.signalAll(it)
      }
      assertTrue(plain.await() && predicate.await())
      mutex.withGuard { it.value = 0 }
    }
  }

  // Cancellation

  /** Cancelled while it waits: out of the line at once; it goes on with the lock. */
  @Test
  fun await_cancelledWhileWaiting() {
    val first = waiter("first")
    val second = waiter("second")
    first.cancel()
    assertEquals(1, changed.waiting, "it has left the line before it runs")
    dispatcher.runAll()
    assertTrue(first.isCancelled && first.isCompleted)
    held().use { changed.signal(it) }
    dispatcher.runAll()
    assertTrue(second.isCompleted && !second.isCancelled)
    assertEquals(listOf("first cancelled", "second signalled"), log)
    assertFreeAndUnwanted()
  }

  /** With a predicate the same: cancelled while it waits, or after the signal, which goes on. */
  @Test
  fun awaitPredicate_cancelled() {
    val whileWaiting = predicateWaiter()
    val afterTheSignal = predicateWaiter()
    val other = predicateWaiter()
    whileWaiting.cancel()
    dispatcher.runAll()
    assertEquals(2, changed.waiting)
    held().use {
      it.value = 1
      changed.signal(it)
      afterTheSignal.cancel()
    }
    dispatcher.runAll()
    assertTrue(whileWaiting.isCancelled && afterTheSignal.isCancelled)
    assertTrue(other.isCompleted && !other.isCancelled)
    assertFreeAndUnwanted()
  }

  private fun predicateWaiter(): Job = dispatcher.start {
    mutex.withGuard { guard ->
      try {
        changed.await(guard) { it == 1 }
      } finally {
        assertTrue(guard.isOpen && mutex.isLocked)
      }
    }
  }

  /** Cancelled while somebody holds the lock: it waits for the lock, and then ends as cancelled. */
  @Test
  fun await_cancelledWhileLocked() {
    val job = waiter("first")
    val holder = held()
    job.cancel()
    dispatcher.runAll()
    assertFalse(job.isCompleted)
    assertEquals(1, mutex.waiting)
    assertEquals(emptyList<String>(), log)
    holder.close()
    dispatcher.runAll()
    assertTrue(job.isCancelled && job.isCompleted)
    assertEquals(listOf("first cancelled"), log)
    assertFreeAndUnwanted()
  }

  /** Cancelled after the signal, before the lock: the signal goes on to the next. */
  @Test
  fun await_cancelledAfterTheSignal() {
    val first = waiter("first")
    val second = waiter("second")
    held().use {
      changed.signal(it)
      first.cancel()
      assertEquals(0, changed.waiting, "the second is signalled now")
    }
    dispatcher.runAll()
    assertTrue(first.isCancelled && first.isCompleted)
    assertTrue(second.isCompleted && !second.isCancelled)
    assertEquals(setOf("first cancelled", "second signalled"), log.toSet())
    assertFreeAndUnwanted()
  }

  /** Cancelled after it was given the lock: the signal and the lock go on, and it gets the lock. */
  @Test
  fun await_cancelledAfterGrant() {
    for (fair in listOf(false, true)) {
      log.clear()
      val m = Mutex(0, fair = fair)
      val condition = m.newCondition()
      val first = waiter("first", m, condition)
      val second = waiter("second", m, condition)
      m.tryLock()!!.use { condition.signal(it) }
      assertEquals(fair, m.isLocked)
      first.cancel()
      dispatcher.runAll()
      assertTrue(first.isCancelled && first.isCompleted)
      assertTrue(second.isCompleted && !second.isCancelled)
      assertEquals(setOf("first cancelled", "second signalled"), log.toSet())
      assertFalse(m.isLocked)
      assertEquals(0, m.waiting + condition.waiting)
    }
  }

  /** A coroutine that is cancelled before it has to wait ends as cancelled, with the lock. */
  @Test
  fun await_cancelledBefore() {
    val job = dispatcher.start {
      mutex.withGuard { guard ->
        coroutineContext[Job]!!.cancel()
        changed.await(guard) { it == 0 } // holds: nothing looks for cancellation
        try {
          changed.await(guard)
        } finally {
          log += "open: ${guard.isOpen}"
        }
      }
    }
    assertTrue(job.isCancelled && job.isCompleted)
    assertEquals(listOf("open: true"), log)
    assertFreeAndUnwanted()
  }

  // All at once

  /** A bounded buffer for coroutines and threads, with cancellations: nothing lost or doubled. */
  @Test
  fun boundedBuffer_threadsAndCoroutines() = runBlocking {
    val count = 3_000
    val buffer = Mutex(ArrayDeque<Int>())
    val notFull = buffer.newCondition()
    val notEmpty = buffer.newCondition()
    val received = Mutex(ArrayList<Int>())
    val producer =
      launch(Dispatchers.Default) {
        for (i in 0 until count) {
          buffer.withGuard { guard ->
            notFull.await(guard) { it.size < 2 }
            guard.value.addLast(i)
            notEmpty.signal(guard)
          }
        }
      }
    val threadProducer = thread {
      for (i in count until 2 * count) {
        buffer.blocking.lock().use { guard ->
          notFull.blocking.awaitUntil(guard) { it.size < 2 }
          guard.value.addLast(i)
          notEmpty.signal(guard)
        }
      }
    }
    val consumers =
      List(3) { number ->
        launch(Dispatchers.Default) {
          var turns = 0
          while (received.withLock { it.size } < 2 * count) {
            val short = number == 0 && turns++ % 2 == 0
            withTimeoutOrNull(if (short) 1.milliseconds else 50.milliseconds) {
              buffer.withGuard { guard ->
                notEmpty.await(guard) { it.isNotEmpty() }
                val element = guard.value.removeFirst()
                received.blocking.lockUninterruptibly().use { it.value.add(element) }
                notFull.signal(guard)
              }
            }
            yield()
          }
        }
      }
    producer.join()
    threadProducer.join()
    consumers.joinAll()
    val all = received.withLock { it.toList() }
    assertEquals((0 until 2 * count).toList(), all.sorted())
    assertEquals(all.filter { it < count }, all.filter { it < count }.sorted(), "in order")
    assertFalse(buffer.isLocked)
    assertEquals(0, buffer.waiting + notFull.waiting + notEmpty.waiting)
    assertNull(buffer.withLock { it.firstOrNull() })
  }

  /** Cancelled by another thread at any moment: the section always holds the lock. */
  @Test
  fun await_cancelledByAnotherThread() = runBlocking {
    repeat(300) {
      val waiting =
        List(2) {
          launch(Dispatchers.Default) {
            mutex.withGuard { guard ->
              try {
                changed.await(guard)
              } finally {
                guard.value += 1 // the guard refuses when it is not open
              }
            }
          }
        }
      val signaller =
        launch(Dispatchers.Default) {
          while (waiting.any { it.isActive }) {
            mutex.withGuard { guard -> changed.signal(guard) }
            yield()
          }
        }
      waiting[0].cancelAndJoin()
      waiting[1].join()
      signaller.join()
      assertFreeAndUnwanted()
    }
  }
}
