package dev.interlock.benchmarks.harness;

import static dev.interlock.benchmarks.harness.Metric.ALLOCATION;
import static dev.interlock.benchmarks.harness.Metric.CPU;
import static dev.interlock.benchmarks.harness.Metric.NEIGHBOUR;
import static dev.interlock.benchmarks.harness.Metric.THROUGHPUT;
import static dev.interlock.benchmarks.harness.Metric.TIME;
import static dev.interlock.benchmarks.harness.Target.oursAtMost;
import static dev.interlock.benchmarks.harness.Target.ratioOf;

import dev.interlock.benchmarks.workload.SeqLockBenchmark;
import dev.interlock.benchmarks.workload.SpinLockBenchmark;
import dev.interlock.benchmarks.workload.SpinLockSectionsBenchmark;

/** Locks that spin, where they win and where they lose; and records under a sequence lock. */
final class SpinAndSeqLockWorkloads {
  private static final double NO_BYTES = 0.5;

  private SpinAndSeqLockWorkloads() {}

  static void addTo(Catalogue catalogue) {
    spinning(catalogue, "spin-locks-1-thread", 1, false);
    spinning(catalogue, "spin-locks-2-threads-pinned", 2, true);
    spinning(catalogue, "spin-locks-16-threads", 16, false);
    longSections(catalogue);
    for (int threads : new int[] {1, 2}) {
      records(catalogue, "read", threads)
          .compare("interlock", "StampedLock", TIME, ratioOf(0.9))
          .compare("copied", "StampedLock", TIME)
          .compare("interlock", "ReentrantReadWriteLock", TIME)
          .compare("interlock", "volatileRecord", TIME)
          .compare("interlock", "StampedLock", ALLOCATION, oursAtMost(NO_BYTES));
    }
    records(catalogue, "mixed", 2)
        .compare("interlock", "StampedLock", TIME)
        .compare("interlock", "ReentrantReadWriteLock", TIME)
        .compare("interlock", "volatileRecord", TIME);
  }

  private static void spinning(Catalogue catalogue, String name, int threads, boolean pinned) {
    Workload workload =
        catalogue
            .add(
                name,
                "lock, count, unlock by "
                    + threads
                    + (threads == 1 ? " thread" : " threads")
                    + (pinned ? ", each on its core" : ""),
                SpinLockBenchmark.class,
                "increment")
            .threads(threads)
            .param("pinned", pinned);
    for (String ours : new String[] {"spin", "ticket", "mcs", "clh"}) {
      workload
          .compare(ours, "ReentrantLock", THROUGHPUT)
          .compare(ours, "ReentrantLockFair", THROUGHPUT);
    }
  }

  /** Where they lose: sections that take some time, more threads than processors, and other work. */
  private static void longSections(Catalogue catalogue) {
    Workload workload =
        catalogue.add(
            "spin-locks-8-threads-beside-neighbour",
            "lock, work for some microseconds, unlock by 8 threads, beside a thread that computes",
            SpinLockSectionsBenchmark.class,
            "besideNeighbour");
    for (String ours : new String[] {"spin", "ticket", "mcs", "clh", "mutex"}) {
      workload
          .compare(ours, "ReentrantLock", THROUGHPUT)
          .compare(ours, "ReentrantLock", CPU)
          .compare(ours, "ReentrantLock", NEIGHBOUR);
    }
  }

  private static Workload records(Catalogue catalogue, String method, int threads) {
    return catalogue
        .add(
            "seqlock-" + method + "-" + threads + (threads == 1 ? "-thread" : "-threads"),
            method.equals("read")
                ? "a record of four longs is read"
                : "the same, one call of twenty writes it",
            SeqLockBenchmark.class,
            method)
        .threads(threads);
  }
}
