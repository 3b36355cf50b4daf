package dev.interlock.lincheck

import dev.interlock.PoisonedException
import dev.interlock.sync.ReadGuard
import dev.interlock.sync.RwLock
import dev.interlock.sync.UpgradeConflictException
import dev.interlock.sync.WriteGuard
import dev.interlock.verification.RwLockSpecification
import org.jetbrains.lincheck.datastructures.Operation
import org.jetbrains.lincheck.datastructures.Param
import org.jetbrains.lincheck.datastructures.ThreadIdGen
import org.junit.jupiter.api.Tag
import org.junit.jupiter.api.Test

/**
 * A read-write lock that is poisoned and taken over is linearizable: who is refused, who takes
 * over, and that the value survives. Readers are in slots from the beginning: none of them gets in
 * while it is poisoned. In single steps turns are kept, as otherwise the order is nobody's.
 *
 * `recover` is not one step, as that of the mutex, see [PoisoningMutexLincheckTest]; so it stands
 * among the whole sections. The other steps of upgrades are in [RwLockLincheckTest]: no upgrade is
 * ever refused for poison.
 */
class PoisoningRwLockLincheckTest {
  /** Each thread of a scenario has one guard at most. */
  @Param(name = "thread", gen = ThreadIdGen::class)
  class LockOperations : Operations() {
    private val lock = RwLock.builder().bypassBound(0).manyReaders().poisoning().of(0)
    private val reading = arrayOfNulls<ReadGuard<Int>>(THREADS)
    private val writing = arrayOfNulls<WriteGuard<Int>>(THREADS)

    private fun holds(thread: Int) = reading[thread] != null || writing[thread] != null

    @Operation(cancellableOnSuspension = true, promptCancellation = true)
    suspend fun read(@Param(name = "thread") thread: Int): Boolean {
      if (holds(thread)) return false
      reading[thread] = lock.readAsync().awaitWatched()
      return true
    }

    /** Waits as a thread. */
    @Operation(cancellableOnSuspension = false)
    suspend fun readBlocking(@Param(name = "thread") thread: Int): Boolean {
      if (holds(thread)) return false
      reading[thread] = lock.read()
      return true
    }

    @Operation
    fun tryRead(@Param(name = "thread") thread: Int): Boolean {
      if (holds(thread)) return false
      reading[thread] = lock.tryRead()
      return reading[thread] != null
    }

    @Operation(cancellableOnSuspension = true, promptCancellation = true)
    suspend fun write(@Param(name = "thread") thread: Int): Boolean {
      if (holds(thread)) return false
      writing[thread] = lock.writeAsync().awaitWatched()
      return true
    }

    /** Waits as a thread. */
    @Operation(cancellableOnSuspension = false)
    suspend fun writeBlocking(@Param(name = "thread") thread: Int): Boolean {
      if (holds(thread)) return false
      writing[thread] = lock.write()
      return true
    }

    @Operation
    fun tryWrite(@Param(name = "thread") thread: Int): Boolean {
      if (holds(thread)) return false
      writing[thread] = lock.tryWrite()
      return writing[thread] != null
    }

    @Operation
    fun tryUpgrade(@Param(name = "thread") thread: Int): Boolean {
      writing[thread] = reading[thread]?.tryUpgrade() ?: return false
      reading[thread] = null
      return true
    }

    @Operation
    fun unlock(@Param(name = "thread") thread: Int): Boolean {
      val held = holds(thread)
      reading[thread]?.close()
      writing[thread]?.close()
      reading[thread] = null
      writing[thread] = null
      return held
    }

    @Operation
    fun poison(@Param(name = "thread") thread: Int): Boolean {
      val guard = writing[thread] ?: return false
      writing[thread] = null
      guard.set(guard.get() + 1)
      guard.poison(CAUSE)
      return true
    }

    @Operation
    fun tryRecover(@Param(name = "thread") thread: Int): Int {
      if (holds(thread)) return -1
      val guard = lock.tryRecover() ?: return -2
      writing[thread] = guard
      return guard.get()
    }

    @Operation fun isPoisoned() = lock.isPoisoned

    @Operation fun isWriteLocked() = lock.isWriteLocked

    @Operation fun readers() = lock.readers()

    @Operation fun waiting() = lock.waiting()
  }

  class Specification {
    private val lock = RwLockSpecification()
    private val reading = BooleanArray(THREADS)
    private val writing = BooleanArray(THREADS)
    private val upgraded = BooleanArray(THREADS)
    private var value = 0

    private fun holds(thread: Int) = reading[thread] || writing[thread]

    suspend fun read(thread: Int): Boolean {
      if (holds(thread)) return false
      lock.read()
      reading[thread] = true
      return true
    }

    suspend fun readBlocking(thread: Int) = read(thread)

    fun tryRead(thread: Int): Boolean {
      if (holds(thread)) return false
      reading[thread] = lock.tryRead()
      return reading[thread]
    }

    suspend fun write(thread: Int): Boolean {
      if (holds(thread)) return false
      lock.write()
      writing[thread] = true
      return true
    }

    suspend fun writeBlocking(thread: Int) = write(thread)

    fun tryWrite(thread: Int): Boolean {
      if (holds(thread)) return false
      writing[thread] = lock.tryWrite()
      return writing[thread]
    }

    fun tryUpgrade(thread: Int): Boolean {
      if (!reading[thread] || !lock.tryUpgrade()) return false
      reading[thread] = false
      writing[thread] = true
      upgraded[thread] = true
      return true
    }

    fun unlock(thread: Int): Boolean {
      val held = holds(thread)
      if (reading[thread]) {
        reading[thread] = false
        lock.unlockRead()
      } else if (writing[thread]) {
        lock.unlockWrite(leaveSection(thread))
      }
      return held
    }

    fun poison(thread: Int): Boolean {
      if (!writing[thread]) return false
      leaveSection(thread)
      value++
      lock.poison()
      return true
    }

    fun tryRecover(thread: Int): Int {
      if (holds(thread)) return -1
      if (!lock.tryRecover()) return -2
      writing[thread] = true
      return value
    }

    private fun leaveSection(thread: Int): Boolean {
      writing[thread] = false
      return upgraded[thread].also { upgraded[thread] = false }
    }

    fun isPoisoned() = lock.isPoisoned()

    fun isWriteLocked() = lock.isWriteLocked()

    fun readers() = lock.readers()

    fun waiting() = lock.waiting()

    override fun equals(other: Any?) =
      other is Specification &&
        lock == other.lock &&
        value == other.value &&
        reading.contentEquals(other.reading) &&
        writing.contentEquals(other.writing) &&
        upgraded.contentEquals(other.upgraded)

    override fun hashCode() = 31 * (31 * lock.hashCode() + value) + writing.contentHashCode()
  }

  /** Sections as single operations: of the single steps a scenario has seldom enough. */
  abstract class SectionOperations(options: RwLock.Builder) : Operations() {
    private val lock: RwLock<Int> = options.manyReaders().poisoning().of(0)

    @Operation(cancellableOnSuspension = true, promptCancellation = true)
    suspend fun read(): Int = lock.readAsync().awaitWatched().use { it.get() }

    @Operation(cancellableOnSuspension = false)
    suspend fun readBlocking(): Int = lock.read().use { it.get() }

    /** Cancelled while it waits, it has counted nothing. */
    @Operation(cancellableOnSuspension = true, promptCancellation = true)
    suspend fun increment(): Int = lock.writeAsync().awaitWatched().added(1)

    @Operation(cancellableOnSuspension = false)
    suspend fun incrementBlocking(): Int = lock.write().added(1)

    @Operation(cancellableOnSuspension = false)
    suspend fun upgradeBlocking(): Int = upgraded().added(1)

    @Operation(cancellableOnSuspension = false)
    suspend fun poisonBlocking() = lock.write().poison(CAUSE)

    @Operation(cancellableOnSuspension = false)
    suspend fun poisonUpgraded() = upgraded().poison(CAUSE)

    @Operation fun tryRecover(): Int = lock.tryRecover()?.added(10) ?: -1

    /** Takes over, or waits as a thread. */
    @Operation(cancellableOnSuspension = false)
    suspend fun recoverBlocking(): Int = lock.recover().added(10)

    /** Two who meet cannot; then one writes anew. */
    private fun upgraded(): WriteGuard<Int> {
      val reading = lock.read()
      val seen = reading.get()
      try {
        return reading.upgrade().also { check(it.get() == seen) { "somebody wrote before" } }
      } catch (_: UpgradeConflictException) {
        reading.close()
        return lock.write()
      }
    }

    private fun WriteGuard<Int>.added(n: Int): Int = use {
      val next = it.get() + n
      it.set(next)
      next
    }
  }

  /** Turns are kept. */
  class StrictSections : SectionOperations(RwLock.builder().bypassBound(0))

  /** Those who sleep are asked to look, and may be overtaken meanwhile. */
  class BargingSections : SectionOperations(RwLock.builder().bypassBound(1))

  class Counter {
    private var value = 0
    private var poisoned = false

    suspend fun read(): Int {
      throwIfPoisoned()
      return value
    }

    suspend fun readBlocking() = read()

    suspend fun increment(): Int {
      throwIfPoisoned()
      return ++value
    }

    suspend fun incrementBlocking() = increment()

    suspend fun upgradeBlocking() = increment()

    suspend fun poisonBlocking() {
      throwIfPoisoned()
      poisoned = true
    }

    suspend fun poisonUpgraded() = poisonBlocking()

    fun tryRecover(): Int = if (poisoned) recover() else -1

    suspend fun recoverBlocking() = recover()

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

  private val steps = Subject("RwLock", "poisoning, readers in slots", "D3")
  private val sections = Subject("RwLock", "poisoning, whole sections", "D3")
  private val barging = Subject("RwLock", "poisoning, bypass bound 1", "D3")

  /** Not in each build: single steps seldom get as far as to poison and to take over. */
  @Tag("deep")
  @Test
  fun everyPair_modelChecking() =
    steps.modelCheck(LockOperations::class.java, Specification::class.java)

  @Tag("deep")
  @Test
  fun everyPair_stress() = steps.stress(LockOperations::class.java, Specification::class.java)

  @Tag("deep")
  @Test
  fun sections_modelChecking() =
    sections.modelCheck(StrictSections::class.java, Counter::class.java)

  @Test fun sections_stress() = sections.stress(StrictSections::class.java, Counter::class.java)

  @Test
  fun sections_bypassBound1_modelChecking() =
    barging.modelCheck(BargingSections::class.java, Counter::class.java)

  @Tag("deep")
  @Test
  fun sections_bypassBound1_stress() =
    barging.stress(BargingSections::class.java, Counter::class.java)

  private companion object {
    /** Thread ids of a scenario, the parts before and after included, are smaller. */
    const val THREADS = 6
    val CAUSE = ArithmeticException("half-way")
  }
}
