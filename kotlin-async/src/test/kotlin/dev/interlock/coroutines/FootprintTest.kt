package dev.interlock.coroutines

import com.sun.management.ThreadMXBean
import java.lang.management.ManagementFactory
import kotlinx.coroutines.runBlocking
import org.junit.jupiter.api.Assertions.assertTrue
import org.junit.jupiter.api.Test

/** What the faces allocate while nobody has to wait: nothing, as their contracts say. */
class FootprintTest {
  private val threads = ManagementFactory.getThreadMXBean() as ThreadMXBean

  /** Inlined, because each call of a suspending lambda would allocate its own state. */
  private suspend inline fun assertNone(operation: () -> Unit) {
    val runs = 20_000
    repeat(runs) { operation() } // until everything is loaded
    val before = threads.currentThreadAllocatedBytes
    repeat(runs) { operation() }
    val bytes = (threads.currentThreadAllocatedBytes - before).toDouble() / runs
    assertTrue(bytes < 0.5, "$bytes bytes per run, instead of none")
  }

  @Test
  fun withLock_free() = runBlocking {
    val mutex = Mutex(IntArray(1))
    assertNone { mutex.withLock { it[0]++ } }
  }

  @Test
  fun withPermit_free() = runBlocking {
    val semaphore = Semaphore(1)
    assertNone { semaphore.withPermit {} }
  }

  @Test
  fun sendReceive_bounded() = runBlocking {
    val channel = Channel<String>(4)
    assertNone {
      channel.send("a")
      channel.receive()
    }
  }

  @Test
  fun trySendTryReceive_bounded() = runBlocking {
    val channel = Channel<String>(4)
    assertNone {
      channel.trySend("a")
      channel.tryReceive()
    }
  }

  @Test
  fun iterator_bounded() = runBlocking {
    val channel = Channel<String>(4)
    val iterator = channel.iterator()
    assertNone {
      channel.send("a")
      if (iterator.hasNext()) iterator.next()
    }
  }
}
