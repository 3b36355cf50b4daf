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

/**
 * Lock, count, unlock, with and without a deadlock detector. The option {@code -t} says how many threads. The
 * lock is old, as most locks are: to note a reference in an old object costs more than in a young one.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
public class DeadlockDetectorBenchmark {
  @Param({"guard", "watched", "watchedInOrder"})
  public String subject;

  private LockedCounter counter;

  @Setup
  public void create() {
    counter = LockedCounters.create(subject);
    System.gc(); // moves the lock to the old objects
  }

  @Benchmark
  public long increment() {
    return counter.increment();
  }
}
