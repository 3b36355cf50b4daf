package dev.interlock.examples

import dev.interlock.channel.Channel
import dev.interlock.coroutines.suspending
import dev.interlock.coroutines.withLock
import dev.interlock.sync.Mutex
import java.util.concurrent.atomic.AtomicInteger
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.launch
import kotlinx.coroutines.runBlocking
import picocli.CommandLine.Command
import picocli.CommandLine.Option

private const val PARTIES = 4

/**
 * What this toolkit is about: four kinds of caller in the same queue for the same object. Each
 * takes its turns alike: receive a ball from the channel, lock the mutex and write its name into
 * the ledger that the mutex owns, send the ball back.
 */
@Command(
  name = "mixed",
  description =
    [
      "A platform thread, a virtual thread, a coroutine and a hand-written future take turns on one" +
        " fair mutex and one channel."
    ],
)
internal class MixedExample : Example("D2", "E1", "F1", "G1") {
  @Option(
    names = ["--turns"],
    paramLabel = "N",
    description = ["How many turns each of them takes."],
  )
  private var turns = 100

  @Option(
    names = ["--balls"],
    paramLabel = "N",
    description = ["How many balls go round: so many can be at the mutex at a time."],
  )
  private var balls = 2

  @Option(names = ["--trace"], paramLabel = "N", description = ["How many turns to print."])
  private var trace = 16

  override fun run() {
    requireAtLeast(1, "--turns", turns)
    requireBetween(1, MAX_THREADS, "--balls", balls)
    requireAtLeast(0, "--trace", trace)
    val channel = Channel.bounded<Int>(balls)
    val ledger = Mutex.fair<MutableList<Turn>>(ArrayList())
    val second = if (Threads.hasVirtual()) "virtual" else "platform-2"
    if (!Threads.hasVirtual()) {
      out()
        .println(
          "JDK ${Runtime.version().feature()} has no virtual threads: a second platform thread instead."
        )
    }

    // A turn lasts until all others stand in one of the two queues, so that nothing but the order
    // in
    // the queues decides who is next. Counted in this order: who comes from the channel to the
    // mutex
    // meanwhile is missed and not counted twice.
    val active = AtomicInteger(PARTIES)
    fun allOthersWait() {
      Conditions.until("all others wait") {
        ledger.waiting() + channel.waitingReceivers() == active.get() - 1
      }
    }
    fun inThread(name: String): Runnable = Runnable {
      repeat(turns) {
        val ball = channel.receive()
        ledger.lock().use { guard ->
          guard.get().add(Turn(name, ball))
          allOthersWait()
        }
        channel.send(ball)
      }
      active.decrementAndGet()
    }
    val loop = WakerLoop()
    val future = TurnTakingFuture("future", turns, channel, ledger, ::allOthersWait)
    val threads =
      listOf(
        Threads.startPlatform("platform", inThread("platform")),
        if (Threads.hasVirtual()) Threads.startVirtual("virtual", inThread("virtual"))
        else Threads.startPlatform(second, inThread(second)),
        Threads.startPlatform("waker-loop") {
          loop.drive(future)
          active.decrementAndGet()
        },
      )
    runBlocking(Dispatchers.Default) {
      launch {
        repeat(turns) {
          val ball = channel.suspending.receive()
          ledger.suspending.withLock {
            it.add(Turn("coroutine", ball))
            allOthersWait()
          }
          channel.suspending.send(ball)
        }
        active.decrementAndGet()
      }
      // Nobody begins before all stand in a queue: four for a ball, and then at the mutex, which is
      // held here, as many as there are balls.
      Conditions.until("all wait for a ball") { channel.waitingReceivers() == PARTIES }
      ledger.suspending.withLock {
        repeat(balls) { channel.suspending.send(it + 1) }
        Conditions.until("the balls are taken") { ledger.waiting() == minOf(balls, PARTIES) }
      }
    }
    threads.forEach(Thread::join)

    val names = listOf("platform", second, "coroutine", "future")
    val written = ledger.withLock { it.toList() }
    printTrace(names, written)
    val summary = Tables().text("who", 12).number("turns").number("of them in place")
    val firstRound = written.take(PARTIES).map(Turn::who)
    for (name in names) {
      val inPlace = written.filterIndexed { i, turn ->
        turn.who == name && firstRound[i % PARTIES] == name
      }
      summary.row(name, written.count { it.who == name }, inPlace.size)
    }
    out().println(summary)
    out().println("The waker loop polled the future ${loop.polls()} times for $turns turns.")
    val home = List(channel.size()) { channel.receive() }
    check(
      names.all { name -> written.count { it.who == name } == turns },
      "each had its $turns turns",
    )
    check(written.size == PARTIES * turns, "and the ledger lost no line")
    check(
      written.chunked(PARTIES).all { round -> round.map(Turn::who) == firstRound },
      "every round went in the same order: first in, first out, whoever waits",
    )
    check(home.sorted() == (1..balls).toList(), "every ball is back in the channel, once")
    check(
      ledger.waiting() == 0 && !ledger.isLocked && channel.waitingReceivers() == 0,
      "the mutex is free and nobody waits",
    )
  }

  private fun printTrace(names: List<String>, written: List<Turn>) {
    if (trace == 0) return
    val table = Tables().number("turn")
    names.forEach { table.text(it, 12) }
    written.take(trace).forEachIndexed { i, turn ->
      val cells = names.map { if (it == turn.who) "ball ${turn.ball}" else "" }
      table.row(i + 1, *cells.toTypedArray())
    }
    out().println(table)
    if (written.size > trace) out().println("and ${written.size - trace} more turns.")
  }
}
