package dev.interlock.lincheck

import dev.interlock.lincheck.broken.BlindExchangeBarrier
import dev.interlock.lincheck.broken.NeverResettingBarrier
import dev.interlock.sync.Barrier
import dev.interlock.verification.BarrierSpecification
import org.jetbrains.lincheck.LincheckAssertionError
import org.jetbrains.lincheck.datastructures.Operation
import org.junit.jupiter.api.Assertions.assertThrows
import org.junit.jupiter.api.Assertions.assertTrue
import org.junit.jupiter.api.Test

/** The checker finds what the wrong barriers do. */
class BarrierTwinsTest {
  class NeverResetting : Operations() {
    private val barrier = NeverResettingBarrier(2)

    /** Whether the caller was the leader. */
    @Operation(cancellableOnSuspension = false)
    suspend fun awaitBlocking(): Boolean = barrier.await()
  }

  class BlindExchange : Operations() {
    private val barrier = BlindExchangeBarrier(2)

    /** Whether the caller was the leader. */
    @Operation(cancellableOnSuspension = false)
    suspend fun awaitBlocking(): Boolean = barrier.await()
  }

  class Right : Operations() {
    private val barrier = Barrier.of(2)

    @Operation(cancellableOnSuspension = false)
    suspend fun awaitBlocking(): Boolean = barrier.await().leader()
  }

  class Specification {
    private val barrier = BarrierSpecification(2)

    suspend fun awaitBlocking(): Boolean = barrier.await().leader()

    override fun equals(other: Any?) = other is Specification && barrier == other.barrier

    override fun hashCode() = barrier.hashCode()
  }

  private val twoRounds = listOf(call("awaitBlocking"), call("awaitBlocking"))

  /** X6: the second round never comes to an end. */
  @Test
  fun x6_countNeverReset_secondRoundHangs() {
    val options =
      oneScenario(NeverResetting::class.java, Specification::class.java, twoRounds, twoRounds)
    Subject("Barrier", "X6", "D5").measure("twin", "found") {
      ScenarioCount.add()
      val found =
        assertThrows(LincheckAssertionError::class.java) {
          options.check(NeverResetting::class.java)
        }
      val trace = Traces.keep("NeverResetting", found.message!!)
      assertTrue(trace.contains("has hung") || trace.contains("deadlock"), trace)
    }
  }

  /** One round of it is right: the check of the first alone finds nothing. */
  @Test
  fun x6_oneRound_passes() {
    val oneRound = twoRounds.take(1)
    oneScenario(NeverResetting::class.java, Specification::class.java, oneRound, oneRound)
      .check(NeverResetting::class.java)
  }

  /** A counted party links itself without a second look: one round is enough. */
  @Test
  fun blindExchange_sleepsInAnOldRound() {
    val options =
      oneScenario(
        BlindExchange::class.java,
        Specification::class.java,
        twoRounds.take(1),
        twoRounds.take(1),
      )
    Subject("Barrier", "exchange of count for node", "D5").measure("twin", "found") {
      ScenarioCount.add()
      val found =
        assertThrows(LincheckAssertionError::class.java) {
          options.check(BlindExchange::class.java)
        }
      val trace = Traces.keep("BlindExchange", found.message!!)
      assertTrue(trace.contains("has hung") || trace.contains("deadlock"), trace)
    }
  }

  /** The right one passes in the same scenarios. */
  @Test
  fun rightVersion_passes() {
    for (rounds in listOf(twoRounds, twoRounds.take(1))) {
      oneScenario(Right::class.java, Specification::class.java, rounds, rounds)
        .check(Right::class.java)
    }
  }
}
