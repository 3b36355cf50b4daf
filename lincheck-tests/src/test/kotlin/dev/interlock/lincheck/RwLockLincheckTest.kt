package dev.interlock.lincheck

import dev.interlock.sync.ReadGuard
import dev.interlock.sync.RwLock
import dev.interlock.sync.UpgradeConflictException
import dev.interlock.sync.WriteGuard
import dev.interlock.verification.RwLockSpecification
import java.time.Duration
import org.jetbrains.lincheck.datastructures.BooleanGen
import org.jetbrains.lincheck.datastructures.Operation
import org.jetbrains.lincheck.datastructures.Param
import org.jetbrains.lincheck.datastructures.ThreadIdGen
import org.junit.jupiter.api.Tag
import org.junit.jupiter.api.Test

/**
 * Every pair of operations of a read-write lock with bypass bound 0 is linearizable and keeps to
 * the phases, cancelled or not.
 */
class RwLockLincheckTest {
  /**
   * Each thread of a scenario has one guard at most; an operation that makes no sense for it says
   * so.
   */
  @Param(name = "thread", gen = ThreadIdGen::class)
  @Param(name = "timed", gen = BooleanGen::class)
  abstract class LockOperations(options: RwLock.Builder) : Operations() {
    private val lock: RwLock<Int> = options.of(0)
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
    fun tryRead(
      @Param(name = "thread") thread: Int,
      @Param(name = "timed") timed: Boolean,
    ): Boolean {
      if (holds(thread)) return false
      reading[thread] = if (timed) lock.tryRead(Duration.ZERO) else lock.tryRead()
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
    fun tryWrite(
      @Param(name = "thread") thread: Int,
      @Param(name = "timed") timed: Boolean,
    ): Boolean {
      if (holds(thread)) return false
      writing[thread] = if (timed) lock.tryWrite(Duration.ZERO) else lock.tryWrite()
      return writing[thread] != null
    }

    @Operation(cancellableOnSuspension = true, promptCancellation = true)
    suspend fun upgrade(@Param(name = "thread") thread: Int): String {
      val guard = reading[thread] ?: return "not reading"
      try {
        writing[thread] = guard.upgradeAsync().awaitWatched()
      } catch (_: UpgradeConflictException) {
        return "refused"
      }
      reading[thread] = null
      return "upgraded"
    }

    /** Waits as a thread. */
    @Operation(cancellableOnSuspension = false)
    suspend fun upgradeBlocking(@Param(name = "thread") thread: Int): String {
      val guard = reading[thread] ?: return "not reading"
      try {
        writing[thread] = guard.upgrade()
      } catch (_: UpgradeConflictException) {
        return "refused"
      }
      reading[thread] = null
      return "upgraded"
    }

    @Operation
    fun tryUpgrade(
      @Param(name = "thread") thread: Int,
      @Param(name = "timed") timed: Boolean,
    ): Boolean {
      val guard = reading[thread] ?: return false
      val upgraded = if (timed) guard.tryUpgrade(Duration.ZERO) else guard.tryUpgrade()
      writing[thread] = upgraded ?: return false
      reading[thread] = null
      return true
    }

    @Operation
    fun downgrade(@Param(name = "thread") thread: Int): Boolean {
      val guard = writing[thread] ?: return false
      writing[thread] = null
      reading[thread] = guard.downgrade()
      return true
    }

    @Operation
    fun unlock(@Param(name = "thread") thread: Int): Boolean {
      reading[thread]?.let { lock.unlock(it) }
      writing[thread]?.let { lock.unlock(it) }
      val held = holds(thread)
      reading[thread] = null
      writing[thread] = null
      return held
    }

    /** One more where it may write, the value where it may read. */
    @Operation
    fun value(@Param(name = "thread") thread: Int): Int {
      writing[thread]?.let { it.set(it.get() + 1) }
      return reading[thread]?.get() ?: writing[thread]?.get() ?: -1
    }

    @Operation fun readers() = lock.readers()

    @Operation fun isWriteLocked() = lock.isWriteLocked

    @Operation fun waiting() = lock.waiting()

    @Operation fun waitingReaders() = lock.waitingReaders()
  }

  /** Readers in the word; those that meet spread, until a writer gathers them. */
  class WordOperations : LockOperations(RwLock.builder().bypassBound(0))

  /** Readers in slots from the beginning. */
  class SlotOperations : LockOperations(RwLock.builder().manyReaders().bypassBound(0))

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

    @Suppress("UNUSED_PARAMETER")
    fun tryRead(thread: Int, timed: Boolean): Boolean {
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

    @Suppress("UNUSED_PARAMETER")
    fun tryWrite(thread: Int, timed: Boolean): Boolean {
      if (holds(thread)) return false
      writing[thread] = lock.tryWrite()
      return writing[thread]
    }

    suspend fun upgrade(thread: Int): String {
      if (!reading[thread]) return "not reading"
      if (!lock.upgrade()) return "refused"
      becomeWriter(thread)
      return "upgraded"
    }

    suspend fun upgradeBlocking(thread: Int) = upgrade(thread)

    @Suppress("UNUSED_PARAMETER")
    fun tryUpgrade(thread: Int, timed: Boolean): Boolean {
      if (!reading[thread] || !lock.tryUpgrade()) return false
      becomeWriter(thread)
      return true
    }

    private fun becomeWriter(thread: Int) {
      reading[thread] = false
      writing[thread] = true
      upgraded[thread] = true
    }

    fun downgrade(thread: Int): Boolean {
      if (!writing[thread]) return false
      lock.downgrade(leaveSection(thread))
      reading[thread] = true
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

    private fun leaveSection(thread: Int): Boolean {
      writing[thread] = false
      return upgraded[thread].also { upgraded[thread] = false }
    }

    fun value(thread: Int): Int {
      if (writing[thread]) value++
      return if (holds(thread)) value else -1
    }

    fun readers() = lock.readers()

    fun isWriteLocked() = lock.isWriteLocked()

    fun waiting() = lock.waiting()

    fun waitingReaders() = lock.waitingReaders()

    override fun equals(other: Any?) =
      other is Specification &&
        lock == other.lock &&
        value == other.value &&
        reading.contentEquals(other.reading) &&
        writing.contentEquals(other.writing) &&
        upgraded.contentEquals(other.upgraded)

    override fun hashCode() = 31 * value + reading.contentHashCode() + writing.contentHashCode()
  }

  private val word = Subject("RwLock", "phase-fair", "D3")
  private val slots = Subject("RwLock", "readers in slots", "D3")

  /** Not in each build: what begins in slots is in the word from the first writer on. */
  @Tag("deep")
  @Test
  fun everyPair_modelChecking() =
    word.modelCheck(WordOperations::class.java, Specification::class.java)

  @Test fun everyPair_stress() = word.stress(WordOperations::class.java, Specification::class.java)

  @Test
  fun everyPair_readersInSlots_modelChecking() =
    slots.modelCheck(SlotOperations::class.java, Specification::class.java)

  @Test
  fun everyPair_readersInSlots_stress() =
    slots.stress(SlotOperations::class.java, Specification::class.java)

  private companion object {
    /** Thread ids of a scenario, the parts before and after included, are smaller. */
    const val THREADS = 6
  }
}
