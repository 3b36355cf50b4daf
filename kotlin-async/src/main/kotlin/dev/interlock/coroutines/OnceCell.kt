package dev.interlock.coroutines

import dev.interlock.diagnostics.DeadlockDetector
import dev.interlock.diagnostics.DeadlockException
import dev.interlock.internal.op.RunningInitialiser
import dev.interlock.sync.Lazy as BlockingLazy
import dev.interlock.sync.OnFailure
import dev.interlock.sync.OnceCell as BlockingOnceCell
import dev.interlock.sync.OnceClaim
import kotlin.coroutines.CoroutineContext
import kotlin.coroutines.coroutineContext
import kotlin.time.Duration
import kotlinx.coroutines.CancellationException
import kotlinx.coroutines.ThreadContextElement
import kotlinx.coroutines.withContext

/**
 * The suspending face of a [cell][BlockingOnceCell] for one value, made once by one of those who
 * ask for it. Threads, virtual threads and futures may ask the same cell at the same time, through
 * [blocking]; all wait in one queue. When the way to make it is known from the beginning,
 * [SuspendLazy] needs no function at each call.
 *
 * ```
 * val config = OnceCell<Config>()
 * suspend fun config() = config.getOrInit { load() }
 * ```
 *
 * **Progress.** A value that is there is one volatile read. Otherwise the functions suspend until
 * there is one.
 *
 * **Memory effects.** Actions before the value is set, those of the initialiser included,
 * happen-before actions after any function that returned it.
 *
 * **Ordering and fairness.** One initialiser runs at a time. When it fails and that is not
 * remembered, or its coroutine is cancelled, the first of the queue that came with an initialiser
 * takes over.
 *
 * **Blocking and errors.** No function of this class blocks the thread. Cancellation is prompt: a
 * coroutine that is cancelled while it waits leaves the queue, one that is cancelled after it was
 * given the role of the initialiser, or as its initialiser runs, passes the role on. An initialiser
 * that throws [CancellationException] has not failed but stopped, a time-out inside included: its
 * caller gets the exception, the next takes over, and nothing is remembered. Nothing looks for
 * cancellation when there is a value.
 *
 * An initialiser that asks its own cell is an [IllegalStateException] that names the cell, also
 * from a coroutine that it started and waits for: the mark is an element of the context, and
 * children inherit it. So a coroutine that took over the context and runs on its own is refused
 * too, as long as the initialiser runs. The mark goes with the coroutine from thread to thread, so
 * that a call of [blocking] that would block such a thread is refused as well.
 *
 * Two cells whose initialisers ask each other from two coroutines wait without end, unless the
 * cells have a detector: then that is reported, or refused by a [DeadlockException], which no cell
 * remembers as a failure. The parties are those of [PartyElement]; a child of an initialiser is a
 * party of its own, and what it waits for its parent is not known to wait for. Neither refused nor
 * seen, and a wait without end: an initialiser that waits for a coroutine of another context, or
 * for a thread, which asks the cell.
 *
 * **Footprint.** None of its own: a value class over [blocking].
 */
@JvmInline
public value class OnceCell<T : Any>
internal constructor(
  /** The same cell for threads. */
  public val blocking: BlockingOnceCell<T>
) {
  /**
   * The value; if there is none, [initialiser] makes it in the calling coroutine, or whoever is at
   * it already.
   *
   * @throws dev.interlock.InitialisationException when a failure is remembered
   * @throws IllegalStateException when called by its own initialiser
   */
  public suspend fun getOrInit(initialiser: suspend () -> T): T =
    blocking.tryGet() ?: make(blocking, initialiser)

  /**
   * The value; suspends until somebody has set it.
   *
   * @throws dev.interlock.InitialisationException when a failure is remembered
   * @throws IllegalStateException when called by the initialiser
   */
  public suspend fun get(): T = blocking.tryGet() ?: read(blocking)

  /**
   * As [get], not longer than [timeout]; zero or less does not wait. Null when the time ran out.
   */
  public suspend fun get(timeout: Duration): T? =
    blocking.tryGet()
      ?: if (timeout.isPositive()) within(timeout) { read(blocking) }
      else blocking.get(java.time.Duration.ZERO)

  /** The value, or null while there is none. */
  public fun tryGet(): T? = blocking.tryGet()

  /**
   * Sets the value if the cell is empty and nobody is about to make it; never waits. Returns
   * whether it did.
   */
  public fun set(value: T): Boolean = blocking.set(value)

  /** Whether there is a value. */
  public val isSet: Boolean
    get() = blocking.isSet

  /** What the initialiser threw, if that is remembered; otherwise null. */
  public val failure: Throwable?
    get() = blocking.failure()

  /** How many callers of every kind wait; for monitoring. */
  public val waiting: Int
    get() = blocking.waiting()

  override fun toString(): String = blocking.toString()
}

/**
 * An empty cell.
 *
 * @param name what errors, dumps and `toString` show
 * @param onFailure what becomes of it when its initialiser throws
 * @param detector who looks for deadlocks
 */
public fun <T : Any> OnceCell(
  name: String? = null,
  onFailure: OnFailure = OnFailure.RETRY,
  detector: DeadlockDetector? = null,
): OnceCell<T> {
  val builder = BlockingOnceCell.builder().onFailure(onFailure)
  if (name != null) builder.name(name)
  if (detector != null) builder.detector(detector)
  return OnceCell(builder.build())
}

/** The same cell for coroutines. */
public val <T : Any> BlockingOnceCell<T>.suspending: OnceCell<T>
  get() = OnceCell(this)

/**
 * A value that is made at its first use by a suspending function, in the coroutine that uses it
 * first. There is no delegate by `by`: the getter of a property cannot suspend.
 *
 * ```
 * val user = SuspendLazy { api.fetchUser() }
 * println(user.get().name)
 * ```
 *
 * The guarantees are those of [OnceCell]. Threads may wait for the value through `cell.blocking`,
 * but only a coroutine makes it. The function is kept as long as this object is.
 *
 * @param name what errors, dumps and `toString` show
 * @param onFailure what happens when [initialiser] throws
 * @param detector who looks for deadlocks
 */
public class SuspendLazy<T : Any>(
  name: String? = null,
  onFailure: OnFailure = OnFailure.RETRY,
  detector: DeadlockDetector? = null,
  private val initialiser: suspend () -> T,
) {
  /** Where the value will be. */
  public val cell: OnceCell<T> = OnceCell(name, onFailure, detector)

  /** The value, made now if there is none. */
  public suspend fun get(): T = cell.getOrInit(initialiser)

  /** The value, or null while there is none. */
  public fun tryGet(): T? = cell.tryGet()

  /** Whether there is a value. */
  public val isSet: Boolean
    get() = cell.isSet

  override fun toString(): String = "SuspendLazy over $cell"
}

/**
 * The value of a lazy object of threads, suspending while somebody else makes it. If nobody does,
 * its supplier runs here, and blocks the thread of this coroutine as long as it takes.
 */
public suspend fun <T : Any> BlockingLazy<T>.await(): T {
  tryGet()?.let {
    return it
  }
  val party = if (watch() == null || mayTimeOut()) null else coroutineParty()
  return (if (party == null) getAsync() else getAsync(party)).await()
}

private suspend fun <T : Any> read(cell: BlockingOnceCell<T>): T {
  refuseRecursion(cell)
  val party = if (cell.watch() == null || mayTimeOut()) null else coroutineParty()
  return (if (party == null) cell.getAsync() else cell.getAsync(party)).await()
}

/** As the mutex does: a wait that may time out is told of when it is over. */
private suspend fun <T : Any> claim(cell: BlockingOnceCell<T>): OnceClaim<T> {
  if (cell.watch() == null) return cell.claimAsync().await()
  val party = coroutineParty()
  if (!mayTimeOut()) return cell.claimAsync(party).await()
  val claim: OnceClaim<T> = cell.claimAsync().await()
  claim.handOver(party)
  return claim
}

private suspend fun <T : Any> make(cell: BlockingOnceCell<T>, initialiser: suspend () -> T): T {
  refuseRecursion(cell)
  val claim = claim(cell)
  if (!claim.isInitialiser) return claim.get()
  return claim.use {
    // Set inside: a cancellation on the way out of the context must not lose what was made.
    withContext(Initialising(cell, claim, coroutineContext[Initialising])) {
      claim.set(
        try {
          initialiser()
        } catch (stopped: CancellationException) {
          throw stopped // closing the claim passes the role on
        } catch (refused: DeadlockException) {
          throw refused // so does this one: it was told to let go
        } catch (failure: Throwable) {
          claim.fail(failure)
          throw failure
        }
      )
    }
  }
}

private val RUNNING = BlockingOnceCell.create<Any>().claimAsync() as RunningInitialiser

private suspend fun refuseRecursion(cell: BlockingOnceCell<*>) {
  var mark = coroutineContext[Initialising]
  while (mark != null) {
    check(mark.cell !== cell || !mark.claim.isInitialiser) {
      "recursive initialisation of $cell: its initialiser asked for the value that it is to make; " +
        "take that call out of the initialiser"
    }
    mark = mark.outer
  }
}

/**
 * Says which cells the initialisers around this coroutine are to fill; and tells their claims on
 * which threads it runs, as long as it does.
 */
private class Initialising(
  val cell: BlockingOnceCell<*>,
  val claim: OnceClaim<*>,
  val outer: Initialising?,
) : ThreadContextElement<List<OnceClaim<*>>> {
  init {
    RUNNING.begin(claim)
  }

  override val key: CoroutineContext.Key<Initialising>
    get() = Key

  /** The claims that did not know of this thread before: a coroutine around may run on it too. */
  override fun updateThreadContext(context: CoroutineContext): List<OnceClaim<*>> =
    generateSequence(this) { it.outer }.map { it.claim }.filter(RUNNING::enter).toList()

  override fun restoreThreadContext(context: CoroutineContext, oldState: List<OnceClaim<*>>) {
    oldState.forEach(RUNNING::leave)
  }

  companion object Key : CoroutineContext.Key<Initialising>
}
