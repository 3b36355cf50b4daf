package dev.interlock.lincheck

import dev.interlock.verification.Matrix
import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.Assertions.assertTrue
import org.junit.jupiter.api.Test

/**
 * The matrix is made from results; runs after all others, in a run of its own (see the module's
 * `pom.xml`).
 */
class MatrixTest {
  private val rows = VerificationFile.read().filter { it.jdk == Runtime.version().feature() }

  /** Every structure has its rows: model checking, stress, and for most a broken twin. */
  @Test
  fun everyStructure_hasEachKindOfEvidence() {
    for (structure in WAITING_WITH_TWIN) {
      assertChecked(structure, listOf("model checking", "stress", Matrix.TWIN))
    }
    for (structure in WAITING) {
      assertChecked(structure, listOf("model checking", "stress"))
    }
    for (structure in TWINS_OF_LOCK_FREE) {
      assertChecked(structure, listOf(Matrix.TWIN))
    }
  }

  /** No structure has rows that nobody here asks for: it would lose them unnoticed. */
  @Test
  fun everyRow_isOfAStructureThatIsAskedFor() {
    val asked = WAITING_WITH_TWIN + WAITING + LOCK_FREE + TWINS_OF_LOCK_FREE
    assertEquals(emptyList<String>(), rows.map { it.structure }.distinct() - asked.toSet())
  }

  /** What is called lock-free is checked for obstruction freedom, every structure of it. */
  @Test
  fun everyLockFreeStructure_isCheckedForIt() {
    for (structure in LOCK_FREE) {
      assertChecked(structure, listOf(Matrix.NON_BLOCKING, "stress"))
    }
    for (structure in LOCK_FREE_WHILE_NOBODY_WAITS) {
      assertChecked(structure, listOf(Matrix.NON_BLOCKING))
    }
  }

  private fun assertChecked(structure: String, checks: List<String>) {
    for (check in checks) {
      assertTrue(
        rows.any { it.structure == structure && it.check == check },
        "$structure has no row of $check in ${VerificationFile.path}; run all tests of the module",
      )
    }
  }

  /** Each kind of channel and of mutex is a variant of its own, with both checks. */
  @Test
  fun everyVariant_hasBothChecks() {
    for (check in listOf("model checking", "stress")) {
      assertEquals(
        listOf("bounded(1)", "bounded(2)", "rendezvous()", "unbounded()"),
        variants("Channel", check),
      )
      assertEquals(
        listOf(
          "FIFO",
          "bypass bound 1",
          "bypass bound 2",
          "poisoning, FIFO",
          "poisoning, FIFO, whole sections",
          "poisoning, bypass bound 1",
        ),
        // The checker's model checking fails in its own code where a mutex is watched.
        variants("Mutex", check) - "watched by a detector",
      )
      assertEquals(listOf("its lock", "waiters"), variants("Wait queue", check))
    }
  }

  /** No row says that it failed, and none is empty. */
  @Test
  fun noRow_isFailedOrEmpty() {
    for (row in rows) {
      val name = "${row.structure}, ${row.variant}, ${row.check}"
      assertEquals(if (row.check == Matrix.TWIN) "found" else "passed", row.result, name)
      assertTrue(row.scenarios > 0 && row.invocations > 0, name)
    }
  }

  private fun variants(structure: String, check: String) =
    rows
      .filter { it.structure == structure && it.check == check }
      .map { it.variant }
      .distinct()
      .sorted()

  internal companion object {
    /** Structures at which callers wait, and of which a broken twin is kept. */
    private val WAITING_WITH_TWIN =
      listOf(
        "Barrier",
        "Channel",
        "Condition",
        "LockOrder",
        "Mutex",
        "OnceCell",
        "ReentrantMutex",
        "RwLock",
        "Semaphore",
        "Wait queue",
      )

    /** The others at which callers wait, asleep or not. */
    private val WAITING =
      listOf(
        "ClhLock",
        "CountDownLatch",
        "McsLock",
        "Notify",
        "SeqLock",
        "SpinLock",
        "StripedLocks",
        "TicketLock",
        "WaitGroup",
      )

    /** What else broken twins are kept of. */
    private val TWINS_OF_LOCK_FREE =
      listOf(
        "BoundedCounter",
        "Hazard pointers",
        "Injector",
        "LockFreeSkipListSet",
        "MichaelScottQueue",
        "MpmcArrayQueue",
        "MpmcUnboundedQueue",
        "MpscQueue",
        "Off-heap stack",
        "Philosophers",
        "ShardedCounter",
        "SpscRingBuffer",
        "StatisticsCounter",
        "TreiberStack",
        "Work-stealing deque",
      )

    /** Synchronizers that say that they are lock-free, or better, while nobody has to wait. */
    val LOCK_FREE_WHILE_NOBODY_WAITS =
      listOf(
        "CountDownLatch",
        "McsLock",
        "Notify",
        "OnceCell",
        "RwLock",
        "Semaphore",
        "SpinLock",
        "TicketLock",
        "WaitGroup",
      )

    /**
     * The structures that are called lock-free, or some of whose forms are, as the matrix names
     * them.
     */
    val LOCK_FREE =
      listOf(
        "BoundedCounter",
        "Epochs",
        "Hazard pointers",
        "Injector",
        "LockFreeCounter",
        "LockFreeSkipListSet",
        "MichaelScottQueue",
        "MpmcArrayQueue",
        "MpmcUnboundedQueue",
        "MpscQueue",
        "Off-heap queue",
        "Off-heap slab",
        "Off-heap stack",
        "PaddedAtomicLong",
        "PaddedAtomicReference",
        "RefCounted",
        "ShardedCounter",
        "SpscRingBuffer",
        "StatisticsCounter",
        "TaggedIndex",
        "TaggedReference",
        "TreiberStack",
        "Work-stealing deque",
      )
  }
}
