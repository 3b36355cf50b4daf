package dev.interlock.benchmarks.harness;

import static dev.interlock.benchmarks.harness.Metric.ALLOCATION;
import static dev.interlock.benchmarks.harness.Metric.THROUGHPUT;
import static dev.interlock.benchmarks.harness.Target.oursAtMost;
import static dev.interlock.benchmarks.harness.Target.ratioOf;

import dev.interlock.benchmarks.workload.DeadlockDetectorBenchmark;

/** What it costs to be watched; the peer is the same mutex without a detector. */
final class DiagnosticsWorkloads {
  private DiagnosticsWorkloads() {}

  static void addTo(Catalogue catalogue) {
    catalogue
        .add(
            "detector-uncontended",
            "lock, count, unlock by one thread, watched",
            DeadlockDetectorBenchmark.class,
            "increment")
        .compare("watched", "guard", THROUGHPUT, ratioOf(0.95))
        .compare("watched", "guard", ALLOCATION, oursAtMost(0.5))
        .compare("watchedInOrder", "guard", THROUGHPUT);
    catalogue
        .add(
            "detector-2-threads",
            "lock, count, unlock by two threads, watched",
            DeadlockDetectorBenchmark.class,
            "increment")
        .threads(2)
        .compare("watched", "guard", THROUGHPUT)
        .compare("watchedInOrder", "guard", THROUGHPUT);
  }
}
