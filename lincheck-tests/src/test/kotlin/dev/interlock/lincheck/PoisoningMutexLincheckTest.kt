package dev.interlock.lincheck

import dev.interlock.PoisonedException
import dev.interlock.sync.Mutex
import dev.interlock.sync.MutexGuard
import dev.interlock.verification.PoisoningMutexSpecification
import org.jetbrains.lincheck.datastructures.Operation
import org.jetbrains.lincheck.datastructures.Param
import org.jetbrains.lincheck.datastructures.ThreadIdGen
import org.junit.jupiter.api.Test

/**
 * A mutex that is poisoned and taken over is linearizable: who is refused, who takes over, and that
 * the value survives. First in, first out, as otherwise the order is nobody's.
 *
 * `recover` is not one step. It waits and the holder poisons the mutex: then `waiting` is 0,
 * `isPoisoned` is true, and `recover` goes on; when another recovers first, it waits a second time.
 * So it stands among the whole sections, which nothing sees from within, and where newcomers may
 * barge as well.
 */
class PoisoningMutexLincheckTest {
  /** Each thread of a scenario owns one guard at most. */
  @Param(name = "thread", gen = ThreadIdGen::class)
  class PoisoningOperations : Operations() {
    private val mutex = Mutex.builder().bypassBound(0).poisoning().of(0)
    private val guards = arrayOfNulls<MutexGuard<Int>>(THREADS)

    @Operation(cancellableOnSuspension = true, promptCancellation = true)
    suspend fun lock(@Param(name = "thread") thread: Int): String {
      if (guards[thread] != null) {
        return "held already"
      }
      guards[thread] = mutex.lockAsync().awaitWatched()
      return "locked"
    }

    @Operation
    fun tryLock(@Param(name = "thread") thread: Int): Boolean {
      if (guards[thread] != null) {
        return false
      }
      guards[thread] = mutex.tryLock()
      return guards[thread] != null
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
    fun increment(@Param(name = "thread") thread: Int): Int {
      val guard = guards[thread] ?: return -1
      guard.set(guard.get() + 1)
      return guard.get()
    }

    @Operation
    fun unlock(@Param(name = "thread") thread: Int): Boolean {
      val guard = guards[thread] ?: return false
      guards[thread] = null
      guard.close()
      return true
    }

    @Operation
    fun poison(@Param(name = "thread") thread: Int): Boolean {
      val guard = guards[thread] ?: return false
      guards[thread] = null
      guard.poison(CAUSE)
      return true
    }

    @Operation
    fun tryRecover(@Param(name = "thread") thread: Int): Int {
      if (guards[thread] != null) {
        return -1
      }
      val guard = mutex.tryRecover() ?: return -2
      guards[thread] = guard
      return guard.get()
    }

    @Operation fun isLocked() = mutex.isLocked

    @Operation fun isPoisoned() = mutex.isPoisoned

    @Operation fun waiting() = mutex.waiting()
  }

  class Specification {
    private val mutex = PoisoningMutexSpecification()
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

    fun tryLock(thread: Int): Boolean {
      if (holds[thread] || !mutex.tryLock()) {
        return false
      }
      holds[thread] = true
      return true
    }

    suspend fun lockBlocking(thread: Int) = lock(thread)

    fun increment(thread: Int): Int = if (holds[thread]) ++value else -1

    fun unlock(thread: Int): Boolean {
      if (!holds[thread]) {
        return false
      }
      holds[thread] = false
      mutex.unlock()
      return true
    }

    fun poison(thread: Int): Boolean {
      if (!holds[thread]) {
        return false
      }
      holds[thread] = false
      mutex.poison()
      return true
    }

    fun tryRecover(thread: Int): Int {
      if (holds[thread]) {
        return -1
      }
      if (!mutex.tryRecover()) {
        return -2
      }
      holds[thread] = true
      return value
    }

    fun isLocked() = mutex.isLocked()

    fun isPoisoned() = mutex.isPoisoned()

    fun waiting() = mutex.waiting()

    override fun equals(other: Any?) =
      other is Specification &&
        mutex == other.mutex &&
        value == other.value &&
        holds.contentEquals(other.holds)

    override fun hashCode() = 31 * (31 * mutex.hashCode() + value) + holds.contentHashCode()
  }

  /**
   * Critical sections as single operations: two threads are inside by turns in each scenario, while
   * of the single steps a scenario has seldom enough to poison, to refuse and to take over.
   */
  abstract class SectionOperations(bypassBound: Int) : Operations() {
    private val mutex: Mutex<Int> = Mutex.builder().bypassBound(bypassBound).poisoning().of(0)

    /** Cancelled while it waits, it has counted nothing. */
    @Operation(cancellableOnSuspension = true, promptCancellation = true)
    suspend fun increment(): Int = mutex.lockAsync().awaitWatched().added(1)

    @Operation(cancellableOnSuspension = false)
    suspend fun incrementBlocking(): Int = mutex.lock().added(1)

    @Operation(cancellableOnSuspension = false)
    suspend fun poisonBlocking() = mutex.lock().poison(CAUSE)

    @Operation fun tryRecover(): Int = mutex.tryRecover()?.added(10) ?: -1

    /** Takes over, or waits as a thread. */
    @Operation(cancellableOnSuspension = false)
    suspend fun recoverBlocking(): Int = mutex.recover().added(10)

    /** Cancelled while it waits, it has taken over nothing. */
    @Operation(cancellableOnSuspension = true, promptCancellation = true)
    suspend fun recoverAsync(): Int = mutex.recoverAsync().awaitWatched().added(10)

    private fun MutexGuard<Int>.added(n: Int): Int = use {
      val next = it.get() + n
      it.set(next)
      next
    }
  }

  class FifoSections : SectionOperations(0)

  class BargingSections : SectionOperations(1)

  class Counter {
    private var value = 0
    private var poisoned = false

    suspend fun increment(): Int {
      throwIfPoisoned()
      return ++value
    }

    suspend fun incrementBlocking() = increment()

    suspend fun poisonBlocking() {
      throwIfPoisoned()
      poisoned = true
    }

    fun tryRecover(): Int = if (poisoned) recover() else -1

    suspend fun recoverBlocking() = recover()

    suspend fun recoverAsync() = recover()

    private fun recover(): Int {
      poisoned = false
      value += 10
      return value
    }

    private fun throwIfPoisoned() {
      if (poisoned) {
        throw PoisonedException("poisoned", null)
      }
    }

    override fun equals(other: Any?) =
      other is Counter && value == other.value && poisoned == other.poisoned

    override fun hashCode() = 31 * value + poisoned.hashCode()
  }

  private val steps = Subject("Mutex", "poisoning, FIFO", "D2")
  private val sections = Subject("Mutex", "poisoning, FIFO, whole sections", "D2")
  private val barging = Subject("Mutex", "poisoning, bypass bound 1", "D2")

  @Test
  fun everyPair_modelChecking() =
    steps.modelCheck(PoisoningOperations::class.java, Specification::class.java)

  @Test
  fun everyPair_stress() = steps.stress(PoisoningOperations::class.java, Specification::class.java)

  @Test
  fun sections_modelChecking() = sections.modelCheck(FifoSections::class.java, Counter::class.java)

  @Test fun sections_stress() = sections.stress(FifoSections::class.java, Counter::class.java)

  @Test
  fun sections_bypassBound1_modelChecking() =
    barging.modelCheck(BargingSections::class.java, Counter::class.java)

  @Test
  fun sections_bypassBound1_stress() =
    barging.stress(BargingSections::class.java, Counter::class.java)

  private companion object {
    /** Thread ids of a scenario, the parts before and after included, are smaller. */
    const val THREADS = 6
    val CAUSE = ArithmeticException("half-way")
  }
}
