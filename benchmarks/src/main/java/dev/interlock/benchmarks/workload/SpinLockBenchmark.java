package dev.interlock.benchmarks.workload;

import dev.interlock.benchmarks.job.Affinity;
import dev.interlock.benchmarks.lock.CounterByThread;
import dev.interlock.benchmarks.lock.LockedCounter;
import dev.interlock.benchmarks.lock.SpinningCounters;
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

/**
 * All threads lock, count, unlock, and do nothing else: where locks that spin win, one thread for each
 * processor, and where they lose, more threads than that.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
public class SpinLockBenchmark {
  @Param({"spin", "ticket", "mcs", "clh", "ReentrantLock", "ReentrantLockFair"})
  public String subject;

  @Param({"false", "true"})
  public boolean pinned;

  private CounterByThread counter;

  @Setup
  public void create() {
    counter = SpinningCounters.create(subject);
  }

  /** The thread's own handle, and its place. */
  @State(Scope.Thread)
  public static class Mine {
    private LockedCounter counter;

    @Setup
    public void take(SpinLockBenchmark benchmark) {
      counter = benchmark.counter.forThread();
    }

    @Setup(Level.Iteration)
    public void pin(SpinLockBenchmark benchmark, ThreadParams thread) {
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
