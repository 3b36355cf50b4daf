package dev.interlock.lincheck

import dev.interlock.sync.Mutex
import dev.interlock.sync.MutexGuard
import dev.interlock.verification.MutexSpecification
import java.time.Duration
import org.jetbrains.lincheck.datastructures.Operation
import org.jetbrains.lincheck.datastructures.Param
import org.jetbrains.lincheck.datastructures.ThreadIdGen
import org.junit.jupiter.api.Test

/**
 * The mutex with bypass bound 0 is linearizable and hands the lock on first in, first out. With a
 * bound above 0 newcomers may overtake, how often depends on who is awake, and no sequential
 * specification says in which order waiters get the lock; there the mutex is checked by whole
 * critical sections.
 */
class MutexLincheckTest {
  /**
   * Each thread of a scenario owns one guard at most; an operation that makes no sense for it says
   * so.
   */
  @Param(name = "thread", gen = ThreadIdGen::class)
  class MutexOperations : Operations() {
    private val mutex = Mutex.fair(0)
    private val guards = arrayOfNulls<MutexGuard<Int>>(THREADS)

    @Operation(cancellableOnSuspension = true, promptCancellation = true)
    suspend fun lock(@Param(name = "thread") thread: Int): String {
      if (guards[thread] != null) {
        return "held already"
      }
      guards[thread] = mutex.lockAsync().awaitWatched()
      return "locked"
    }

    /** Waits as a thread. */
    @Operation(cancellableOnSuspension = false)
    suspend fun lockBlocking(@Param(name = "thread") thread: Int): String {
      if (guards[thread] != null) {
        return "held already"
      }
      guards[thread] = mutex.lock()
      return "locked"
    }

    @Operation
    fun tryLock(@Param(name = "thread") thread: Int): Boolean = locked(thread) { mutex.tryLock() }

    @Operation
    fun lockWithoutTime(@Param(name = "thread") thread: Int): Boolean =
      locked(thread) { mutex.tryLock(Duration.ZERO) }

    @Operation
    fun unlock(@Param(name = "thread") thread: Int): Boolean {
      val guard = guards[thread] ?: return false
      guards[thread] = null
      mutex.unlock(guard)
      return true
    }

    @Operation
    fun increment(@Param(name = "thread") thread: Int): Int {
      val guard = guards[thread] ?: return -1
      val next = guard.get() + 1
      guard.set(next)
      return next
    }

    @Operation fun isLocked() = mutex.isLocked

    @Operation fun waiting() = mutex.waiting()

    private inline fun locked(
      thread: Int,
      attempt: () -> MutexGuard<Int>?,
    ): Boolean {
      if (guards[thread] != null) {
        return false
      }
      guards[thread] = attempt()
      return guards[thread] != null
    }
  }

  class Specification {
    private val mutex = MutexSpecification()
    private val holds = BooleanArray(THREADS)
    private var value = 0

    suspend fun lock(thread: Int): String {
      if (holds[thread]) {
        return "held already"
      }
      mutex.lock()
      holds[thread] = true
      return "locked"
    }

    suspend fun lockBlocking(thread: Int) = lock(thread)

    fun tryLock(thread: Int): Boolean {
      if (holds[thread] || !mutex.tryLock()) {
        return false
      }
      holds[thread] = true
      return true
    }

    fun lockWithoutTime(thread: Int) = tryLock(thread)

    fun unlock(thread: Int): Boolean {
      if (!holds[thread]) {
        return false
      }
      holds[thread] = false
      mutex.unlock()
      return true
    }

    fun increment(thread: Int) = if (holds[thread]) ++value else -1

    fun isLocked() = mutex.isLocked()

    fun waiting() = mutex.waiting()

    override fun equals(other: Any?) =
      other is Specification &&
        mutex == other.mutex &&
        value == other.value &&
        holds.contentEquals(other.holds)

    override fun hashCode() = 31 * value + holds.contentHashCode()
  }

  /** Critical sections as single operations. */
  abstract class BargingOperations(bypassBound: Int) : Operations() {
    private val mutex: Mutex<Int> = Mutex.builder().bypassBound(bypassBound).of(0)

    /** Cancelled while it waits, it has counted nothing. */
    @Operation(cancellableOnSuspension = true, promptCancellation = true)
    suspend fun increment(): Int = mutex.lockAsync().awaitWatched().incremented()

    @Operation(cancellableOnSuspension = false)
    suspend fun incrementBlocking(): Int = mutex.lock().incremented()

    /** Without waiting if the lock is free, otherwise waiting as a thread. */
    @Operation(cancellableOnSuspension = false)
    suspend fun tryIncrementBlocking(): Int = (mutex.tryLock() ?: mutex.lock()).incremented()

    @Operation(cancellableOnSuspension = false)
    suspend fun readBlocking(): Int = mutex.withLock { it }

    private fun MutexGuard<Int>.incremented(): Int = use {
      val next = it.get() + 1
      it.set(next)
      next
    }
  }

  class BargingOnce : BargingOperations(1)

  class BargingTwice : BargingOperations(2)

  class Counter {
    private val mutex = MutexSpecification()
    private var value = 0

    suspend fun increment(): Int {
      mutex.lock()
      mutex.unlock()
      return ++value
    }

    suspend fun incrementBlocking() = increment()

    suspend fun tryIncrementBlocking() = increment()

    suspend fun readBlocking(): Int {
      mutex.lock()
      mutex.unlock()
      return value
    }

    override fun equals(other: Any?) = other is Counter && value == other.value

    override fun hashCode() = value
  }

  private val fair = Subject("Mutex", "FIFO", "D2")
  private val bargingOnce = Subject("Mutex", "bypass bound 1", "D2")
  private val bargingTwice = Subject("Mutex", "bypass bound 2", "D2")

  @Test
  fun everyPair_modelChecking() =
    fair.modelCheck(MutexOperations::class.java, Specification::class.java)

  @Test fun everyPair_stress() = fair.stress(MutexOperations::class.java, Specification::class.java)

  @Test
  fun criticalSections_bypassBound1_modelChecking() =
    bargingOnce.modelCheck(BargingOnce::class.java, Counter::class.java)

  @Test
  fun criticalSections_bypassBound1_stress() =
    bargingOnce.stress(BargingOnce::class.java, Counter::class.java)

  @Test
  fun criticalSections_bypassBound2_modelChecking() =
    bargingTwice.modelCheck(BargingTwice::class.java, Counter::class.java)

  @Test
  fun criticalSections_bypassBound2_stress() =
    bargingTwice.stress(BargingTwice::class.java, Counter::class.java)

  private companion object {
    /** Thread ids of a scenario, the parts before and after included, are smaller. */
    const val THREADS = 6
  }
}
