package dev.interlock.lincheck

import dev.interlock.sync.Notify
import dev.interlock.verification.NotifySpecification
import java.time.Duration
import org.jetbrains.lincheck.datastructures.Operation
import org.junit.jupiter.api.Test

/** Every pair of operations of a notify is linearizable, first in, first out, cancelled or not. */
class NotifyLincheckTest {
  class NotifyOperations : Operations() {
    private val notify = Notify.create()

    @Operation(cancellableOnSuspension = true, promptCancellation = true)
    suspend fun await() {
      notify.awaitAsync().awaitWatched()
    }

    /** Waits as a thread. */
    @Operation(cancellableOnSuspension = false) suspend fun awaitBlocking() = notify.await()

    @Operation fun awaitWithoutTime() = notify.await(Duration.ZERO)

    @Operation fun tryAwait() = notify.tryAwait()

    @Operation fun notifyOne() = notify.notifyOne()

    @Operation fun notifyWaiters() = notify.notifyWaiters()

    @Operation fun isNotified() = notify.isNotified

    @Operation fun waiting() = notify.waiting()
  }

  class Specification {
    private val notify = NotifySpecification()

    suspend fun await() = notify.await()

    suspend fun awaitBlocking() = notify.await()

    fun awaitWithoutTime() = notify.tryAwait()

    fun tryAwait() = notify.tryAwait()

    fun notifyOne() = notify.notifyOne()

    fun notifyWaiters() = notify.notifyWaiters()

    fun isNotified() = notify.isNotified()

    fun waiting() = notify.waiting()

    override fun equals(other: Any?) = other is Specification && notify == other.notify

    override fun hashCode() = notify.hashCode()
  }

  private val subject = Subject("Notify", "nothing kept", "D8")

  @Test
  fun everyPair_modelChecking() =
    subject.modelCheck(NotifyOperations::class.java, Specification::class.java)

  @Test
  fun everyPair_stress() = subject.stress(NotifyOperations::class.java, Specification::class.java)
}
