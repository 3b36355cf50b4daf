package dev.interlock.lincheck

import com.google.gson.GsonBuilder
import dev.interlock.verification.VerificationRow
import java.nio.channels.FileChannel
import java.nio.file.Files
import java.nio.file.Path
import java.nio.file.StandardCopyOption.ATOMIC_MOVE
import java.nio.file.StandardCopyOption.REPLACE_EXISTING
import java.nio.file.StandardOpenOption.CREATE
import java.nio.file.StandardOpenOption.WRITE

/**
 * `target/verification.json`: the rows of this run, and those that earlier runs on other JDKs left
 * there. Written anew after each check, so that a run that is stopped leaves what it has. The
 * classes run in several processes, of which one at a time has the lock file.
 */
internal object VerificationFile {
  val path: Path = Path.of("target", "verification.json")

  private val gson = GsonBuilder().setPrettyPrinting().create()
  private val ofThisRun = ArrayList<VerificationRow>()

  @Synchronized
  fun add(row: VerificationRow) {
    Files.createDirectories(path.parent)
    FileChannel.open(path.resolveSibling("verification.lock"), CREATE, WRITE).use {
      it.lock()
      addAlone(row)
    }
  }

  private fun addAlone(row: VerificationRow) {
    ofThisRun.add(row)
    val kept = read().filter { old -> ofThisRun.none { it.isSameCheckAs(old) } }
    val rows =
      (kept + ofThisRun).sortedWith(
        compareBy({ it.jdk }, { it.structure }, { it.variant }, { it.check })
      )
    val whole = Files.writeString(path.resolveSibling("verification.new"), gson.toJson(rows) + "\n")
    Files.move(whole, path, ATOMIC_MOVE, REPLACE_EXISTING)
  }

  @Synchronized
  fun read(): List<VerificationRow> {
    if (!Files.exists(path)) {
      return emptyList()
    }
    return gson.fromJson(Files.readString(path), Array<VerificationRow>::class.java).toList()
  }

  private fun VerificationRow.isSameCheckAs(other: VerificationRow) =
    structure == other.structure &&
      variant == other.variant &&
      check == other.check &&
      jdk == other.jdk &&
      deep == other.deep
}
