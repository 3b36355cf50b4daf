package dev.interlock.lincheck

import dev.interlock.verification.Matrix
import dev.interlock.verification.VerificationRow
import java.util.concurrent.atomic.AtomicLong
import org.jetbrains.lincheck.datastructures.ModelCheckingOptions
import org.jetbrains.lincheck.datastructures.Options
import org.jetbrains.lincheck.datastructures.StressOptions

/** Counts the scenarios of the check that runs; one check runs at a time. */
internal object ScenarioCount {
  private val count = AtomicLong()

  fun add() {
    count.incrementAndGet()
  }

  fun takeAndReset(): Long = count.getAndSet(0)
}

/** Counts invocations: the checker makes an instance of the test class for each. */
internal object InvocationCount {
  private val count = AtomicLong()

  fun add() {
    count.incrementAndGet()
  }

  fun takeAndReset(): Long = count.getAndSet(0)
}

/** What every class of operations extends, so that its invocations are counted. */
abstract class Operations {
  init {
    InvocationCount.add()
  }
}

/** Bounds of the checks: small ones for each push, large ones in the profile `deep`. */
internal object Bounds {
  val deep: Boolean = java.lang.Boolean.getBoolean("interlock.deep")

  fun choose(
    fast: Int,
    deep: Int,
  ): Int = if (this.deep) deep else fast

  /**
   * What one scenario gets of so many executions: a class with few operations looks the longer at
   * each pair of them.
   */
  fun share(
    scenarios: Int,
    fast: Int,
    deep: Int,
  ): Int = choose(fast, deep) / scenarios
}

/** One structure, as the matrix names it. */
internal class Subject(
  val structure: String,
  val variant: String,
  val scope: String,
) {
  /** Model checking of every pair of operations, threads parked for real. */
  fun modelCheck(
    operations: Class<*>,
    specification: Class<*>,
  ) = modelCheck(operations, specification, lockFree = false)

  /**
   * The same for a structure that is called lock-free: a thread that runs alone must end, wherever
   * the others were stopped. That is obstruction freedom, the part of lock freedom that the checker
   * knows.
   */
  fun modelCheckLockFree(
    operations: Class<*>,
    specification: Class<*>,
  ) = modelCheck(operations, specification, lockFree = true)

  private fun modelCheck(
    operations: Class<*>,
    specification: Class<*>,
    lockFree: Boolean,
  ) {
    val scenarios = PairwiseScenarios.pairsOf(operations) * Bounds.choose(1, 4)
    val options =
      ModelCheckingOptions()
        .checkObstructionFreedom(lockFree)
        .iterations(scenarios)
        .invocationsPerIteration(
          Bounds.share(scenarios, fast = 400, deep = 40_000).coerceIn(5, Bounds.choose(300, 5_000))
        )
        .threads(3)
        .actorsPerThread(Bounds.choose(2, 3))
        .actorsBefore(1)
        .addGuarantee(Checker.blockingParks(PARKER))
    val check = if (lockFree) Matrix.NON_BLOCKING else "model checking"
    passes(check, options, operations, specification)
  }

  /** The same scenarios on threads that run freely. */
  fun stress(
    operations: Class<*>,
    specification: Class<*>,
  ) {
    val scenarios = PairwiseScenarios.pairsOf(operations) * Bounds.choose(1, 4)
    val options =
      StressOptions()
        .iterations(scenarios)
        .invocationsPerIteration(
          Bounds.choose(
            60,
            Bounds.share(scenarios, fast = 0, deep = 300_000).coerceIn(500, 10_000),
          )
        )
        .threads(3)
        .actorsPerThread(Bounds.choose(2, 3))
        .actorsBefore(1)
    passes("stress", options, operations, specification)
  }

  private fun passes(
    check: String,
    options: Options<*, *>,
    operations: Class<*>,
    specification: Class<*>,
  ) {
    Checker.patiently(options)
    options.sequentialSpecification(specification)
    options.executionGenerator(PairwiseScenarios::class.java)
    // A found failure is worth more than a small one, and minimising can hang on a broken
    // structure.
    options.minimizeFailedScenario(false)
    measure(check, "passed") { options.check(operations) }
  }

  /** Runs a check and writes its row, whatever the outcome. */
  fun measure(
    check: String,
    expected: String,
    body: () -> Unit,
  ) {
    ScenarioCount.takeAndReset()
    InvocationCount.takeAndReset()
    val start = System.nanoTime()
    var result = "FAILED"
    try {
      body()
      result = expected
    } catch (failure: Throwable) {
      Traces.keep("FAILED $structure $variant $check", failure.toString())
      throw failure
    } finally {
      val seconds = (System.nanoTime() - start) / 1e9
      VerificationFile.add(
        VerificationRow(
          structure,
          variant,
          scope,
          check,
          ScenarioCount.takeAndReset(),
          InvocationCount.takeAndReset(),
          result,
          Math.round(seconds * 10) / 10.0,
          Runtime.version().feature(),
          Bounds.deep,
        )
      )
    }
  }

  companion object {
    const val PARKER = "dev.interlock.internal.wait.Parker"
  }
}
