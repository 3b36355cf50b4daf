package dev.interlock.benchmarks.coroutine

import kotlinx.coroutines.channels.Channel
import kotlinx.coroutines.sync.Mutex
import kotlinx.coroutines.sync.Semaphore

/** Objects of Kotlin and kotlinx.coroutines that nobody uses, for the footprint. */
object Idle {
  /** A mutex. */
  @JvmStatic fun mutex(): Any = Mutex()

  /** A semaphore with all its permits. */
  @JvmStatic fun semaphore(permits: Int): Any = Semaphore(permits)

  /** A channel that keeps the last element, and has none. */
  @JvmStatic fun conflated(): Any = Channel<Unit>(Channel.CONFLATED)

  /** A value that will be made once, as Kotlin's own library makes it. */
  @JvmStatic fun lazyValue(): Any = lazy { Any() }
}
