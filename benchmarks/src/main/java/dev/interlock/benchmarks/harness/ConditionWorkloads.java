package dev.interlock.benchmarks.harness;

import static dev.interlock.benchmarks.harness.Metric.THROUGHPUT;
import static dev.interlock.benchmarks.harness.Target.ratioOf;

import dev.interlock.benchmarks.workload.ConditionBenchmark;
import dev.interlock.benchmarks.workload.ReentrantBenchmark;

/** Conditions, and locks that are locked again. */
final class ConditionWorkloads {
  private ConditionWorkloads() {}

  static void addTo(Catalogue catalogue) {
    pingPong(catalogue, "condition-ping-pong-pinned", "2 threads, each on its core,")
        .param("pinned", true)
        .param("virtual", false);
    pingPong(catalogue, "condition-ping-pong", "2 threads")
        .param("pinned", false)
        .param("virtual", false);
    pingPong(catalogue, "condition-ping-pong-virtual", "2 virtual threads")
        .param("pinned", false)
        .param("virtual", true)
        .needs(Workload.Need.VIRTUAL_THREADS);
    reentrant(catalogue, "reentrant-uncontended", 1, 1, "lock, count, unlock by one owner");
    reentrant(
        catalogue, "reentrant-3-deep", 3, 1, "three sections within each other, by one owner");
    reentrant(
        catalogue,
        "reentrant-2-threads-pinned",
        1,
        2,
        "lock, count, unlock by 2 owners, each on its core");
  }

  private static void reentrant(
      Catalogue catalogue, String name, int depth, int threads, String about) {
    catalogue
        .add(name, about, ReentrantBenchmark.class, "increment")
        .threads(threads)
        .param("depth", depth)
        .param("pinned", threads > 1)
        .compare("reentrant", "ReentrantLock", THROUGHPUT, threads == 1 ? ratioOf(1.0) : null);
  }

  private static Workload pingPong(Catalogue catalogue, String name, String who) {
    return catalogue
        .add(name, who + " take turns by two conditions", ConditionBenchmark.class, "pingPong")
        .compare("predicate", "ReentrantLock", THROUGHPUT, ratioOf(1.0))
        .compare("guard", "ReentrantLock", THROUGHPUT, ratioOf(1.0))
        .compare("lockView", "ReentrantLock", THROUGHPUT, ratioOf(1.0))
        .compare("predicate", "synchronized", THROUGHPUT);
  }
}
