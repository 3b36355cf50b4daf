@file:OptIn(ExperimentalContracts::class)

package dev.interlock.coroutines

import dev.interlock.diagnostics.DeadlockDetector
import dev.interlock.sync.Mutex as BlockingMutex
import dev.interlock.sync.Owner
import dev.interlock.sync.ReentrantGuard
import dev.interlock.sync.ReentrantMutex as BlockingReentrantMutex
import kotlin.contracts.ExperimentalContracts
import kotlin.contracts.InvocationKind
import kotlin.contracts.contract
import kotlin.time.Duration

/**
 * The suspending face of a [reentrant mutex][BlockingReentrantMutex]: its holder, an [Owner], may
 * lock it again. The owner is a handle that a coroutine carries with it, so it is the same on
 * whatever thread the coroutine goes on. Prefer [Mutex] where nothing locks twice.
 *
 * **Progress.** [lock] while the lock is free is one compare-and-set, and nothing of the kind when
 * the owner holds it. Otherwise it suspends.
 *
 * **Memory effects.** Actions before the last hold ends happen-before actions after the next
 * owner's first lock. Failed attempts: none.
 *
 * **Ordering and fairness.** That of [Mutex].
 *
 * **Blocking and errors.** To a deadlock detector the owner is the party; a coroutine whose party
 * it is to be as well, for other locks, runs with a [PartyElement] of it. No function of this class
 * blocks the thread. Cancellation is prompt, as for [Mutex]. One owner is one coroutine at a time:
 * two that share an owner are both let in.
 *
 * **Footprint.** None of its own: a value class over [blocking]. Each lock makes a guard of 24
 * bytes.
 */
@JvmInline
public value class ReentrantMutex<T>
internal constructor(
  /** The same mutex for threads. */
  public val blocking: BlockingReentrantMutex<T>
) {
  /** Waits for the lock, suspending, unless [owner] holds it. Close the guard to end the hold. */
  public suspend fun lock(owner: Owner): ReentrantGuard<T> {
    if (blocking.watch() != null) return lockWatched(blocking, owner)
    return blocking.tryLock(owner) ?: blocking.lockAsync(owner).await()
  }

  /** Takes the lock if it is free now or held by [owner], otherwise returns null. */
  public fun tryLock(owner: Owner): ReentrantGuard<T>? = blocking.tryLock(owner)

  /**
   * Waits for the lock, suspending, not longer than [timeout]; zero or less does not wait. Returns
   * null when the time ran out; then the lock was not taken.
   */
  public suspend fun tryLock(owner: Owner, timeout: Duration): ReentrantGuard<T>? {
    val guard = blocking.tryLock(owner)
    if (guard != null || !timeout.isPositive()) return guard
    val operation = blocking.lockAsync(owner).mayGiveUp()
    return within(timeout) { operation.await() }
  }

  /** How often [owner] holds this mutex; exact when asked by what runs as that owner. */
  public fun holds(owner: Owner): Int = blocking.holds(owner)

  /** Whether somebody holds the lock now; for monitoring, not for deciding. */
  public val isLocked: Boolean
    get() = blocking.isLocked

  /** How many callers of every kind wait; for monitoring. */
  public val waiting: Int
    get() = blocking.waiting()

  /** How often a waiter may be overtaken. */
  public val bypassBound: Int
    get() = blocking.bypassBound()

  override fun toString(): String = blocking.toString()
}

/**
 * A reentrant mutex that guards [value].
 *
 * @param name what errors, dumps and `toString` show
 * @param fair whether it serves owners strictly first in, first out; the same as a [bypassBound] of
 *   0
 * @param bypassBound how often newcomers may overtake a waiter
 * @param detector who looks for deadlocks; the party is the owner
 * @throws IllegalArgumentException when [bypassBound] is negative, or contradicts [fair]
 */
public fun <T> ReentrantMutex(
  value: T,
  name: String? = null,
  fair: Boolean = false,
  bypassBound: Int = if (fair) 0 else BlockingMutex.DEFAULT_BYPASS_BOUND,
  detector: DeadlockDetector? = null,
): ReentrantMutex<T> {
  require(!fair || bypassBound == 0) {
    "a fair mutex has bypassBound 0, not $bypassBound; leave one of the two out"
  }
  val builder = BlockingReentrantMutex.builder().bypassBound(bypassBound)
  if (name != null) builder.name(name)
  if (detector != null) builder.detector(detector)
  return ReentrantMutex(builder.of(value))
}

/** As the mutex does; but the party is known anyway. */
private suspend fun <T> lockWatched(
  mutex: BlockingReentrantMutex<T>,
  owner: Owner,
): ReentrantGuard<T> = mutex.lockAsync(owner).ofCoroutine().await()

/** The same mutex for coroutines. */
public val <T> BlockingReentrantMutex<T>.suspending: ReentrantMutex<T>
  get() = ReentrantMutex(this)

/**
 * Runs [block] with the guarded value under the lock and returns its result. The hold ends however
 * the block ends.
 */
public suspend inline fun <T, R> ReentrantMutex<T>.withLock(owner: Owner, block: (T) -> R): R {
  contract { callsInPlace(block, InvocationKind.EXACTLY_ONCE) }
  return lock(owner).use { block(it.get()) }
}
