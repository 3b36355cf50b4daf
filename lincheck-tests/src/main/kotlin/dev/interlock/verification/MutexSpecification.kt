package dev.interlock.verification

/**
 * What a mutex with bypass bound 0 does, one call after the other: strictly first in, first out; an
 * unlock hands the lock to whoever waits longest.
 *
 * Not safe for use by two threads. Equality is equality of the state; the callers that wait are
 * compared by the checker itself.
 */
public class MutexSpecification {
  private val waits = Waits()
  private val queue = ArrayDeque<Pending<Unit>>()
  private var locked = false

  public suspend fun lock() {
    if (!locked) {
      locked = true
      return
    }
    waits.await(
      enqueue = { queue.addLast(it) },
      withdraw = { queue.remove(it) },
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
      queue.removeFirst().grant(Unit)
    }
  }

  public fun isLocked(): Boolean = locked

  public fun waiting(): Int = queue.size

  override fun equals(other: Any?): Boolean = other is MutexSpecification && locked == other.locked

  override fun hashCode(): Int = locked.hashCode()
}
