package dev.interlock.coroutines

import java.io.File
import org.jetbrains.kotlin.abi.tools.AbiFilters
import org.jetbrains.kotlin.abi.tools.AbiTools
import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.Test

/**
 * What compiled callers of this module link to, against the record in `api/kotlin-async.api`: names
 * of value classes are mangled and inline functions call in, so that the sources do not show it.
 *
 * After an intended change, write the record anew and commit it with the change:
 * ```
 * ./mvnw test -pl kotlin-async -am -Dtest=AbiTest -Dsurefire.failIfNoSpecifiedTests=false \
 *   -Dinterlock.abi.update=true
 * ```
 */
class AbiTest {
  private val record = File("api/kotlin-async.api")

  /** The public surface is the recorded one. */
  @Test
  fun publicSurface_asRecorded() {
    val classes =
      File("target/classes")
        .walk()
        .filter { it.extension == "class" && it.name != "module-info.class" }
        .sorted()
        .toList()
    val dump = buildString {
      AbiTools.getInstance().printJvmDump(this, classes, AbiFilters.EMPTY)
    }
    if (System.getProperty("interlock.abi.update") == "true") {
      record.parentFile.mkdirs()
      record.writeText(dump)
    }
    assertEquals(record.readText(), dump, "see the comment of this class")
  }
}
