package dev.interlock.lincheck

import dev.interlock.sync.Mutex
import dev.interlock.sync.MutexGuard
import dev.interlock.verification.ConditionSpecification
import java.time.Duration
import org.jetbrains.lincheck.datastructures.Operation
import org.jetbrains.lincheck.datastructures.Param
import org.jetbrains.lincheck.datastructures.ThreadIdGen
import org.junit.jupiter.api.Test

/**
 * A condition of a mutex with bypass bound 0 is linearizable, operation by operation: who waits,
 * who is signalled, in which order the lock goes round, cancelled or not. Waits of threads are
 * checked in whole sections on a store of one element, with the predicate form.
 */
class ConditionLincheckTest {
  /**
   * Each thread of a scenario owns one guard at most; an operation that makes no sense for it says
   * so. A thread whose wait was cancelled does not go on, as the checker has it.
   */
  @Param(name = "thread", gen = ThreadIdGen::class)
  class ConditionOperations : Operations() {
    private val mutex = Mutex.fair(0)
    private val condition = mutex.newCondition()
    private val guards = arrayOfNulls<MutexGuard<Int>>(THREADS)

    @Operation
    fun tryLock(@Param(name = "thread") thread: Int): Boolean {
      if (guards[thread] != null) {
        return false
      }
      guards[thread] = mutex.tryLock()
      return guards[thread] != null
    }

    @Operation(cancellableOnSuspension = true, promptCancellation = true)
    suspend fun lock(@Param(name = "thread") thread: Int): String {
      if (guards[thread] != null) {
        return "held already"
      }
      guards[thread] = mutex.lockAsync().awaitWatched()
      return "locked"
    }

    @Operation
    fun unlock(@Param(name = "thread") thread: Int): Boolean {
      val guard = guards[thread] ?: return false
      guards[thread] = null
      mutex.unlock(guard)
      return true
    }

    @Operation(cancellableOnSuspension = true, promptCancellation = true)
    suspend fun await(@Param(name = "thread") thread: Int): String {
      val guard = guards[thread] ?: return "not held"
      guards[thread] = null
      guards[thread] = condition.awaitAsync(guard).awaitWatched()
      return "signalled"
    }

    @Operation
    fun awaitWithoutTime(@Param(name = "thread") thread: Int): Boolean? =
      guards[thread]?.let { condition.await(it, Duration.ZERO) }

    @Operation
    fun signal(@Param(name = "thread") thread: Int): Boolean {
      val guard = guards[thread] ?: return false
      condition.signal(guard)
      return true
    }

    @Operation
    fun signalAll(@Param(name = "thread") thread: Int): Boolean {
      val guard = guards[thread] ?: return false
      condition.signalAll(guard)
      return true
    }

    @Operation fun isLocked() = mutex.isLocked

    @Operation fun waitingForTheLock() = mutex.waiting()

    @Operation fun waiting() = condition.waiting()
  }

  class Specification {
    private val monitor = ConditionSpecification()
    private val holds = BooleanArray(THREADS)

    fun tryLock(thread: Int): Boolean {
      if (holds[thread] || !monitor.tryLock()) {
        return false
      }
      holds[thread] = true
      return true
    }

    suspend fun lock(thread: Int): String {
      if (holds[thread]) {
        return "held already"
      }
      monitor.lock()
      holds[thread] = true
      return "locked"
    }

    fun unlock(thread: Int): Boolean {
      if (!holds[thread]) {
        return false
      }
      holds[thread] = false
      monitor.unlock()
      return true
    }

    suspend fun await(thread: Int): String {
      if (!holds[thread]) {
        return "not held"
      }
      holds[thread] = false
      monitor.await()
      holds[thread] = true
      return "signalled"
    }

    fun awaitWithoutTime(thread: Int): Boolean? = if (holds[thread]) false else null

    fun signal(thread: Int): Boolean {
      if (holds[thread]) monitor.signal()
      return holds[thread]
    }

    fun signalAll(thread: Int): Boolean {
      if (holds[thread]) monitor.signalAll()
      return holds[thread]
    }

    fun isLocked() = monitor.isLocked()

    fun waitingForTheLock() = monitor.waitingForTheLock()

    fun waiting() = monitor.waiting()

    override fun equals(other: Any?) =
      other is Specification && monitor == other.monitor && holds.contentEquals(other.holds)

    override fun hashCode() = 31 * monitor.hashCode() + holds.contentHashCode()
  }

  /** Whole sections, threads and coroutines waiting in one line for elements to take. */
  abstract class StoreOperations : Operations() {
    protected val mutex = Mutex.fair(0)
    protected val notEmpty = mutex.newCondition()

    /** Waits as a thread. */
    @Operation(cancellableOnSuspension = false)
    suspend fun takeBlocking(): Int {
      val guard = mutex.lock()
      notEmpty.awaitUntil(guard) { it > 0 }
      return taken(guard)
    }

    @Operation(cancellableOnSuspension = false)
    suspend fun putBlocking() =
      mutex.lock().use {
        it.set(it.get() + 1)
        notEmpty.signal(it)
      }

    @Operation(cancellableOnSuspension = false)
    suspend fun putTwoBlocking() =
      mutex.lock().use {
        it.set(it.get() + 2)
        notEmpty.signalAll(it)
      }

    protected fun taken(guard: MutexGuard<Int>): Int = guard.use {
      it.set(it.get() - 1)
      it.get()
    }
  }

  class PatientOperations : StoreOperations() {
    @Operation(cancellableOnSuspension = true, promptCancellation = true)
    suspend fun take(): Int {
      var guard = mutex.lockAsync().awaitWatched()
      while (guard.get() == 0) {
        guard = notEmpty.awaitAsync(guard).awaitWatched()
      }
      return taken(guard)
    }
  }

  /**
   * For threads that run freely: a coroutine that is woken for nothing goes on as a thread.
   *
   * Under stress the checker now and then loses a coroutine that sleeps twice within an operation,
   * and reports it as one that nobody woke: it forgets the first wake-up only after the coroutine
   * sleeps again, and so does not count a second one that comes before that. Seen once in 130,000
   * executions of [PatientOperations]; where the checker itself directs the threads it cannot
   * happen.
   */
  class StressedOperations : StoreOperations() {
    @Operation(cancellableOnSuspension = true, promptCancellation = true)
    suspend fun takeThenBlocking(): Int {
      var guard = mutex.lock()
      if (guard.get() == 0) {
        guard = notEmpty.awaitAsync(guard).awaitWatched()
      }
      notEmpty.awaitUntil(guard) { it > 0 }
      return taken(guard)
    }
  }

  class Store {
    private val monitor = ConditionSpecification()
    private var value = 0

    suspend fun take(): Int {
      monitor.lock()
      while (value == 0) {
        monitor.await()
      }
      val left = --value
      monitor.unlock()
      return left
    }

    suspend fun takeBlocking(): Int = take()

    suspend fun takeThenBlocking(): Int = take()

    suspend fun putBlocking() {
      monitor.lock()
      value++
      monitor.signal()
      monitor.unlock()
    }

    suspend fun putTwoBlocking() {
      monitor.lock()
      value += 2
      monitor.signalAll()
      monitor.unlock()
    }

    override fun equals(other: Any?) =
      other is Store && monitor == other.monitor && value == other.value

    override fun hashCode() = 31 * monitor.hashCode() + value
  }

  private val condition = Subject("Condition", "FIFO", "D7")
  private val store = Subject("Condition", "whole sections", "D7")

  @Test
  fun everyPair_modelChecking() =
    condition.modelCheck(ConditionOperations::class.java, Specification::class.java)

  @Test
  fun everyPair_stress() =
    condition.stress(ConditionOperations::class.java, Specification::class.java)

  @Test
  fun sections_modelChecking() = store.modelCheck(PatientOperations::class.java, Store::class.java)

  @Test fun sections_stress() = store.stress(StressedOperations::class.java, Store::class.java)

  /** Whoever waits has left the lock. */
  @Test
  fun await_seenWaiting_isUnlocked() =
    oneScenario(
        ConditionOperations::class.java,
        Specification::class.java,
        listOf(call("lock", 1), call("await", 1)),
        listOf(call("waiting"), call("isLocked")),
      )
      .check(ConditionOperations::class.java)

  private companion object {
    /** Thread ids of a scenario, the parts before and after included, are smaller. */
    const val THREADS = 6
  }
}
