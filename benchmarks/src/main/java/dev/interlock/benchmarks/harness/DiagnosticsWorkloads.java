package dev.interlock.benchmarks.harness;

import static dev.interlock.benchmarks.harness.Metric.ALLOCATION;
import static dev.interlock.benchmarks.harness.Metric.THROUGHPUT;
import static dev.interlock.benchmarks.harness.Target.oursAtMost;
import static dev.interlock.benchmarks.harness.Target.ratioOf;

import dev.interlock.benchmarks.workload.DeadlockDetectorBenchmark;
import dev.interlock.benchmarks.workload.RwLockDetectorBenchmark;

/** What it costs to be watched; the peer is the same lock without a detector. */
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
    catalogue
        .add(
            "detector-rwlock-uncontended",
            "read-lock and unlock, write-lock, count and unlock, by one thread, watched",
            RwLockDetectorBenchmark.class,
            "section")
        .compare("readingWatched", "reading", THROUGHPUT, ratioOf(0.95))
        .compare("readingWatched", "reading", ALLOCATION, oursAtMost(0.5))
        .compare("readingSpreadWatched", "readingSpread", THROUGHPUT, ratioOf(0.95))
        .compare("writingWatched", "writing", THROUGHPUT, ratioOf(0.95));
    catalogue
        .add(
            "detector-rwlock-2-threads",
            "read-lock and unlock, write-lock, count and unlock, by two threads, watched",
            RwLockDetectorBenchmark.class,
            "section")
        .threads(2)
        .compare("readingWatched", "reading", THROUGHPUT)
        .compare("readingSpreadWatched", "readingSpread", THROUGHPUT)
        .compare("writingWatched", "writing", THROUGHPUT);
  }
}
