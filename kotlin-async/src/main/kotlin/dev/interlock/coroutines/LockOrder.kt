@file:OptIn(ExperimentalContracts::class)

package dev.interlock.coroutines

import dev.interlock.sync.LockOrder as BlockingLockOrder
import dev.interlock.sync.LockSet
import dev.interlock.sync.MutexGuard
import kotlin.contracts.ExperimentalContracts
import kotlin.contracts.InvocationKind
import kotlin.contracts.contract
import kotlin.time.Duration

/**
 * The suspending face of an [order][BlockingLockOrder] that locks several mutexes together without
 * a deadlock, in whatever order its callers name them. Threads and futures may share the same
 * order, through [blocking].
 *
 * ```
 * val order = LockOrder()
 * order.withLocks(listOf(from, to)) { it[from].value -= 100; it[to].value += 100 }
 * ```
 *
 * **Progress.** Suspends. In total order a holder that does not go on delays those who wait for it,
 * and they those who wait for what they hold; backing off, nobody holds one while waiting for
 * another.
 *
 * **Memory effects.** Those of each mutex.
 *
 * **Ordering and fairness.** That of each mutex in total order; none when backing off.
 *
 * **Blocking and errors.** No function of this class blocks the thread. Cancellation is prompt, and
 * a coroutine that is cancelled holds none of the mutexes. A mutex that is named twice is locked
 * once. A coroutine that holds one of the mutexes already must not ask for it again.
 *
 * **Footprint.** None of its own: a value class over [blocking].
 */
@JvmInline
public value class LockOrder
internal constructor(
  /** The same order for threads. */
  public val blocking: BlockingLockOrder
) {
  /** Waits until it holds all of [mutexes], suspending. Close the set to unlock, best by `use`. */
  public suspend fun lockAll(mutexes: Collection<Mutex<*>>): LockSet {
    val all = mutexes.map { it.blocking }
    if (all.none { it.watch() != null }) return blocking.lockAllAsync(all).await()
    return blocking.lockAllAsync(all, coroutineParty()).ofCoroutine().await()
  }

  /** Locks all of [mutexes] if each is free now; otherwise none, and returns null. */
  public fun tryLockAll(mutexes: Collection<Mutex<*>>): LockSet? {
    val set = blocking.tryLockAll(mutexes.map { it.blocking })
    // Not the thread holds them, and which coroutine does is not known here.
    set?.handOver(null)
    return set
  }

  /**
   * As [lockAll], not longer than [timeout]; zero or less does not wait. Returns null when the time
   * ran out; then none is held.
   */
  public suspend fun tryLockAll(mutexes: Collection<Mutex<*>>, timeout: Duration): LockSet? {
    val set = tryLockAll(mutexes)
    set?.handOver(coroutineParty())
    if (set != null || !timeout.isPositive()) return set
    return within(timeout) { lockAll(mutexes) }
  }

  override fun toString(): String = blocking.toString()
}

/**
 * An order for several mutexes: total, or by trial with back-off, see
 * [BlockingLockOrder.backingOff].
 */
public fun LockOrder(backingOff: Boolean = false): LockOrder =
  LockOrder(if (backingOff) BlockingLockOrder.backingOff() else BlockingLockOrder.total())

/** The same order for coroutines. */
public val BlockingLockOrder.suspending: LockOrder
  get() = LockOrder(this)

/** The guard of [mutex], which is one of those that were locked. */
public operator fun <T> LockSet.get(mutex: Mutex<T>): MutexGuard<T> = guard(mutex.blocking)

/**
 * Runs [block] while all of [mutexes] are held, and returns its result. They are unlocked however
 * the block ends; when the block throws, cancellation included, those that were made with poisoning
 * are poisoned.
 */
public suspend inline fun <R> LockOrder.withLocks(
  mutexes: Collection<Mutex<*>>,
  block: (LockSet) -> R,
): R {
  contract { callsInPlace(block, InvocationKind.EXACTLY_ONCE) }
  val set = lockAll(mutexes)
  try {
    return block(set)
  } catch (thrown: Throwable) {
    if (set.isOpen) set.poison(thrown)
    throw thrown
  } finally {
    set.close()
  }
}
