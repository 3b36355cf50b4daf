package dev.interlock.verification

import com.google.gson.Gson
import java.nio.file.Files
import java.nio.file.Path
import kotlin.system.exitProcess

/**
 * Writes the verification matrix from the results of runs: the table in `docs/verification.md` and
 * the summary in `README.md`, each between its two markers and nowhere else.
 *
 * Arguments: the root of the repository, then files of rows (`verification.json`), of one run or
 * several. Those that `?` stands before may be missing, as may what other modules have not run.
 */
public fun main(arguments: Array<String>) {
  if (arguments.size < 2) {
    System.err.println("usage: Matrix ROOT VERIFICATION_JSON...")
    exitProcess(2)
  }
  val root = Path.of(arguments[0])
  val wanted =
    arguments.drop(1).filterNot { it.startsWith("?") && !Files.exists(Path.of(it.drop(1))) }
  val files = wanted.map { Path.of(it.removePrefix("?")) }
  val missing = files.filterNot { Files.exists(it) }
  if (missing.isNotEmpty()) {
    System.err.println("no results in $missing: run the tests of lincheck-tests first")
    exitProcess(1)
  }
  val matrix = Matrix(files.flatMap { readRows(it) })
  replaceBlock(root.resolve("docs/verification.md"), "matrix", matrix.table())
  replaceBlock(root.resolve("README.md"), "verification", matrix.summary())
}

private fun readRows(file: Path): List<VerificationRow> =
  Gson().fromJson(Files.readString(file), Array<VerificationRow>::class.java).toList()

/** Replaces what stands between `<!-- name:begin -->` and `<!-- name:end -->`. */
internal fun replaceBlock(file: Path, name: String, block: String) {
  val begin = "<!-- $name:begin -->"
  val end = "<!-- $name:end -->"
  val text = Files.readString(file)
  val from = text.indexOf(begin)
  val to = text.indexOf(end)
  require(from in 0 until to) { "$file has no block between $begin and $end" }
  Files.writeString(
    file,
    text.substring(0, from + begin.length) + "\n" + block + text.substring(to),
  )
}

/** The rows as Markdown. */
public class Matrix(rows: List<VerificationRow>) {
  private val rows =
    rows
      .associateBy { listOf(it.structure, it.variant, it.check, it.jdk, it.deep) }
      .values
      .sortedWith(
        compareBy(
          { it.structure },
          { CHECKS.indexOf(it.check) },
          { it.variant },
          { it.jdk },
          { it.deep },
        )
      )

  /** Every row. */
  public fun table(): String = buildString {
    appendLine(
      "| structure | variant or fault | SCOPE | check | JDK | scenarios | invocations | result |"
    )
    appendLine("|---|---|---|---|---|---:|---:|---|")
    for (row in rows) {
      appendLine(
        "| ${row.structure} | ${row.variant} | ${row.scope} | ${row.check}${if (row.deep) ", deep" else ""} " +
          "| ${row.jdk} | ${grouped(row.scenarios)} | ${grouped(row.invocations)} | ${row.result} |"
      )
    }
  }

  /** One line for each structure. */
  public fun summary(): String = buildString {
    appendLine("| structure | model checking | stress | broken twins | JDK |")
    appendLine("|---|---|---|---|---|")
    // A deep run is in the full table; here it would hide how much each build checks.
    for ((structure, own) in rows.filterNot { it.deep }.groupBy { it.structure }) {
      val cells =
        listOf("model checking", "stress", TWIN).joinToString(" | ") { check ->
          cell(own.filter { it.check.startsWith(check) })
        }
      appendLine(
        "| $structure | $cells | ${own.map { it.jdk }.distinct().sorted().joinToString(", ")} |"
      )
    }
  }

  private fun cell(own: List<VerificationRow>): String {
    if (own.isEmpty()) return "none"
    val failed = own.count { it.result == "FAILED" }
    if (failed > 0) return "**$failed of ${own.size} FAILED**"
    if (own.first().check.startsWith(TWIN)) {
      val all = own.map { it.variant }.distinct()
      val found = own.filter { it.result == "found" }.map { it.variant }.distinct()
      return "${found.size} of ${all.size} found"
    }
    val nonBlocking =
      when (own.count { it.check == NON_BLOCKING }) {
        own.size -> ", obstruction-free"
        0 -> ""
        else -> ", obstruction-free while nobody waits"
      }
    return "${grouped(own.sumOf { it.scenarios })} scenarios, ${grouped(own.sumOf { it.invocations })} executions: passed$nonBlocking"
  }

  private fun grouped(n: Long) = "%,d".format(java.util.Locale.ROOT, n)

  public companion object {
    /** Broken twins. */
    public const val TWIN: String = "twin"

    /** Broken twins of the memory model, which the jcstress tests look for. */
    public const val TWIN_OF_MEMORY_MODEL: String = "twin, jcstress"

    /** Model checking in which a thread that runs alone must end. */
    public const val NON_BLOCKING: String = "model checking, obstruction-free"

    /** The checks in the order of the table. */
    public val CHECKS: List<String> =
      listOf("model checking", NON_BLOCKING, "stress", TWIN, TWIN_OF_MEMORY_MODEL)
  }
}
