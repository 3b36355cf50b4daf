package dev.interlock.benchmarks.workload;

import dev.interlock.atomic.PaddedAtomicLong;
import dev.interlock.benchmarks.job.Affinity;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLongArray;
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
 * Each thread writes a word of its own, and nobody reads another's: what remains is what the words do to
 * each other by where they lie.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
public class PaddingBenchmark {
  @Param({"padded", "AtomicLongArray"})
  public String subject;

  // Elements of one array stay neighbours; objects that were made one after the other may be moved
  // apart by the collector.
  private final AtomicLongArray bare = new AtomicLongArray(8);
  private final PaddedAtomicLong[] padded = new PaddedAtomicLong[8];

  @Setup
  public void create() {
    for (int i = 0; i < padded.length; i++) {
      padded[i] = new PaddedAtomicLong();
    }
  }

  /** The word of one thread, on its core. */
  @State(Scope.Thread)
  public static class Own {
    private boolean isPadded;
    private AtomicLongArray bare;
    private int index;
    private PaddedAtomicLong padded;

    @Setup(Level.Iteration)
    public void choose(PaddingBenchmark benchmark, ThreadParams thread) {
      index = thread.getThreadIndex() % benchmark.bare.length();
      Affinity.pin(thread.getThreadIndex());
      isPadded = benchmark.subject.equals("padded");
      bare = benchmark.bare;
      padded = benchmark.padded[index];
    }
  }

  @Benchmark
  public long increment(Own own) {
    return own.isPadded ? own.padded.getAndIncrement() : own.bare.getAndIncrement(own.index);
  }
}
