package dev.interlock.lincheck

import dev.interlock.annotation.Progress
import dev.interlock.annotation.ProgressGuarantee
import java.lang.reflect.Modifier
import java.nio.file.FileSystems
import java.nio.file.Files
import java.nio.file.Path
import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.Assertions.assertTrue
import org.junit.jupiter.api.Test

/**
 * What says of itself that it is lock-free or better is checked for it, or stands here with a
 * reason.
 */
class LockFreeListTest {
  private val exceptions =
    mapOf(
      "Backoff" to "belongs to one thread: there is nothing that another could see or delay",
      "HazardReport" to "a record, made once",
      "ReclamationFigures" to "a record of numbers, made once",
      "SlotAccess" to "what the slab gives to callbacks, not a structure",
      "StallReport" to "a record, made once",
    )

  /** Structures that the matrix calls by another name than that of their class. */
  private val aliases = mapOf("EpochDomain" to "Epochs")

  /** The list, without regard to spaces, hyphens and capitals. */
  private val list = MatrixTest.LOCK_FREE.map(::plain).toSet()

  private fun plain(name: String) = name.filter { it.isLetterOrDigit() }.lowercase()

  private fun isListed(type: String) = plain(aliases[type] ?: type) in list

  /** Nothing is left out of the list by forgetting. */
  @Test
  fun everyLockFreeClass_isInTheListOrExcused() {
    val promised = promisedClasses()
    val left = promised.filterNot(::isListed) - exceptions.keys
    assertEquals(emptyList<String>(), left, "neither in MatrixTest.LOCK_FREE nor excused here")
    assertTrue(promised.size >= 9, "too few classes found: $promised")
  }

  /** No excuse is kept for what is gone, or for what is checked. */
  @Test
  fun exceptions_noneIsStale() {
    assertEquals(emptySet<String>(), exceptions.keys + aliases.keys - promisedClasses())
    assertEquals(emptyList<String>(), exceptions.keys.filter(::isListed))
  }

  /** Synchronizers whose words about progress are of something else than what is checked. */
  private val excusedSynchronizers =
    mapOf(
      "Lazy" to "a OnceCell that knows its initialiser; the hit is the same code",
      "Owner" to "a handle without state",
      "ReentrantMutex" to "locks again and unlocks what it has: nobody else takes part",
      "SeqLock" to "tryRead, one pass; its class of operations has it",
      "SpinningLock" to "what SpinLock, TicketLock and McsLock are, which are listed",
    )

  /**
   * A synchronizer waits, and so has no annotation for its class; but what its documentation calls
   * lock-free or wait-free is checked too, as long as nobody waits.
   */
  @Test
  fun everySynchronizerThatSaysLockFree_isCheckedWhileNobodyWaits() {
    val saying =
      synchronizers().filter { "lock-free" in it.value || "wait-free" in it.value.lowercase() }
    val listed = MatrixTest.LOCK_FREE_WHILE_NOBODY_WAITS
    assertEquals(emptySet<String>(), saying.keys - listed - excusedSynchronizers.keys)
    assertEquals(emptySet<String>(), excusedSynchronizers.keys - saying.keys, "excused and silent")
    // Those that inherit the words of SpinningLock do not say them themselves.
    val inheriting = setOf("McsLock", "SpinLock", "TicketLock")
    assertEquals(emptySet<String>(), listed.toSet() - saying.keys - inheriting, "listed and silent")
  }

  /** The paragraph about progress of each class of the package, by the name of the class. */
  private fun synchronizers(): Map<String, String> {
    val sources = Path.of("..", "java-core", "src", "main", "java", "dev", "interlock", "sync")
    val words = HashMap<String, String>()
    Files.list(sources).use { files ->
      for (file in files) {
        val text = Files.readString(file).replace(Regex("\\s+\\*?\\s*"), " ")
        val progress = text.substringAfter("<p><b>Progress.</b>", "").substringBefore("<p><b>")
        words[file.fileName.toString().removeSuffix(".java")] = progress
      }
    }
    assertTrue(words.values.count { it.isNotEmpty() } > 10, "too few: $words")
    return words
  }

  /** The public top-level classes that promise lock freedom or wait freedom as a whole. */
  private fun promisedClasses(): Set<String> =
    listOf("atomic", "reclaim", "collection")
      .flatMap { classesOf("dev.interlock.$it") }
      .filter { Modifier.isPublic(it.modifiers) && it.enclosingClass == null }
      .filter {
        val promise = it.getAnnotation(ProgressGuarantee::class.java)?.value
        promise == Progress.LOCK_FREE || promise == Progress.WAIT_FREE
      }
      .map { it.simpleName }
      .toSet()

  /** The classes of a package, from the directory or the jar that the core was loaded from. */
  private fun classesOf(name: String): List<Class<*>> {
    val core = Path.of(ProgressGuarantee::class.java.protectionDomain.codeSource.location.toURI())
    return if (Files.isDirectory(core)) {
      classesIn(core.resolve(name.replace('.', '/')), name)
    } else {
      FileSystems.newFileSystem(core).use { classesIn(it.getPath(name.replace('.', '/')), name) }
    }
  }

  private fun classesIn(directory: Path, name: String): List<Class<*>> =
    if (!Files.isDirectory(directory)) {
      emptyList()
    } else {
      Files.list(directory).use { files ->
        files
          .map { it.fileName.toString() }
          .filter { it.endsWith(".class") && it != "package-info.class" }
          .map<Class<*>> { Class.forName(name + "." + it.removeSuffix(".class"), false, loader) }
          .toList()
      }
    }

  private val loader = ProgressGuarantee::class.java.classLoader
}
