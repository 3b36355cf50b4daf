package dev.interlock.coroutines

import dev.interlock.ClosedException
import dev.interlock.future.Context
import dev.interlock.future.PollFuture
import java.time.Duration
import java.util.concurrent.ConcurrentLinkedQueue
import java.util.concurrent.CountDownLatch
import java.util.concurrent.TimeUnit
import java.util.concurrent.atomic.AtomicBoolean
import java.util.concurrent.atomic.AtomicInteger
import java.util.concurrent.atomic.AtomicLong
import java.util.concurrent.locks.LockSupport
import kotlin.random.Random
import kotlin.time.Duration.Companion.microseconds
import kotlinx.coroutines.CoroutineScope
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.SupervisorJob
import kotlinx.coroutines.cancelAndJoin
import kotlinx.coroutines.coroutineScope
import kotlinx.coroutines.delay
import kotlinx.coroutines.launch
import kotlinx.coroutines.withTimeoutOrNull
import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.Assertions.assertFalse
import org.junit.jupiter.api.Assertions.assertTrue
import org.junit.jupiter.api.Assertions.fail
import org.junit.jupiter.api.Tag
import org.junit.jupiter.api.Test

/**
 * Platform threads, virtual threads (where the JDK has them), coroutines and hand-driven futures on
 * the same objects, with interrupts, cancellations and time-outs at random moments.
 *
 * Counts decide: nothing is lost, nothing is there twice, nobody is inside who must not be. Each
 * round ends quietly: first the disturbances stop, then the channels are closed, and now every
 * participant has to come to its end by itself. One that does not was forgotten in a queue.
 *
 * A round is made from its seed, which is printed; the interleaving is not.
 */
class SoakTest {
  /** About five seconds. */
  @Test
  fun everything_someSeconds() {
    soak(seconds = 5)
  }

  /** As long as the property `interlock.soak.seconds` says, five minutes by default. */
  @Test
  @Tag("soak")
  fun everything_long() {
    soak(seconds = Integer.getInteger("interlock.soak.seconds", 300))
  }

  private fun soak(seconds: Int) {
    val end = System.nanoTime() + TimeUnit.SECONDS.toNanos(seconds.toLong())
    val first = java.lang.Long.getLong("interlock.soak.seed", System.nanoTime())
    var seed = first
    val totals = Totals()
    while (System.nanoTime() < end) {
      val round = Round(seed)
      try {
        round.run()
      } catch (e: Throwable) {
        throw AssertionError("round with -Dinterlock.soak.seed=$seed failed: ${e.message}", e)
      }
      totals.add(round)
      seed++
    }
    println("Soak: seeds $first to ${seed - 1}, $totals")
    assertTrue(totals.everythingHappened(), "$totals")
  }

  private class Totals {
    private var rounds = 0
    private var locked = 0L
    private var acquired = 0L
    private var received = 0L
    private var undelivered = 0L
    private var disturbed = 0L

    fun add(round: Round) {
      rounds++
      locked += round.cells.sumOf { it.entered.get() }
      acquired += round.seats.entered.get()
      received += round.lines.sumOf { it.received.count.get() }
      undelivered += round.lines.sumOf { it.undelivered.count.get() }
      disturbed += round.disturbed.get()
    }

    fun everythingHappened() = locked > 0 && acquired > 0 && received > 0 && disturbed > 0

    override fun toString() =
      "$rounds rounds: $locked times locked, $acquired times acquired, $received elements " +
        "received, $undelivered undelivered, $disturbed waits disturbed"
  }

  /** A lock around plain fields. */
  private class Cell(bypassBound: Int) {
    val mutex: dev.interlock.sync.Mutex<Cell> =
      dev.interlock.sync.Mutex.builder().name("cell $bypassBound").bypassBound(bypassBound).of(this)
    val entered = AtomicLong()
    private var count = 0L
    private var inside = false

    fun visit() {
      check(!inside) { "two are inside $mutex" }
      inside = true
      count++
      entered.incrementAndGet()
      inside = false
    }

    fun check() {
      assertFalse(mutex.isLocked, "$mutex")
      assertEquals(0, mutex.waiting(), "$mutex")
      assertEquals(entered.get(), count, "$mutex")
    }
  }

  /** A semaphore that knows how many permits are out. */
  private class Seats {
    val semaphore: dev.interlock.sync.Semaphore = dev.interlock.sync.Semaphore.named("seats", ALL)
    val entered = AtomicLong()
    private val inside = AtomicInteger()

    fun visit(permits: Int) {
      val now = inside.addAndGet(permits)
      check(now <= ALL) { "$now permits are out of $semaphore" }
      entered.incrementAndGet()
      inside.addAndGet(-permits)
      semaphore.release(permits)
    }

    fun check() {
      assertEquals(0, semaphore.waiting(), "$semaphore")
      assertEquals(ALL, semaphore.availablePermits(), "$semaphore")
      assertEquals(0, inside.get())
    }

    companion object {
      const val ALL = 3
    }
  }

  /** How many elements, and a sum that any loss, repetition or exchange changes. */
  private class Tally {
    val count = AtomicLong()
    private val sum = AtomicLong()

    fun add(element: Long) {
      count.incrementAndGet()
      var z = element * -0x61c8864680b583ebL
      z = (z xor (z ushr 30)) * -0x40a7b892e31b1a47L
      sum.addAndGet(z xor (z ushr 27))
    }

    fun add(other: Tally) {
      count.addAndGet(other.count.get())
      sum.addAndGet(other.sum.get())
    }

    override fun toString() = "${count.get()} elements with sum ${sum.get()}"
  }

  /** A channel with its books. */
  private class Line(capacity: Int, private val ids: AtomicLong) {
    val sent = Tally()
    val received = Tally()
    val undelivered = Tally()
    val channel: dev.interlock.channel.Channel<Long> =
      dev.interlock.channel.Channel.builder<Long>()
        .name("line $capacity")
        .onUndelivered { undelivered.add(it) }
        .run {
          when (capacity) {
            Channel.RENDEZVOUS -> rendezvous()
            Channel.UNLIMITED -> unbounded()
            else -> bounded(capacity)
          }
        }
        .build()

    fun newElement() = ids.incrementAndGet()

    /** An unbounded channel must not grow without end. */
    fun mayGrow() = channel.capacity() < 100 || channel.size() < 2_000

    fun check() {
      assertEquals(0, channel.waitingSenders(), "$channel")
      assertEquals(0, channel.waitingReceivers(), "$channel")
      channel.cancel(null)
      assertEquals(0, channel.size(), "$channel")
      val accounted = Tally()
      accounted.add(received)
      accounted.add(undelivered)
      assertEquals("$sent", "$accounted", "sent, and received or undelivered, of $channel")
    }
  }

  private class Round(private val seed: Long) {
    private val ids = AtomicLong()
    val cells = listOf(Cell(0), Cell(64))
    val seats = Seats()
    val lines = listOf(0, 1, 16, Channel.UNLIMITED).map { Line(it, ids) }
    val disturbed = AtomicLong()
    private val stop = AtomicBoolean()
    private val quiet = AtomicBoolean()
    private val failures = ConcurrentLinkedQueue<Throwable>()
    private val threads = ArrayList<Thread>()
    private val running = CountDownLatch(PLATFORM + VIRTUAL + COROUTINES + DRIVERS)

    fun run() {
      val scope = CoroutineScope(Dispatchers.Default + SupervisorJob())
      repeat(PLATFORM) { start(it, virtual = false) { r -> threadVisits(r) } }
      repeat(VIRTUAL) { start(100 + it, virtual = true) { r -> threadVisits(r) } }
      repeat(DRIVERS) { n -> start(200 + n, virtual = false) { r -> Driver(r).run() } }
      repeat(COROUTINES) { n ->
        val random = Random(seed * 1_000 + 300 + n)
        scope.launch { guarded { while (!stop.get()) coroutineVisit(random) } }
      }
      disturb()
      quiet.set(true)
      stop.set(true)
      lines.forEach { it.channel.close() }
      if (!running.await(60, TimeUnit.SECONDS)) {
        fail<Unit>(
          "${running.count} participants were forgotten: " +
            "$cells ${cells.map { it.mutex }} ${seats.semaphore} ${lines.map { it.channel }}\n" +
            threads.filter { it.isAlive }.joinToString("\n") { "$it ${it.stackTrace.toList()}" }
        )
      }
      failures.forEach { throw it }
      cells.forEach { it.check() }
      seats.check()
      lines.forEach { it.check() }
    }

    private inline fun guarded(body: () -> Unit) {
      try {
        body()
      } catch (e: Throwable) {
        failures += e
        stop.set(true)
      } finally {
        running.countDown()
      }
    }

    private fun start(number: Int, virtual: Boolean, body: (Random) -> Unit) {
      val random = Random(seed * 1_000 + number)
      val run = Runnable { guarded { body(random) } }
      val thread =
        if (virtual && START_VIRTUAL != null) {
          START_VIRTUAL.invoke(null, run) as Thread
        } else {
          Thread(run).apply {
            isDaemon = true
            start()
          }
        }
      threads += thread
    }

    /** Interrupts threads for a second. */
    private fun disturb() {
      val random = Random(seed)
      val end = System.nanoTime() + TimeUnit.SECONDS.toNanos(1)
      while (System.nanoTime() < end && !stop.get()) {
        threads[random.nextInt(threads.size)].interrupt()
        LockSupport.parkNanos(random.nextLong(200_000))
      }
    }

    // Threads

    private fun threadVisits(random: Random) {
      while (!stop.get()) {
        try {
          threadVisit(random)
        } catch (e: InterruptedException) {
          disturbed.incrementAndGet()
        } catch (e: ClosedException) {
          check(stop.get()) { "closed too early" }
        }
      }
    }

    private fun threadVisit(random: Random) {
      val timeout = if (random.nextInt(3) == 0) null else Duration.ofNanos(random.nextLong(300_000))
      when (random.nextInt(4)) {
        0 -> {
          val cell = cells.random(random)
          val guard = if (timeout == null) cell.mutex.lock() else cell.mutex.tryLock(timeout)
          if (guard == null) disturbed.incrementAndGet() else guard.use { it.get().visit() }
        }
        1 -> {
          val permits = 1 + random.nextInt(Seats.ALL)
          if (timeout == null) {
            seats.semaphore.acquire(permits)
            seats.visit(permits)
          } else if (seats.semaphore.tryAcquire(permits, timeout)) {
            seats.visit(permits)
          } else {
            disturbed.incrementAndGet()
          }
        }
        2 -> {
          val line = lines.random(random)
          if (line.mayGrow()) {
            val element = line.newElement()
            if (timeout == null) {
              line.channel.send(element)
              line.sent.add(element)
            } else if (line.channel.send(element, timeout)) {
              line.sent.add(element)
            } else {
              disturbed.incrementAndGet()
            }
          }
        }
        else -> {
          val line = lines.random(random)
          if (timeout != null) {
            line.channel.receive(timeout).orNull()?.let { line.received.add(it) }
          } else if (random.nextBoolean()) {
            line.received.add(line.channel.receive())
          } else {
            val batch = ArrayList<Long>()
            line.channel.receiveBatch(batch, 4)
            batch.forEach { line.received.add(it) }
          }
        }
      }
    }

    // Coroutines

    private suspend fun coroutineVisit(random: Random) {
      val pause = random.nextInt(300).microseconds
      when (random.nextInt(3)) {
        0 -> if (withTimeoutOrNull(pause) { act(random) } == null) disturbed.incrementAndGet()
        1 ->
          coroutineScope {
            val job = launch { act(random) }
            if (random.nextBoolean()) delay(pause)
            job.cancelAndJoin()
            if (job.isCancelled) disturbed.incrementAndGet()
          }
        else -> act(random)
      }
    }

    private suspend fun act(random: Random) {
      try {
        when (random.nextInt(4)) {
          0 -> cells.random(random).mutex.suspending.withLock { it.visit() }
          1 -> {
            val permits = 1 + random.nextInt(Seats.ALL)
            seats.semaphore.suspending.acquire(permits)
            seats.visit(permits)
          }
          2 -> {
            val line = lines.random(random)
            if (line.mayGrow()) {
              val element = line.newElement()
              line.channel.suspending.send(element)
              line.sent.add(element)
            }
          }
          else -> {
            val line = lines.random(random)
            if (random.nextBoolean()) {
              line.received.add(line.channel.suspending.receive())
            } else {
              line.channel.suspending.receiveBatch(4).forEach { line.received.add(it) }
            }
          }
        }
      } catch (e: ClosedException) {
        check(stop.get()) { "closed too early" }
      }
    }

    // Futures, driven by hand

    /** A future, whether it was woken since its last poll, and what its result is for. */
    private class Driven<T>(private val future: PollFuture<T>, private val use: (T) -> Unit) {
      val woken = AtomicBoolean(true)
      private val context = Context { woken.set(true) }

      /** Whether the future is done. */
      fun poll(): Boolean {
        woken.set(false)
        val poll =
          try {
            future.poll(context)
          } catch (e: ClosedException) {
            return true
          }
        if (poll.isReady) use(poll.get())
        return poll.isReady
      }

      /** Drops the future, or takes the result if that came first. */
      fun drop(): Boolean {
        val dropped = future.cancel()
        if (!dropped) check(poll()) { "neither dropped nor done: $future" }
        return dropped
      }

      override fun toString() = "$future, woken: $woken"
    }

    /** Keeps many futures in the queues and polls those that were woken; never waits itself. */
    private inner class Driver(private val random: Random) {
      private val futures = ArrayList<Driven<*>>()

      fun run() {
        while (!stop.get()) {
          if (futures.size < 24) futures += begin()
          step(disturbing = true)
          if (random.nextInt(64) == 0) Thread.yield()
        }
        // Nobody disturbs any more: what is still there has to be woken and to end.
        val deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(30)
        while (futures.isNotEmpty()) {
          step(disturbing = false)
          Thread.yield()
          check(System.nanoTime() < deadline) { "futures were forgotten: $futures" }
        }
      }

      private fun step(disturbing: Boolean) {
        val iterator = futures.iterator()
        while (iterator.hasNext()) {
          val driven = iterator.next()
          if (disturbing && random.nextInt(32) == 0) {
            if (driven.drop()) disturbed.incrementAndGet()
            iterator.remove()
          } else if (driven.woken.get() && driven.poll()) {
            iterator.remove()
          }
        }
      }

      private fun begin(): Driven<*> =
        when (random.nextInt(5)) {
          0 -> Driven(cells.random(random).mutex.lockAsync()) { it.use { g -> g.get().visit() } }
          1 -> {
            val permits = 1 + random.nextInt(Seats.ALL)
            Driven(seats.semaphore.acquireAsync(permits)) { seats.visit(permits) }
          }
          2 -> {
            val line = lines.dropLast(1).random(random)
            val element = line.newElement()
            Driven(line.channel.sendAsync(element)) { line.sent.add(element) }
          }
          3 -> {
            val line = lines.random(random)
            Driven(line.channel.receiveAsync()) { line.received.add(it) }
          }
          else -> {
            val line = lines.random(random)
            Driven(line.channel.receiveBatchAsync(4)) { b -> b.forEach { line.received.add(it) } }
          }
        }
    }
  }

  private companion object {
    const val PLATFORM = 4
    const val VIRTUAL = 4
    const val COROUTINES = 6
    const val DRIVERS = 2

    val START_VIRTUAL =
      try {
        Thread::class.java.getMethod("startVirtualThread", Runnable::class.java)
      } catch (beforeJdk21: NoSuchMethodException) {
        null
      }
  }
}
