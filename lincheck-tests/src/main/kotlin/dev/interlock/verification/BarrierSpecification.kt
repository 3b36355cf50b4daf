package dev.interlock.verification

import dev.interlock.sync.Barrier.Passage
import dev.interlock.sync.BarrierBrokenException
import java.util.Objects

/**
 * What a barrier does, one call after the other: the last of so many parties lets the others go,
 * and a party that is cancelled has not arrived.
 *
 * Not safe for use by two threads. Equality is equality of the state, with the rounds in which
 * callers pass that are on their way; those that wait are compared by the checker itself.
 */
public class BarrierSpecification(private val parties: Int) {
  private val waits = Waits()
  private val waiting = ArrayDeque<Pending<Passage>>()
  private var round = 0L
  private var broken = false

  public suspend fun await(): Passage =
    tryAwait()
      ?: waits.await(
        enqueue = { waiting.addLast(it) },
        withdraw = { waiting.remove(it) },
        giveBack = {}, // the others went on because of it
      )

  public fun tryAwait(): Passage? {
    if (broken) {
      throw BarrierBrokenException("broken", null)
    }
    if (waiting.size < parties - 1) {
      return null
    }
    val number = round++
    while (waiting.isNotEmpty()) waiting.removeFirst().grant(Passage(number, false))
    return Passage(number, true)
  }

  public fun breakBarrier(): Boolean {
    if (broken) {
      return false
    }
    broken = true
    failAll()
    return true
  }

  public fun reset() {
    broken = false
    failAll()
  }

  private fun failAll() {
    while (waiting.isNotEmpty()) {
      waiting.removeFirst().fail(BarrierBrokenException("broken or reset", null))
    }
  }

  public fun arrived(): Int = waiting.size

  public fun round(): Long = round

  public fun isBroken(): Boolean = broken

  override fun equals(other: Any?): Boolean =
    other is BarrierSpecification &&
      round == other.round &&
      broken == other.broken &&
      waits == other.waits

  override fun hashCode(): Int = Objects.hash(round, broken, waits)
}
