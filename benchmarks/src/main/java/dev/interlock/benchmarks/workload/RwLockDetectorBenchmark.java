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
 * Lock, read or count, unlock of a read-write lock, with and without a deadlock detector. The option {@code
 * -t} says how many threads.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
public class RwLockDetectorBenchmark {
  @Param({
    "reading",
    "readingWatched",
    "readingSpread",
    "readingSpreadWatched",
    "writing",
    "writingWatched"
  })
  public String subject;

  private LockedCounter counter;

  @Setup
  public void create() {
    counter = LockedCounters.create(subject);
  }

  @Benchmark
  public long section() {
    return counter.increment();
  }
}
