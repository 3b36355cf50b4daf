package dev.interlock.verification

/**
 * What a notify does, one call after the other: a notification goes to the caller that has waited
 * longest, one is kept when nobody waits, and who is cancelled after it got one hands it on.
 *
 * Not safe for use by two threads. Equality is equality of the state; the callers that wait are
 * compared by the checker itself.
 */
public class NotifySpecification {
  private enum class From {
    ONE,
    ALL,
  }

  private val waits = Waits()
  private val queue = ArrayDeque<Pending<From>>()
  private var kept = false

  public suspend fun await() {
    if (tryAwait()) return
    waits.await<From>(
      enqueue = { queue.addLast(it) },
      withdraw = { queue.remove(it) },
      giveBack = { if (it == From.ONE) notifyOne() },
    )
  }

  public fun tryAwait(): Boolean = kept.also { kept = false }

  public fun notifyOne() {
    if (queue.isEmpty()) kept = true else queue.removeFirst().grant(From.ONE)
  }

  public fun notifyWaiters() {
    while (queue.isNotEmpty()) queue.removeFirst().grant(From.ALL)
  }

  public fun isNotified(): Boolean = kept

  public fun waiting(): Int = queue.size

  override fun equals(other: Any?): Boolean = other is NotifySpecification && kept == other.kept

  override fun hashCode(): Int = kept.hashCode()
}
