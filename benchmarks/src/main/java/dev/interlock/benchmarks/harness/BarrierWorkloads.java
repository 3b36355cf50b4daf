package dev.interlock.benchmarks.harness;

import static dev.interlock.benchmarks.harness.Metric.ALLOCATION;
import static dev.interlock.benchmarks.harness.Metric.CPU;
import static dev.interlock.benchmarks.harness.Metric.TIME;
import static dev.interlock.benchmarks.harness.Target.ratioOf;

import dev.interlock.benchmarks.workload.BarrierBenchmark;
import dev.interlock.benchmarks.workload.BarrierCoroutinesBenchmark;
import dev.interlock.benchmarks.workload.LatchBenchmark;

/** Rounds of a barrier, and the latch. */
final class BarrierWorkloads {
  private BarrierWorkloads() {}

  static void addTo(Catalogue catalogue) {
    barrierOfThreads(catalogue);
    barrierOfCoroutines(catalogue);
    latch(catalogue);
  }

  private static void barrierOfThreads(Catalogue catalogue) {
    for (boolean pinned : new boolean[] {true, false}) {
      Workload two =
          catalogue
              .add(
                  "barrier-2-threads" + (pinned ? "-pinned" : "-free"),
                  "a round of 2 threads" + (pinned ? ", each on its core" : ""),
                  BarrierBenchmark.class,
                  "rounds")
              .param("parties", 2)
              .param("pinned", pinned);
      two.compare("interlock", "Phaser", TIME, pinned ? ratioOf(1.0) : null)
          .compare("interlock", "CyclicBarrier", TIME, pinned ? ratioOf(10) : null)
          .compare("interlock", "Phaser", CPU);
    }
    catalogue
        .add(
            "barrier-8-threads",
            "a round of 8 threads, placed by the system",
            BarrierBenchmark.class,
            "fewRounds")
        .param("parties", 8)
        .param("pinned", false)
        .compare("interlock", "Phaser", TIME)
        .compare("interlock", "CyclicBarrier", TIME);
    catalogue
        .add(
            "barrier-2-virtual-threads",
            "a round of 2 virtual threads",
            BarrierBenchmark.class,
            "roundsOfVirtualThreads")
        .param("parties", 2)
        .param("pinned", false)
        .needs(Workload.Need.VIRTUAL_THREADS)
        .compare("interlock", "Phaser", TIME)
        .compare("interlock", "CyclicBarrier", TIME);
  }

  private static void barrierOfCoroutines(Catalogue catalogue) {
    for (int parties : new int[] {2, 100}) {
      catalogue
          .add(
              "barrier-" + parties + "-coroutines",
              "a round of " + parties + " coroutines on two workers",
              BarrierCoroutinesBenchmark.class,
              parties == 2 ? "rounds" : "fewRounds")
          .param("parties", parties)
          .compare("interlock", "kotlinxSemaphore", TIME)
          .compare("interlock", "kotlinxSemaphore", ALLOCATION);
    }
  }

  private static void latch(Catalogue catalogue) {
    Class<?> benchmark = LatchBenchmark.class;
    catalogue
        .add("latch-count-down", "a count by one thread, nobody waits", benchmark, "countDown")
        .compare("interlock", "CountDownLatch", TIME, ratioOf(1.0));
    catalogue
        .add("latch-await-open", "await of an open latch", benchmark, "awaitOpen")
        .compare("interlock", "CountDownLatch", TIME, ratioOf(1.0));
    for (boolean pinned : new boolean[] {true, false}) {
      catalogue
          .add(
              "latch-hand-over" + (pinned ? "-pinned" : "-free"),
              "a latch opened by one thread, another goes on",
              benchmark,
              "handOver")
          .param("pinned", pinned)
          .compare("interlock", "CountDownLatch", TIME, pinned ? ratioOf(1.0) : null)
          .compare("interlock", "CountDownLatch", CPU);
    }
  }
}
