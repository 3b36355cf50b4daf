package dev.interlock.lincheck

import com.google.gson.GsonBuilder
import dev.interlock.verification.VerificationRow
import java.nio.file.Files
import java.nio.file.Path

/**
 * `target/verification.json`: the rows of this run, and those that earlier runs on other JDKs left
 * there. Written anew after each check, so that a run that is stopped leaves what it has.
 */
internal object VerificationFile {
  val path: Path = Path.of("target", "verification.json")

  private val gson = GsonBuilder().setPrettyPrinting().create()
  private val ofThisRun = ArrayList<VerificationRow>()

  @Synchronized
  fun add(row: VerificationRow) {
    ofThisRun.add(row)
    val kept = read().filter { old -> ofThisRun.none { it.isSameCheckAs(old) } }
    val rows =
      (kept + ofThisRun).sortedWith(
        compareBy({ it.jdk }, { it.structure }, { it.variant }, { it.check })
      )
    Files.createDirectories(path.parent)
    Files.writeString(path, gson.toJson(rows) + "\n")
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
