@file:OptIn(ExperimentalContracts::class)

package dev.interlock.coroutines

import dev.interlock.PoisonedException
import dev.interlock.diagnostics.DeadlockDetector
import dev.interlock.future.PollFuture
import dev.interlock.sync.ReadGuard
import dev.interlock.sync.RwLock as BlockingRwLock
import dev.interlock.sync.UpgradeConflictException
import dev.interlock.sync.WriteGuard
import kotlin.contracts.ExperimentalContracts
import kotlin.contracts.InvocationKind
import kotlin.contracts.contract
import kotlin.time.Duration

/**
 * The suspending face of a [read-write lock][BlockingRwLock] that owns the value it guards: many
 * readers or one writer. Threads, virtual threads and futures may use the same lock at the same
 * time, through [blocking]. Prefer [Mutex] when sections are short and readers few.
 *
 * ```
 * val routes = RwLock(Routes())
 * val route = routes.read { it.find(address) }
 * routes.write { it.add(address, other) }
 * ```
 *
 * **Progress.** While nobody waits, [tryRead], and [read] that does not have to wait, are
 * lock-free, and so are [tryWrite] and [write] of a free lock but for the first after readers had
 * spread. While somebody waits, all take a short lock. Otherwise they suspend: a holder that does
 * not go on delays everybody, but a reader no reader.
 *
 * **Memory effects.** Actions before a writer leaves happen-before actions after every later
 * successful lock, of whatever form; actions before a reader leaves happen-before actions after the
 * next lock for writing. Failed attempts: none.
 *
 * **Ordering and fairness.** That of the blocking lock: phases of readers and sections of writers
 * take turns. A coroutine that waits is not overtaken: behind a writer that is one no reader is let
 * in, and at the end of a writer's section all readers that wait are, before the next writer. A
 * thread that has gone to sleep may be overtaken, by coroutines too, up to [bypassBound] times.
 * With a bound of 0, and with a detector, nobody is.
 *
 * **Blocking and errors.** No function of this class blocks the thread. Cancellation is prompt: a
 * coroutine that is cancelled while it waits leaves the queue without effect, and one that is
 * cancelled after it was let in and before it runs leaves the lock again. Nothing looks for
 * cancellation while the lock is free. Not reentrant: a holder that locks again may wait for
 * itself, a reader that reads again too, namely when a writer waits. The holder is the guard, not a
 * thread or a coroutine. [ReadGuard.upgrade] blocks and is for threads; for coroutines there is
 * [awaitUpgrade]. Made with poisoning, a lock whose writer fails in [write] with a block,
 * cancellation included, refuses everybody with a [PoisonedException] until somebody recovers it; a
 * reader that fails does no harm.
 *
 * **Cost.** Uncontended: two atomic read-modify-writes for lock and unlock together. Cancelling a
 * wait is O(1).
 *
 * **Footprint.** None of its own: a value class over [blocking]. A guard is 24 bytes.
 */
@JvmInline
public value class RwLock<T>
internal constructor(
  /** The same lock for threads. */
  public val blocking: BlockingRwLock<T>
) {
  /**
   * Waits until it may read, suspending. Close the guard to leave, best by `use`; where the section
   * is one block, prefer the form with a block.
   */
  public suspend fun read(): ReadGuard<T> {
    if (blocking.watch() != null) return readWatched(blocking)
    val guard = blocking.tryRead()
    if (guard != null) return guard
    // The type is spelt out because a check for null after a call would cost a state of its own.
    val operation: PollFuture<ReadGuard<T>> = blocking.readAsync()
    return operation.await()
  }

  /**
   * Lets a reader in if no writer is inside and nobody waits whom it may not overtake, otherwise
   * returns null.
   */
  public fun tryRead(): ReadGuard<T>? {
    val guard = blocking.tryRead()
    // Not the thread holds it, and which coroutine does is not known here.
    guard?.handOver(null)
    return guard
  }

  /**
   * As [read], not longer than [timeout]; zero or less does not wait. Returns null when the time
   * ran out.
   */
  public suspend fun tryRead(timeout: Duration): ReadGuard<T>? {
    val guard = blocking.tryRead() ?: readWithin(timeout)
    if (guard != null && blocking.watch() != null) guard.handOver(coroutineParty())
    return guard
  }

  private suspend fun readWithin(timeout: Duration): ReadGuard<T>? {
    if (!timeout.isPositive()) return null
    val operation = blocking.readAsync()
    return within(timeout) { operation.await() }
  }

  /** Waits until it may write, suspending. Close the guard to leave, best by `use`. */
  public suspend fun write(): WriteGuard<T> {
    if (blocking.watch() != null) return writeWatched(blocking)
    val guard = blocking.tryWrite()
    if (guard != null) return guard
    val operation: PollFuture<WriteGuard<T>> = blocking.writeAsync()
    return operation.await()
  }

  /**
   * Lets a writer in if nobody is inside and nobody waits whom it may not overtake, otherwise
   * returns null.
   */
  public fun tryWrite(): WriteGuard<T>? {
    val guard = blocking.tryWrite()
    guard?.handOver(null)
    return guard
  }

  /**
   * As [write], not longer than [timeout]; zero or less does not wait. Returns null when the time
   * ran out.
   */
  public suspend fun tryWrite(timeout: Duration): WriteGuard<T>? {
    val guard = blocking.tryWrite() ?: writeWithin(timeout)
    if (guard != null && blocking.watch() != null) guard.handOver(coroutineParty())
    return guard
  }

  private suspend fun writeWithin(timeout: Duration): WriteGuard<T>? {
    if (!timeout.isPositive()) return null
    val operation = blocking.writeAsync()
    return within(timeout) { operation.await() }
  }

  /**
   * Waits for the lock as [write], suspending, and if it is poisoned, or gets so meanwhile, takes
   * it over: the caller is to repair the value, or to [poison][WriteGuard.poison] it again.
   */
  public suspend fun recover(): WriteGuard<T> {
    while (true) {
      val guard = blocking.tryRecover()
      if (guard != null) {
        if (blocking.watch() != null) guard.handOver(coroutineParty())
        return guard
      }
      try {
        return write()
      } catch (_: PoisonedException) {
        // Poisoned meanwhile: then there is something to take over, or there was.
      }
    }
  }

  /** Takes the lock over if it is poisoned; otherwise returns null. */
  public fun tryRecover(): WriteGuard<T>? {
    val guard = blocking.tryRecover()
    guard?.handOver(null)
    return guard
  }

  /** Whether a writer has failed, and nobody has recovered the lock since. */
  public val isPoisoned: Boolean
    get() = blocking.isPoisoned

  /** Whether a writer is inside now; for monitoring, not for deciding. */
  public val isWriteLocked: Boolean
    get() = blocking.isWriteLocked

  /** How many readers are inside now; for monitoring, not for deciding. */
  public val readers: Int
    get() = blocking.readers()

  /** How often a thread that sleeps while it waits may be overtaken; 0 where turns are kept. */
  public val bypassBound: Int
    get() = blocking.bypassBound()

  /** How many callers of every kind wait; for monitoring. */
  public val waiting: Int
    get() = blocking.waiting()

  override fun toString(): String = blocking.toString()
}

/**
 * A read-write lock that guards [value].
 *
 * @param name what errors, dumps and `toString` show
 * @param poisoning whether a writer that fails inside [write] with a block poisons it
 * @param detector who looks for deadlocks; a lock that has one keeps turns strictly, whatever the
 *   bound
 * @param bypassBound how often a thread that sleeps while it waits may be overtaken; 0 for turns
 *   that are always kept
 * @param manyReaders whether readers are spread from the beginning, and not only when two have met
 * @throws IllegalArgumentException when the bound is negative
 */
public fun <T> RwLock(
  value: T,
  name: String? = null,
  poisoning: Boolean = false,
  detector: DeadlockDetector? = null,
  bypassBound: Int = BlockingRwLock.DEFAULT_BYPASS_BOUND,
  manyReaders: Boolean = false,
): RwLock<T> {
  val builder = BlockingRwLock.builder().bypassBound(bypassBound)
  if (manyReaders) builder.manyReaders()
  if (name != null) builder.name(name)
  if (poisoning) builder.poisoning()
  if (detector != null) builder.detector(detector)
  return RwLock(builder.of(value))
}

/** As the mutex does. */
private suspend fun <T> readWatched(lock: BlockingRwLock<T>): ReadGuard<T> {
  val party = coroutineParty()
  if (!mayTimeOut()) return lock.readAsync(party).await()
  val guard: ReadGuard<T> = lock.readAsync().await()
  guard.handOver(party)
  return guard
}

private suspend fun <T> writeWatched(lock: BlockingRwLock<T>): WriteGuard<T> {
  val party = coroutineParty()
  if (!mayTimeOut()) return lock.writeAsync(party).await()
  val guard: WriteGuard<T> = lock.writeAsync().await()
  guard.handOver(party)
  return guard
}

/** The same lock for coroutines. */
public val <T> BlockingRwLock<T>.suspending: RwLock<T>
  get() = RwLock(this)

/** The guarded value; see [ReadGuard.get]. */
public val <T> ReadGuard<T>.value: T
  get() = get()

/** The guarded value; see [WriteGuard.get] and [WriteGuard.set]. */
public var <T> WriteGuard<T>.value: T
  get() = get()
  set(value) = set(value)

/**
 * Waits for the other readers to leave, suspending, and makes this reader the writer, without
 * another writer in between. On success this guard is closed and the result holds the lock; on
 * every failure and when cancelled, this guard reads on.
 *
 * @throws UpgradeConflictException when another reader is upgrading already
 * @throws IllegalStateException when this guard is closed
 */
public suspend fun <T> ReadGuard<T>.awaitUpgrade(): WriteGuard<T> {
  val guard = tryUpgrade()
  if (guard != null) return guard
  // A wait that may time out is in no deadlock that lasts; the writer is who the reader was.
  val operation: PollFuture<WriteGuard<T>> =
    if (mayTimeOut()) upgradeAsync() else upgradeAsync(coroutineParty())
  return operation.await()
}

/**
 * As [awaitUpgrade], not longer than [timeout]; zero or less does not wait. Returns null when the
 * time ran out, or another reader is upgrading already.
 */
public suspend fun <T> ReadGuard<T>.awaitUpgrade(timeout: Duration): WriteGuard<T>? {
  val guard = tryUpgrade()
  if (guard != null || !timeout.isPositive()) return guard
  val operation = upgradeAsync()
  return try {
    within(timeout) { operation.await() }
  } catch (_: UpgradeConflictException) {
    null
  }
}

/** Runs [block] with the guarded value as a reader; it leaves however the block ends. */
public suspend inline fun <T, R> RwLock<T>.read(block: (T) -> R): R {
  contract { callsInPlace(block, InvocationKind.EXACTLY_ONCE) }
  val guard = read()
  try {
    return block(guard.get())
  } finally {
    guard.close()
  }
}

/**
 * Runs [block] with the guarded value as the writer; it leaves however the block ends. When the
 * block throws, cancellation included, a lock that was made with poisoning is poisoned.
 */
public suspend inline fun <T, R> RwLock<T>.write(block: (T) -> R): R {
  contract { callsInPlace(block, InvocationKind.EXACTLY_ONCE) }
  val guard = write()
  try {
    return block(guard.get())
  } catch (thrown: Throwable) {
    if (blocking.isPoisoning) guard.poison(thrown)
    throw thrown
  } finally {
    guard.close()
  }
}
