package dev.interlock.lincheck

import dev.interlock.sync.Owner
import dev.interlock.sync.ReentrantMutex
import dev.interlock.verification.MutexSpecification
import java.time.Duration
import org.jetbrains.lincheck.datastructures.Operation
import org.jetbrains.lincheck.datastructures.Param
import org.jetbrains.lincheck.datastructures.ThreadIdGen
import org.junit.jupiter.api.Test

/** A reentrant mutex with bypass bound 0 is linearizable; each thread of a scenario is an owner. */
class ReentrantMutexLincheckTest {
  @Param(name = "thread", gen = ThreadIdGen::class)
  class ReentrantOperations : Operations() {
    private val mutex = ReentrantMutex.fair(0)
    private val owners = Array(THREADS) { Owner.create() }

    @Operation(cancellableOnSuspension = true, promptCancellation = true)
    suspend fun lock(@Param(name = "thread") thread: Int) {
      mutex.lockAsync(owners[thread]).awaitWatched()
    }

    /** Waits as a thread. */
    @Operation(cancellableOnSuspension = false)
    suspend fun lockBlocking(@Param(name = "thread") thread: Int) {
      mutex.lock(owners[thread])
    }

    @Operation
    fun tryLock(@Param(name = "thread") thread: Int): Boolean =
      mutex.tryLock(owners[thread]) != null

    @Operation
    fun lockWithoutTime(@Param(name = "thread") thread: Int): Boolean =
      mutex.tryLock(owners[thread], Duration.ZERO) != null

    /** Refused when this owner has no hold. */
    @Operation fun unlock(@Param(name = "thread") thread: Int) = mutex.unlock(owners[thread])

    @Operation fun holds(@Param(name = "thread") thread: Int) = mutex.holds(owners[thread])

    @Operation fun isLocked() = mutex.isLocked

    @Operation fun waiting() = mutex.waiting()
  }

  class Specification {
    private val mutex = MutexSpecification()
    private val holds = IntArray(THREADS)

    suspend fun lock(thread: Int) {
      if (holds[thread] == 0) {
        mutex.lock()
      }
      holds[thread]++
    }

    suspend fun lockBlocking(thread: Int) = lock(thread)

    fun tryLock(thread: Int): Boolean {
      if (holds[thread] == 0 && !mutex.tryLock()) {
        return false
      }
      holds[thread]++
      return true
    }

    fun lockWithoutTime(thread: Int) = tryLock(thread)

    fun unlock(thread: Int) {
      if (holds[thread] == 0) {
        throw IllegalMonitorStateException()
      }
      if (--holds[thread] == 0) {
        mutex.unlock()
      }
    }

    fun holds(thread: Int) = holds[thread]

    fun isLocked() = mutex.isLocked()

    fun waiting() = mutex.waiting()

    override fun equals(other: Any?) =
      other is Specification &&
        mutex == other.mutex &&
        holds.contentEquals(other.holds)

    override fun hashCode() = holds.contentHashCode()
  }

  private val subject = Subject("ReentrantMutex", "FIFO", "D2")

  @Test
  fun everyPair_modelChecking() =
    subject.modelCheck(ReentrantOperations::class.java, Specification::class.java)

  @Test
  fun everyPair_stress() =
    subject.stress(ReentrantOperations::class.java, Specification::class.java)

  private companion object {
    /** Thread ids of a scenario, the parts before and after included, are smaller. */
    const val THREADS = 6
  }
}
