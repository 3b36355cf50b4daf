package dev.interlock.examples

import dev.interlock.channel.Channel
import dev.interlock.coroutines.suspending
import dev.interlock.future.Context
import dev.interlock.future.PollFuture
import dev.interlock.sync.Mutex
import dev.interlock.sync.Semaphore
import java.time.Duration
import java.util.concurrent.atomic.AtomicReference
import kotlinx.coroutines.CancellationException
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.cancelAndJoin
import kotlinx.coroutines.launch
import kotlinx.coroutines.runBlocking
import picocli.CommandLine.Command
import picocli.CommandLine.Option

/**
 * Four ways to give up a wait, on four operations: each leaves the queue at once and has no effect.
 */
@Command(
  name = "cancellation",
  description =
    ["Interrupt, time-out, cancelled coroutine and dropped future side by side: what each did."],
)
internal class CancellationExample : Example("D2", "D4", "E1", "F1", "G1") {
  @Option(
    names = ["--timeout-millis"],
    paramLabel = "N",
    description = ["How long the time-out is."],
  )
  private var timeoutMillis = 20

  /**
   * One operation that has to wait, in each of its forms; and a look at whether it had an effect.
   */
  private class Operation(
    val name: String,
    val waiting: () -> Int,
    val blocking: () -> Unit,
    val timed: (Duration) -> Boolean,
    val suspending: suspend () -> Unit,
    val future: () -> PollFuture<*>,
    val unchanged: () -> Boolean,
    val claim: String,
  )

  override fun run() {
    requireAtLeast(1, "--timeout-millis", timeoutMillis)
    val table =
      Tables()
        .text("operation", 18)
        .text("given up by", 20)
        .text("ended with", 28)
        .number("waiting")
        .number("after")
    val operations = listOf(lock(), acquire(), receive(), send())
    var left = true
    for (operation in operations) {
      left = interrupted(operation, table) && left
      left = timedOut(operation, table) && left
      left = cancelledCoroutine(operation, table) && left
      left = droppedFuture(operation, table) && left
    }
    out().println(table)
    check(left, "each wait ended as it should, and left the queue")
    for (operation in operations) {
      check(operation.unchanged(), "${operation.name}: ${operation.claim}")
    }
  }

  private fun lock(): Operation {
    val mutex = Mutex.of("guarded")
    val held = mutex.lock()
    return Operation(
      "mutex lock",
      mutex::waiting,
      { mutex.lock().close() },
      { timeout -> mutex.tryLock(timeout)?.close() != null },
      { mutex.suspending.lock().close() },
      mutex::lockAsync,
      {
        held.close()
        !mutex.isLocked && mutex.tryLock()?.close() != null
      },
      "free after its holder, for whoever comes next",
    )
  }

  private fun acquire(): Operation {
    val semaphore = Semaphore.of(1)
    semaphore.acquire()
    return Operation(
      "semaphore acquire",
      semaphore::waiting,
      semaphore::acquire,
      semaphore::tryAcquire,
      { semaphore.suspending.acquire() },
      semaphore::acquireAsync,
      {
        semaphore.release()
        semaphore.availablePermits() == 1
      },
      "the permit came back, once",
    )
  }

  private fun receive(): Operation {
    val channel = Channel.bounded<String>(1)
    return Operation(
      "channel receive",
      channel::waitingReceivers,
      { channel.receive() },
      { timeout -> channel.receive(timeout).isReceived },
      { channel.suspending.receive() },
      channel::receiveAsync,
      {
        channel.send("element")
        channel.tryReceive().orNull() == "element"
      },
      "none of them took the element that came later",
    )
  }

  private fun send(): Operation {
    val channel = Channel.bounded<String>(1)
    channel.send("first")
    return Operation(
      "channel send",
      channel::waitingSenders,
      { channel.send("by a thread") },
      { timeout -> channel.send("in time", timeout) },
      { channel.suspending.send("by a coroutine") },
      { channel.sendAsync("by a future") },
      { channel.tryReceive().orNull() == "first" && channel.isEmpty },
      "none of their elements was sent",
    )
  }

  private fun interrupted(operation: Operation, table: Tables): Boolean {
    val outcome = AtomicReference("success")
    val thread =
      Threads.startPlatform("interrupted") {
        try {
          operation.blocking()
        } catch (e: InterruptedException) {
          outcome.set(e.javaClass.simpleName)
        }
      }
    val waiting = awaitOneWaiting(operation)
    thread.interrupt()
    thread.join()
    return row(table, operation, "interrupt", outcome.get(), "InterruptedException", waiting)
  }

  private fun timedOut(operation: Operation, table: Tables): Boolean {
    val timeout = Duration.ofMillis(timeoutMillis.toLong())
    val start = System.nanoTime()
    val obtained = operation.timed(timeout)
    val waited = System.nanoTime() - start
    val inTime = waited >= timeout.toNanos()
    val outcome = if (obtained) "success" else "nothing after ${waited / 1_000_000} ms"
    val after = operation.waiting()
    // This thread waited itself, so nobody looked at the queue meanwhile.
    table.row(operation.name, "time-out", outcome, "-", after)
    return !obtained && inTime && after == 0
  }

  private fun cancelledCoroutine(operation: Operation, table: Tables): Boolean = runBlocking {
    val outcome = AtomicReference("success")
    val job =
      launch(Dispatchers.Default) {
        try {
          operation.suspending()
        } catch (e: CancellationException) {
          outcome.set("CancellationException")
          throw e
        }
      }
    val waiting = awaitOneWaiting(operation)
    job.cancelAndJoin()
    row(table, operation, "cancelled coroutine", outcome.get(), "CancellationException", waiting)
  }

  private fun droppedFuture(operation: Operation, table: Tables): Boolean {
    val future = operation.future()
    val pending = !future.poll(Context {}).isReady
    val waiting = operation.waiting()
    val dropped = future.cancel()
    val outcome = if (pending && dropped) "pending, then cancelled" else "success"
    return row(table, operation, "dropped future", outcome, "pending, then cancelled", waiting)
  }

  private fun awaitOneWaiting(operation: Operation): Int {
    Conditions.until("one waits for ${operation.name}") { operation.waiting() == 1 }
    return operation.waiting()
  }

  private fun row(
    table: Tables,
    operation: Operation,
    by: String,
    outcome: String,
    expected: String,
    waiting: Int,
  ): Boolean {
    val after = operation.waiting()
    table.row(operation.name, by, outcome, waiting, after)
    return outcome == expected && waiting == 1 && after == 0
  }
}
