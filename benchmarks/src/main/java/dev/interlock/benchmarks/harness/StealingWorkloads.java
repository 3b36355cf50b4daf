package dev.interlock.benchmarks.harness;

import static dev.interlock.benchmarks.harness.Metric.ALLOCATION;
import static dev.interlock.benchmarks.harness.Metric.ALLOCATION_OF_THREADS;
import static dev.interlock.benchmarks.harness.Metric.THROUGHPUT;
import static dev.interlock.benchmarks.harness.Target.oursAtMost;
import static dev.interlock.benchmarks.harness.Target.ratioOf;

import dev.interlock.benchmarks.workload.WorkStealingBenchmark;

/** The work-stealing deque. The stretches are what crossbeam-deque reached on the machine of the targets. */
final class StealingWorkloads {
  private StealingWorkloads() {}

  static void addTo(Catalogue catalogue) {
    Class<?> benchmark = WorkStealingBenchmark.class;
    catalogue
        .add("deque-push-pop", "the owner pushes one and pops it", benchmark, "pushAndPop")
        .param("pinned", true)
        .compare("interlock", "textbook", THROUGHPUT, ratioOf(1.0, 89))
        .compare("interlock", "ForkJoinPool", THROUGHPUT, ratioOf(1.0))
        .compare("interlock", "ForkJoinPool", ALLOCATION, oursAtMost(0.5));
    catalogue
        .add("deque-push-pop-32", "the owner pushes 32, pops 32", benchmark, "pushSomeAndPop")
        .param("pinned", true)
        .compare("interlock", "textbook", THROUGHPUT, ratioOf(1.0))
        .compare("interlock", "ForkJoinPool", THROUGHPUT, ratioOf(1.0));
    for (boolean pinned : new boolean[] {true, false}) {
      String place = pinned ? "-pinned" : "-free";
      catalogue
          .add("deque-1-thief" + place, "1 pushes, 1 steals it all", benchmark, "pushAndSteal")
          .param("pinned", pinned)
          .compare("interlock", "textbook", THROUGHPUT, ratioOf(1.0, 75))
          .compare("interlock", "textbook", ALLOCATION_OF_THREADS);
      catalogue
          .add(
              "deque-owner-and-thief" + place,
              "1 pushes two and pops one, 1 steals the rest",
              benchmark,
              "pushPopAndSteal")
          .param("pinned", pinned)
          .compare("interlock", "textbook", THROUGHPUT);
    }
  }
}
