package dev.interlock.coroutines

import dev.interlock.sync.Notify as BlockingNotify
import kotlin.time.Duration

/**
 * The suspending face of a [notify][BlockingNotify]: an event without a value, signalled to one of
 * those who wait for it, or to all of them. Threads, virtual threads and futures may wait for the
 * same event at the same time, through [blocking].
 *
 * **Progress.** [tryAwait] is lock-free, and so is [notifyOne] while nobody waits. [await] suspends
 * until it is notified.
 *
 * **Memory effects.** Actions before a [notifyOne] or [notifyWaiters] happen-before actions after
 * the waits that it ends.
 *
 * **Ordering and fairness.** [notifyOne] goes to the caller that has waited longest; one
 * notification is kept while nobody waits.
 *
 * **Blocking and errors.** No function of this class blocks the thread. Cancellation is prompt: a
 * coroutine that is cancelled after a [notifyOne] reached it and before it runs hands the
 * notification on. Nothing looks for cancellation when a notification is kept.
 *
 * **Footprint.** None of its own: a value class over [blocking].
 */
@JvmInline
public value class Notify
internal constructor(
  /** The same object for threads. */
  public val blocking: BlockingNotify
) {
  /** Consumes the notification that is kept, or waits for the next, suspending. */
  public suspend fun await() {
    if (!blocking.tryAwait()) awaitSuccess(blocking.awaitAsync())
  }

  /**
   * As [await], not longer than [timeout]; zero or less does not wait. Returns whether it was
   * notified.
   */
  public suspend fun await(timeout: Duration): Boolean =
    blocking.tryAwait() || awaitWithin(timeout, blocking.awaitAsync())

  /** Consumes the notification that is kept, if there is one. */
  public fun tryAwait(): Boolean = blocking.tryAwait()

  /**
   * Notifies the caller that has waited longest; kept for the next when nobody waits. Several are
   * kept as one.
   */
  public fun notifyOne(): Unit = blocking.notifyOne()

  /** Notifies all who wait now. Nothing is kept. */
  public fun notifyWaiters(): Unit = blocking.notifyWaiters()

  /** Whether a notification is kept; for monitoring. */
  public val isNotified: Boolean
    get() = blocking.isNotified

  /** How many callers of every kind wait; for monitoring. */
  public val waiting: Int
    get() = blocking.waiting()

  override fun toString(): String = blocking.toString()
}

/**
 * Nothing has happened yet.
 *
 * @param name what errors, dumps and `toString` show
 */
public fun Notify(name: String? = null): Notify =
  Notify(if (name == null) BlockingNotify.create() else BlockingNotify.named(name))

/** The same object for coroutines. */
public val BlockingNotify.suspending: Notify
  get() = Notify(this)
