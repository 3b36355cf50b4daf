package dev.interlock.examples

import dev.interlock.channel.Channel
import dev.interlock.coroutines.suspending
import java.util.Locale
import java.util.concurrent.atomic.AtomicInteger
import java.util.concurrent.atomic.AtomicLong
import kotlin.math.max
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.runBlocking
import picocli.CommandLine.Command
import picocli.CommandLine.Option

/** Back-pressure: whoever sends faster than the others receive has to wait for room. */
@Command(
  name = "channel-bounded",
  description = ["Threads send; a thread and a coroutine receive; a full channel holds back."],
)
internal class ChannelBoundedExample : Example("E1", "G1") {
  @Option(names = ["--capacity"], paramLabel = "N", description = ["Capacity of the channel."])
  private var capacity = 8

  @Option(names = ["--producers"], paramLabel = "N", description = ["Threads that send."])
  private var producers = 3

  @Option(
    names = ["--items"],
    paramLabel = "N",
    description = ["Elements that each of them sends."],
  )
  private var items = 20_000

  private class Element(val producer: Int, val number: Int)

  /** What one receiver got; its own until it has ended. */
  private inner class Receiver {
    val last = IntArray(producers) { -1 }
    var received = 0
    var sum = 0L
    var inOrder = true

    fun take(element: Element) {
      inOrder = inOrder && element.number > last[element.producer]
      last[element.producer] = element.number
      received++
      sum += element.number
    }
  }

  override fun run() {
    requireBetween(1, Channel.MAX_CAPACITY, "--capacity", capacity)
    requireBetween(1, MAX_THREADS, "--producers", producers)
    requireAtLeast(1, "--items", items)
    val channel = Channel.bounded<Element>(capacity)
    val fullestSeen = AtomicInteger()
    val waits = AtomicLong()
    val open = AtomicInteger(producers)
    val senders =
      List(producers) { producer ->
        Threads.startPlatform("producer-$producer") {
          repeat(items) { number ->
            val element = Element(producer, number)
            if (!channel.trySend(element).isSent) {
              waits.incrementAndGet()
              channel.send(element)
            }
            fullestSeen.accumulateAndGet(channel.size(), ::max)
          }
          if (open.decrementAndGet() == 0) channel.close()
        }
      }
    val thread = Receiver()
    val consumer = Threads.startPlatform("consumer") { channel.forEach(thread::take) }
    val coroutine = Receiver()
    runBlocking(Dispatchers.Default) {
      for (element in channel.suspending) coroutine.take(element)
    }
    (senders + consumer).forEach(Thread::join)

    val sent = producers.toLong() * items
    val received = thread.received + coroutine.received
    out()
      .println(
        Tables()
          .text("who", 20)
          .number("elements")
          .row("sent by $producers threads", "%,d".format(Locale.ROOT, sent))
          .row("got by a thread", "%,d".format(Locale.ROOT, thread.received))
          .row("got by a coroutine", "%,d".format(Locale.ROOT, coroutine.received))
      )
    out()
      .println("fullest: ${fullestSeen.get()} of $capacity; sends that had to wait: ${waits.get()}")
    check(received.toLong() == sent, "as many were received as were sent")
    check(
      thread.sum + coroutine.sum == producers * (items.toLong() * (items - 1) / 2),
      "and they are the same ones",
    )
    check(thread.inOrder && coroutine.inOrder, "each receiver saw each sender's elements in order")
    check(fullestSeen.get() <= capacity, "the channel never held more than $capacity")
  }
}
