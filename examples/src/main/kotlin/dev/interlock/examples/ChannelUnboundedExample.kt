package dev.interlock.examples

import dev.interlock.channel.Channel
import dev.interlock.coroutines.suspending
import java.util.Locale
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.runBlocking
import picocli.CommandLine.Command
import picocli.CommandLine.Option

/** A channel that takes everything at once: no sender waits, and memory is the only bound. */
@Command(
  name = "channel-unbounded",
  description = ["Takes a burst while nobody receives, then gives it to a coroutine in order."],
)
internal class ChannelUnboundedExample : Example("E1", "G1") {
  @Option(names = ["--items"], paramLabel = "N", description = ["How many elements the burst has."])
  private var items = 100_000

  override fun run() {
    requireAtLeast(1, "--items", items)
    val channel = Channel.unbounded<Int>()
    var refused = 0
    val sender =
      Threads.startPlatform("sender") {
        repeat(items) { if (!channel.trySend(it).isSent) refused++ }
        channel.close()
      }
    sender.join()
    val held = channel.size()
    out().println("after a burst of %,d the channel holds %,d".format(Locale.ROOT, items, held))
    check(refused == 0, "no send was refused or had to wait")
    check(held == items, "the channel holds the whole burst")

    var expected = 0
    var inOrder = true
    runBlocking(Dispatchers.Default) {
      for (element in channel.suspending) {
        inOrder = inOrder && element == expected
        expected++
      }
    }
    out().println("a coroutine received %,d".format(Locale.ROOT, expected))
    check(inOrder && expected == items, "each arrived once, in order")
    check(channel.isDrained, "the channel is drained")
  }
}
