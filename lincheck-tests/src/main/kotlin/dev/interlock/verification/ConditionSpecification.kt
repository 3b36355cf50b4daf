package dev.interlock.verification

import java.util.Objects

/**
 * What a mutex with bypass bound 0 and one condition of it do, one call after the other. A wait
 * unlocks and stands in line; a signal moves the first of the line to the end of the queue for the
 * lock; an unlock hands the lock to the first of that queue. A caller that is cancelled after it
 * was signalled hands the signal on to the first of the line, unless all were signalled with it.
 *
 * Not safe for use by two threads. Equality is equality of the state; the callers that wait are
 * compared by the checker itself, in the order in which they began to, but not where they stand.
 */
public class ConditionSpecification {
  private enum class Signal {
    NONE,
    ONE,
    ALL,
  }

  private inner class Caller(val pending: Pending<Signal>) {
    val number = callers++
    var signal = Signal.NONE

    fun grant() = pending.grant(signal)
  }

  /** Where a caller stands, and how it came there. */
  private data class Place(val inLine: Boolean, val index: Int, val signal: Signal)

  private val waits = Waits()
  private val queue = ArrayDeque<Caller>()
  private val line = ArrayDeque<Caller>()
  private var locked = false
  private var callers = 0

  public suspend fun lock() {
    if (!locked) {
      locked = true
      return
    }
    waits.await(
      enqueue = { queue.addLast(Caller(it)) },
      withdraw = { pending -> queue.removeIf { it.pending === pending } },
      giveBack = { unlock() },
    )
  }

  public fun tryLock(): Boolean {
    if (locked) {
      return false
    }
    locked = true
    return true
  }

  public fun unlock() {
    check(locked) { "not locked" }
    if (queue.isEmpty()) {
      locked = false
    } else {
      queue.removeFirst().grant()
    }
  }

  /** The caller holds the lock, and holds it again afterwards. */
  public suspend fun await() {
    lateinit var caller: Caller
    waits.await(
      enqueue = {
        caller = Caller(it)
        line.addLast(caller)
        unlock()
      },
      withdraw = {
        line.remove(caller)
        queue.remove(caller)
        handOn(caller)
      },
      giveBack = {
        handOn(caller)
        unlock()
      },
    )
  }

  private fun handOn(caller: Caller) {
    if (caller.signal == Signal.ONE) signal()
  }

  /** Made by a holder of the lock, or handed on. */
  public fun signal() {
    val first = line.removeFirstOrNull() ?: return
    first.signal = Signal.ONE
    if (locked) {
      queue.addLast(first)
    } else {
      locked = true
      first.grant()
    }
  }

  public fun signalAll() {
    check(locked) { "not locked" }
    for (caller in line) {
      caller.signal = Signal.ALL
      queue.addLast(caller)
    }
    line.clear()
  }

  public fun isLocked(): Boolean = locked

  /** How many wait for the lock. */
  public fun waitingForTheLock(): Int = queue.size

  /** How many wait for a signal. */
  public fun waiting(): Int = line.size

  override fun equals(other: Any?): Boolean =
    other is ConditionSpecification &&
      locked == other.locked &&
      waits == other.waits &&
      places() == other.places()

  override fun hashCode(): Int = Objects.hash(locked, waits, places())

  /** Of all who wait, in the order in which they began to. */
  private fun places(): List<Place> =
    (line.mapIndexed { i, it -> it to Place(true, i, it.signal) } +
        queue.mapIndexed { i, it -> it to Place(false, i, it.signal) })
      .sortedBy { (caller, _) -> caller.number }
      .map { (_, place) -> place }
}
