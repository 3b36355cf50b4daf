package dev.interlock.coroutines

import dev.interlock.sync.Barrier as BlockingBarrier
import dev.interlock.sync.Barrier.Passage
import dev.interlock.sync.BarrierBrokenException
import kotlin.time.Duration

/**
 * The suspending face of a [barrier][BlockingBarrier]: a fixed number of parties that wait for each
 * other, round after round. Threads, virtual threads and futures may be parties of the same round,
 * through [blocking].
 *
 * ```
 * val barrier = Barrier(workers) { round -> swapBuffers() }
 * repeat(workers) {
 *   launch {
 *     repeat(steps) {
 *       computeMyPart()
 *       barrier.await()
 *     }
 *   }
 * }
 * ```
 *
 * **Progress.** [await] suspends until all have arrived.
 *
 * **Memory effects.** What every party did before it arrived happens-before the action of the
 * round, and that before the return of every party's [await]. A wait that was withdrawn: none.
 *
 * **Ordering and fairness.** The last to arrive is the leader of the round, exactly one in each;
 * the others are resumed in the order in which they came.
 *
 * **Blocking and errors.** No function of this class blocks the thread, but the action runs on that
 * of the leader. Cancellation withdraws the arrival: the round misses one again, and nobody else
 * notices. When all have arrived it is too late: [await] returns although the coroutine was
 * cancelled, and its next suspension sees that. When the barrier is broken or reset, [await] throws
 * [BarrierBrokenException].
 *
 * **Footprint.** None of its own: a value class over [blocking].
 */
@JvmInline
public value class Barrier
internal constructor(
  /** The same barrier for threads. */
  public val blocking: BlockingBarrier
) {
  /** Arrives, and waits for the others, suspending. */
  public suspend fun await(): Passage = blocking.tryAwait() ?: blocking.awaitAsync().await()

  /**
   * As [await], not longer than [timeout]; zero or less does not wait. Returns null when the time
   * ran out before all had arrived; the arrival is withdrawn.
   */
  public suspend fun await(timeout: Duration): Passage? {
    val passage = blocking.tryAwait()
    if (passage != null || !timeout.isPositive()) return passage
    return within(timeout) { blocking.awaitAsync().await() }
  }

  /** Arrives if all others have; null when somebody is missing, and nothing has changed then. */
  public fun tryAwait(): Passage? = blocking.tryAwait()

  /**
   * Fails those who wait, and all who come before a [reset], with a [BarrierBrokenException] that
   * carries [cause]. Returns whether this call broke it; false when it was broken before.
   */
  public fun breakBarrier(cause: Throwable? = null): Boolean = blocking.breakBarrier(cause)

  /** Makes a broken barrier usable again; those who wait in one that is not broken fail. */
  public fun reset(): Unit = blocking.reset()

  /** How many parties a round needs. */
  public val parties: Int
    get() = blocking.parties()

  /** How many have arrived and wait for the others. */
  public val arrived: Int
    get() = blocking.arrived()

  /** The number of the round that is waited for. */
  public val round: Long
    get() = blocking.round()

  /** Whether it is broken, and has not been reset. */
  public val isBroken: Boolean
    get() = blocking.isBroken

  override fun toString(): String = blocking.toString()
}

/**
 * A barrier for so many [parties].
 *
 * @param name what errors, dumps and `toString` show
 * @param action runs on the thread of the leader when all have arrived and before anybody goes on;
 *   is given the number of the round. What it throws breaks the barrier
 * @throws IllegalArgumentException when [parties] is less than 1
 */
public fun Barrier(
  parties: Int,
  name: String? = null,
  action: ((round: Long) -> Unit)? = null,
): Barrier =
  Barrier(
    when {
      name == null && action == null -> BlockingBarrier.of(parties)
      name == null -> BlockingBarrier.of(parties, action!!)
      action == null -> BlockingBarrier.named(name, parties)
      else -> BlockingBarrier.named(name, parties, action)
    }
  )

/** The same barrier for coroutines. */
public val BlockingBarrier.suspending: Barrier
  get() = Barrier(this)
