package dev.interlock.verification

/**
 * What a latch and a wait group do, one call after the other: a count, and callers who wait for it
 * to be zero. Whoever waits is let through at the step to zero.
 *
 * Not safe for use by two threads. Equality is equality of the count; the callers that wait are
 * compared by the checker itself.
 */
public class CountedGateSpecification(private var count: Int) {
  private val waits = Waits()
  private val queue = ArrayDeque<Pending<Unit>>()

  public suspend fun await() {
    if (count == 0) return
    waits.await(
      enqueue = { queue.addLast(it) },
      withdraw = { queue.remove(it) },
      giveBack = {}, // it took nothing
    )
  }

  public fun isZero(): Boolean = count == 0

  /** To zero at the most, as a latch counts. */
  public fun countDown(n: Int) {
    if (count > 0) subtract(minOf(n, count))
  }

  public fun add(n: Int) {
    count += n
  }

  /** As members leave a group. */
  public fun done(n: Int) {
    check(n <= count) { "fewer are left" }
    subtract(n)
  }

  private fun subtract(n: Int) {
    count -= n
    if (count == 0) {
      while (queue.isNotEmpty()) queue.removeFirst().grant(Unit)
    }
  }

  public fun count(): Int = count

  public fun waiting(): Int = queue.size

  override fun equals(other: Any?): Boolean =
    other is CountedGateSpecification && count == other.count

  override fun hashCode(): Int = count
}
