package dev.interlock.benchmarks.harness;

import static dev.interlock.benchmarks.harness.Metric.ALLOCATION;
import static dev.interlock.benchmarks.harness.Metric.TIME;
import static dev.interlock.benchmarks.harness.Target.oursAtMost;
import static dev.interlock.benchmarks.harness.Target.ratioOf;

import dev.interlock.benchmarks.workload.OnceCellBenchmark;

/** Values that are made once. */
final class OnceWorkloads {
  /** Equal, but for what two measurements of the same thing differ. */
  private static final double EQUAL = 0.95;

  private static final double NO_BYTES = 0.5;

  private OnceWorkloads() {}

  static void addTo(Catalogue catalogue) {
    for (int threads : new int[] {1, 2}) {
      catalogue
          .add(
              "once-hit-" + threads + (threads == 1 ? "-thread" : "-threads"),
              "a value that is there is asked for",
              OnceCellBenchmark.class,
              "hit")
          .threads(threads)
          .compare("cell", "volatileRead", TIME, ratioOf(EQUAL))
          .compare("cell", "doubleChecked", TIME, ratioOf(EQUAL))
          .compare("lazy", "volatileRead", TIME, ratioOf(EQUAL))
          .compare("cell", "ConcurrentHashMap", TIME)
          .compare("cell", "doubleChecked", ALLOCATION, oursAtMost(NO_BYTES));
    }
    catalogue
        .add(
            "once-create-and-get",
            "a fresh object makes its value, nobody else asks",
            OnceCellBenchmark.class,
            "createAndGet")
        .compare("cell", "doubleChecked", TIME)
        .compare("lazy", "doubleChecked", TIME);
  }
}
