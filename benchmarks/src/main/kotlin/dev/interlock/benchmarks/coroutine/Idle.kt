package dev.interlock.benchmarks.coroutine

import kotlinx.coroutines.sync.Mutex

/** Objects of kotlinx.coroutines that nobody uses, for the footprint. */
object Idle {
  /** A mutex. */
  @JvmStatic fun mutex(): Any = Mutex()
}
