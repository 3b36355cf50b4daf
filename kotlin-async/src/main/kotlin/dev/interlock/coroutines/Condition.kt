@file:OptIn(ExperimentalContracts::class)

package dev.interlock.coroutines

import dev.interlock.PoisonedException
import dev.interlock.future.PollFuture
import dev.interlock.internal.op.Relocking
import dev.interlock.sync.Condition as BlockingCondition
import dev.interlock.sync.MutexGuard
import kotlin.contracts.ExperimentalContracts
import kotlin.contracts.InvocationKind
import kotlin.contracts.contract
import kotlin.time.Duration
import kotlinx.coroutines.CancellationException
import kotlinx.coroutines.NonCancellable
import kotlinx.coroutines.withContext

/**
 * The suspending face of a [condition][BlockingCondition] of a [Mutex]: where holders of the lock
 * wait for the guarded value to change. Threads, virtual threads and futures may wait in the same
 * line, through [blocking]. Prefer the form of [await] with a predicate.
 *
 * ```
 * val lines = Mutex(ArrayDeque<String>())
 * val notEmpty = lines.newCondition()
 * val line = lines.withGuard { guard ->
 *   notEmpty.await(guard) { it.isNotEmpty() }
 *   guard.value.removeFirst()
 * }
 * ```
 *
 * **Progress.** A wait suspends until the signal and, after it, until the lock is free. A signal
 * does not suspend.
 *
 * **Memory effects.** Those of the mutex: a wait is an unlock and a lock.
 *
 * **Ordering and fairness.** A signal serves who waits longest; see [BlockingCondition] for what
 * that means for the lock, and for the one kind of wake-up without a signal of one's own.
 *
 * **Blocking and errors.** No function of this class blocks the thread. Each takes the open guard
 * of its caller, [IllegalMonitorStateException] otherwise. Cancellation ends the wait for a signal
 * at once, and the coroutine then waits for the lock, however long that takes: when the
 * [CancellationException] is thrown it holds the lock again and its guard is open, as the rest of
 * the section expects, `finally` and `catch` included. The same holds for the end of the time. A
 * signal that a cancelled coroutine had been given goes on to the next. To a deadlock detector a
 * coroutine waits for the holder of a watched mutex once it is signalled or cancelled. While the
 * mutex is poisoned it cannot be locked: the wait then ends with a PoisonedException, the
 * cancellation suppressed in it, and its guard stays closed. Nothing looks for cancellation when a
 * predicate holds already.
 *
 * **Cost.** As the blocking form: who is signalled is resumed when it can have the lock.
 *
 * **Footprint.** None of its own: a value class over [blocking].
 */
@JvmInline
public value class Condition<T>
internal constructor(
  /** The same condition for threads. */
  public val blocking: BlockingCondition<T>
) {
  /** Unlocks, waits for a signal, suspending, and locks again. */
  public suspend fun await(guard: MutexGuard<T>) {
    val party = if (blocking.mutex().watch() == null) null else coroutineParty()
    val wait: PollFuture<MutexGuard<T>> =
      if (party == null) blocking.awaitAsync(guard)
      else blocking.awaitAsync(guard, party).ofCoroutine()
    try {
      wait.await() // its result opens the guard
    } catch (cancellation: CancellationException) {
      relock(wait, party, cancellation)
      throw cancellation
    }
  }

  /**
   * As [await], but the wait for the signal is not longer than [timeout]; zero or less does not
   * unlock. Returns whether it was signalled; the lock is held again in either case.
   */
  public suspend fun await(guard: MutexGuard<T>, timeout: Duration): Boolean {
    val condition = this
    if (timeout.isPositive()) {
      return within(timeout) { condition.await(guard).let { true } } ?: false
    }
    blocking.awaitAsync(guard) // checks the guard
    return false
  }

  /**
   * Returns when [predicate] holds for the guarded value: at once, or after as many signals as it
   * takes. It runs under the lock.
   */
  public suspend inline fun await(guard: MutexGuard<T>, predicate: (T) -> Boolean) {
    contract { callsInPlace(predicate, InvocationKind.AT_LEAST_ONCE) }
    while (!predicate(guard.get())) await(guard)
  }

  /**
   * As the form without a time-out, not waiting for signals longer than [timeout]. Returns whether
   * the predicate holds, as of its last test, which comes after the end of the time.
   */
  public suspend fun await(
    guard: MutexGuard<T>,
    timeout: Duration,
    predicate: (T) -> Boolean,
  ): Boolean {
    val condition = this
    if (timeout.isPositive()) {
      within(timeout) { condition.await(guard, predicate).let { true } }
    }
    return predicate(guard.get())
  }

  /** Lets the one go on that waits longest; nothing when nobody waits. */
  public fun signal(guard: MutexGuard<T>): Unit = blocking.signal(guard)

  /** Lets all go on who wait now, one after the other. */
  public fun signalAll(guard: MutexGuard<T>): Unit = blocking.signalAll(guard)

  /** How many callers of every kind wait for a signal; for monitoring. */
  public val waiting: Int
    get() = blocking.waiting()

  override fun toString(): String = blocking.toString()
}

/**
 * A condition of this mutex.
 *
 * @param name what errors, dumps and `toString` show
 */
public fun <T> Mutex<T>.newCondition(name: String? = null): Condition<T> =
  Condition(if (name == null) blocking.newCondition() else blocking.newCondition(name))

/** The same condition for coroutines. */
public val <T> BlockingCondition<T>.suspending: Condition<T>
  get() = Condition(this)

/**
 * Runs [block] under the lock with the guard, which a condition needs, and closes the guard however
 * the block ends; when the block throws, cancellation included, a mutex that was made with
 * poisoning is poisoned. Where no condition is waited for, [withLock] saves the guard.
 */
public suspend inline fun <T, R> Mutex<T>.withGuard(block: (MutexGuard<T>) -> R): R {
  contract { callsInPlace(block, InvocationKind.EXACTLY_ONCE) }
  val guard = lock()
  try {
    return block(guard)
  } catch (thrown: Throwable) {
    if (guard.isOpen && blocking.isPoisoning) guard.poison(thrown)
    throw thrown
  } finally {
    guard.close()
  }
}

/** A cancelled wait holds nothing; its coroutine goes on in the section, and needs the lock. */
private suspend fun relock(wait: PollFuture<*>, party: Any?, cancellation: CancellationException) {
  val relock = (wait as Relocking).relock(party) ?: return
  // Caught inside: what is thrown across withContext may be a copy.
  val refusal =
    withContext(NonCancellable) {
      try {
        relock.await()
        null
      } catch (poisoned: PoisonedException) {
        poisoned
      }
    }
  if (refusal != null) {
    refusal.addSuppressed(cancellation)
    throw refusal
  }
}
