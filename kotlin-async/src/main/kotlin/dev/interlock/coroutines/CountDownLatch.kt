package dev.interlock.coroutines

import dev.interlock.sync.CountDownLatch as BlockingCountDownLatch
import kotlin.time.Duration

/**
 * The suspending face of a [latch][BlockingCountDownLatch]: a count that goes down, and callers of
 * any kind who wait for it to be zero. Threads, virtual threads and futures may wait at the same
 * latch at the same time, through [blocking].
 *
 * **Progress.** [countDown] is lock-free but for the step to zero. [await] suspends until then.
 *
 * **Memory effects.** Actions before a [countDown] happen-before actions after an [await] that
 * returned because of the zero that it led to.
 *
 * **Ordering and fairness.** All who wait are let through by the one step to zero, and resumed in
 * the order in which they came.
 *
 * **Blocking and errors.** No function of this class blocks the thread. Cancellation is prompt: a
 * cancelled coroutine leaves the queue, and others are not affected. Nothing looks for cancellation
 * when the latch is open.
 *
 * **Footprint.** None of its own: a value class over [blocking].
 */
@JvmInline
public value class CountDownLatch
internal constructor(
  /** The same latch for threads. */
  public val blocking: BlockingCountDownLatch
) {
  /** Waits for the count to be zero, suspending. */
  public suspend fun await() {
    if (!blocking.isOpen) awaitSuccess(blocking.awaitAsync())
  }

  /**
   * As [await], not longer than [timeout]; zero or less does not wait. Returns whether the count
   * was zero.
   */
  public suspend fun await(timeout: Duration): Boolean =
    blocking.isOpen || awaitWithin(timeout, blocking.awaitAsync())

  /** Counts down by [n] in one step, to zero at the most; no effect when the latch is open. */
  public fun countDown(n: Int = 1): Unit = blocking.countDown(n)

  /** How much is left. */
  public val count: Int
    get() = blocking.count()

  /** Whether the count is zero. */
  public val isOpen: Boolean
    get() = blocking.isOpen

  /** How many callers of every kind wait; for monitoring. */
  public val waiting: Int
    get() = blocking.waiting()

  override fun toString(): String = blocking.toString()
}

/**
 * A latch that opens after [count] counts; with 0 it is open.
 *
 * @param name what errors, dumps and `toString` show
 * @throws IllegalArgumentException when [count] is negative
 */
public fun CountDownLatch(count: Int, name: String? = null): CountDownLatch =
  CountDownLatch(
    if (name == null) BlockingCountDownLatch.of(count)
    else BlockingCountDownLatch.named(name, count)
  )

/** The same latch for coroutines. */
public val BlockingCountDownLatch.suspending: CountDownLatch
  get() = CountDownLatch(this)
