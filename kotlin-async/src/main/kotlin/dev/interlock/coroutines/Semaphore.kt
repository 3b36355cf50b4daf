@file:OptIn(ExperimentalContracts::class)

package dev.interlock.coroutines

import dev.interlock.ClosedException
import dev.interlock.diagnostics.DeadlockDetector
import dev.interlock.internal.op.DirectPermits
import dev.interlock.sync.Semaphore as BlockingSemaphore
import kotlin.contracts.ExperimentalContracts
import kotlin.contracts.InvocationKind
import kotlin.contracts.contract
import kotlin.time.Duration

/**
 * The suspending face of a counting [semaphore][BlockingSemaphore], strictly first in, first out.
 * Threads, virtual threads and futures may use the same semaphore at the same time, through
 * [blocking]; all wait in one queue. Prefer [Mutex] to guard data: a semaphore has no owner.
 *
 * ```
 * val connections = Semaphore(8)
 * connections.withPermit { query() }
 * ```
 *
 * **Progress.** [tryAcquire], and [acquire] and [release] while nobody waits, are lock-free: one
 * compare-and-set. Otherwise [acquire] suspends.
 *
 * **Memory effects.** Actions before a [release] happen-before actions after an acquire that takes
 * a permit it returned, of whatever form. Failed attempts: none.
 *
 * **Ordering and fairness.** Permits go to the caller that has waited longest, and nobody
 * overtakes: while the head of the queue waits for more permits than are free, those are kept for
 * it.
 *
 * **Blocking and errors.** No function of this class blocks the thread. Cancellation is prompt: a
 * coroutine that is cancelled while it waits leaves the queue without effect, and one that is
 * cancelled after it was given permits and before it runs returns them. Nothing looks for
 * cancellation while permits are free. After [close], and when closed while they wait, acquires
 * throw [ClosedException]. Less than 1 or more than [MAX_PERMITS] at once is an
 * [IllegalArgumentException].
 *
 * **Cost.** One atomic read-modify-write for an uncontended acquire, one for a release. Cancelling
 * a wait is O(1).
 *
 * **Footprint.** None of its own: a value class over [blocking]. Nothing is allocated unless a
 * caller suspends.
 */
@JvmInline
public value class Semaphore
internal constructor(
  /** The same semaphore for threads. */
  public val blocking: BlockingSemaphore
) {
  /** Waits for [permits] permits, suspending, and takes them. */
  public suspend fun acquire(permits: Int = 1) {
    if (blocking.watch() != null) return acquireWatched(permits)
    if (!DIRECT.acquireNow(blocking, permits)) awaitSuccess(blocking.acquireAsync(permits))
  }

  /** Takes [permits] permits if nobody waits and as many are free. */
  public fun tryAcquire(permits: Int = 1): Boolean {
    val acquired = blocking.tryAcquire(permits)
    // Not the thread has it, and which coroutine does is not known here.
    if (acquired) blocking.watch()?.handOver(null)
    return acquired
  }

  /**
   * Waits for one permit, suspending, not longer than [timeout]; zero or less does not wait.
   * Returns whether it was taken.
   */
  public suspend fun tryAcquire(timeout: Duration): Boolean = tryAcquire(1, timeout)

  /**
   * Waits for [permits] permits, suspending, not longer than [timeout]; zero or less does not wait.
   * Returns whether they were taken.
   */
  public suspend fun tryAcquire(permits: Int, timeout: Duration): Boolean {
    val acquired = tryAcquire(permits) || acquireWithin(permits, timeout)
    if (acquired) blocking.watch()?.handOver(coroutineParty())
    return acquired
  }

  private suspend fun acquireWithin(permits: Int, timeout: Duration): Boolean {
    if (!timeout.isPositive()) return false
    val operation = blocking.acquireAsync(permits)
    return within(timeout) { operation.await().let { true } } ?: false
  }

  /** As the mutex does. */
  private suspend fun acquireWatched(permits: Int) {
    val party = coroutineParty()
    if (!mayTimeOut()) return awaitSuccess(blocking.acquireAsync(permits, party))
    awaitSuccess(blocking.acquireAsync(permits))
    blocking.watch()?.handOver(party)
  }

  /**
   * Returns [permits] permits and lets in those at the head of the queue whom they satisfy.
   *
   * @throws IllegalStateException when more than [MAX_PERMITS] would be free
   */
  public fun release(permits: Int = 1) {
    blocking.release(permits)
  }

  /**
   * Puts [permits] more permits into use; they are as good as released ones.
   *
   * @throws IllegalStateException when more than [MAX_PERMITS] would be free
   */
  public fun addPermits(permits: Int) {
    blocking.addPermits(permits)
  }

  /**
   * Takes [permits] permits out of use, now: free ones, or the next ones that are released. Then
   * [availablePermits] is below zero until they are.
   *
   * @throws IllegalStateException when the number would go below minus [MAX_PERMITS]
   */
  public fun reducePermits(permits: Int) {
    blocking.reducePermits(permits)
  }

  /** Takes all permits that are free, if nobody waits, and returns how many. */
  public fun drainPermits(): Int = blocking.drainPermits()

  /**
   * Fails all waiters and all later acquires with a [ClosedException] that carries [cause]. Returns
   * whether this call closed it; false when it was closed before.
   */
  public fun close(cause: Throwable? = null): Boolean = blocking.close(cause)

  /**
   * How many permits are free; some may be kept for a waiter that needs more. Below zero after
   * [reducePermits], until so many were released.
   */
  public val availablePermits: Int
    get() = blocking.availablePermits()

  /** Whether it was closed. */
  public val isClosed: Boolean
    get() = blocking.isClosed

  /** How many callers of every kind wait; for monitoring. */
  public val waiting: Int
    get() = blocking.waiting()

  override fun toString(): String = blocking.toString()

  /** Bounds of every semaphore, and one that is watched. */
  public companion object {
    /** The largest number of free permits. */
    public const val MAX_PERMITS: Int = BlockingSemaphore.MAX_PERMITS

    /**
     * A semaphore with one permit, free, that is used as a lock, and whose deadlocks [detector]
     * finds: who takes the permit is the one who will return it; see [BlockingSemaphore.lock].
     */
    public fun lock(name: String, detector: DeadlockDetector): Semaphore =
      Semaphore(BlockingSemaphore.lock(name, detector))
  }
}

/**
 * A semaphore with [permits] free permits.
 *
 * @param name what errors, dumps and `toString` show
 * @throws IllegalArgumentException when [permits] is negative or more than [Semaphore.MAX_PERMITS]
 */
public fun Semaphore(permits: Int, name: String? = null): Semaphore =
  Semaphore(
    if (name == null) BlockingSemaphore.of(permits) else BlockingSemaphore.named(name, permits)
  )

/** Takes permits of any semaphore, itself not being involved. */
private val DIRECT = BlockingSemaphore.of(0).acquireAsync() as DirectPermits

/** The same semaphore for coroutines. */
public val BlockingSemaphore.suspending: Semaphore
  get() = Semaphore(this)

/** Runs [block] with one permit, which is returned however the block ends. */
public suspend inline fun <R> Semaphore.withPermit(block: () -> R): R {
  contract { callsInPlace(block, InvocationKind.EXACTLY_ONCE) }
  return withPermits(1, block)
}

/** Runs [block] with [permits] permits, which are returned however the block ends. */
public suspend inline fun <R> Semaphore.withPermits(permits: Int, block: () -> R): R {
  contract { callsInPlace(block, InvocationKind.EXACTLY_ONCE) }
  acquire(permits)
  try {
    return block()
  } finally {
    release(permits)
  }
}
