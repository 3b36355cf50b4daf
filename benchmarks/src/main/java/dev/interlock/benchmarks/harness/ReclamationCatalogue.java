package dev.interlock.benchmarks.harness;

import static dev.interlock.benchmarks.harness.Metric.ALLOCATION_OF_THREADS;
import static dev.interlock.benchmarks.harness.Metric.FOOTPRINT;
import static dev.interlock.benchmarks.harness.Metric.TIME;
import static dev.interlock.benchmarks.harness.Target.oursAtMost;
import static dev.interlock.benchmarks.harness.Target.ratioOf;

import dev.interlock.benchmarks.workload.ReclamationBenchmark;
import dev.interlock.reclaim.OffHeapSlab;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.openjdk.jol.info.GraphLayout;

/** The workloads of reclamation, the slab, and what stands on it. */
final class ReclamationCatalogue {
  /** Nothing: an object of 16 bytes once in 1,600 operations would be as much. */
  private static final double NO_BYTES = 0.01;

  private static final int ELEMENTS = 10_000;

  private ReclamationCatalogue() {}

  static void addTo(Catalogue catalogue) {
    add(catalogue, "reclaim-read", "protect what is read, or pin, and end it", 1)
        .compare("hazard", "count", TIME, oursAtMost(7))
        .compare("epoch", "count", TIME, oursAtMost(12))
        .compare("hazard", "synchronized", TIME)
        .compare("epoch", "synchronized", TIME);
    add(catalogue, "reclaim-read-2-threads", "the same by two threads", 2)
        .compare("hazard", "count", TIME)
        .compare("epoch", "count", TIME);
    add(catalogue, "reclaim-retire", "hand over and call back, each its share of the scans", 1)
        .compare("hazardRetire", "epochDefer", TIME)
        .compare("hazardRetire", "epochDefer", ALLOCATION_OF_THREADS, oursAtMost(NO_BYTES));
    add(catalogue, "ref-counted", "take a share, read, give it up", 1)
        .compare("RefCounted", "count", TIME)
        .compare("RefCounted", "synchronized", TIME);
    add(catalogue, "slab-64-bytes", "take 64 bytes, write, read, give them back", 1)
        .needs(Workload.Need.SHARED_ARENA)
        .compare("slab", "Arena.ofShared", TIME, ratioOf(200))
        .compare("slab", "Arena.ofShared", ALLOCATION_OF_THREADS, oursAtMost(NO_BYTES));
    for (int threads = 1; threads <= 2; threads++) {
      String suffix = threads == 1 ? "" : "-2-threads";
      add(catalogue, "off-heap-stack" + suffix, "push and pop a long", threads)
          .compare("offHeapStack", "ConcurrentLinkedDeque", TIME)
          .compare(
              "offHeapStack", "ConcurrentLinkedDeque", ALLOCATION_OF_THREADS, oursAtMost(NO_BYTES));
      add(catalogue, "off-heap-queue" + suffix, "offer and poll a long", threads)
          .compare("offHeapQueue", "ConcurrentLinkedQueue", TIME)
          .compare(
              "offHeapQueue", "ConcurrentLinkedQueue", ALLOCATION_OF_THREADS, oursAtMost(NO_BYTES));
    }
    catalogue.add(
        new Workload("off-heap-footprint", "bytes of one more long", ReclamationCatalogue::bytes)
            .compare("offHeapQueue", "ConcurrentLinkedQueue", FOOTPRINT, oursAtMost(24)));
  }

  private static Workload add(Catalogue catalogue, String name, String about, int threads) {
    return catalogue.add(name, about, ReclamationBenchmark.class, "step").threads(threads);
  }

  private static Figure bytes(String subject) {
    switch (subject) {
      case "offHeapQueue":
        return Figure.exact((double) OffHeapSlab.create(ELEMENTS, 1).bytes() / ELEMENTS);
      case "ConcurrentLinkedQueue":
        Queue<Long> queue = new ConcurrentLinkedQueue<>();
        for (long i = 0; i < ELEMENTS; i++) {
          queue.add(i + (1L << 40));
        }
        return Figure.exact((double) GraphLayout.parseInstance(queue).totalSize() / ELEMENTS);
      default:
        throw new IllegalArgumentException("no queue is called " + subject);
    }
  }
}
