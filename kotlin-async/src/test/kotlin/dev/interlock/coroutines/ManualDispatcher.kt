package dev.interlock.coroutines

import kotlin.coroutines.CoroutineContext
import kotlinx.coroutines.CoroutineDispatcher
import kotlinx.coroutines.CoroutineScope
import kotlinx.coroutines.Job
import kotlinx.coroutines.SupervisorJob
import kotlinx.coroutines.launch

/**
 * Holds every task until the test lets it run, on the test's own thread: what happens between a
 * grant and the resumption is then up to the test.
 */
class ManualDispatcher : CoroutineDispatcher() {
  private val tasks = ArrayDeque<Runnable>()

  /** Coroutines of this scope fail and are cancelled one by one. */
  val scope: CoroutineScope = CoroutineScope(this + SupervisorJob())

  override fun dispatch(context: CoroutineContext, block: Runnable) {
    tasks.addLast(block)
  }

  /** How many tasks are held. */
  val held: Int
    get() = tasks.size

  /** Runs everything that is held, and what that leads to. */
  fun runAll() {
    while (tasks.isNotEmpty()) tasks.removeFirst().run()
  }

  /** Starts [block] and runs it until it waits. */
  fun start(block: suspend CoroutineScope.() -> Unit): Job {
    val job = scope.launch(block = block)
    runAll()
    return job
  }
}
