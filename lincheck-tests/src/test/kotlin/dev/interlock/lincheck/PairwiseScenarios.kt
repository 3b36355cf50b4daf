package dev.interlock.lincheck

import java.lang.reflect.Method
import kotlin.coroutines.Continuation
import kotlin.coroutines.intrinsics.COROUTINE_SUSPENDED
import kotlinx.coroutines.Job
import org.jetbrains.kotlinx.lincheck.Actor
import org.jetbrains.kotlinx.lincheck.CTestStructure
import org.jetbrains.kotlinx.lincheck.execution.ActorGenerator
import org.jetbrains.kotlinx.lincheck.execution.ExecutionGenerator
import org.jetbrains.kotlinx.lincheck.execution.ExecutionScenario
import org.jetbrains.kotlinx.lincheck.execution.RandomExecutionGenerator
import org.jetbrains.lincheck.datastructures.CTestConfiguration
import org.jetbrains.lincheck.datastructures.RandomProvider

/**
 * Random scenarios with three promises.
 *
 * Every pair of operations meets: scenario `i` begins two of its threads with the two operations of
 * pair `i`, counted round the table of all pairs, an operation with itself included. The rest is
 * random.
 *
 * Groups keep to one thread: the operations of the i-th `nonParallelGroup` (the owner of a deque,
 * the producer of a ring) stand on thread i alone, one after the other where a pair is of the same
 * group.
 *
 * Nobody blocks for ever: an operation whose name ends in `Blocking` waits as a thread, and a
 * thread that no other operation of the scenario can free is a hang for the checker although it is
 * right. So each scenario is first run on the specification in every order of its operations,
 * cancellations included, and taken only if no order leaves a thread waiting. Coroutines may be
 * left waiting; the checker knows how to deal with them.
 */
class PairwiseScenarios(
  configuration: CTestConfiguration,
  structure: CTestStructure,
  randomProvider: RandomProvider,
) : ExecutionGenerator(configuration, structure) {
  private val random = randomProvider.createRandom()
  private val anyScenario = RandomExecutionGenerator(configuration, structure, randomProvider)
  private val operations: List<ActorGenerator> = structure.actorGenerators
  private val pairs =
    operations.indices.flatMap { a -> (a until operations.size).map { b -> a to b } }
  private val orders = Orders(configuration.sequentialSpecification)
  private val groups = structure.operationGroups.filter { it.nonParallel }.sortedBy { it.name }
  private val free = operations.filter { homeOf(it) == null }
  private val homes =
    operations.mapNotNull { g -> homeOf(g)?.let { g.generate(0, random).method to it } }.toMap()
  private var next = 0

  override fun nextExecution(): ExecutionScenario {
    val (a, b) = pairs[next++ % pairs.size]
    repeat(TRIES) {
      val scenario = withPair(anyScenario.nextExecution(), operations[a], operations[b])
      if (orders.noThreadIsLeftWaiting(scenario)) {
        ScenarioCount.add()
        return scenario
      }
    }
    error("no scenario without a hang for the pair ${pairs[(next - 1) % pairs.size]}")
  }

  private fun withPair(
    scenario: ExecutionScenario,
    a: ActorGenerator,
    b: ActorGenerator,
  ): ExecutionScenario {
    val parallel =
      scenario.parallelExecution.mapIndexed { i, actors -> ofThread(i, actors) }.toMutableList()
    val (first, second) = threadsOf(a, b)
    if (first == second) {
      val pair = listOf(a.generate(first + 1, random), b.generate(first + 1, random))
      parallel[first] = pair + parallel[first].drop(2)
    } else {
      parallel[first] = listOf(a.generate(first + 1, random)) + parallel[first].drop(1)
      parallel[second] = listOf(b.generate(second + 1, random)) + parallel[second].drop(1)
    }
    return ExecutionScenario(
      scenario.initExecution,
      parallel.filter { it.isNotEmpty() }.map { actors -> actors.map { promptly(it) } },
      emptyList(), // an operation that may wait has nobody left to wait for
      scenario.validationFunction,
    )
  }

  /** The thread on which alone this operation may stand, or null. */
  private fun homeOf(operation: ActorGenerator): Int? =
    groups.indexOfFirst { operation in it.actors }.takeIf { it >= 0 }

  private fun threadsOf(a: ActorGenerator, b: ActorGenerator): Pair<Int, Int> {
    val first = homeOf(a) ?: if (homeOf(b) == 0) 1 else 0
    return first to (homeOf(b) ?: if (first == 0) 1 else 0)
  }

  /** Drawn operations that belong to another thread make room for those that may stand anywhere. */
  private fun ofThread(thread: Int, actors: List<Actor>): List<Actor> = actors.mapNotNull { actor ->
    val home = homes[actor.method]
    if (home == null || home == thread) actor else free.randomOrNull()?.generate(thread + 1, random)
  }

  private fun <T> List<T>.randomOrNull(): T? = if (isEmpty()) null else this[random.nextInt(size)]

  /**
   * Every cancellation is prompt: it may come after the grant and before the caller runs, and so it
   * does in a real coroutine, also where the checker believes the caller still to be waiting,
   * because the granter has left the lock and not called the waker yet.
   */
  private fun promptly(actor: Actor) = actor.copy(promptCancellation = actor.cancelOnSuspension)

  companion object {
    private const val TRIES = 5_000

    /** How many pairs the operations of [testClass] make. */
    fun pairsOf(testClass: Class<*>): Int {
      val n =
        generateSequence(testClass) { it.superclass }
          .flatMap { it.declaredMethods.asSequence() }
          .count {
            it.isAnnotationPresent(org.jetbrains.lincheck.datastructures.Operation::class.java)
          }
      return n * (n + 1) / 2
    }
  }
}

/** Runs a scenario on its specification in every order. */
private class Orders(private val specification: Class<*>) {
  private val methods = HashMap<Method, Method>()

  fun noThreadIsLeftWaiting(scenario: ExecutionScenario): Boolean {
    if (scenario.parallelExecution.flatten().none { it.blocksThread }) {
      return true
    }
    budget = LIMIT
    return explore(scenario, emptyList())
  }

  private var budget = 0

  private fun explore(
    scenario: ExecutionScenario,
    steps: List<Int>,
  ): Boolean {
    if (--budget < 0) {
      return false // too many orders to be sure
    }
    val run = Run(scenario, steps)
    val movable = run.threads.filter { it.canMove() }
    if (movable.isEmpty()) {
      return run.threads.none { it.waiting?.blocksThread == true }
    }
    return movable.all { explore(scenario, steps + it.index) }
  }

  private inner class Run(
    scenario: ExecutionScenario,
    steps: List<Int>,
  ) {
    private val instance: Any = specification.getDeclaredConstructor().newInstance()
    val threads = scenario.parallelExecution.mapIndexed { i, actors -> ThreadRun(i, actors) }

    init {
      for (actor in scenario.initExecution) {
        invoke(actor, null)
      }
      for (step in steps) {
        threads[step].move()
      }
    }

    inner class ThreadRun(
      val index: Int,
      private val actors: List<Actor>,
    ) {
      private var at = 0
      private var caller: Caller? = null

      val waiting: Actor?
        get() = caller?.actor

      fun canMove(): Boolean {
        val now = waiting
        return if (now == null) at < actors.size else now.cancelOnSuspension
      }

      /** The next operation, or the cancellation of the one that waits. */
      fun move() {
        val now = caller
        if (now != null) {
          caller = null
          now.context.cancel()
          return
        }
        val actor = actors[at++]
        if (!actor.isSuspendable) {
          invoke(actor, null)
          return
        }
        val next = Caller(actor)
        caller = next
        if (invoke(actor, next) !== COROUTINE_SUSPENDED) {
          caller = null
        }
      }

      private inner class Caller(val actor: Actor) : Continuation<Any?> {
        override val context = Job()

        override fun resumeWith(result: Result<Any?>) {
          if (caller === this) {
            caller = null
          }
        }
      }
    }

    private fun invoke(
      actor: Actor,
      continuation: Continuation<*>?,
    ): Any? {
      val method =
        methods.computeIfAbsent(actor.method) {
          specification.getMethod(it.name, *it.parameterTypes)
        }
      return try {
        method.invoke(instance, *(actor.arguments + listOfNotNull(continuation)).toTypedArray())
      } catch (refused: java.lang.reflect.InvocationTargetException) {
        refused.cause // an exception is a result too
      }
    }
  }

  private companion object {
    const val LIMIT = 20_000
  }
}

internal val Actor.blocksThread: Boolean
  get() = method.name.endsWith("Blocking")
