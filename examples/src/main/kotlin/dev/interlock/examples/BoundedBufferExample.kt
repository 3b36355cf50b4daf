package dev.interlock.examples

import dev.interlock.coroutines.suspending
import dev.interlock.coroutines.value
import dev.interlock.coroutines.withGuard
import dev.interlock.sync.Mutex
import kotlin.math.max
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.launch
import kotlinx.coroutines.runBlocking
import picocli.CommandLine.Command
import picocli.CommandLine.Option

/**
 * The buffer of the textbook on two conditions. Threads and coroutines put, threads and coroutines
 * take, and all wait in the same two lines.
 */
@Command(
  name = "bounded-buffer",
  description = ["A buffer on two conditions; threads and coroutines put and take."],
)
internal class BoundedBufferExample : Example("D7", "G1") {
  @Option(names = ["--places"], paramLabel = "N", description = ["Places of the buffer."])
  private var places = 4

  @Option(
    names = ["--elements"],
    paramLabel = "N",
    description = ["How many elements each of the two producers puts."],
  )
  private var elements = 5_000

  private class Buffer {
    val elements = ArrayDeque<Int>()
    var most = 0
  }

  private val buffer = Mutex.of(Buffer())
  private val notFull = buffer.newCondition("notFull")
  private val notEmpty = buffer.newCondition("notEmpty")

  override fun run() {
    requireBetween(1, 1_000_000, "--places", places)
    requireBetween(1, 1_000_000, "--elements", elements)
    val byThread = ArrayList<Int>()
    val byCoroutine = ArrayList<Int>()
    val producer = Threads.startPlatform("producer") { for (i in 0 until elements) put(i) }
    val consumer = Threads.startPlatform("consumer") { repeat(elements) { byThread.add(take()) } }
    runBlocking(Dispatchers.Default) {
      launch { for (i in elements until 2 * elements) putSuspending(i) }
      launch { repeat(elements) { byCoroutine.add(takeSuspending()) } }
    }
    producer.join()
    consumer.join()
    val most = buffer.withLock { it.most }
    out()
      .println(
        Tables()
          .text("taken by", 12)
          .number("elements")
          .row("the thread", byThread.size)
          .row("the coroutine", byCoroutine.size)
      )
    out().println("most in the buffer: $most (places: $places)")
    check(most <= places, "never more than $places elements in the buffer")
    check(
      (byThread + byCoroutine).sorted() == (0 until 2 * elements).toList(),
      "all ${2 * elements} elements were taken, each once",
    )
    check(
      listOf(byThread, byCoroutine).all { inOrderOfItsProducer(it) },
      "each consumer got the elements of each producer in order",
    )
    check(
      notFull.waiting() + notEmpty.waiting() + buffer.waiting() == 0,
      "nobody waits any more",
    )
  }

  private fun put(element: Int) {
    buffer.lock().use { guard ->
      notFull.awaitUntil(guard) { it.elements.size < places }
      guard.value.add(element)
      notEmpty.signal(guard)
    }
  }

  private fun take(): Int =
    buffer.lock().use { guard ->
      notEmpty.awaitUntil(guard) { it.elements.isNotEmpty() }
      notFull.signal(guard)
      guard.value.elements.removeFirst()
    }

  private suspend fun putSuspending(element: Int) {
    buffer.suspending.withGuard { guard ->
      notFull.suspending.await(guard) { it.elements.size < places }
      guard.value.add(element)
      notEmpty.signal(guard)
    }
  }

  private suspend fun takeSuspending(): Int =
    buffer.suspending.withGuard { guard ->
      notEmpty.suspending.await(guard) { it.elements.isNotEmpty() }
      notFull.signal(guard)
      guard.value.elements.removeFirst()
    }

  private fun Buffer.add(element: Int) {
    elements.addLast(element)
    most = max(most, elements.size)
  }

  private fun inOrderOfItsProducer(taken: List<Int>): Boolean {
    val (first, second) = taken.partition { it < elements }
    return first == first.sorted() && second == second.sorted()
  }
}
