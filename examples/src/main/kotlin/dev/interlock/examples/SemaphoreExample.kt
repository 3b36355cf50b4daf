package dev.interlock.examples

import dev.interlock.coroutines.suspending
import dev.interlock.coroutines.withPermit
import dev.interlock.sync.Semaphore
import java.security.MessageDigest
import java.util.concurrent.atomic.AtomicInteger
import kotlin.math.max
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.launch
import kotlinx.coroutines.runBlocking
import kotlinx.coroutines.yield
import picocli.CommandLine.Command
import picocli.CommandLine.Option

private const val BLOCK_BYTES = 16 * 1024

/**
 * A limit on how many do something at a time, whatever they are: half of the downloads are threads,
 * half are coroutines, and all stand in one queue for the same permits.
 */
@Command(
  name = "semaphore",
  description = ["Lets at most n downloads run at a time, threads and coroutines alike."],
)
internal class SemaphoreExample : Example("D4", "G1") {
  @Option(
    names = ["--permits"],
    paramLabel = "N",
    description = ["How many downloads may run at a time."],
  )
  private var permits = 3

  @Option(names = ["--jobs"], paramLabel = "N", description = ["How many downloads there are."])
  private var jobs = 24

  @Option(
    names = ["--blocks"],
    paramLabel = "N",
    description = ["Size of a download, in blocks of 16 KiB that are made up and hashed."],
  )
  private var blocks = 64

  private val running = AtomicInteger()
  private val most = AtomicInteger()
  private val done = AtomicInteger()

  override fun run() {
    requireBetween(1, Semaphore.MAX_PERMITS, "--permits", permits)
    requireBetween(1, 2 * MAX_THREADS, "--jobs", jobs)
    requireAtLeast(1, "--blocks", blocks)
    val semaphore = Semaphore.of(permits)
    val threads = jobs / 2
    val waitingThreads =
      List(threads) {
        Threads.startPlatform("download-$it") {
          semaphore.acquireUninterruptibly(1)
          try {
            val digest = begin()
            repeat(blocks) { block ->
              digest.update(block)
              Thread.yield() // as a real download would: let the others run
            }
            end()
          } finally {
            semaphore.release()
          }
        }
      }
    runBlocking(Dispatchers.Default) {
      repeat(jobs - threads) {
        launch {
          semaphore.suspending.withPermit {
            val digest = begin()
            repeat(blocks) { block ->
              digest.update(block)
              yield() // a permit is held across suspensions, on whatever thread it goes on
            }
            end()
          }
        }
      }
    }
    waitingThreads.forEach(Thread::join)
    out()
      .println(
        Tables()
          .text("downloads by", 16)
          .number("jobs")
          .row("threads", threads)
          .row("coroutines", jobs - threads)
      )
    out().println("most at a time: ${most.get()} (permits: $permits)")
    check(most.get() <= permits, "never more than $permits ran at a time")
    check(done.get() == jobs, "all $jobs were done")
    check(
      semaphore.availablePermits() == permits && semaphore.waiting() == 0,
      "every permit is back and nobody waits",
    )
  }

  private fun begin(): MessageDigest {
    most.accumulateAndGet(running.incrementAndGet(), ::max)
    return MessageDigest.getInstance("SHA-256")
  }

  private fun MessageDigest.update(block: Int) = update(ByteArray(BLOCK_BYTES) { block.toByte() })

  private fun end() {
    running.decrementAndGet()
    done.incrementAndGet()
  }
}
