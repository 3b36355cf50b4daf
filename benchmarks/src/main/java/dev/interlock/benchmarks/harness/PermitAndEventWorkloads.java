package dev.interlock.benchmarks.harness;

import static dev.interlock.benchmarks.harness.Metric.ALLOCATION;
import static dev.interlock.benchmarks.harness.Metric.CPU;
import static dev.interlock.benchmarks.harness.Metric.THROUGHPUT;
import static dev.interlock.benchmarks.harness.Metric.TIME;
import static dev.interlock.benchmarks.harness.Target.oursAtMost;
import static dev.interlock.benchmarks.harness.Target.ratioOf;

import dev.interlock.benchmarks.workload.NotifyBenchmark;
import dev.interlock.benchmarks.workload.NotifyCoroutinesBenchmark;
import dev.interlock.benchmarks.workload.SemaphoreCoroutinesBenchmark;

/** The semaphore of coroutines, and the event without a value. */
final class PermitAndEventWorkloads {
  private static final double NO_BYTES = 0.5;

  private PermitAndEventWorkloads() {}

  static void addTo(Catalogue catalogue) {
    semaphore(catalogue);
    eventOfThreads(catalogue);
    eventOfCoroutines(catalogue);
  }

  private static void semaphore(Catalogue catalogue) {
    catalogue
        .add(
            "semaphore-10-1000-coroutines",
            "take a permit of 10, count, return it, by 1,000 coroutines on two workers",
            SemaphoreCoroutinesBenchmark.class,
            "use")
        .compare("interlock", "kotlinx", THROUGHPUT, ratioOf(1.0))
        .compare("interlock", "kotlinx", ALLOCATION, oursAtMost(NO_BYTES))
        .compare("nothing", "kotlinx", ALLOCATION);
    catalogue
        .add(
            "semaphore-10-1000-coroutines-waiting",
            "the same, and who has a permit lets others run: 10 have one, the others wait",
            SemaphoreCoroutinesBenchmark.class,
            "useAndYield")
        .compare("interlock", "kotlinx", THROUGHPUT, ratioOf(1.0))
        .compare("interlock", "kotlinx", ALLOCATION)
        .compare("nothing", "kotlinx", ALLOCATION);
  }

  private static void eventOfThreads(Catalogue catalogue) {
    Class<?> benchmark = NotifyBenchmark.class;
    catalogue
        .add("notify-kept", "one thread signals an event and takes it", benchmark, "signalAndTake")
        .compare("interlock", "Semaphore", TIME)
        .compare("interlock", "LockSupport", TIME)
        .compare("interlock", "Semaphore", ALLOCATION, oursAtMost(NO_BYTES));
    for (boolean pinned : new boolean[] {true, false}) {
      pingPong(
              catalogue,
              "notify-ping-pong" + (pinned ? "-pinned" : "-free"),
              "2 threads" + (pinned ? ", each on its core," : ""))
          .param("pinned", pinned)
          .compare("interlock", "Semaphore", CPU)
          .compare("interlock", "LockSupport", CPU);
    }
    pingPong(catalogue, "notify-ping-pong-virtual", "2 virtual threads")
        .param("virtual", true)
        .needs(Workload.Need.VIRTUAL_THREADS);
  }

  private static Workload pingPong(Catalogue catalogue, String name, String who) {
    return catalogue
        .add(name, who + " signal each other in turns", NotifyBenchmark.class, "pingPong")
        .compare("interlock", "Semaphore", TIME)
        .compare("interlock", "LockSupport", TIME);
  }

  private static void eventOfCoroutines(Catalogue catalogue) {
    Class<?> benchmark = NotifyCoroutinesBenchmark.class;
    catalogue
        .add(
            "notify-kept-coroutine",
            "one coroutine signals an event and takes it",
            benchmark,
            "signalAndTake")
        .compare("interlock", "kotlinxConflated", TIME)
        .compare("interlock", "kotlinxConflated", ALLOCATION, oursAtMost(NO_BYTES));
    catalogue
        .add(
            "notify-ping-pong-coroutines",
            "2 coroutines on two workers signal each other in turns",
            benchmark,
            "pingPong")
        .compare("interlock", "kotlinxConflated", TIME)
        .compare("interlock", "kotlinxConflated", ALLOCATION);
  }
}
