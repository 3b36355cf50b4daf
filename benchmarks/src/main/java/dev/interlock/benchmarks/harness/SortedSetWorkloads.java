package dev.interlock.benchmarks.harness;

import static dev.interlock.benchmarks.harness.Metric.ALLOCATION;
import static dev.interlock.benchmarks.harness.Metric.THROUGHPUT;

import dev.interlock.benchmarks.workload.SortedSetBenchmark;

/** The sorted set beside the JDK's; to be read, without targets. */
final class SortedSetWorkloads {
  private SortedSetWorkloads() {}

  static void addTo(Catalogue catalogue) {
    for (int threads : new int[] {1, 2}) {
      for (String method : new String[] {"contains", "mix", "pollAndAdd"}) {
        String name =
            switch (method) {
              case "contains" -> "contains";
              case "mix" -> "mix";
              default -> "poll-add";
            };
        catalogue
            .add(
                "sorted-set-" + name + "-" + threads + (threads == 1 ? "-thread" : "-threads"),
                "32,768 of 65,536 keys, " + threads + (threads == 1 ? " thread" : " threads"),
                SortedSetBenchmark.class,
                method)
            .threads(threads)
            .param("range", 65536)
            .compare("interlock", "ConcurrentSkipListSet", THROUGHPUT)
            .compare("interlock", "ConcurrentSkipListSet", ALLOCATION);
      }
    }
  }
}
