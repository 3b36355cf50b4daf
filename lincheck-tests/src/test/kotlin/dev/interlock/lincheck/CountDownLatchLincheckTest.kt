package dev.interlock.lincheck

import dev.interlock.sync.CountDownLatch
import dev.interlock.verification.CountedGateSpecification
import java.time.Duration
import org.jetbrains.lincheck.datastructures.IntGen
import org.jetbrains.lincheck.datastructures.Operation
import org.jetbrains.lincheck.datastructures.Param
import org.junit.jupiter.api.Test

/** Every pair of operations of a latch is linearizable, cancelled or not. */
class CountDownLatchLincheckTest {
  @Param(name = "n", gen = IntGen::class, conf = "1:2")
  class LatchOperations : Operations() {
    private val latch = CountDownLatch.of(2)

    @Operation(cancellableOnSuspension = true, promptCancellation = true)
    suspend fun await() {
      latch.awaitAsync().awaitWatched()
    }

    /** Waits as a thread. */
    @Operation(cancellableOnSuspension = false) suspend fun awaitBlocking() = latch.await()

    @Operation fun awaitWithoutTime() = latch.await(Duration.ZERO)

    @Operation fun countDown(@Param(name = "n") n: Int) = latch.countDown(n)

    @Operation fun count() = latch.count()

    @Operation fun waiting() = latch.waiting()
  }

  class Specification {
    private val gate = CountedGateSpecification(2)

    suspend fun await() = gate.await()

    suspend fun awaitBlocking() = gate.await()

    fun awaitWithoutTime() = gate.isZero()

    fun countDown(n: Int) = gate.countDown(n)

    fun count() = gate.count()

    fun waiting() = gate.waiting()

    override fun equals(other: Any?) = other is Specification && gate == other.gate

    override fun hashCode() = gate.hashCode()
  }

  private val subject = Subject("CountDownLatch", "count 2", "D6")

  @Test
  fun everyPair_modelChecking() =
    subject.modelCheck(LatchOperations::class.java, Specification::class.java)

  @Test
  fun everyPair_stress() = subject.stress(LatchOperations::class.java, Specification::class.java)
}
