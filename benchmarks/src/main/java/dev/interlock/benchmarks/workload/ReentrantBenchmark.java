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

/** One thread locks, locks again within, counts, and unlocks as often; nobody else does. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class ReentrantBenchmark {
  @Param({"reentrant", "ReentrantLock"})
  public String subject;

  /** How many sections there are, one in the other. */
  @Param("1")
  public int depth;

  private LockedCounter counter;

  @Setup
  public void create() {
    counter = LockedCounters.nested(subject, depth);
  }

  @Benchmark
  public long increment() {
    return counter.increment();
  }
}
