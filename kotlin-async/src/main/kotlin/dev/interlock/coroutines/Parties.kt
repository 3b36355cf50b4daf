@file:OptIn(ExperimentalCoroutinesApi::class)

package dev.interlock.coroutines

import dev.interlock.diagnostics.DeadlockDetector
import dev.interlock.diagnostics.Party
import dev.interlock.future.PollFuture
import dev.interlock.internal.wait.MayGiveUp
import kotlin.coroutines.AbstractCoroutineContextElement
import kotlin.coroutines.CoroutineContext
import kotlin.coroutines.coroutineContext
import kotlinx.coroutines.CoroutineName
import kotlinx.coroutines.CoroutineScope
import kotlinx.coroutines.ExperimentalCoroutinesApi
import kotlinx.coroutines.Job

/**
 * Says under which party a coroutine takes and waits for what a [DeadlockDetector] watches. Without
 * it the party is the coroutine: its job, that of the outermost `launch`, `async` or `runBlocking`,
 * whatever `withContext` or `coroutineScope` it is inside.
 *
 * ```
 * launch(PartyElement(Party.named("session 7"))) { a.withLock { b.withLock { } } }
 * ```
 *
 * Children inherit it, and two coroutines that run at the same time must not be one party: give
 * each its own.
 */
public class PartyElement(
  /** A [Party], or any handle that is told apart by identity. */
  public val party: Any
) : AbstractCoroutineContextElement(PartyElement) {
  override fun toString(): String = "PartyElement($party)"

  /** The key of this element. */
  public companion object Key : CoroutineContext.Key<PartyElement>
}

/** Calls coroutines by their [CoroutineName] in reports, where they have one. */
public fun DeadlockDetector.Builder.namingCoroutines(): DeadlockDetector.Builder = naming { party ->
  (party as? CoroutineScope)?.coroutineContext?.get(CoroutineName)?.let { "coroutine ${it.name}" }
    ?: (party as? Job)?.let { "coroutine $it" }
}

/** Who the calling coroutine is to a detector: one handle from its first line to its last. */
internal suspend fun coroutineParty(): Any {
  val context = coroutineContext
  context[PartyElement]?.let {
    return it.party
  }
  // Without a job, as in a bare continuation, nobody can tell: a party of its own.
  var job = context[Job] ?: return Party.named("coroutine without a job")
  while (SCOPE?.isInstance(job) == true) job = job.parent ?: break
  return job
}

/**
 * Whether the calling coroutine, or one that it is a part of, is cancelled when some time is over.
 */
internal suspend fun mayTimeOut(): Boolean {
  var job = coroutineContext[Job]
  while (job != null) {
    if (TIMEOUT?.isInstance(job) == true) return true
    job = job.parent
  }
  return false
}

/**
 * This operation of a party that is known; one that may end in time is in no deadlock that lasts.
 */
internal suspend fun <T> PollFuture<T>.ofCoroutine(): PollFuture<T> =
  if (mayTimeOut()) mayGiveUp() else this

/** Its caller ends this wait when some time is over. */
internal fun <T> PollFuture<T>.mayGiveUp(): PollFuture<T> = apply {
  (this as MayGiveUp).setMayGiveUp()
}

/*
 * The coroutine of a withContext, coroutineScope or withTimeout is a job of its own, which runs while
 * its parent does nothing but wait for it: the two are one line of control. kotlinx.coroutines knows
 * them by these classes and has no public word for it. Where they are missing each job is a party.
 */
private val SCOPE: Class<*>? = coroutineClass("kotlinx.coroutines.internal.ScopeCoroutine")
private val TIMEOUT: Class<*>? = coroutineClass("kotlinx.coroutines.TimeoutCoroutine")

private fun coroutineClass(name: String): Class<*>? =
  try {
    Class.forName(name, false, Job::class.java.classLoader)
  } catch (_: ClassNotFoundException) {
    null
  }
