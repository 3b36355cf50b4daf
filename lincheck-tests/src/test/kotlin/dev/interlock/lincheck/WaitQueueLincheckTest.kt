package dev.interlock.lincheck

import dev.interlock.internal.wait.QueueLock
import dev.interlock.verification.SemaphoreSpecification
import org.jetbrains.lincheck.datastructures.Operation
import org.junit.jupiter.api.Test

/** The heart by itself: the lock of the queue, and waiters of both kinds on the smallest object. */
class WaitQueueLincheckTest {
  abstract class PermitOperations(private val permits: QueuedPermits) : Operations() {
    @Operation(cancellableOnSuspension = true, promptCancellation = true)
    suspend fun acquire(): Boolean = permits.acquireAsync().awaitWatched()

    @Operation(cancellableOnSuspension = false)
    suspend fun acquireBlocking(): Boolean {
      permits.acquire()
      return true
    }

    @Operation fun tryAcquire() = permits.tryAcquire()

    @Operation fun release() = permits.release()

    @Operation fun free() = permits.free()

    @Operation fun waiting() = permits.waiting()
  }

  class RightPermits : PermitOperations(QueuedPermits())

  class PermitSpecification {
    private val semaphore = SemaphoreSpecification(0)

    suspend fun acquire(): Boolean {
      semaphore.acquire(1)
      return true
    }

    suspend fun acquireBlocking() = acquire()

    fun tryAcquire() = semaphore.tryAcquire(1)

    fun release() = semaphore.release(1)

    fun free() = semaphore.availablePermits()

    fun waiting() = semaphore.waiting()

    override fun equals(other: Any?) = other is PermitSpecification && semaphore == other.semaphore

    override fun hashCode() = semaphore.hashCode()
  }

  /** A counter under the lock of the queue; its threads have nothing but that lock. */
  class LockedCounter : Operations() {
    private val lock = Lock()
    private var value = 0

    @Operation(cancellableOnSuspension = false)
    suspend fun incrementBlocking(): Int {
      lock.lock()
      try {
        return ++value
      } finally {
        lock.unlock()
      }
    }

    @Operation(cancellableOnSuspension = false)
    suspend fun readBlocking(): Int {
      lock.lock()
      try {
        return value
      } finally {
        lock.unlock()
      }
    }

    private class Lock : QueueLock()
  }

  class Counter {
    private var value = 0

    suspend fun incrementBlocking(): Int = ++value

    suspend fun readBlocking(): Int = value

    override fun equals(other: Any?) = other is Counter && value == other.value

    override fun hashCode() = value
  }

  private val waiters = Subject("Wait queue", "waiters", "heart")
  private val queueLock = Subject("Wait queue", "its lock", "heart")

  @Test
  fun waiters_everyPair_modelChecking() =
    waiters.modelCheck(RightPermits::class.java, PermitSpecification::class.java)

  @Test
  fun waiters_everyPair_stress() =
    waiters.stress(RightPermits::class.java, PermitSpecification::class.java)

  @Test
  fun lock_modelChecking() = queueLock.modelCheck(LockedCounter::class.java, Counter::class.java)

  @Test fun lock_stress() = queueLock.stress(LockedCounter::class.java, Counter::class.java)
}
