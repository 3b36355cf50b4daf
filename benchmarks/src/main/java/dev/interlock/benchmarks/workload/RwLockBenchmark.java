package dev.interlock.benchmarks.workload;

import dev.interlock.benchmarks.job.Affinity;
import dev.interlock.benchmarks.lock.SharedCount;
import dev.interlock.benchmarks.lock.SharedCounts;
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
 * All threads read or write one counter under a read-write lock, and do nothing else. The option {@code
 * -t} says how many.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
public class RwLockBenchmark {
  /** One operation of so many writes. */
  private static final int WRITE_EVERY = 20;

  @Param({
    "guard",
    "strict",
    "watched",
    "withRead",
    "view",
    "ReentrantReadWriteLock",
    "ReentrantReadWriteLockFair",
    "StampedLock",
    "StampedLockOptimistic"
  })
  public String subject;

  @Param({"false", "true"})
  public boolean pinned;

  private SharedCount count;

  @Setup
  public void create() {
    count = SharedCounts.create(subject);
  }

  /** Binds the thread that is about to measure; and its turn to write. */
  @State(Scope.Thread)
  public static class Place {
    private int turn;

    @Setup(Level.Iteration)
    public void pin(RwLockBenchmark benchmark, ThreadParams thread) {
      turn = thread.getThreadIndex() * WRITE_EVERY / thread.getThreadCount();
      if (benchmark.pinned) {
        Affinity.pin(thread.getThreadIndex());
      }
    }
  }

  @Benchmark
  public long read(Place place) {
    return count.get();
  }

  @Benchmark
  public long write(Place place) {
    return count.increment();
  }

  /** 95 reads and 5 writes of a hundred. */
  @Benchmark
  public long mix(Place place) {
    if (++place.turn == WRITE_EVERY) {
      place.turn = 0;
      return count.increment();
    }
    return count.get();
  }
}
