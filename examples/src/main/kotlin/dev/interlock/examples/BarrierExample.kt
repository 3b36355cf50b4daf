package dev.interlock.examples

import dev.interlock.coroutines.suspending
import dev.interlock.sync.Barrier
import java.util.concurrent.atomic.AtomicInteger
import kotlin.math.abs
import kotlin.time.Duration.Companion.microseconds
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.launch
import kotlinx.coroutines.runBlocking
import picocli.CommandLine.Command
import picocli.CommandLine.Option

/**
 * A plate that is hot at one edge, and how the heat spreads: each cell becomes the mean of its
 * neighbours, step by step. The rows are shared out in bands; half of the bands are computed by
 * threads, half by coroutines, and nobody begins a step before all have ended the last: one barrier
 * for both kinds. Its action, run by whoever comes last, swaps the two grids and notes how much
 * changed.
 *
 * One party is impatient: it waits for a moment only, does something else, and arrives again. Its
 * arrivals that came to nothing are withdrawn, and the others never notice.
 */
@Command(
  name = "simulation",
  description =
    ["Lets heat spread over a plate in bands: threads and coroutines, parties of one barrier."],
)
internal class BarrierExample : Example("D5", "G1") {
  @Option(names = ["--bands"], paramLabel = "N", description = ["How many parties share the rows."])
  private var bands = 4

  @Option(names = ["--rows"], paramLabel = "N", description = ["How many rows the plate has."])
  private var rows = 64

  @Option(names = ["--columns"], paramLabel = "N", description = ["And how many columns."])
  private var columns = 96

  @Option(names = ["--steps"], paramLabel = "N", description = ["How many steps to compute."])
  private var steps = 400

  override fun run() {
    requireBetween(2, MAX_THREADS, "--bands", bands)
    requireBetween(bands, 10_000, "--rows", rows)
    requireBetween(3, 10_000, "--columns", columns)
    requireAtLeast(1, "--steps", steps)

    val plate = Plate(rows, columns)
    val changes = DoubleArray(bands) // each party's own, read by the action
    val changed = ArrayList<Double>() // written by the action alone
    val barrier =
      Barrier.named("step", bands) { step ->
        plate.swap()
        changed += changes.max()
        check(step == changed.size - 1L) { "the action of step $step came out of turn" }
      }
    val led = IntArray(bands)
    val gaveUp = AtomicInteger()

    val threads = bands / 2
    val running =
      List(threads) { band ->
        Threads.startPlatform("band-$band") {
          repeat(steps) {
            changes[band] = plate.compute(band, bands)
            if (barrier.awaitUninterruptibly().leader()) led[band]++
          }
        }
      }
    runBlocking(Dispatchers.Default) {
      for (band in threads until bands) {
        launch {
          repeat(steps) {
            changes[band] = plate.compute(band, bands)
            var passage =
              if (band == bands - 1) barrier.suspending.await(20.microseconds)
              else barrier.suspending.await()
            while (passage == null) { // the impatient one
              gaveUp.incrementAndGet()
              passage = barrier.suspending.await(20.microseconds)
            }
            if (passage.leader()) led[band]++
          }
        }
      }
    }
    running.forEach(Thread::join)

    val table = Tables().text("party", 12).number("rows").number("rounds led")
    for (band in 0 until bands) {
      val kind = if (band < threads) "thread" else "coroutine"
      table.row("$kind $band", plate.rowsOf(band, bands).count(), led[band])
    }
    out().println(table)
    out().println("The impatient party withdrew ${gaveUp.get()} arrivals.")
    out().println("Change in the first step: ${changed.first()}, in the last: ${changed.last()}")

    val alone = Plate(rows, columns)
    repeat(steps) {
      alone.compute(0, 1)
      alone.swap()
    }
    check(plate.sameAs(alone), "the plate is the same as when one computes it alone, bit by bit")
    check(led.sum() == steps, "each of $steps rounds had one leader")
    check(changed.size == steps, "and its action ran once")
    check(
      barrier.round() == steps.toLong() && barrier.arrived() == 0 && !barrier.isBroken,
      "nobody is left at the barrier",
    )
  }

  /** Two grids: one is read, the other is written, and between two steps they are swapped. */
  private class Plate(private val rows: Int, private val columns: Int) {
    private var now = Array(rows) { DoubleArray(columns) }
    private var next = Array(rows) { DoubleArray(columns) }

    init {
      now[0].fill(100.0)
      next[0].fill(100.0)
    }

    fun swap() {
      now = next.also { next = now }
    }

    fun rowsOf(band: Int, bands: Int) = rows * band / bands until rows * (band + 1) / bands

    /** Computes the rows of a band; gives the largest change. */
    fun compute(band: Int, bands: Int): Double {
      var largest = 0.0
      for (row in rowsOf(band, bands)) {
        if (row == 0 || row == rows - 1) continue // the edges stay as they are
        for (column in 1 until columns - 1) {
          val mean =
            (now[row - 1][column] +
              now[row + 1][column] +
              now[row][column - 1] +
              now[row][column + 1]) / 4
          largest = maxOf(largest, abs(mean - now[row][column]))
          next[row][column] = mean
        }
      }
      return largest
    }

    fun sameAs(other: Plate) = now.contentDeepEquals(other.now)
  }
}
