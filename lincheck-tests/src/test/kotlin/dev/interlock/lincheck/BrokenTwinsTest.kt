package dev.interlock.lincheck

import dev.interlock.lincheck.WaitQueueLincheckTest.PermitOperations
import dev.interlock.lincheck.WaitQueueLincheckTest.PermitSpecification
import dev.interlock.lincheck.broken.AlwaysWakingMutex
import dev.interlock.lincheck.broken.ForgettingPermits
import dev.interlock.lincheck.broken.LatePushQueueLock
import dev.interlock.lincheck.broken.SwallowingPermits
import dev.interlock.lincheck.broken.TwoStateMutex
import dev.interlock.lincheck.broken.UncheckedCapacityChannel
import dev.interlock.lincheck.broken.UnlockedReleaseSemaphore
import dev.interlock.sync.Mutex
import org.jetbrains.lincheck.LincheckAssertionError
import org.jetbrains.lincheck.datastructures.Operation
import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.Assertions.assertThrows
import org.junit.jupiter.api.Assertions.assertTrue
import org.junit.jupiter.api.Test

/**
 * The checks can fail: in each wrong version the checker finds the fault, by the same options under
 * which the right one passes. The interleaving that it prints is kept in `target/traces`.
 */
class BrokenTwinsTest {
  class UnlockedRelease : Operations() {
    private val semaphore = UnlockedReleaseSemaphore()

    @Operation(cancellableOnSuspension = false)
    suspend fun acquireBlocking(): Boolean {
      semaphore.acquire()
      return true
    }

    @Operation fun release() = semaphore.release()
  }

  /**
   * X5: a permit comes between the decision to sleep and the registration; the caller sleeps on.
   */
  @Test
  fun x5_releaseOutsideTheLock_losesWakeUp() {
    val trace =
      Subject("Semaphore", "X5", "D4")
        .findsFault(
          UnlockedRelease::class.java,
          PermitSpecification::class.java,
          listOf(call("acquireBlocking")),
          listOf(call("release")),
        )
    assertHung(trace)
  }

  class UncheckedCapacity : Operations() {
    private val channel = UncheckedCapacityChannel(1)

    @Operation fun trySend(element: Int) = channel.trySend(element)

    @Operation fun size() = channel.size()
  }

  /** X11: two senders see the last place, both take it. */
  @Test
  fun x11_sizeCheckedOutsideTheLock_exceedsCapacity() {
    val trace =
      Subject("Channel", "X11", "E1")
        .findsFault(
          UncheckedCapacity::class.java,
          UncheckedCapacity::class.java,
          listOf(call("trySend", 1)),
          listOf(call("trySend", 2), call("size")),
        )
    assertInvalid(trace)
  }

  class TwoState : Operations() {
    private val mutex = TwoStateMutex()
    private var value = 0

    @Operation
    fun increment(): Int {
      mutex.lock()
      val next = ++value
      mutex.unlock()
      return next
    }
  }

  /** X17: an unlock between the look and the registration finds nobody to wake. */
  @Test
  fun x17_twoStateMutex_losesWakeUp() {
    val trace =
      Subject("Mutex", "X17, lost wake-up", "D2")
        .findsFault(
          TwoState::class.java,
          TwoState::class.java,
          listOf(call("increment")),
          listOf(call("increment")),
        )
    assertHung(trace)
  }

  /**
   * X17: the mutex that goes to wake somebody at each unlock is linearizable, so the check is a
   * count. The mutex of the toolkit has no queue that it could go to before somebody waits.
   */
  @Test
  fun x17_mutexThatWakesAtEveryUnlock_isSeenByCounting() {
    val rounds = 1_000
    Subject("Mutex", "X17, needless wake-ups", "D2").countsFault(
      "X17-needless-wake-ups",
      rounds.toLong(),
    ) {
      val wrong = AlwaysWakingMutex()
      repeat(rounds) {
        wrong.lock()
        wrong.unlock()
      }
      val right = Mutex.of(0)
      repeat(rounds) { right.lock().close() }
      assertEquals(null, queueOf(right), "nobody waited, so nothing may be woken")
      assertEquals(rounds, wrong.wakeUps(), "wake-ups of a mutex that nobody waits for")
      "${wrong.wakeUps()} wake-ups by $rounds unlocks of a mutex that nobody waits for; the right one: none"
    }
  }

  class LatePush : Operations() {
    private val lock = LatePushQueueLock()
    private var value = 0

    @Operation
    fun increment(): Int {
      lock.lock()
      val next = ++value
      lock.unlock()
      return next
    }
  }

  /** Wait queue: the sleeper says that it sleeps before it can be found. */
  @Test
  fun waitQueue_sleeperPushedAfterTheSwap_losesWakeUp() {
    val trace =
      Subject("Wait queue", "lost wake-up", "heart")
        .findsFault(
          LatePush::class.java,
          LatePush::class.java,
          listOf(call("increment")),
          listOf(call("increment")),
        )
    assertHung(trace)
  }

  class Swallowing : PermitOperations(SwallowingPermits())

  /** Wait queue: a grant that meets a cancelled waiter must go to the next, or be counted. */
  @Test
  fun waitQueue_cancelledWaiter_swallowsPermit() {
    val trace =
      Subject("Wait queue", "swallowed permit", "heart")
        .findsFault(
          Swallowing::class.java,
          PermitSpecification::class.java,
          listOf(call("acquire").cancelled(), call("free")),
          listOf(call("release"), call("free")),
        )
    assertInvalid(trace)
  }

  class Forgetting : PermitOperations(ForgettingPermits())

  /** Wait queue: a caller that is cancelled after the grant must give it back. */
  @Test
  fun waitQueue_promptCancellation_leaksPermit() {
    val trace =
      Subject("Wait queue", "leaked permit", "heart")
        .findsFault(
          Forgetting::class.java,
          PermitSpecification::class.java,
          listOf(call("acquire").cancelled(), call("free")),
          listOf(call("release"), call("free")),
        )
    assertInvalid(trace)
  }

  /** The same scenarios, options and specification pass on the right version of the last two. */
  @Test
  fun waitQueue_rightVersion_passesTheScenarioOfItsTwins() {
    oneScenario(
        WaitQueueLincheckTest.RightPermits::class.java,
        PermitSpecification::class.java,
        listOf(call("acquire").cancelled(), call("free")),
        listOf(call("release"), call("free")),
      )
      .check(WaitQueueLincheckTest.RightPermits::class.java)
  }

  private fun Subject.findsFault(
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
    return Traces.keep(twin.simpleName, found.message!!)
  }

  private fun Subject.countsFault(
    name: String,
    count: Long,
    body: () -> String,
  ) {
    measure("twin", "found") {
      ScenarioCount.add()
      repeat(count.toInt()) { InvocationCount.add() }
      Traces.keep(name, body())
    }
  }

  private fun assertHung(trace: String) =
    assertTrue(trace.contains("has hung") || trace.contains("deadlock"), trace)

  private fun assertInvalid(trace: String) =
    assertTrue(trace.contains("Invalid execution results"), trace)

  private fun queueOf(mutex: Mutex<*>): Any? {
    val field = Mutex::class.java.superclass.getDeclaredField("queue")
    field.isAccessible = true
    return field.get(mutex)
  }
}
