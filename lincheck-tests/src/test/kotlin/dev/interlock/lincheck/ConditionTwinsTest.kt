package dev.interlock.lincheck

import dev.interlock.lincheck.broken.EarlyReleaseCondition
import dev.interlock.lincheck.broken.SwallowingCondition
import dev.interlock.sync.Mutex
import org.jetbrains.lincheck.LincheckAssertionError
import org.jetbrains.lincheck.datastructures.Operation
import org.junit.jupiter.api.Assertions.assertThrows
import org.junit.jupiter.api.Assertions.assertTrue
import org.junit.jupiter.api.Test

/** Wrong conditions, and that the checker finds what is wrong with them. */
class ConditionTwinsTest {
  class EarlyRelease : Operations() {
    private val mutex = Mutex.fair(0)
    private val notEmpty = EarlyReleaseCondition(mutex)

    @Operation(cancellableOnSuspension = false)
    suspend fun takeBlocking(): Int {
      var guard = mutex.lock()
      while (guard.get() == 0) {
        guard = notEmpty.await(guard)
      }
      return guard.use {
        it.set(it.get() - 1)
        it.get()
      }
    }

    @Operation(cancellableOnSuspension = false)
    suspend fun putBlocking() =
      mutex.lock().use {
        it.set(it.get() + 1)
        notEmpty.signal()
      }
  }

  /** A signal between the release of the mutex and the joining of the line finds nobody. */
  @Test
  fun releaseBeforeEnqueue_losesWakeUp() {
    val trace =
      Subject("Condition", "releases before it joins the line", "D7")
        .findsFault(
          EarlyRelease::class.java,
          ConditionLincheckTest.Store::class.java,
          listOf(call("takeBlocking")),
          listOf(call("putBlocking")),
        )
    assertTrue(trace.contains("has hung") || trace.contains("deadlock"), trace)
  }

  class Swallowing : Operations() {
    private val mutex = Mutex.fair(0)
    private val notEmpty = SwallowingCondition(mutex)

    @Operation(cancellableOnSuspension = true, promptCancellation = true)
    suspend fun take(): Int {
      var guard = mutex.lockAsync().awaitWatched()
      while (guard.get() == 0) {
        notEmpty.awaitAsync(guard).awaitWatched()
        guard = mutex.lockAsync().awaitWatched()
      }
      return guard.use {
        it.set(it.get() - 1)
        it.get()
      }
    }

    @Operation(cancellableOnSuspension = false)
    suspend fun putBlocking() =
      mutex.lock().use {
        it.set(it.get() + 1)
        notEmpty.signal()
      }
  }

  /** One of two that wait is cancelled after it was signalled: the other has to get the element. */
  @Test
  fun cancelledAfterTheSignal_swallowsIt() {
    val trace =
      Subject("Condition", "swallowed signal", "D7")
        .findsFault(
          Swallowing::class.java,
          ConditionLincheckTest.Store::class.java,
          listOf(call("take").cancelled()),
          listOf(call("take")),
          listOf(call("putBlocking")),
        )
    assertTrue(trace.contains("Invalid execution results"), trace)
  }

  /** The right condition passes the two scenarios. */
  @Test
  fun rightVersion_passesTheScenariosOfItsTwins() {
    val operations = ConditionLincheckTest.PatientOperations::class.java
    val specification = ConditionLincheckTest.Store::class.java
    oneScenario(
        operations,
        specification,
        listOf(call("takeBlocking")),
        listOf(call("putBlocking")),
      )
      .check(operations)
    oneScenario(
        operations,
        specification,
        listOf(call("take").cancelled()),
        listOf(call("take")),
        listOf(call("putBlocking")),
      )
      .check(operations)
  }

  private fun Subject.findsFault(
    twin: Class<*>,
    specification: Class<*>,
    vararg threads: List<Call>,
  ): String {
    val options = oneScenario(twin, specification, *threads)
    lateinit var found: LincheckAssertionError
    measure("twin", "found") {
      ScenarioCount.add()
      found = assertThrows(LincheckAssertionError::class.java) { options.check(twin) }
    }
    return Traces.keep("${twin.simpleName}Condition", found.message!!)
  }
}
