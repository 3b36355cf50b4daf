package dev.interlock.lincheck

import dev.interlock.sync.Owner
import dev.interlock.sync.ReentrantGuard
import dev.interlock.sync.ReentrantMutex
import dev.interlock.verification.MutexSpecification
import java.time.Duration
import org.jetbrains.lincheck.datastructures.Operation
import org.jetbrains.lincheck.datastructures.Param
import org.jetbrains.lincheck.datastructures.ThreadIdGen
import org.junit.jupiter.api.Test

/**
 * A reentrant mutex with bypass bound 0 is linearizable; each thread of a scenario is an owner.
 * Sections within sections are checked as single operations, with newcomers that barge.
 */
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
      other is Specification && mutex == other.mutex && holds.contentEquals(other.holds)

    override fun hashCode() = holds.contentHashCode()
  }

  /**
   * Critical sections as single operations: two owners are inside by turns in each scenario, while
   * of the single steps a scenario has seldom enough to lock and unlock by two owners.
   */
  @Param(name = "thread", gen = ThreadIdGen::class)
  class SectionOperations : Operations() {
    private val mutex: ReentrantMutex<Int> = ReentrantMutex.builder().bypassBound(1).of(0)
    private val owners = Array(THREADS) { Owner.create() }

    /** Cancelled while it waits, it has counted nothing. */
    @Operation(cancellableOnSuspension = true, promptCancellation = true)
    suspend fun increment(@Param(name = "thread") thread: Int): Int =
      mutex.lockAsync(owners[thread]).awaitWatched().use {
        mutex.lockAsync(owners[thread]).awaitWatched().incremented()
      }

    @Operation(cancellableOnSuspension = false)
    suspend fun incrementBlocking(@Param(name = "thread") thread: Int): Int =
      mutex.lock(owners[thread]).use { mutex.lock(owners[thread]).incremented() }

    /** Without waiting if the lock is free, otherwise waiting as a thread. */
    @Operation(cancellableOnSuspension = false)
    suspend fun tryIncrementBlocking(@Param(name = "thread") thread: Int): Int =
      (mutex.tryLock(owners[thread]) ?: mutex.lock(owners[thread])).incremented()

    /** Between its sections an owner holds nothing. */
    @Operation fun holds(@Param(name = "thread") thread: Int) = mutex.holds(owners[thread])

    private fun ReentrantGuard<Int>.incremented(): Int = use {
      val next = it.get() + 1
      it.set(next)
      next
    }
  }

  class Counter {
    private var value = 0

    @Suppress("UNUSED_PARAMETER") suspend fun increment(thread: Int): Int = ++value

    suspend fun incrementBlocking(thread: Int) = increment(thread)

    suspend fun tryIncrementBlocking(thread: Int) = increment(thread)

    @Suppress("UNUSED_PARAMETER") fun holds(thread: Int) = 0

    override fun equals(other: Any?) = other is Counter && value == other.value

    override fun hashCode() = value
  }

  private val steps = Subject("ReentrantMutex", "FIFO", "D2")
  private val sections = Subject("ReentrantMutex", "bypass bound 1", "D2")

  @Test
  fun everyPair_modelChecking() =
    steps.modelCheck(ReentrantOperations::class.java, Specification::class.java)

  @Test
  fun everyPair_stress() = steps.stress(ReentrantOperations::class.java, Specification::class.java)

  @Test
  fun sections_bypassBound1_modelChecking() =
    sections.modelCheck(SectionOperations::class.java, Counter::class.java)

  @Test
  fun sections_bypassBound1_stress() =
    sections.stress(SectionOperations::class.java, Counter::class.java)

  private companion object {
    /** Thread ids of a scenario, the parts before and after included, are smaller. */
    const val THREADS = 6
  }
}
