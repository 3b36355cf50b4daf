package dev.interlock.benchmarks.harness;

import static dev.interlock.benchmarks.harness.Metric.ALLOCATION_OF_THREADS;
import static dev.interlock.benchmarks.harness.Metric.CPU;
import static dev.interlock.benchmarks.harness.Metric.NEIGHBOUR;
import static dev.interlock.benchmarks.harness.Metric.THROUGHPUT;
import static dev.interlock.benchmarks.harness.Metric.TIME;
import static dev.interlock.benchmarks.harness.Target.oursAtMost;
import static dev.interlock.benchmarks.harness.Target.ratioOf;

import dev.interlock.benchmarks.workload.ChannelThreadsBenchmark;
import dev.interlock.benchmarks.workload.MutexContendedBenchmark;
import dev.interlock.benchmarks.workload.MutexUncontendedBenchmark;
import java.util.ArrayList;
import java.util.List;

/** Every workload, every comparison, every target: the one place where they stand. */
public final class Catalogue {
  /** Waits allocate; an element that nobody waits for must not. So many bytes an element are none. */
  private static final double NO_BYTES = 0.5;

  private final Effort effort;
  private final List<Workload> workloads = new ArrayList<>();

  private Catalogue(Effort effort) {
    this.effort = effort;
  }

  /** All workloads in the order in which they run. */
  public static List<Workload> of(Effort effort) {
    Catalogue catalogue = new Catalogue(effort);
    catalogue.mutexOfThreads();
    catalogue.channelsOfThreads();
    return catalogue.workloads;
  }

  private Workload add(String name, String about, Class<?> benchmark, String method) {
    Workload workload = new Workload(name, about, benchmark, method);
    workloads.add(workload);
    return workload;
  }

  private void mutexOfThreads() {
    add(
            "mutex-uncontended",
            "lock, count, unlock by one thread",
            MutexUncontendedBenchmark.class,
            "increment")
        .compare("guard", "ReentrantLock", TIME, ratioOf(1.0))
        .compare("withLock", "ReentrantLock", TIME, ratioOf(1.0))
        .compare("lockView", "ReentrantLock", TIME, ratioOf(1.0))
        .compare("guard", "synchronized", TIME)
        .compare("withLock", "synchronized", TIME)
        .compare("lockView", "synchronized", TIME);
    mutexContended("mutex-2-threads-pinned", 2, true);
    mutexContended("mutex-16-threads", 16, false);
  }

  private void mutexContended(String name, int threads, boolean pinned) {
    add(
            name,
            "lock, count, unlock by " + threads + " threads" + (pinned ? ", each on its core" : ""),
            MutexContendedBenchmark.class,
            "increment")
        .threads(threads)
        .param("pinned", pinned)
        .compare("guard", "ReentrantLockFair", THROUGHPUT, ratioOf(20))
        .compare("guard", "ReentrantLock", THROUGHPUT, ratioOf(0.9))
        .compare("withLock", "ReentrantLock", THROUGHPUT)
        .compare("guard", "synchronized", THROUGHPUT)
        .compare("fairGuard", "ReentrantLockFair", THROUGHPUT);
  }

  private void channelsOfThreads() {
    for (int capacity : new int[] {1024, 64}) {
      for (int pairs : new int[] {1, 2}) {
        for (boolean pinned : new boolean[] {true, false}) {
          boundedOfThreads(capacity, pairs, pinned);
        }
      }
    }
    for (boolean pinned : new boolean[] {true, false}) {
      threads("rendezvous", 0, 1, pinned, "moveFew")
          .compare("interlock", "SynchronousQueue", THROUGHPUT, ratioOf(8))
          .compare("interlock", "SynchronousQueue", CPU);
      threads("unbounded", -1, 1, pinned, "moveMany")
          .compare("interlock", "LinkedTransferQueue", THROUGHPUT);
    }
    threads("batch-receive-1024", 1024, 1, true, "moveBatches")
        .compare("interlock", "ArrayBlockingQueue", THROUGHPUT);
    for (int capacity : new int[] {1024, 64}) {
      threads(
              "bounded-" + capacity + "-beside-neighbour",
              capacity,
              1,
              true,
              "moveSomeBesideNeighbour")
          .compare("interlock", "ArrayBlockingQueue", THROUGHPUT)
          .compare("interlock", "ArrayBlockingQueue", NEIGHBOUR);
    }
    threads("rendezvous-beside-neighbour", 0, 1, true, "moveFewBesideNeighbour")
        .compare("interlock", "SynchronousQueue", THROUGHPUT)
        .compare("interlock", "SynchronousQueue", NEIGHBOUR);
  }

  private void boundedOfThreads(int capacity, int pairs, boolean pinned) {
    Target target = capacity == 1024 ? ratioOf(3) : pairs == 1 ? ratioOf(8) : null;
    threads(
            "bounded-" + capacity,
            capacity,
            pairs,
            pinned,
            capacity == 1024 ? "moveMany" : "moveSome")
        .compare("interlock", "ArrayBlockingQueue", THROUGHPUT, target)
        .compare("interlock", "ArrayBlockingQueue", CPU)
        .compare("interlock", "ArrayBlockingQueue", ALLOCATION_OF_THREADS, oursAtMost(NO_BYTES));
  }

  private Workload threads(String kind, int capacity, int pairs, boolean pinned, String method) {
    return add(
            "threads-" + kind + "-" + pairs + "to" + pairs + (pinned ? "-pinned" : "-free"),
            pairs
                + " platform threads to "
                + pairs
                + (pinned ? ", the i-th on core i modulo the cores" : ", placed by the system"),
            ChannelThreadsBenchmark.class,
            method)
        .param("capacity", capacity)
        .param("pairs", pairs)
        .param("pinned", pinned);
  }
}
