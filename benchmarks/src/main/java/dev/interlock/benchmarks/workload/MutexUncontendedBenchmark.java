package dev.interlock.benchmarks.workload;

import dev.interlock.benchmarks.lock.LockedCounter;
import dev.interlock.benchmarks.lock.LockedCounters;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/** One thread locks, counts, unlocks; nobody else does. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class MutexUncontendedBenchmark {
  @Param({"guard", "withLock", "lockView", "ReentrantLock", "synchronized"})
  public String subject;

  private LockedCounter counter;

  @Setup
  public void create() {
    counter = LockedCounters.create(subject);
  }

  @Benchmark
  public long increment() {
    return counter.increment();
  }
}
