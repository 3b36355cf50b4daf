package dev.interlock.coroutines

import java.util.concurrent.ConcurrentLinkedQueue
import java.util.concurrent.atomic.AtomicInteger
import java.util.concurrent.atomic.AtomicLong
import kotlin.random.Random
import kotlin.time.Duration.Companion.microseconds
import kotlin.time.Duration.Companion.milliseconds
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.cancelAndJoin
import kotlinx.coroutines.joinAll
import kotlinx.coroutines.launch
import kotlinx.coroutines.runBlocking
import kotlinx.coroutines.withTimeoutOrNull
import kotlinx.coroutines.yield
import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.Assertions.assertFalse
import org.junit.jupiter.api.Assertions.assertTrue
import org.junit.jupiter.api.Test

/** Time-outs and cancellations against grants on real dispatchers; counts prove nothing lost. */
class CancellationStressTest {
  private val rounds = if (System.getProperty("interlock.deep") == "true") 20_000 else 400

  /** No lock is kept by a caller that timed out, none is held twice. */
  @Test
  fun lock_timeouts() {
    for (fair in listOf(false, true)) {
      val mutex = Mutex(AtomicInteger(), fair = fair)
      val entered = AtomicInteger()
      val gaveUp = AtomicInteger()
      runBlocking(Dispatchers.Default) {
        repeat(16) { seed ->
          launch {
            val random = Random(seed)
            repeat(rounds) {
              val timeout = random.nextInt(2_000).microseconds
              val done =
                if (random.nextBoolean()) {
                  withTimeoutOrNull(timeout) { mutex.withLock { hold(it, entered) } }
                } else {
                  mutex.tryLock(timeout)?.use { hold(it.value, entered) }
                }
              if (done == null) gaveUp.incrementAndGet()
            }
          }
        }
      }
      assertFalse(mutex.isLocked)
      assertEquals(0, mutex.waiting)
      assertTrue(entered.get() > 0 && entered.get() + gaveUp.get() >= 16 * rounds)
    }
  }

  private suspend fun hold(inside: AtomicInteger, entered: AtomicInteger) {
    assertEquals(1, inside.incrementAndGet())
    entered.incrementAndGet()
    try {
      yield()
    } finally {
      inside.decrementAndGet()
    }
  }

  /** No permit is lost or made. */
  @Test
  fun acquire_timeouts() {
    val semaphore = Semaphore(3)
    runBlocking(Dispatchers.Default) {
      repeat(16) { seed ->
        launch {
          val random = Random(seed)
          repeat(rounds) {
            val permits = 1 + random.nextInt(3)
            val timeout = random.nextInt(2_000).microseconds
            if (random.nextBoolean()) {
              withTimeoutOrNull(timeout) { semaphore.withPermits(permits) { yield() } }
            } else if (semaphore.tryAcquire(permits, timeout)) {
              yield()
              semaphore.release(permits)
            }
          }
        }
      }
    }
    assertEquals(3, semaphore.availablePermits)
    assertEquals(0, semaphore.waiting)
  }

  /** What senders were told that was sent is what receivers got and what is still there. */
  @Test
  fun sendReceive_timeouts() {
    for (capacity in listOf(Channel.RENDEZVOUS, 1, 4, Channel.UNLIMITED)) {
      val channel = Channel<Long>(capacity)
      val ids = AtomicLong()
      val sent = ConcurrentLinkedQueue<Long>()
      val received = ConcurrentLinkedQueue<Long>()
      runBlocking(Dispatchers.Default) {
        repeat(8) { seed ->
          launch {
            val random = Random(seed)
            repeat(rounds) {
              val id = ids.incrementAndGet()
              val timeout = random.nextInt(1_500).microseconds
              if (random.nextBoolean()) {
                withTimeoutOrNull(timeout) {
                  channel.send(id)
                  sent += id
                }
              } else if (channel.send(id, timeout)) {
                sent += id
              }
            }
          }
          launch {
            val random = Random(seed + 100)
            repeat(rounds) {
              val timeout = random.nextInt(1_500).microseconds
              when (random.nextInt(3)) {
                0 -> withTimeoutOrNull(timeout) { received += channel.receive() }
                1 -> withTimeoutOrNull(timeout) { received += channel.receiveBatch(3) }
                else -> channel.receiveCatching(timeout).onSuccess { received += it }
              }
            }
          }
        }
      }
      assertEquals(0, channel.waitingSenders)
      assertEquals(0, channel.waitingReceivers)
      received += channel.tryReceiveBatch(Int.MAX_VALUE)
      assertEquals(sent.sorted(), received.sorted(), "capacity $capacity")
    }
  }

  /**
   * Whoever has passed knows it, although its time ran out while the action was running, when an
   * arrival can no longer be withdrawn: every party passes every round, and nobody sleeps for ever.
   */
  @Test
  fun barrier_timeouts() {
    val acted = AtomicInteger()
    val barrier =
      Barrier(4) { round ->
        assertEquals(acted.getAndIncrement().toLong(), round)
        if (round % 2 == 0L) Thread.yield()
      }
    runBlocking(Dispatchers.Default) {
      repeat(4) { seed ->
        launch {
          val random = Random(seed)
          repeat(rounds) { round ->
            var passed: Long? = null
            while (passed == null) {
              val timeout = random.nextInt(150).microseconds
              if (random.nextBoolean()) {
                withTimeoutOrNull(timeout) { passed = barrier.await().round() }
              } else {
                passed = barrier.await(timeout)?.round()
              }
            }
            assertEquals(round.toLong(), passed)
          }
        }
      }
    }
    assertEquals(rounds, acted.get())
    assertEquals(0, barrier.arrived)
    assertFalse(barrier.isBroken)
  }

  /** Coroutines cancelled from another thread at any moment lose nothing, keep nothing. */
  @Test
  fun cancelled_byAnotherThread() {
    val mutex = Mutex(AtomicInteger(), fair = true)
    val semaphore = Semaphore(2)
    val channel = Channel<Long>(2)
    val ids = AtomicLong()
    val sent = ConcurrentLinkedQueue<Long>()
    val received = ConcurrentLinkedQueue<Long>()
    val entered = AtomicInteger()
    runBlocking(Dispatchers.Default) {
      repeat(rounds / 4) { round ->
        val jobs =
          List(4) {
            launch { while (true) mutex.withLock { hold(it, entered) } }
          } +
            List(4) {
              launch { while (true) semaphore.withPermit { yield() } }
            } +
            List(3) {
              launch {
                while (true) {
                  val id = ids.incrementAndGet()
                  channel.send(id)
                  sent += id
                  yield()
                }
              }
            } +
            List(3) {
              launch {
                while (true) {
                  received += channel.receive()
                  yield()
                }
              }
            }
        if (round % 2 == 0) yield() else kotlinx.coroutines.delay(1.milliseconds)
        jobs.shuffled(Random(round)).forEach { it.cancelAndJoin() }
        jobs.joinAll()
      }
    }
    assertFalse(mutex.isLocked)
    assertEquals(2, semaphore.availablePermits)
    assertEquals(0, mutex.waiting + semaphore.waiting)
    assertEquals(0, channel.waitingReceivers + channel.waitingSenders)
    received += channel.tryReceiveBatch(Int.MAX_VALUE)
    assertEquals(sent.sorted(), received.sorted())
  }
}
