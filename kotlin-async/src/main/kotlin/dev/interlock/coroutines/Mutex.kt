@file:OptIn(ExperimentalContracts::class)

package dev.interlock.coroutines

import dev.interlock.PoisonedException
import dev.interlock.diagnostics.DeadlockDetector
import dev.interlock.future.PollFuture
import dev.interlock.internal.op.UnguardedLock
import dev.interlock.sync.Mutex as BlockingMutex
import dev.interlock.sync.MutexGuard
import kotlin.contracts.ExperimentalContracts
import kotlin.contracts.InvocationKind
import kotlin.contracts.contract
import kotlin.time.Duration

/**
 * The suspending face of a [mutex][BlockingMutex] that owns the value it guards. Threads, virtual
 * threads and futures may use the same mutex at the same time, through [blocking]; all wait in one
 * queue. Prefer [Semaphore] to let in more than one.
 *
 * ```
 * val account = Mutex(Account())
 * account.withLock { it.deposit(100) }
 * ```
 *
 * **Progress.** [tryLock], and [lock] and [withLock] while the lock is free, are one
 * compare-and-set. Otherwise they suspend: a holder that does not go on delays everybody.
 *
 * **Memory effects.** Actions before the unlock happen-before actions after the next successful
 * lock, of whatever form. Failed attempts: none.
 *
 * **Ordering and fairness.** That of the blocking mutex: newcomers may barge in, a waiter is
 * overtaken at most [bypassBound] times. With a bound of 0, first in, first out.
 *
 * **Blocking and errors.** No function of this class blocks the thread. Cancellation is prompt: a
 * coroutine that is cancelled while it waits leaves the queue without effect, and one that is
 * cancelled after it was given the lock and before it runs passes the lock on. Nothing looks for
 * cancellation while the lock is free. Not reentrant: a holder that locks again waits for itself.
 * The holder is the guard, not a thread or a coroutine, so a section may suspend and go on
 * elsewhere.
 *
 * **Cost.** Uncontended: two atomic read-modify-writes for lock and unlock together. Cancelling a
 * wait is O(1).
 *
 * **Footprint.** None of its own: a value class over [blocking]. [withLock] allocates nothing
 * unless it suspends; [lock] and [tryLock] make a guard of 24 bytes.
 */
@JvmInline
public value class Mutex<T>
internal constructor(
  /** The same mutex for threads. */
  public val blocking: BlockingMutex<T>
) {
  /**
   * Waits for the lock, suspending. Close the guard to unlock, best by `use`; where the section is
   * one block, prefer [withLock].
   */
  public suspend fun lock(): MutexGuard<T> {
    if (blocking.watch() != null) return lockWatched(blocking)
    val guard = blocking.tryLock()
    if (guard != null) return guard
    // The type is spelt out because a check for null after a call would cost a state of its own.
    val operation: PollFuture<MutexGuard<T>> = blocking.lockAsync()
    return operation.await()
  }

  /** Takes the lock if it is free now, otherwise returns null. */
  public fun tryLock(): MutexGuard<T>? {
    val guard = blocking.tryLock()
    // Not the thread holds it, and which coroutine does is not known here.
    if (guard != null) blocking.watch()?.handOver(null)
    return guard
  }

  /**
   * Waits for the lock, suspending, not longer than [timeout]; zero or less does not wait. Returns
   * null when the time ran out; then the lock was not taken.
   */
  public suspend fun tryLock(timeout: Duration): MutexGuard<T>? {
    val guard = tryLock() ?: lockWithin(timeout)
    if (guard != null) blocking.watch()?.handOver(coroutineParty())
    return guard
  }

  private suspend fun lockWithin(timeout: Duration): MutexGuard<T>? {
    if (!timeout.isPositive()) return null
    val operation = blocking.lockAsync()
    return within(timeout) { operation.await() }
  }

  /**
   * Waits for the lock, suspending, and if the mutex is poisoned, or gets so meanwhile, takes it
   * over: the caller is to repair the value, or to [poison][MutexGuard.poison] it again.
   */
  public suspend fun recover(): MutexGuard<T> {
    while (true) {
      val guard = blocking.tryRecover()
      if (guard != null) {
        blocking.watch()?.handOver(coroutineParty())
        return guard
      }
      try {
        return lock()
      } catch (_: PoisonedException) {
        // Poisoned meanwhile: then there is something to take over, or there was.
      }
    }
  }

  /** Takes the mutex over if it is poisoned; otherwise returns null. */
  public fun tryRecover(): MutexGuard<T>? {
    val guard = blocking.tryRecover()
    if (guard != null) blocking.watch()?.handOver(null)
    return guard
  }

  /** Whether a holder has failed, and nobody has recovered the mutex since. */
  public val isPoisoned: Boolean
    get() = blocking.isPoisoned

  /** Whether somebody holds the lock now; for monitoring, not for deciding. */
  public val isLocked: Boolean
    get() = blocking.isLocked

  /** How many callers of every kind wait; for monitoring. */
  public val waiting: Int
    get() = blocking.waiting()

  /** How often the head of the queue may be overtaken. */
  public val bypassBound: Int
    get() = blocking.bypassBound()

  override fun toString(): String = blocking.toString()
}

/** A mutex that guards no value of its own. */
public fun Mutex(): Mutex<Unit> = Mutex(BlockingMutex.of(Unit))

/**
 * A mutex that guards [value].
 *
 * @param name what errors, dumps and `toString` show
 * @param fair whether it serves strictly first in, first out; the same as a [bypassBound] of 0
 * @param bypassBound how often newcomers may overtake a waiter
 * @param poisoning whether a holder that fails inside [withLock] or [withGuard] poisons it
 * @param detector who looks for deadlocks
 * @throws IllegalArgumentException when [bypassBound] is negative, or contradicts [fair]
 */
public fun <T> Mutex(
  value: T,
  name: String? = null,
  fair: Boolean = false,
  bypassBound: Int = if (fair) 0 else BlockingMutex.DEFAULT_BYPASS_BOUND,
  poisoning: Boolean = false,
  detector: DeadlockDetector? = null,
): Mutex<T> {
  require(!fair || bypassBound == 0) {
    "a fair mutex has bypassBound 0, not $bypassBound; leave one of the two out"
  }
  val builder = BlockingMutex.builder().bypassBound(bypassBound)
  if (name != null) builder.name(name)
  if (poisoning) builder.poisoning()
  if (detector != null) builder.detector(detector)
  return Mutex(builder.of(value))
}

/**
 * Tells the detector who waits and holds; a wait that may time out is in no deadlock that lasts.
 */
private suspend fun <T> lockWatched(mutex: BlockingMutex<T>): MutexGuard<T> {
  val party = coroutineParty()
  if (!mayTimeOut()) return mutex.lockAsync(party).await()
  val guard: MutexGuard<T> = mutex.lockAsync().await()
  mutex.watch()?.handOver(party)
  return guard
}

/** The same mutex for coroutines. */
public val <T> BlockingMutex<T>.suspending: Mutex<T>
  get() = Mutex(this)

/** The guarded value; see [MutexGuard.get] and [MutexGuard.set]. */
public var <T> MutexGuard<T>.value: T
  get() = get()
  set(value) = set(value)

/**
 * Runs [block] with the guarded value under the lock and returns its result. The lock is released
 * however the block ends; when the block throws, cancellation included, a mutex that was made with
 * poisoning is poisoned.
 */
public suspend inline fun <T, R> Mutex<T>.withLock(block: (T) -> R): R {
  contract { callsInPlace(block, InvocationKind.EXACTLY_ONCE) }
  acquireUnguarded(blocking)
  var failure: Throwable? = null
  try {
    return block(valueUnguarded(blocking))
  } catch (thrown: Throwable) {
    failure = thrown
    throw thrown
  } finally {
    releaseUnguarded(blocking, failure)
  }
}

/** The way past the guards; a constant to the compiler. */
private val UNGUARDED = BlockingMutex.create().lockAsync() as UnguardedLock

@PublishedApi
internal suspend fun acquireUnguarded(mutex: BlockingMutex<*>) {
  if (!UNGUARDED.tryAcquire(mutex)) {
    // Both in last place: a caller that need not wait, or is not watched, has no state of its own.
    if (mutex.watch() == null) awaitSuccess(UNGUARDED.acquisition(mutex, null))
    else acquireUnguardedWatched(mutex)
  }
}

private suspend fun acquireUnguardedWatched(mutex: BlockingMutex<*>) {
  val party = coroutineParty()
  if (!mayTimeOut()) return awaitSuccess(UNGUARDED.acquisition(mutex, party))
  awaitSuccess(UNGUARDED.acquisition(mutex, null))
  mutex.watch()?.handOver(party)
}

@PublishedApi
internal fun releaseUnguarded(mutex: BlockingMutex<*>, failure: Throwable?) {
  if (failure == null) UNGUARDED.release(mutex) else UNGUARDED.releaseFailed(mutex, failure)
}

@PublishedApi
@Suppress("UNCHECKED_CAST") // the mutex holds what its type says
internal fun <T> valueUnguarded(mutex: BlockingMutex<T>): T = UNGUARDED.value(mutex) as T
