package dev.interlock.coroutines

import dev.interlock.sync.WaitGroup as BlockingWaitGroup
import kotlin.time.Duration

/**
 * The suspending face of a [group][BlockingWaitGroup] of members that come and go: callers of any
 * kind wait until nobody is left in it. Threads, virtual threads and futures may use the same group
 * at the same time, through [blocking].
 *
 * **Progress.** [add] and [done] are lock-free but for the step to zero. [await] suspends until
 * then.
 *
 * **Memory effects.** Actions before a [done] happen-before actions after an [await] that returned
 * because of the zero that it led to.
 *
 * **Ordering and fairness.** All who wait are let through by the step to zero, also when a member
 * joins right after it, and resumed in the order in which they came.
 *
 * **Blocking and errors.** No function of this class blocks the thread. Cancellation is prompt: a
 * cancelled coroutine leaves the queue, and others are not affected. Nothing looks for cancellation
 * when the group is empty.
 *
 * **Footprint.** None of its own: a value class over [blocking].
 */
@JvmInline
public value class WaitGroup
internal constructor(
  /** The same group for threads. */
  public val blocking: BlockingWaitGroup
) {
  /** [n] more members, in one step. */
  public fun add(n: Int = 1): Unit = blocking.add(n)

  /**
   * [n] members leave, in one step.
   *
   * @throws IllegalStateException when fewer are left; nothing changes
   */
  public fun done(n: Int = 1): Unit = blocking.done(n)

  /** Waits until nobody is left, suspending. */
  public suspend fun await() {
    if (count != 0) awaitSuccess(blocking.awaitAsync())
  }

  /**
   * As [await], not longer than [timeout]; zero or less does not wait. Returns whether nobody was
   * left.
   */
  public suspend fun await(timeout: Duration): Boolean =
    count == 0 || awaitWithin(timeout, blocking.awaitAsync())

  /** How many are left. */
  public val count: Int
    get() = blocking.count()

  /** How many callers of every kind wait; for monitoring. */
  public val waiting: Int
    get() = blocking.waiting()

  override fun toString(): String = blocking.toString()
}

/**
 * An empty group.
 *
 * @param name what errors, dumps and `toString` show
 */
public fun WaitGroup(name: String? = null): WaitGroup =
  WaitGroup(if (name == null) BlockingWaitGroup.create() else BlockingWaitGroup.named(name))

/** The same group for coroutines. */
public val BlockingWaitGroup.suspending: WaitGroup
  get() = WaitGroup(this)

/** Runs [block] as a member that leaves however the block ends. */
public inline fun <R> WaitGroup.asMember(block: () -> R): R {
  add()
  try {
    return block()
  } finally {
    done()
  }
}
