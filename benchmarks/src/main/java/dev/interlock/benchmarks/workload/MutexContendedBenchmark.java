package dev.interlock.benchmarks.workload;

import dev.interlock.benchmarks.job.Affinity;
import dev.interlock.benchmarks.lock.LockedCounter;
import dev.interlock.benchmarks.lock.LockedCounters;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.infra.ThreadParams;

/** All threads lock one mutex, count, unlock, and do nothing else. The option {@code -t} says how many. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
public class MutexContendedBenchmark {
  @Param({
    "guard",
    "withLock",
    "lockView",
    "fairGuard",
    "ReentrantLock",
    "ReentrantLockFair",
    "synchronized"
  })
  public String subject;

  @Param({"false", "true"})
  public boolean pinned;

  private LockedCounter counter;

  @Setup
  public void create() {
    counter = LockedCounters.create(subject);
  }

  /** Binds the thread that is about to measure; JMH may run an iteration on another than the last. */
  @State(Scope.Thread)
  public static class Place {
    @Setup(Level.Iteration)
    public void pin(MutexContendedBenchmark benchmark, ThreadParams thread) {
      if (benchmark.pinned) {
        Affinity.pin(thread.getThreadIndex());
      }
    }
  }

  @Benchmark
  public long increment(Place place) {
    return counter.increment();
  }
}
