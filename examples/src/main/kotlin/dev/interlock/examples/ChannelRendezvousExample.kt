package dev.interlock.examples

import dev.interlock.channel.Channel
import dev.interlock.channel.SendResult
import dev.interlock.coroutines.suspending
import java.time.Duration
import java.util.Locale
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.runBlocking
import picocli.CommandLine.Command
import picocli.CommandLine.Option

/** A channel that holds nothing: a send returns when its element has been received. */
@Command(
  name = "channel-rendezvous",
  description = ["Hands each element over: a send meets its receive, nothing is kept between."],
)
internal class ChannelRendezvousExample : Example("E1", "G1") {
  @Option(
    names = ["--items"],
    paramLabel = "N",
    description = ["How many elements are handed over."],
  )
  private var items = 20_000

  @Option(
    names = ["--timeout-millis"],
    paramLabel = "N",
    description = ["How long a send waits for a receiver that does not come."],
  )
  private var timeoutMillis = 20

  override fun run() {
    requireAtLeast(1, "--items", items)
    requireAtLeast(0, "--timeout-millis", timeoutMillis)
    val channel = Channel.rendezvous<Int>()

    out().println("while nobody receives")
    check(channel.trySend(-1) == SendResult.full(), "a send that does not wait is refused")
    check(
      !channel.send(-1, Duration.ofMillis(timeoutMillis.toLong())),
      "one that waits for $timeoutMillis ms gives up, and keeps its element",
    )
    check(channel.size() == 0 && channel.waitingSenders() == 0, "nothing and nobody is left behind")

    var kept = 0
    val sender =
      Threads.startPlatform("sender") {
        repeat(items) {
          channel.send(it)
          kept = maxOf(kept, channel.size())
        }
        channel.close()
      }
    var expected = 0
    var inOrder = true
    val start = System.nanoTime()
    runBlocking(Dispatchers.Default) {
      for (element in channel.suspending) {
        inOrder = inOrder && element == expected
        expected++
      }
    }
    val nanos = System.nanoTime() - start
    sender.join()
    out()
      .println(
        "a thread handed %,d elements to a coroutine, %,d ns each"
          .format(Locale.ROOT, items, nanos / items)
      )
    check(inOrder && expected == items, "each arrived once, in order")
    check(kept == 0, "the channel held nothing at any time")
  }
}
