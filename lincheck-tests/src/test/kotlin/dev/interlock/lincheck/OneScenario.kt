package dev.interlock.lincheck

import org.jetbrains.kotlinx.lincheck.Actor
import org.jetbrains.kotlinx.lincheck.execution.ExecutionScenario
import org.jetbrains.lincheck.datastructures.ModelCheckingOptions

/** One operation of a scenario that is written down instead of drawn. */
internal class Call(val name: String, val arguments: List<Any>, val cancel: Boolean) {
  /** Cancelled if it waits, promptly. */
  fun cancelled() = Call(name, arguments, true)
}

internal fun call(name: String, vararg arguments: Any) = Call(name, arguments.toList(), false)

/** Model checking of this scenario alone: one list of operations for each thread. */
internal fun oneScenario(
  operations: Class<*>,
  specification: Class<*>,
  vararg threads: List<Call>,
): ModelCheckingOptions {
  val methods =
    generateSequence(operations) { it.superclass }
      .flatMap { it.declaredMethods.asSequence() }
      .filterNot { it.isBridge }
      .toList()
  val actors = threads.map { calls ->
    calls.map { call ->
      Actor(
        methods.first { it.name == call.name },
        call.arguments,
        cancelOnSuspension = call.cancel,
        promptCancellation = call.cancel,
      )
    }
  }
  return ModelCheckingOptions()
    .iterations(0)
    .invocationsPerIteration(Bounds.choose(fast = 1_000, deep = 10_000))
    .addCustomScenario(ExecutionScenario(emptyList(), actors, emptyList(), null))
    .sequentialSpecification(specification)
    .minimizeFailedScenario(false)
    .addGuarantee(Checker.blockingParks(Subject.PARKER))
}
