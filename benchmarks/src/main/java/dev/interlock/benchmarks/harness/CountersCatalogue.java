package dev.interlock.benchmarks.harness;

import static dev.interlock.benchmarks.harness.Metric.ALLOCATION;
import static dev.interlock.benchmarks.harness.Metric.FOOTPRINT;
import static dev.interlock.benchmarks.harness.Metric.THROUGHPUT;
import static dev.interlock.benchmarks.harness.Target.oursAtMost;
import static dev.interlock.benchmarks.harness.Target.ratioOf;

import dev.interlock.benchmarks.counter.CounterSubjects;
import dev.interlock.benchmarks.workload.CounterBenchmark;
import dev.interlock.benchmarks.workload.PaddingBenchmark;

/** Counters, and what padding is worth. */
final class CountersCatalogue {
  private static final double NO_BYTES = 0.5;

  private CountersCatalogue() {}

  static void addTo(Catalogue catalogue) {
    counting(catalogue, "counters-1-thread", 1, true);
    counting(catalogue, "counters-2-threads-pinned", 2, true);
    counting(catalogue, "counters-4-threads", 4, false);
    catalogue
        .add(
            "false-sharing-2-threads-pinned",
            "each of 2 threads adds to a word of its own",
            PaddingBenchmark.class,
            "increment")
        .threads(2)
        .compare("padded", "AtomicLongArray", THROUGHPUT, ratioOf(2));
    catalogue
        .addCounted(
            "counters-footprint-idle",
            "bytes of one more counter",
            s -> Footprint.of(() -> CounterSubjects.plain(s)))
        .compare("sharded", "LongAdder", FOOTPRINT, oursAtMost(32))
        .compare("counter", "AtomicLong", FOOTPRINT, oursAtMost(24))
        .compare("statistics", "statisticsReentrantLock", FOOTPRINT, oursAtMost(64));
  }

  private static void counting(Catalogue catalogue, String name, int threads, boolean pinned) {
    catalogue
        .add(
            name,
            threads + " threads count on one counter" + (pinned ? ", each on its core" : ""),
            CounterBenchmark.class,
            "increment")
        .threads(threads)
        .param("pinned", pinned)
        .compare("sharded", "LongAdder", THROUGHPUT, ratioOf(1.0))
        .compare("counter", "AtomicLong", THROUGHPUT, ratioOf(1.0))
        .compare("bounded", "AtomicLong", THROUGHPUT)
        .compare("statistics", "statisticsSynchronized", THROUGHPUT, ratioOf(1.0))
        .compare("statistics", "statisticsReentrantLock", THROUGHPUT, ratioOf(1.0))
        .compare("statistics", "statisticsByRecord", THROUGHPUT)
        .compare("statistics", "statisticsByRecord", ALLOCATION, oursAtMost(NO_BYTES));
  }
}
