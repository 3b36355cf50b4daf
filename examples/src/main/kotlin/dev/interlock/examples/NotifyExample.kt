package dev.interlock.examples

import dev.interlock.collection.MpmcUnboundedQueue
import dev.interlock.coroutines.suspending
import dev.interlock.sync.Notify
import java.util.concurrent.atomic.AtomicInteger
import java.util.concurrent.atomic.AtomicIntegerArray
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.launch
import kotlinx.coroutines.runBlocking
import picocli.CommandLine.Command
import picocli.CommandLine.Option

/**
 * Waiting for something to do on a queue that never waits. Consumers take until the queue is empty,
 * then wait to be notified; who puts something in notifies one. A notification that comes between
 * the look at the empty queue and the wait is kept, so none is missed, and several are kept as one:
 * therefore a consumer that finds something notifies the next before it goes on.
 *
 * In the end all are told at once to stop. Half of the consumers are threads, half are coroutines.
 */
@Command(
  name = "notify",
  description = ["Signals an event to waiting threads and coroutines: to one, and to all."],
)
internal class NotifyExample : Example("D8", "G1") {
  @Option(
    names = ["--consumers"],
    paramLabel = "N",
    description = ["How many wait for something to do."],
  )
  private var consumers = 4

  @Option(names = ["--tasks"], paramLabel = "N", description = ["How many tasks there are."])
  private var tasks = 10_000

  @Volatile private var stopped = false

  override fun run() {
    requireBetween(2, MAX_THREADS, "--consumers", consumers)
    requireAtLeast(1, "--tasks", tasks)
    stopped = false
    val queue = MpmcUnboundedQueue<Int>()
    val work = Notify.named("work")
    val done = AtomicIntegerArray(tasks)
    val left = AtomicInteger(tasks)
    val waits = AtomicIntegerArray(consumers)
    val taken = IntArray(consumers)

    /** Takes what there is; whether to wait for more. */
    fun drain(consumer: Int): Boolean {
      while (true) {
        val task = queue.poll() ?: return !stopped
        if (!queue.isEmpty()) work.notifyOne() // there is more than one can do
        done.incrementAndGet(task)
        taken[consumer]++
        left.decrementAndGet()
      }
    }

    val threads = consumers / 2
    val running =
      List(threads) { me ->
        Threads.startPlatform("consumer-$me") {
          while (drain(me)) {
            waits.incrementAndGet(me)
            work.awaitUninterruptibly()
          }
        }
      }
    runBlocking(Dispatchers.Default) {
      for (me in threads until consumers) {
        launch {
          while (drain(me)) {
            waits.incrementAndGet(me)
            work.suspending.await()
          }
        }
      }
      repeat(tasks) {
        queue.offer(it)
        work.notifyOne()
      }
      Conditions.until("all is done") { left.get() == 0 }
      Conditions.until("all consumers wait") { work.waiting() == consumers }
      stopped = true
      work.notifyWaiters()
    }
    running.forEach(Thread::join)

    val table = Tables().text("consumer", 12).number("tasks").number("waits")
    for (me in 0 until consumers) {
      table.row("${if (me < threads) "thread" else "coroutine"} $me", taken[me], waits.get(me))
    }
    out().println(table)
    check((0 until tasks).all { done.get(it) == 1 }, "each of $tasks tasks was done, once")
    check(taken.sum() == tasks, "and counted")
    check(work.waiting() == 0, "one call told all who waited to stop")
  }
}
