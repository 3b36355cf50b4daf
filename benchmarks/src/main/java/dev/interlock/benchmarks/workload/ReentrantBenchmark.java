package dev.interlock.benchmarks.workload;

import dev.interlock.benchmarks.job.Affinity;
import dev.interlock.benchmarks.lock.CounterByThread;
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

/** Each thread locks, locks again within, counts, and unlocks as often, and does nothing else. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
public class ReentrantBenchmark {
  @Param({"reentrant", "ReentrantLock"})
  public String subject;

  /** How many sections there are, one in the other. */
  @Param("1")
  public int depth;

  @Param({"false", "true"})
  public boolean pinned;

  private CounterByThread counter;

  @Setup
  public void create() {
    counter = LockedCounters.nested(subject, depth);
  }

  /** The thread as an owner, and its place. */
  @State(Scope.Thread)
  public static class Mine {
    private LockedCounter counter;

    @Setup
    public void take(ReentrantBenchmark benchmark) {
      counter = benchmark.counter.forThread();
    }

    @Setup(Level.Iteration)
    public void pin(ReentrantBenchmark benchmark, ThreadParams thread) {
      if (benchmark.pinned) {
        Affinity.pin(thread.getThreadIndex());
      }
    }
  }

  @Benchmark
  public long increment(Mine mine) {
    return mine.counter.increment();
  }
}
