package dev.interlock.lincheck

import dev.interlock.sync.Barrier
import dev.interlock.verification.BarrierSpecification
import java.time.Duration
import java.util.concurrent.atomic.AtomicLong
import org.jetbrains.lincheck.datastructures.Operation
import org.junit.jupiter.api.Test

/**
 * Every pair of operations of a barrier is linearizable, cancelled or not: a cancelled arrival has
 * not been, or it counted.
 *
 * A round with an action is not one step: the action runs between the step in which the last party
 * arrives, which is where it is linearized, and the return of the first. What is checked of it is
 * that it ran before anybody returned. Two things that only callers beyond the parties see while it
 * runs, `arrived` of more than the parties and a `tryAwait` that finds all others and fails, cannot
 * come about in three threads.
 */
class BarrierLincheckTest {
  class BarrierOperations : Operations() {
    private val barrier = Barrier.of(2)

    @Operation(cancellableOnSuspension = true, promptCancellation = true)
    suspend fun await(): Barrier.Passage = barrier.awaitAsync().awaitWatched()

    /** Waits as a thread. */
    @Operation(cancellableOnSuspension = false)
    suspend fun awaitBlocking(): Barrier.Passage = barrier.await()

    @Operation fun awaitWithoutTime(): Barrier.Passage? = barrier.await(Duration.ZERO)

    @Operation fun tryAwait(): Barrier.Passage? = barrier.tryAwait()

    @Operation fun breakBarrier() = barrier.breakBarrier()

    @Operation fun reset() = barrier.reset()

    @Operation fun arrived() = barrier.arrived()

    @Operation fun round() = barrier.round()

    @Operation fun isBroken() = barrier.isBroken
  }

  class Specification {
    private val barrier = BarrierSpecification(2)

    suspend fun await() = barrier.await()

    suspend fun awaitBlocking() = barrier.await()

    fun awaitWithoutTime() = barrier.tryAwait()

    fun tryAwait() = barrier.tryAwait()

    fun breakBarrier() = barrier.breakBarrier()

    fun reset() = barrier.reset()

    fun arrived() = barrier.arrived()

    fun round() = barrier.round()

    fun isBroken() = barrier.isBroken()

    override fun equals(other: Any?) = other is Specification && barrier == other.barrier

    override fun hashCode() = barrier.hashCode()
  }

  /** Two wait for the third: one of them perhaps counted, the other linked. */
  class ThreeOperations : Operations() {
    private val barrier = Barrier.of(3)

    @Operation(cancellableOnSuspension = true, promptCancellation = true)
    suspend fun await(): Barrier.Passage = barrier.awaitAsync().awaitWatched()

    @Operation(cancellableOnSuspension = false)
    suspend fun awaitBlocking(): Barrier.Passage = barrier.await()

    @Operation fun tryAwait(): Barrier.Passage? = barrier.tryAwait()

    @Operation fun breakBarrier() = barrier.breakBarrier()

    @Operation fun reset() = barrier.reset()

    @Operation fun arrived() = barrier.arrived()
  }

  class ThreeSpecification {
    private val barrier = BarrierSpecification(3)

    suspend fun await() = barrier.await()

    suspend fun awaitBlocking() = barrier.await()

    fun tryAwait() = barrier.tryAwait()

    fun breakBarrier() = barrier.breakBarrier()

    fun reset() = barrier.reset()

    fun arrived() = barrier.arrived()

    override fun equals(other: Any?) = other is ThreeSpecification && barrier == other.barrier

    override fun hashCode() = barrier.hashCode()
  }

  /** The action is slow enough for others to come between. */
  class ActionOperations : Operations() {
    private val actions = AtomicLong()
    private val barrier = Barrier.of(2) { actions.incrementAndGet() }

    @Operation(cancellableOnSuspension = true, promptCancellation = true)
    suspend fun await(): String = seen(barrier.awaitAsync().awaitWatched())

    @Operation(cancellableOnSuspension = false)
    suspend fun awaitBlocking(): String = seen(barrier.await())

    @Operation fun tryAwait(): String? = barrier.tryAwait()?.let { seen(it) }

    @Operation fun breakBarrier() = barrier.breakBarrier()

    @Operation fun reset() = barrier.reset()

    @Operation fun round() = barrier.round()

    private fun seen(passage: Barrier.Passage) =
      if (actions.get() > passage.round()) "$passage" else "$passage before its action"
  }

  class ActionSpecification {
    private val barrier = BarrierSpecification(2)

    suspend fun await() = barrier.await().toString()

    suspend fun awaitBlocking() = barrier.await().toString()

    fun tryAwait() = barrier.tryAwait()?.toString()

    fun breakBarrier() = barrier.breakBarrier()

    fun reset() = barrier.reset()

    fun round() = barrier.round()

    override fun equals(other: Any?) = other is ActionSpecification && barrier == other.barrier

    override fun hashCode() = barrier.hashCode()
  }

  private val plain = Subject("Barrier", "2 parties", "D5")
  private val three = Subject("Barrier", "3 parties", "D5")
  private val acting = Subject("Barrier", "2 parties, action", "D5")

  @Test
  fun everyPair_modelChecking() =
    plain.modelCheck(BarrierOperations::class.java, Specification::class.java)

  @Test
  fun everyPair_stress() = plain.stress(BarrierOperations::class.java, Specification::class.java)

  @Test
  fun three_modelChecking() =
    three.modelCheck(ThreeOperations::class.java, ThreeSpecification::class.java)

  @Test
  fun three_stress() = three.stress(ThreeOperations::class.java, ThreeSpecification::class.java)

  @Test
  fun action_modelChecking() =
    acting.modelCheck(ActionOperations::class.java, ActionSpecification::class.java)

  /** A reset fails a party that is counted, and the round is tried again under its number. */
  @Test
  fun reset_countedParty_sameRound() =
    oneScenario(
        BarrierOperations::class.java,
        Specification::class.java,
        listOf(call("awaitBlocking")),
        listOf(call("reset"), call("round"), call("breakBarrier")),
      )
      .check(BarrierOperations::class.java)

  /** A counted party that falls asleep while the action of its round runs is woken at its end. */
  @Test
  fun action_countedPartyFallsAsleep_passes() {
    val twice = listOf(call("awaitBlocking"), call("awaitBlocking"))
    oneScenario(ActionOperations::class.java, ActionSpecification::class.java, twice, twice)
      .check(ActionOperations::class.java)
  }

  @Test
  fun action_stress() = acting.stress(ActionOperations::class.java, ActionSpecification::class.java)
}
