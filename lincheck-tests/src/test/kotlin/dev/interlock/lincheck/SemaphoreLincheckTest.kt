package dev.interlock.lincheck

import dev.interlock.sync.Semaphore
import dev.interlock.verification.SemaphoreSpecification
import java.time.Duration
import org.jetbrains.lincheck.datastructures.IntGen
import org.jetbrains.lincheck.datastructures.Operation
import org.jetbrains.lincheck.datastructures.Param
import org.junit.jupiter.api.Test

/**
 * Every pair of operations of a semaphore is linearizable, first in, first out, cancelled or not.
 */
class SemaphoreLincheckTest {
  @Param(name = "n", gen = IntGen::class, conf = "1:2")
  class SemaphoreOperations : Operations() {
    private val semaphore = Semaphore.of(2)

    @Operation(cancellableOnSuspension = true, promptCancellation = true)
    suspend fun acquire(@Param(name = "n") n: Int) {
      semaphore.acquireAsync(n).awaitWatched()
    }

    /** Waits as a thread. */
    @Operation(cancellableOnSuspension = false)
    suspend fun acquireBlocking(@Param(name = "n") n: Int) = semaphore.acquire(n)

    @Operation fun tryAcquire(@Param(name = "n") n: Int) = semaphore.tryAcquire(n)

    @Operation
    fun acquireWithoutTime(@Param(name = "n") n: Int) = semaphore.tryAcquire(n, Duration.ZERO)

    @Operation fun release(@Param(name = "n") n: Int) = semaphore.release(n)

    @Operation fun reducePermits(@Param(name = "n") n: Int) = semaphore.reducePermits(n)

    @Operation fun drainPermits() = semaphore.drainPermits()

    @Operation fun close() = semaphore.close()

    @Operation fun isClosed() = semaphore.isClosed

    @Operation fun availablePermits() = semaphore.availablePermits()

    @Operation fun waiting() = semaphore.waiting()
  }

  class Specification {
    private val semaphore = SemaphoreSpecification(2)

    suspend fun acquire(n: Int) = semaphore.acquire(n)

    suspend fun acquireBlocking(n: Int) = semaphore.acquire(n)

    fun tryAcquire(n: Int) = semaphore.tryAcquire(n)

    fun acquireWithoutTime(n: Int) = semaphore.tryAcquire(n)

    fun release(n: Int) = semaphore.release(n)

    fun reducePermits(n: Int) = semaphore.reducePermits(n)

    fun drainPermits() = semaphore.drainPermits()

    fun close() = semaphore.close()

    fun isClosed() = semaphore.isClosed()

    fun availablePermits() = semaphore.availablePermits()

    fun waiting() = semaphore.waiting()

    override fun equals(other: Any?) = other is Specification && semaphore == other.semaphore

    override fun hashCode() = semaphore.hashCode()
  }

  private val subject = Subject("Semaphore", "FIFO", "D4")

  @Test
  fun everyPair_modelChecking() =
    subject.modelCheck(SemaphoreOperations::class.java, Specification::class.java)

  @Test
  fun everyPair_stress() =
    subject.stress(SemaphoreOperations::class.java, Specification::class.java)

  /** Whoever fails because of a close sees it closed. */
  @Test
  fun close_failedWaiterLooks_isClosed() =
    oneScenario(
        SemaphoreOperations::class.java,
        Specification::class.java,
        listOf(call("acquireBlocking", 2), call("acquireBlocking", 1), call("isClosed")),
        listOf(call("close")),
      )
      .check(SemaphoreOperations::class.java)

  /** Permits on their way to a waiter are free for nobody's eyes. */
  @Test
  fun release_whileGranting_nothingIsFree() =
    oneScenario(
        SemaphoreOperations::class.java,
        Specification::class.java,
        listOf(call("tryAcquire", 2), call("acquireBlocking", 2)),
        listOf(call("release", 2)),
        listOf(call("waiting"), call("availablePermits")),
      )
      .check(SemaphoreOperations::class.java)
}
