package dev.interlock.lincheck

import dev.interlock.future.Context
import dev.interlock.lincheck.broken.EarlyUnlockReentrantMutex
import dev.interlock.lincheck.broken.ForgettingReentrantMutex
import dev.interlock.lincheck.broken.LookThenRecoverMutex
import dev.interlock.sync.Mutex
import dev.interlock.sync.Owner
import dev.interlock.sync.ReentrantMutex
import org.jetbrains.lincheck.LincheckAssertionError
import org.jetbrains.lincheck.datastructures.Operation
import org.jetbrains.lincheck.datastructures.Param
import org.jetbrains.lincheck.datastructures.ThreadIdGen
import org.junit.jupiter.api.Assertions.assertThrows
import org.junit.jupiter.api.Assertions.assertTrue
import org.junit.jupiter.api.Test

/** Wrong forms of the reentrant and of the poisoned mutex; see [BrokenTwinsTest]. */
class MutexTwinsTest {
  @Param(name = "thread", gen = ThreadIdGen::class)
  class EarlyUnlock : Operations() {
    private val mutex = EarlyUnlockReentrantMutex()
    private val owners = Array(THREADS) { Owner.create() }
    private var value = 0

    /** A section within a section. */
    @Operation(cancellableOnSuspension = false)
    suspend fun incrementBlocking(@Param(name = "thread") thread: Int): Int {
      val me = owners[thread]
      mutex.lock(me)
      mutex.lock(me)
      val next = ++value
      mutex.unlock(me)
      mutex.unlock(me)
      return next
    }
  }

  private val oneSectionEach =
    arrayOf(listOf(call("incrementBlocking", 0)), listOf(call("incrementBlocking", 1)))

  /** The next owner is struck out by the one before, and is refused its own unlock. */
  @Test
  fun reentrant_unlockBeforeTheOwnerIsCleared_strikesOutTheNext() {
    val trace =
      Subject("ReentrantMutex", "unlocks before it clears the owner", "D2")
        .findsFault(
          "EarlyUnlock",
          EarlyUnlock::class.java,
          ReentrantMutexLincheckTest.Counter::class.java,
          *oneSectionEach,
        )
    assertTrue(trace.contains("does not hold the mutex"), trace)
  }

  /** Held by the second owner at first. */
  @Param(name = "thread", gen = ThreadIdGen::class)
  class ForgottenHold : Operations() {
    private val mutex = ForgettingReentrantMutex()
    private val owners = Array(THREADS) { Owner.create() }

    init {
      mutex.lockAsync(owners[1]).poll(Context {})
    }

    @Operation(cancellableOnSuspension = true, promptCancellation = true)
    suspend fun lock(@Param(name = "thread") thread: Int) {
      mutex.lockAsync(owners[thread]).awaitWatched()
    }

    @Operation fun unlock(@Param(name = "thread") thread: Int) = mutex.unlock(owners[thread])

    @Operation fun isLocked() = mutex.isLocked()
  }

  /** The same with the right mutex. */
  @Param(name = "thread", gen = ThreadIdGen::class)
  class RightHold : Operations() {
    private val mutex = ReentrantMutex.fair(0)
    private val owners = Array(THREADS) { Owner.create() }

    init {
      mutex.lockUninterruptibly(owners[1])
    }

    @Operation(cancellableOnSuspension = true, promptCancellation = true)
    suspend fun lock(@Param(name = "thread") thread: Int) {
      mutex.lockAsync(owners[thread]).awaitWatched()
    }

    @Operation fun unlock(@Param(name = "thread") thread: Int) = mutex.unlock(owners[thread])

    @Operation fun isLocked() = mutex.isLocked
  }

  class HeldByTheSecond {
    private val mutex = ReentrantMutexLincheckTest.Specification().also { it.tryLock(1) }

    suspend fun lock(thread: Int) = mutex.lock(thread)

    fun unlock(thread: Int) = mutex.unlock(thread)

    fun isLocked() = mutex.isLocked()

    override fun equals(other: Any?) = other is HeldByTheSecond && mutex == other.mutex

    override fun hashCode() = mutex.hashCode()
  }

  private val cancelledAfterTheGrant =
    arrayOf(listOf(call("lock", 0).cancelled()), listOf(call("unlock", 1), call("isLocked")))

  /** An owner that is cancelled after the grant has to end the hold that it does not know of. */
  @Test
  fun reentrant_cancelledAfterTheGrant_leaksTheHold() {
    val trace =
      Subject("ReentrantMutex", "leaked hold", "D2")
        .findsFault(
          "ForgottenHold",
          ForgottenHold::class.java,
          HeldByTheSecond::class.java,
          *cancelledAfterTheGrant,
        )
    assertTrue(trace.contains("Invalid execution results"), trace)
  }

  class LookThenRecover : Operations() {
    private val mutex = LookThenRecoverMutex()

    @Operation fun tryRecover(): Boolean = mutex.tryRecover()
  }

  class Right : Operations() {
    private val mutex =
      Mutex.builder().poisoning().of(0).also { it.lock().poison(ArithmeticException("half-way")) }

    @Operation fun tryRecover(): Boolean = mutex.tryRecover() != null
  }

  /** A mutex that is poisoned at first. */
  class Poisoned {
    private var poisoned = true

    fun tryRecover(): Boolean = poisoned.also { poisoned = false }

    override fun equals(other: Any?) = other is Poisoned && poisoned == other.poisoned

    override fun hashCode() = poisoned.hashCode()
  }

  private val twoRecover = arrayOf(listOf(call("tryRecover")), listOf(call("tryRecover")))

  /** Of two that take a poisoned mutex over at the same time one has it. */
  @Test
  fun poisoning_recoverWithoutCompareAndSet_twoHaveIt() {
    val trace =
      Subject("Mutex", "recovers in two steps", "D2")
        .findsFault(
          "LookThenRecover",
          LookThenRecover::class.java,
          Poisoned::class.java,
          *twoRecover,
        )
    assertTrue(trace.contains("Invalid execution results"), trace)
  }

  /** The right ones pass the scenarios of their twins, more often than those need to be found. */
  @Test
  fun rightVersions_passTheScenariosOfTheirTwins() {
    passes(
      ReentrantMutexLincheckTest.SectionOperations::class.java,
      ReentrantMutexLincheckTest.Counter::class.java,
      *oneSectionEach,
    )
    passes(RightHold::class.java, HeldByTheSecond::class.java, *cancelledAfterTheGrant)
    passes(Right::class.java, Poisoned::class.java, *twoRecover)
  }

  private fun passes(right: Class<*>, specification: Class<*>, vararg threads: List<Call>) =
    oneScenario(right, specification, *threads).invocationsPerIteration(200).check(right)

  private fun Subject.findsFault(
    name: String,
    twin: Class<*>,
    specification: Class<*>,
    vararg threads: List<Call>,
  ): String {
    val options = oneScenario(twin, specification, *threads)
    lateinit var found: LincheckAssertionError
    measure("twin", "found") {
      ScenarioCount.add()
      found = assertThrows(LincheckAssertionError::class.java) { options.check(twin) }
    }
    return Traces.keep(name, found.message!!)
  }

  private companion object {
    /** Thread ids of the scenarios are smaller. */
    const val THREADS = 2
  }
}
