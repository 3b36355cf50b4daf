package dev.interlock.benchmarks.harness;

import static dev.interlock.benchmarks.harness.Metric.ALLOCATION;
import static dev.interlock.benchmarks.harness.Metric.ALLOCATION_OF_THREADS;
import static dev.interlock.benchmarks.harness.Metric.CPU;
import static dev.interlock.benchmarks.harness.Metric.FOOTPRINT;
import static dev.interlock.benchmarks.harness.Metric.NEIGHBOUR;
import static dev.interlock.benchmarks.harness.Metric.SHOT;
import static dev.interlock.benchmarks.harness.Metric.THROUGHPUT;
import static dev.interlock.benchmarks.harness.Metric.TIME;
import static dev.interlock.benchmarks.harness.Target.oursAtMost;
import static dev.interlock.benchmarks.harness.Target.ratioOf;

import dev.interlock.benchmarks.workload.CancelVirtualWaitersBenchmark;
import dev.interlock.benchmarks.workload.ChannelCoroutinesBenchmark;
import dev.interlock.benchmarks.workload.ChannelThreadsBenchmark;
import dev.interlock.benchmarks.workload.ChannelVirtualThreadsBenchmark;
import dev.interlock.benchmarks.workload.MutexContendedBenchmark;
import dev.interlock.benchmarks.workload.MutexCoroutinesBenchmark;
import dev.interlock.benchmarks.workload.MutexUncontendedBenchmark;
import dev.interlock.benchmarks.workload.ReleaseOverCancelledBenchmark;
import dev.interlock.sync.Mutex;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

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
  public static List<Workload> workloads(Effort effort) {
    Catalogue catalogue = new Catalogue(effort);
    catalogue.mutexOfThreads();
    catalogue.mutexOfCoroutines();
    catalogue.footprint();
    catalogue.cancellation();
    catalogue.channelsOfThreads();
    catalogue.channelsOfCoroutines();
    catalogue.channelsOfVirtualThreads();
    ReclamationCatalogue.addTo(catalogue);
    RingWorkloads.addTo(catalogue);
    CountersCatalogue.addTo(catalogue);
    UnboundedStructures.addTo(catalogue);
    StealingWorkloads.addTo(catalogue);
    SortedSetWorkloads.addTo(catalogue);
    RwLockWorkloads.addTo(catalogue);
    ConditionWorkloads.addTo(catalogue);
    OnceWorkloads.addTo(catalogue);
    SpinAndSeqLockWorkloads.addTo(catalogue);
    TransferWorkloads.addTo(catalogue);
    BarrierWorkloads.addTo(catalogue);
    DiagnosticsWorkloads.addTo(catalogue);
    PermitAndEventWorkloads.addTo(catalogue);
    FootprintWorkloads.addTo(catalogue);
    return catalogue.workloads;
  }

  /** What has to hold while the figures are reached. */
  public static List<Check> checks() {
    int usual = Mutex.DEFAULT_BYPASS_BOUND;
    return List.of(
        new Check(
            "mutex-bypass-2-threads-pinned", () -> BypassCheck.worst(usual, 2, true, 50), usual),
        new Check("mutex-bypass-16-threads", () -> BypassCheck.worst(usual, 16, false, 50), usual),
        new Check("mutex-bypass-bound-7-16-threads", () -> BypassCheck.worst(7, 16, false, 50), 7),
        new Check("mutex-bypass-fair-16-threads", () -> BypassCheck.worst(0, 16, false, 50), 0));
  }

  /** One more workload; a family of them stands in a class of its own beside this one. */
  Workload add(String name, String about, Class<?> benchmark, String method) {
    return add(new Workload(name, about, benchmark, method));
  }

  /** One more workload that was made elsewhere. */
  Workload add(Workload workload) {
    workloads.add(workload);
    return workload;
  }

  /** One that is counted and not sampled. */
  Workload addCounted(String name, String about, Function<String, Figure> counted) {
    Workload workload = new Workload(name, about, counted);
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

  private void mutexOfCoroutines() {
    add(
            "mutex-1000-coroutines",
            "lock, count, unlock by 1,000 coroutines on two workers",
            MutexCoroutinesBenchmark.class,
            "count")
        .param("coroutines", 1000)
        .compare("interlock", "kotlinx", THROUGHPUT, ratioOf(4))
        .compare("interlock", "kotlinx", ALLOCATION, oursAtMost(NO_BYTES))
        .compare("nothing", "kotlinx", ALLOCATION);
  }

  private void footprint() {
    workloads.add(
        new Workload("mutex-footprint-idle", "bytes of one more mutex", Footprint::ofMutex)
            .compare("interlock", "ReentrantLock", FOOTPRINT, oursAtMost(32))
            .compare("interlock", "kotlinx", FOOTPRINT, oursAtMost(32)));
  }

  private void cancellation() {
    // The peer needs quadratic time, so the target holds for the full number alone.
    add(
            "cancel-" + effort.waiters + "-virtual-waiters",
            "interrupt all waiters of a lock, wait for their end",
            CancelVirtualWaitersBenchmark.class,
            "cancelAll")
        .param("waiters", effort.waiters)
        .shots(1, effort == Effort.FULL ? 3 : 2)
        .timeOut(900)
        .needs(Workload.Need.VIRTUAL_THREADS)
        .compare("interlock", "ReentrantLock", SHOT, effort == Effort.FULL ? ratioOf(50) : null);
    int waiters = effort == Effort.SMOKE ? 1_000 : 100_000;
    int shots = effort == Effort.SMOKE ? 1 : 20;
    for (boolean cancelling : new boolean[] {false, true}) {
      add(
              (cancelling ? "cancel-and-release-over-" : "release-over-") + waiters + "-cancelled",
              (cancelling
                      ? "cancel all but the last, and give it a permit"
                      : "give a permit to the last")
                  + " of so many coroutines",
              ReleaseOverCancelledBenchmark.class,
              "release")
          .param("waiters", waiters)
          .param("cancelling", cancelling)
          .shots(cancelling ? Math.min(shots, 3) : shots, cancelling ? Math.min(shots, 5) : shots)
          .compare("interlock", "kotlinx", SHOT, cancelling ? null : ratioOf(50));
    }
  }

  private void channelsOfCoroutines() {
    for (int capacity : new int[] {1024, 64}) {
      for (int pairs : new int[] {1, 2, 500}) {
        coroutines("bounded-" + capacity, capacity, pairs)
            .compare("interlock", "kotlinx", THROUGHPUT, ratioOf(1.5))
            .compare("interlock", "kotlinx", ALLOCATION, oursAtMost(NO_BYTES));
      }
    }
    coroutines("rendezvous", 0, 1).compare("interlock", "kotlinx", THROUGHPUT, ratioOf(1.2));
    coroutines("rendezvous", 0, 500).compare("interlock", "kotlinx", THROUGHPUT);
    coroutines("unbounded", -1, 1)
        .compare("interlock", "kotlinx", THROUGHPUT)
        .compare("interlock", "kotlinx", ALLOCATION);
  }

  private Workload coroutines(String kind, int capacity, int pairs) {
    return add(
            "coroutines-" + kind + "-" + pairs + "to" + pairs,
            pairs + " coroutines to " + pairs + " on two workers",
            ChannelCoroutinesBenchmark.class,
            "move")
        .param("capacity", capacity)
        .param("pairs", pairs);
  }

  private void channelsOfVirtualThreads() {
    virtual("bounded-64", 64)
        .compare("interlock", "jox", THROUGHPUT, ratioOf(1.5))
        .compare("interlock", "jox", ALLOCATION)
        .compare("interlock", "ArrayBlockingQueue", THROUGHPUT);
    virtual("rendezvous", 0)
        .compare("interlock", "jox", THROUGHPUT, ratioOf(3))
        .compare("interlock", "SynchronousQueue", THROUGHPUT);
  }

  private Workload virtual(String kind, int capacity) {
    return add(
            "virtual-" + kind + "-1to1",
            "1 virtual thread to 1 on two carriers",
            ChannelVirtualThreadsBenchmark.class,
            "move")
        .param("capacity", capacity)
        .param("pairs", 1)
        .needs(Workload.Need.VIRTUAL_THREADS)
        .needs(Workload.Need.JOX);
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
    // The stretch is what kanal, a channel in Rust, reached pinned on the machine of the targets.
    Target target = capacity == 1024 ? ratioOf(3, 60) : pairs == 1 ? ratioOf(8, 39) : null;
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
