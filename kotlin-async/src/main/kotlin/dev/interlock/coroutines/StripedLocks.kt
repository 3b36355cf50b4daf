@file:OptIn(ExperimentalContracts::class)

package dev.interlock.coroutines

import dev.interlock.sync.LockSet
import dev.interlock.sync.StripedLocks as BlockingStripedLocks
import kotlin.contracts.ExperimentalContracts
import kotlin.contracts.InvocationKind
import kotlin.contracts.contract

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
  public suspend fun lockAll(keys: Collection<Any>): LockSet = blocking.lockAllAsync(keys).await()

  /** Takes the locks of all [keys] if each is free now; otherwise none, and returns null. */
  public fun tryLockAll(keys: Collection<Any>): LockSet? = blocking.tryLockAll(keys)

  /** How many mutexes there are. */
  public val stripes: Int
    get() = blocking.stripes()

  override fun toString(): String = blocking.toString()
}

/**
 * At least [stripes] mutexes: as many, rounded up to a power of two.
 *
 * @throws IllegalArgumentException when less than 1 or more than 1,048,576
 */
public fun StripedLocks(stripes: Int): StripedLocks = StripedLocks(BlockingStripedLocks.of(stripes))

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
