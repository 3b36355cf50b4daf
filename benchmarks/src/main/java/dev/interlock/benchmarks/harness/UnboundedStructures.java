package dev.interlock.benchmarks.harness;

import static dev.interlock.benchmarks.harness.Metric.ALLOCATION;
import static dev.interlock.benchmarks.harness.Metric.ALLOCATION_OF_THREADS;
import static dev.interlock.benchmarks.harness.Metric.FOOTPRINT;
import static dev.interlock.benchmarks.harness.Metric.THROUGHPUT;
import static dev.interlock.benchmarks.harness.Target.ratioOf;

import dev.interlock.benchmarks.workload.LockFreeQueueBenchmark;
import dev.interlock.benchmarks.workload.StackBenchmark;

/** Queues without a bound for many on both sides, and stacks. */
final class UnboundedStructures {
  private static final String OURS = "MpmcUnboundedQueue";
  private static final String INJECTOR = "Injector";
  private static final String LINKED = "MichaelScottQueue";
  private static final String XADD = "JCToolsMpmcUnboundedXaddArrayQueue";
  private static final String JDK_QUEUE = "ConcurrentLinkedQueue";
  private static final String STACK = "TreiberStack";
  private static final String JDK_STACK = "ConcurrentLinkedDeque";

  private UnboundedStructures() {}

  static void addTo(Catalogue catalogue) {
    for (int pairs : new int[] {1, 2}) {
      for (boolean pinned : new boolean[] {true, false}) {
        queues(catalogue, pairs, pinned);
      }
    }
    catalogue
        .add(
            "unbounded-mpmc-1-thread",
            "append an element and take it out again by one thread",
            LockFreeQueueBenchmark.class,
            "offerAndPoll")
        .param("pinned", false)
        .compare(OURS, XADD, THROUGHPUT)
        .compare(OURS, JDK_QUEUE, THROUGHPUT)
        .compare(LINKED, JDK_QUEUE, THROUGHPUT)
        .compare(INJECTOR, JDK_QUEUE, THROUGHPUT)
        .compare(INJECTOR, XADD, THROUGHPUT)
        .compare(OURS, XADD, ALLOCATION)
        .compare(INJECTOR, XADD, ALLOCATION)
        .compare(LINKED, JDK_QUEUE, ALLOCATION);
    stacks(catalogue, 1, false);
    stacks(catalogue, 2, true);
    stacks(catalogue, 2, false);
    stacks(catalogue, 4, false);
    catalogue
        .add(
            new Workload(
                "unbounded-footprint-empty",
                "bytes of one more queue or stack that is empty",
                Footprint::ofUnbounded))
        .compare(OURS, XADD, FOOTPRINT)
        .compare(LINKED, JDK_QUEUE, FOOTPRINT)
        .compare(INJECTOR, JDK_QUEUE, FOOTPRINT)
        .compare(INJECTOR, XADD, FOOTPRINT)
        .compare(STACK, JDK_STACK, FOOTPRINT);
  }

  private static void queues(Catalogue catalogue, int pairs, boolean pinned) {
    catalogue
        .add(
            "unbounded-mpmc-" + pairs + "to" + pairs + (pinned ? "-pinned" : "-free"),
            pairs
                + " platform threads to "
                + pairs
                + (pinned ? ", the i-th on core i modulo the cores" : ", placed by the system"),
            LockFreeQueueBenchmark.class,
            "move")
        .param("producers", pairs)
        .param("consumers", pairs)
        .param("pinned", pinned)
        .compare(OURS, XADD, THROUGHPUT, ratioOf(1.0))
        .compare(OURS, JDK_QUEUE, THROUGHPUT, ratioOf(2.0))
        .compare(LINKED, JDK_QUEUE, THROUGHPUT)
        .compare(INJECTOR, JDK_QUEUE, THROUGHPUT)
        .compare(INJECTOR, XADD, THROUGHPUT)
        .compare(OURS, XADD, ALLOCATION_OF_THREADS)
        .compare(INJECTOR, XADD, ALLOCATION_OF_THREADS)
        .compare(LINKED, JDK_QUEUE, ALLOCATION_OF_THREADS);
  }

  private static void stacks(Catalogue catalogue, int threads, boolean pinned) {
    catalogue
        .add(
            "stack-"
                + threads
                + (threads == 1 ? "-thread" : pinned ? "-threads-pinned" : "-threads-free"),
            "push an element and pop one by " + threads + " threads",
            StackBenchmark.class,
            "pushAndPop")
        .threads(threads)
        .param("pinned", pinned)
        .compare(STACK, JDK_STACK, THROUGHPUT, ratioOf(2.0))
        .compare(STACK, "SynchronizedArrayDeque", THROUGHPUT)
        .compare(STACK, JDK_STACK, ALLOCATION);
  }
}
