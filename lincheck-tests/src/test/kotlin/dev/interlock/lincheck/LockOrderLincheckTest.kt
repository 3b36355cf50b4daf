package dev.interlock.lincheck

import dev.interlock.lincheck.broken.NaiveOrder
import dev.interlock.sync.LockOrder
import dev.interlock.sync.LockSet
import dev.interlock.sync.Mutex
import dev.interlock.sync.StripedLocks
import org.jetbrains.lincheck.LincheckAssertionError
import org.jetbrains.lincheck.datastructures.Operation
import org.junit.jupiter.api.Assertions.assertThrows
import org.junit.jupiter.api.Assertions.assertTrue
import org.junit.jupiter.api.Test

/**
 * Moves between two values under both locks, named in either order, are single steps and come to an
 * end, cancelled or not.
 */
class LockOrderLincheckTest {
  abstract class Moves(private val order: LockOrder) : Operations() {
    private val a = Mutex.of(intArrayOf(0))
    private val b = Mutex.of(intArrayOf(0))

    /** Waits as a thread. */
    @Operation(cancellableOnSuspension = false)
    suspend fun forth(): Int = order.lockAll(a, b).move(a, b)

    @Operation(cancellableOnSuspension = false)
    suspend fun back(): Int = order.lockAll(b, a).move(b, a)

    @Operation(cancellableOnSuspension = true, promptCancellation = true)
    suspend fun backAsync(): Int = order.lockAllAsync(listOf(b, a)).awaitWatched().move(b, a)

    private fun LockSet.move(from: Mutex<IntArray>, to: Mutex<IntArray>): Int = use {
      val left = --guard(from).get()[0]
      guard(to).get()[0]++
      left
    }
  }

  class Total : Moves(LockOrder.total())

  class BackingOff : Moves(LockOrder.backingOff())

  /** The same over stripes, which lock by the same code: two operations are enough. */
  class Striped : Operations() {
    private val locks = StripedLocks.of(2)
    private var a = 0
    private var b = 0

    @Operation(cancellableOnSuspension = false)
    suspend fun forth(): Int = locks.lockAll(listOf(0, 1, 2, 3)).use { b++.let { --a } }

    @Operation(cancellableOnSuspension = true, promptCancellation = true)
    suspend fun backAsync(): Int =
      locks.lockAllAsync(listOf(3, 2, 1, 0)).awaitWatched().use { a++.let { --b } }
  }

  class Specification {
    private var a = 0
    private var b = 0

    suspend fun forth(): Int = b++.let { --a }

    suspend fun back(): Int = a++.let { --b }

    suspend fun backAsync(): Int = back()

    override fun equals(other: Any?) = other is Specification && a == other.a && b == other.b

    override fun hashCode() = 31 * a + b
  }

  private val total = Subject("LockOrder", "total", "D10")
  private val backingOff = Subject("LockOrder", "backing off", "D10")
  private val striped = Subject("StripedLocks", "2", "D10")

  @Test fun total_modelChecking() = total.modelCheck(Total::class.java, Specification::class.java)

  @Test fun total_stress() = total.stress(Total::class.java, Specification::class.java)

  @Test
  fun backingOff_modelChecking() =
    backingOff.modelCheck(BackingOff::class.java, Specification::class.java)

  @Test
  fun backingOff_stress() = backingOff.stress(BackingOff::class.java, Specification::class.java)

  @Test
  fun striped_modelChecking() = striped.modelCheck(Striped::class.java, Specification::class.java)

  @Test fun striped_stress() = striped.stress(Striped::class.java, Specification::class.java)

  class Naive : Operations() {
    private val a = Mutex.of(intArrayOf(0))
    private val b = Mutex.of(intArrayOf(0))

    @Operation fun forth() = NaiveOrder.transfer(a, b)

    @Operation fun back() = NaiveOrder.transfer(b, a)
  }

  /** Two callers who name the mutexes in opposite orders, and lock as they name them. */
  @Test
  fun naiveOrder_waitsInACircle() {
    val options =
      oneScenario(
        Naive::class.java,
        Naive::class.java,
        listOf(call("forth")),
        listOf(call("back")),
      )
    Subject("LockOrder", "naive order", "D10").measure("twin", "found") {
      ScenarioCount.add()
      val found =
        assertThrows(LincheckAssertionError::class.java) { options.check(Naive::class.java) }
      val trace = Traces.keep("NaiveOrder", found.message!!)
      assertTrue(trace.contains("has hung") || trace.contains("deadlock"), trace)
    }
  }
}
