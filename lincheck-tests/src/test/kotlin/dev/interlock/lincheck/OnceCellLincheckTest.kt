package dev.interlock.lincheck

import dev.interlock.sync.OnFailure
import dev.interlock.sync.OnceCell
import dev.interlock.sync.OnceClaim
import dev.interlock.verification.OnceCellSpecification
import dev.interlock.verification.OnceCellSpecification.Companion.ROLE
import java.time.Duration
import org.jetbrains.lincheck.datastructures.IntGen
import org.jetbrains.lincheck.datastructures.Operation
import org.jetbrains.lincheck.datastructures.Param
import org.jetbrains.lincheck.datastructures.ThreadIdGen
import org.junit.jupiter.api.Test

/**
 * Every pair of operations of a cell is linearizable: one has the role, the next gets it in order,
 * cancelled or not.
 *
 * `getOrInit` is checked apart from `set`, and as what it is for those who ask: it takes the role
 * and sets the value, and between the two steps a `set` is refused by a cell that has no value yet.
 * As two operations, `claim` and `complete`, both steps are checked beside `set`.
 *
 * Left out: `waiting`, a figure for monitoring. The value is set before those who waited for it are
 * unlinked, so that `tryGet` may say 1 and `waiting`, after it, 1 as well. Recursion: who is the
 * initialiser's thread is nothing that a specification of calls can say. It has its contract tests.
 * `Lazy` is the same protocol under one more field.
 */
class OnceCellLincheckTest {
  /** Each thread of a scenario holds one role at most. */
  abstract class CellOperations(onFailure: OnFailure) : Operations() {
    private val cell = OnceCell.create<Int>(onFailure)
    private val roles = arrayOfNulls<OnceClaim<Int>>(THREADS)

    @Operation(cancellableOnSuspension = true, promptCancellation = true)
    suspend fun claim(@Param(gen = ThreadIdGen::class) thread: Int): Int {
      if (roles[thread] != null) return HELD
      val claim = cell.claimAsync().awaitWatched()
      if (!claim.isInitialiser) return claim.get()
      roles[thread] = claim
      return ROLE
    }

    @Operation(cancellableOnSuspension = true, promptCancellation = true)
    suspend fun get(): Int = cell.getAsync().awaitWatched()

    @Operation(cancellableOnSuspension = false) suspend fun getBlocking(): Int = cell.get()

    @Operation fun tryGet(): Int? = cell.tryGet()

    @Operation fun set(@Param(gen = IntGen::class, conf = "1:2") made: Int) = cell.set(made)

    @Operation
    fun complete(@Param(gen = ThreadIdGen::class) thread: Int): Boolean =
      withRole(thread) { it.set(3) }

    @Operation
    fun fail(@Param(gen = ThreadIdGen::class) thread: Int): Boolean =
      withRole(thread) { it.fail(IllegalArgumentException()) }

    @Operation
    fun release(@Param(gen = ThreadIdGen::class) thread: Int): Boolean =
      withRole(thread) { it.close() }

    private inline fun withRole(
      thread: Int,
      action: (OnceClaim<Int>) -> Unit,
    ): Boolean {
      val role = roles[thread] ?: return false
      roles[thread] = null
      action(role)
      return true
    }
  }

  class Retrying : CellOperations(OnFailure.RETRY)

  class Remembering : CellOperations(OnFailure.REMEMBER)

  abstract class Specification(remembers: Boolean) {
    private val cell = OnceCellSpecification(remembers)
    private val roles = BooleanArray(THREADS)

    suspend fun claim(thread: Int): Int {
      if (roles[thread]) return HELD
      val claimed = cell.claim()
      roles[thread] = claimed == ROLE
      return claimed
    }

    suspend fun get() = cell.get()

    suspend fun getBlocking() = cell.get()

    fun tryGet() = cell.tryGet()

    fun set(made: Int) = cell.set(made)

    fun complete(thread: Int) = withRole(thread) { cell.complete(3) }

    fun fail(thread: Int) = withRole(thread) { cell.fail() }

    fun release(thread: Int) = withRole(thread) { cell.release() }

    private inline fun withRole(
      thread: Int,
      action: () -> Unit,
    ): Boolean {
      if (!roles[thread]) return false
      roles[thread] = false
      action()
      return true
    }

    override fun equals(other: Any?) =
      other is Specification && cell == other.cell && roles.contentEquals(other.roles)

    override fun hashCode() = 31 * cell.hashCode() + roles.contentHashCode()
  }

  class RetryingSpecification : Specification(false)

  class RememberingSpecification : Specification(true)

  /** Whole initialisations. */
  class MakingOperations : Operations() {
    private val cell = OnceCell.create<Int>()

    @Operation(cancellableOnSuspension = true, promptCancellation = true)
    suspend fun getOrInit(@Param(gen = IntGen::class, conf = "1:2") made: Int): Int =
      cell.getOrInitAsync { made }.awaitWatched()

    /** Waits as a thread. */
    @Operation(cancellableOnSuspension = false)
    suspend fun getOrInitBlocking(@Param(gen = IntGen::class, conf = "1:2") made: Int): Int =
      cell.getOrInit {
        made
      }

    @Operation(cancellableOnSuspension = true, promptCancellation = true)
    suspend fun get(): Int = cell.getAsync().awaitWatched()

    @Operation(cancellableOnSuspension = false) suspend fun getBlocking(): Int = cell.get()

    @Operation fun getWithoutTime(): Int? = cell.get(Duration.ZERO)

    @Operation fun tryGet(): Int? = cell.tryGet()
  }

  class MakingSpecification {
    private val cell = OnceCellSpecification(false)

    suspend fun getOrInit(made: Int) = cell.getOrInit(made)

    suspend fun getOrInitBlocking(made: Int) = cell.getOrInit(made)

    suspend fun get() = cell.get()

    suspend fun getBlocking() = cell.get()

    fun getWithoutTime() = cell.getNow()

    fun tryGet() = cell.tryGet()

    override fun equals(other: Any?) = other is MakingSpecification && cell == other.cell

    override fun hashCode() = cell.hashCode()
  }

  private val making = Subject("OnceCell", "whole initialisations", "A12")
  private val retrying = Subject("OnceCell", "failures retried", "A12")
  private val remembering = Subject("OnceCell", "failures remembered", "A12")

  @Test
  fun everyPair_making_modelChecking() =
    making.modelCheck(MakingOperations::class.java, MakingSpecification::class.java)

  @Test
  fun everyPair_making_stress() =
    making.stress(MakingOperations::class.java, MakingSpecification::class.java)

  @Test
  fun everyPair_retrying_modelChecking() =
    retrying.modelCheck(Retrying::class.java, RetryingSpecification::class.java)

  @Test
  fun everyPair_retrying_stress() =
    retrying.stress(Retrying::class.java, RetryingSpecification::class.java)

  @Test
  fun everyPair_remembering_modelChecking() =
    remembering.modelCheck(Remembering::class.java, RememberingSpecification::class.java)

  @Test
  fun everyPair_remembering_stress() =
    remembering.stress(Remembering::class.java, RememberingSpecification::class.java)

  private companion object {
    /** Thread ids of a scenario, the parts before and after included, are smaller. */
    const val THREADS = 6

    const val HELD = -2
  }
}
