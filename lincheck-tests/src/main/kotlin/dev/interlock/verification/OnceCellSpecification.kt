package dev.interlock.verification

import dev.interlock.InitialisationException
import java.util.Objects

/**
 * What a cell does that is set once, one call after the other: one caller has the role of its
 * initialiser, the others wait, first in, first out; a role that is given up goes to the first who
 * waits for it, past those who only want the value.
 *
 * Not safe for use by two threads. Equality is equality of the state; the callers that wait are
 * compared by the checker itself.
 *
 * @param remembers whether a failure ends the cell
 */
public class OnceCellSpecification(private val remembers: Boolean) {
  private class Caller(val wantsRole: Boolean, val pending: Pending<Int>)

  private val waits = Waits()
  private val queue = ArrayDeque<Caller>()
  private var value: Int? = null
  private var taken = false
  private var failed = false

  /** The value, or [ROLE]; who gets that has to [complete], [fail] or [release]. */
  public suspend fun claim(): Int {
    settled()?.let {
      return it
    }
    if (!taken) {
      taken = true
      return ROLE
    }
    return await(wantsRole = true)
  }

  public suspend fun getOrInit(made: Int): Int {
    val claimed = claim()
    if (claimed != ROLE) return claimed
    complete(made)
    return made
  }

  public suspend fun get(): Int = settled() ?: await(wantsRole = false)

  /** The value, or null; fails as [get] does. */
  public fun getNow(): Int? = settled()

  public fun tryGet(): Int? = value

  public fun set(made: Int): Boolean {
    if (taken || failed || value != null) return false
    complete(made)
    return true
  }

  public fun complete(made: Int) {
    value = made
    taken = false
    while (queue.isNotEmpty()) queue.removeFirst().pending.grant(made)
  }

  public fun fail() {
    if (!remembers) return release()
    failed = true
    taken = false
    while (queue.isNotEmpty()) queue.removeFirst().pending.fail(failure())
  }

  public fun release() {
    val next = queue.firstOrNull { it.wantsRole }
    if (next == null) {
      taken = false
    } else {
      queue.remove(next)
      next.pending.grant(ROLE)
    }
  }

  private suspend fun await(wantsRole: Boolean): Int =
    waits.await(
      enqueue = { queue.addLast(Caller(wantsRole, it)) },
      withdraw = { pending -> queue.removeIf { it.pending === pending } },
      giveBack = { if (it == ROLE) release() },
    )

  private fun settled(): Int? = if (failed) throw failure() else value

  private fun failure() = InitialisationException("failed", null)

  override fun equals(other: Any?): Boolean =
    other is OnceCellSpecification &&
      value == other.value &&
      taken == other.taken &&
      failed == other.failed &&
      waits == other.waits

  override fun hashCode(): Int = Objects.hash(value, taken, failed, waits)

  public companion object {
    /** No value, but the role of the initialiser. Values are other numbers. */
    public const val ROLE: Int = -1
  }
}
