package dev.interlock.examples

import dev.interlock.coroutines.namingCoroutines
import dev.interlock.coroutines.suspending
import dev.interlock.coroutines.withLock
import dev.interlock.diagnostics.DeadlockDetector
import dev.interlock.diagnostics.DeadlockException
import dev.interlock.diagnostics.DeadlockReport
import dev.interlock.diagnostics.Party
import dev.interlock.future.Context
import dev.interlock.future.PollFuture
import dev.interlock.sync.Mutex
import java.util.concurrent.CopyOnWriteArrayList
import java.util.concurrent.atomic.AtomicInteger
import kotlinx.coroutines.CoroutineName
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.launch
import kotlinx.coroutines.runBlocking
import picocli.CommandLine.Command

/**
 * A thread, a coroutine and a future in one cycle. No thread dump shows it: the coroutine and the
 * future have no thread while they wait.
 */
@Command(
  name = "mixed-deadlock",
  description = ["A thread, a coroutine and a future wait for each other; the detector says so."],
)
internal class MixedDeadlockExample : Example("D11", "G1") {
  override fun run() {
    val reports = CopyOnWriteArrayList<DeadlockReport>()
    val detector =
      DeadlockDetector.builder()
        .captureStacks()
        .throwInCloser()
        .namingCoroutines()
        .onDeadlock(reports::add)
        .build()
    fun mutex(name: String) = Mutex.builder().name(name).detector(detector).of(name)
    val orders = mutex("orders")
    val stock = mutex("stock")
    val audit = mutex("audit")
    val holding = AtomicInteger()
    val refused = AtomicInteger()
    val task = Party.named("future of the audit")

    // Polled by hand: what a runtime does with a task.
    val auditing = audit.lockAsync(task).poll(Context {}).get()
    holding.incrementAndGet()
    val thread =
      Threads.startPlatform("thread of the orders") {
        orders.lock().use {
          holding.incrementAndGet()
          Conditions.until("all hold something") { holding.get() == 3 }
          stock.lock().close()
        }
      }
    runBlocking(Dispatchers.Default) {
      val job =
        launch(CoroutineName("of the stock")) {
          stock.suspending.withLock {
            holding.incrementAndGet()
            Conditions.until("the thread waits") { detector.waiting() == 1 }
            audit.suspending.withLock {}
          }
        }
      Conditions.until("the coroutine waits") { detector.waiting() == 2 }
      out().println(audit.dump())
      out().println()
      val closing: PollFuture<*> = orders.lockAsync(task)
      try {
        closing.poll(Context {})
      } catch (e: DeadlockException) {
        refused.incrementAndGet()
        auditing.close() // lets the others go on
      }
      job.join()
    }
    thread.join()
    reports.forEach { out().println(it) }
    out().println()
    check(reports.size == 1 && reports[0].links.size == 3, "a cycle of three kinds was reported")
    check(refused.get() == 1, "the future that closed it was refused")
    check(
      !orders.isLocked && !stock.isLocked && !audit.isLocked && detector.waiting() == 0,
      "and after it had let go, all went on to their end",
    )
  }
}
