package dev.interlock.benchmarks.harness;

import static dev.interlock.benchmarks.harness.Metric.ALLOCATION;
import static dev.interlock.benchmarks.harness.Metric.THROUGHPUT;
import static dev.interlock.benchmarks.harness.Target.oursAtMost;
import static dev.interlock.benchmarks.harness.Target.ratioOf;

import dev.interlock.benchmarks.workload.RwLockBenchmark;

/** Read-write locks. */
final class RwLockWorkloads {
  private static final double NO_BYTES = 0.5;

  private RwLockWorkloads() {}

  static void addTo(Catalogue catalogue) {
    locking(catalogue, "read", 1, true, "reads by one thread")
        .compare("guard", "StampedLock", THROUGHPUT, ratioOf(1.5))
        .compare("withRead", "StampedLock", THROUGHPUT)
        .compare("view", "ReentrantReadWriteLock", THROUGHPUT)
        .compare("guard", "StampedLockOptimistic", THROUGHPUT)
        .compare("guard", "ReentrantReadWriteLock", ALLOCATION, oursAtMost(NO_BYTES));
    locking(catalogue, "write", 1, true, "writes by one thread")
        .compare("guard", "StampedLock", THROUGHPUT)
        .compare("guard", "ReentrantReadWriteLock", THROUGHPUT);
    locking(catalogue, "read", 2, true, "2 threads read, each on its core")
        .compare("guard", "StampedLock", THROUGHPUT, ratioOf(2))
        .compare("guard", "ReentrantReadWriteLock", THROUGHPUT)
        .compare("view", "ReentrantReadWriteLock", THROUGHPUT)
        .compare("guard", "StampedLockOptimistic", THROUGHPUT);
    locking(catalogue, "mix", 2, true, "2 threads, each on its core, 5 of 100 write")
        .compare("guard", "ReentrantReadWriteLock", THROUGHPUT, ratioOf(1.5))
        .compare("guard", "ReentrantReadWriteLockFair", THROUGHPUT)
        .compare("strict", "ReentrantReadWriteLockFair", THROUGHPUT)
        .compare("guard", "StampedLock", THROUGHPUT)
        .compare("guard", "StampedLockOptimistic", THROUGHPUT);
    locking(catalogue, "mix", 8, false, "8 threads, 5 of 100 write")
        .compare("guard", "ReentrantReadWriteLock", THROUGHPUT)
        .compare("guard", "ReentrantReadWriteLockFair", THROUGHPUT)
        .compare("strict", "ReentrantReadWriteLockFair", THROUGHPUT)
        .compare("guard", "StampedLock", THROUGHPUT)
        // A detector makes turns strict: what that costs, and what is its own.
        .compare("watched", "guard", THROUGHPUT)
        .compare("watched", "strict", THROUGHPUT);
  }

  private static Workload locking(
      Catalogue catalogue, String method, int threads, boolean pinned, String about) {
    return catalogue
        .add(
            "rwlock-"
                + method
                + "-"
                + threads
                + (threads == 1 ? "-thread" : pinned ? "-threads-pinned" : "-threads"),
            about,
            RwLockBenchmark.class,
            method)
        .threads(threads)
        .param("pinned", pinned);
  }
}
