@file:OptIn(ExperimentalContracts::class)

package dev.interlock.coroutines

import dev.interlock.diagnostics.DeadlockDetector
import dev.interlock.sync.LockSet
import dev.interlock.sync.Mutex as BlockingMutex
import dev.interlock.sync.StripedLocks as BlockingStripedLocks
import kotlin.contracts.ExperimentalContracts
import kotlin.contracts.InvocationKind
import kotlin.contracts.contract
import kotlin.time.Duration

/**
 * The suspending face of [striped locks][BlockingStripedLocks]: a fixed number of mutexes for any
 * number of keys. Threads and futures may use the same locks, through [blocking].
 *
 * **Progress.** Suspends while the lock of a key is held; a holder delays also those whose keys
 * fall on the same stripe.
 *
 * **Memory effects.** Actions under the lock of a key happen-before actions under the next lock of
 * an equal key.
 *
 * **Ordering and fairness.** That of each mutex. Several keys are locked in the order of their
 * stripes, the same for all callers.
 *
 * **Blocking and errors.** No function of this class blocks the thread. Cancellation is prompt, and
 * a coroutine that is cancelled holds nothing. Not reentrant: name all keys in one [withLocks].
 *
 * **Footprint.** None of its own: a value class over [blocking].
 */
@JvmInline
public value class StripedLocks
internal constructor(
  /** The same locks for threads. */
  public val blocking: BlockingStripedLocks
) {
  /** The mutex of [key]. */
  public operator fun get(key: Any): Mutex<*> = Mutex(blocking.mutex(key))

  /** Waits for the locks of all [keys], suspending. Close the set to unlock, best by `use`. */
  public suspend fun lockAll(keys: Collection<Any>): LockSet {
    if (!blocking.isWatched) return blocking.lockAllAsync(keys).await()
    return blocking.lockAllAsync(keys, coroutineParty()).ofCoroutine().await()
  }

  /** Takes the locks of all [keys] if each is free now; otherwise none, and returns null. */
  public fun tryLockAll(keys: Collection<Any>): LockSet? {
    val set = blocking.tryLockAll(keys)
    // Not the thread holds them, and which coroutine does is not known here.
    set?.handOver(null)
    return set
  }

  /**
   * As [lockAll], not longer than [timeout]; zero or less does not wait. Returns null when the time
   * ran out; then none is held.
   */
  public suspend fun tryLockAll(keys: Collection<Any>, timeout: Duration): LockSet? {
    val set = tryLockAll(keys)
    if (set != null && blocking.isWatched) set.handOver(coroutineParty())
    if (set != null || !timeout.isPositive()) return set
    return within(timeout) { lockAll(keys) }
  }

  /** How many callers of every kind wait for one of the mutexes; for monitoring. */
  public val waiting: Int
    get() = blocking.waiting()

  /** How many mutexes there are. */
  public val stripes: Int
    get() = blocking.stripes()

  override fun toString(): String = blocking.toString()
}

/**
 * At least [stripes] mutexes: as many, rounded up to a power of two.
 *
 * @param name what errors, dumps and `toString` show, of each mutex with its number
 * @param fair whether each serves strictly first in, first out; the same as a [bypassBound] of 0
 * @param bypassBound how often newcomers may overtake a waiter
 * @param detector who looks for deadlocks
 * @throws IllegalArgumentException when [stripes] is less than 1 or more than 1,048,576, or
 *   [bypassBound] is negative, or contradicts [fair]
 */
public fun StripedLocks(
  stripes: Int,
  name: String? = null,
  fair: Boolean = false,
  bypassBound: Int = if (fair) 0 else BlockingMutex.DEFAULT_BYPASS_BOUND,
  detector: DeadlockDetector? = null,
): StripedLocks {
  require(!fair || bypassBound == 0) {
    "fair locks have bypassBound 0, not $bypassBound; leave one of the two out"
  }
  val builder = BlockingStripedLocks.builder().bypassBound(bypassBound)
  if (name != null) builder.name(name)
  if (detector != null) builder.detector(detector)
  return StripedLocks(builder.of(stripes))
}

/** The same locks for coroutines. */
public val BlockingStripedLocks.suspending: StripedLocks
  get() = StripedLocks(this)

/** Runs [block] under the lock of [key] and returns its result. */
public suspend inline fun <R> StripedLocks.withLock(key: Any, block: () -> R): R {
  contract { callsInPlace(block, InvocationKind.EXACTLY_ONCE) }
  return get(key).withLock { block() }
}

/** Runs [block] under the locks of all [keys] and returns its result. */
public suspend inline fun <R> StripedLocks.withLocks(keys: Collection<Any>, block: () -> R): R {
  contract { callsInPlace(block, InvocationKind.EXACTLY_ONCE) }
  val set = lockAll(keys)
  try {
    return block()
  } finally {
    set.close()
  }
}
