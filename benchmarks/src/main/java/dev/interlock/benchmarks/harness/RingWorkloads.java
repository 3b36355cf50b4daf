package dev.interlock.benchmarks.harness;

import static dev.interlock.benchmarks.harness.Metric.ALLOCATION_OF_THREADS;
import static dev.interlock.benchmarks.harness.Metric.FOOTPRINT;
import static dev.interlock.benchmarks.harness.Metric.THROUGHPUT;
import static dev.interlock.benchmarks.harness.Target.oursAtMost;
import static dev.interlock.benchmarks.harness.Target.ratioOf;

import dev.interlock.benchmarks.queue.QueueSubjects;
import dev.interlock.benchmarks.workload.LockFreeQueueBenchmark;
import java.util.Queue;
import org.openjdk.jol.info.GraphLayout;

/** The workloads of the rings and of the mailbox. */
final class RingWorkloads {
  private static final int CAPACITY = 1024;

  private RingWorkloads() {}

  static void addTo(Catalogue catalogue) {
    for (boolean pinned : new boolean[] {true, false}) {
      spsc(catalogue, pinned);
      mpmc(catalogue, 1, pinned);
      mpmc(catalogue, 2, pinned);
      for (int producers : new int[] {1, 2, 4}) {
        mpsc(catalogue, producers, pinned);
      }
    }
    catalogue
        .add(
            "queue-offer-and-poll",
            "an element in and out again, by one thread",
            LockFreeQueueBenchmark.class,
            "offerAndPoll")
        .param("pinned", false)
        .compare("MpmcArrayQueue", "JCToolsMpmcArrayQueue", THROUGHPUT, ratioOf(1.0))
        .compare("MpmcArrayQueue", "AgronaManyToMany", THROUGHPUT)
        .compare("SpscRingBuffer", "JCToolsSpscArrayQueue", THROUGHPUT)
        .compare("MpscQueue", "JCToolsMpscUnboundedArrayQueue", THROUGHPUT)
        .compare("MpscQueue", "JCToolsMpscUnboundedXaddArrayQueue", THROUGHPUT);
    catalogue
        .add(
            new Workload(
                "queue-footprint-1024",
                "bytes for each place of 1024",
                RingWorkloads::bytesOfAPlace))
        .compare("SpscRingBuffer", "JCToolsSpscArrayQueue", FOOTPRINT)
        .compare("MpmcArrayQueue", "JCToolsMpmcArrayQueue", FOOTPRINT, ratioOf(1.0))
        .compare("MpmcArrayQueue", "AgronaManyToMany", FOOTPRINT);
  }

  private static void spsc(Catalogue catalogue, boolean pinned) {
    move(catalogue, "spsc-ring-1024", 1, 1, pinned)
        .compare("SpscRingBuffer", "JCToolsSpscArrayQueue", THROUGHPUT, ratioOf(1.0))
        .compare("SpscRingBuffer", "AgronaOneToOne", THROUGHPUT, ratioOf(1.0))
        .compare("SpscRingBuffer", "JCToolsSpscArrayQueue", ALLOCATION_OF_THREADS, oursAtMost(0.5));
  }

  private static void mpmc(Catalogue catalogue, int pairs, boolean pinned) {
    // The stretch is what crossbeam's ArrayQueue, in Rust, reached on the machine of the targets.
    Target target = ratioOf(1.0, pairs == 1 ? 56 : pinned ? 21 : 47);
    move(catalogue, "mpmc-ring-1024", pairs, pairs, pinned)
        .compare("MpmcArrayQueue", "JCToolsMpmcArrayQueue", THROUGHPUT, target)
        .compare("MpmcArrayQueue", "AgronaManyToMany", THROUGHPUT, target)
        .compare("MpmcArrayQueue", "JCToolsMpmcArrayQueue", ALLOCATION_OF_THREADS, oursAtMost(0.5));
  }

  private static void mpsc(Catalogue catalogue, int producers, boolean pinned) {
    move(catalogue, "mailbox", producers, 1, pinned)
        .compare("MpscQueue", "JCToolsMpscUnboundedArrayQueue", THROUGHPUT, ratioOf(1.0))
        .compare("MpscQueue", "JCToolsMpscUnboundedXaddArrayQueue", THROUGHPUT, ratioOf(1.0))
        .compare("MpscQueue", "JCToolsMpscLinkedQueue", THROUGHPUT, ratioOf(1.0))
        .compare("MpscQueue", "JCToolsMpscLinkedQueue", ALLOCATION_OF_THREADS);
  }

  private static Workload move(
      Catalogue catalogue, String kind, int producers, int consumers, boolean pinned) {
    return catalogue
        .add(
            kind + "-" + producers + "to" + consumers + (pinned ? "-pinned" : "-free"),
            producers
                + " platform threads to "
                + consumers
                + " without waiting"
                + (pinned ? ", the i-th on core i modulo the cores" : ", placed by the system"),
            LockFreeQueueBenchmark.class,
            "move")
        .param("capacity", CAPACITY)
        .param("producers", producers)
        .param("consumers", consumers)
        .param("pinned", pinned);
  }

  /** What an empty queue takes, with all that is there once, by its capacity. */
  private static Figure bytesOfAPlace(String subject) {
    System.setProperty("jol.skipDynamicAttach", "true");
    Queue<Object> queue = QueueSubjects.queue(subject, CAPACITY);
    return Figure.exact((double) GraphLayout.parseInstance(queue).totalSize() / CAPACITY);
  }
}
