package dev.interlock.lincheck

import dev.interlock.sync.WaitGroup
import dev.interlock.verification.CountedGateSpecification
import java.time.Duration
import org.jetbrains.lincheck.datastructures.IntGen
import org.jetbrains.lincheck.datastructures.Operation
import org.jetbrains.lincheck.datastructures.Param
import org.junit.jupiter.api.Test

/** Every pair of operations of a wait group is linearizable, cancelled or not. */
class WaitGroupLincheckTest {
  @Param(name = "n", gen = IntGen::class, conf = "1:2")
  class GroupOperations : Operations() {
    private val group = WaitGroup.create()

    @Operation(cancellableOnSuspension = true, promptCancellation = true)
    suspend fun await() {
      group.awaitAsync().awaitWatched()
    }

    /** Waits as a thread. */
    @Operation(cancellableOnSuspension = false) suspend fun awaitBlocking() = group.await()

    @Operation fun awaitWithoutTime() = group.await(Duration.ZERO)

    @Operation fun add(@Param(name = "n") n: Int) = group.add(n)

    @Operation fun done(@Param(name = "n") n: Int) = group.done(n)

    @Operation fun count() = group.count()

    @Operation fun waiting() = group.waiting()
  }

  class Specification {
    private val gate = CountedGateSpecification(0)

    suspend fun await() = gate.await()

    suspend fun awaitBlocking() = gate.await()

    fun awaitWithoutTime() = gate.isZero()

    fun add(n: Int) = gate.add(n)

    fun done(n: Int) = gate.done(n)

    fun count() = gate.count()

    fun waiting() = gate.waiting()

    override fun equals(other: Any?) = other is Specification && gate == other.gate

    override fun hashCode() = gate.hashCode()
  }

  private val subject = Subject("WaitGroup", "empty", "D6")

  @Test
  fun everyPair_modelChecking() =
    subject.modelCheck(GroupOperations::class.java, Specification::class.java)

  @Test
  fun everyPair_stress() = subject.stress(GroupOperations::class.java, Specification::class.java)
}
