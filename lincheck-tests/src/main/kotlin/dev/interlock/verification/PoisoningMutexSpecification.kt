package dev.interlock.verification

import dev.interlock.PoisonedException

/**
 * What a poisoning mutex with bypass bound 0 does, one call after the other: as a mutex; poisoned,
 * it refuses whoever waits and whoever comes, until one takes it over.
 *
 * Not safe for use by two threads. Equality is equality of the state; the callers that wait are
 * compared by the checker itself.
 */
public class PoisoningMutexSpecification {
  private val waits = Waits()
  private val queue = ArrayDeque<Pending<Unit>>()
  private var locked = false
  private var poisoned = false

  public suspend fun lock() {
    throwIfPoisoned()
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
    throwIfPoisoned()
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

  /** By the holder, which leaves. */
  public fun poison() {
    check(locked) { "not locked" }
    locked = false
    poisoned = true
    while (queue.isNotEmpty()) {
      queue.removeFirst().fail(PoisonedException("poisoned", null))
    }
  }

  public fun tryRecover(): Boolean {
    if (!poisoned) {
      return false
    }
    poisoned = false
    locked = true
    return true
  }

  public fun isLocked(): Boolean = locked

  public fun isPoisoned(): Boolean = poisoned

  public fun waiting(): Int = queue.size

  private fun throwIfPoisoned() {
    if (poisoned) {
      throw PoisonedException("poisoned", null)
    }
  }

  override fun equals(other: Any?): Boolean =
    other is PoisoningMutexSpecification && locked == other.locked && poisoned == other.poisoned

  override fun hashCode(): Int = 31 * locked.hashCode() + poisoned.hashCode()
}
