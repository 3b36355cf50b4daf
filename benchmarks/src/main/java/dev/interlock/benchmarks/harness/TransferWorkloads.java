package dev.interlock.benchmarks.harness;

import static dev.interlock.benchmarks.harness.Metric.ALLOCATION;
import static dev.interlock.benchmarks.harness.Metric.THROUGHPUT;

import dev.interlock.benchmarks.workload.TransferBenchmark;

/** Two locks at once. */
final class TransferWorkloads {
  private TransferWorkloads() {}

  static void addTo(Catalogue catalogue) {
    for (int threads : new int[] {1, 2, 4}) {
      catalogue
          .add(
              "transfer-" + threads + (threads == 1 ? "-thread" : "-threads"),
              "move one between two of 16 accounts under both locks, by " + threads,
              TransferBenchmark.class,
              "transfer")
          .threads(threads)
          .compare("total", "ReentrantLocksByNumber", THROUGHPUT)
          .compare("backingOff", "ReentrantLocksByNumber", THROUGHPUT)
          .compare("striped", "ReentrantLocksByNumber", THROUGHPUT)
          .compare("total", "OneReentrantLock", THROUGHPUT)
          .compare("total", "ReentrantLocksByNumber", ALLOCATION);
    }
  }
}
