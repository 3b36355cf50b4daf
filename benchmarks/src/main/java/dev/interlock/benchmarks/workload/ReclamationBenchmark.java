package dev.interlock.benchmarks.workload;

import dev.interlock.benchmarks.job.JobMeter;
import dev.interlock.benchmarks.workload.ReclamationSteps.Step;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/** Protecting, pinning, retiring; a slab, and what stands on it: one operation or pair a step. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class ReclamationBenchmark {
  @Param({
    "hazard",
    "epoch",
    "count",
    "synchronized",
    "hazardRetire",
    "epochDefer",
    "slab",
    "Arena.ofShared",
    "offHeapStack",
    "ConcurrentLinkedDeque",
    "offHeapQueue",
    "ConcurrentLinkedQueue",
    "RefCounted"
  })
  public String subject;

  private Supplier<Step> steps;

  @Setup
  public void create() {
    steps = ReclamationSteps.create(subject);
  }

  /** Whether this JDK has the peer of the slab. */
  public static boolean hasArena() {
    return ReclamationSteps.hasArena();
  }

  /** What a thread has of its own. */
  @State(Scope.Thread)
  public static class Own {
    private Step step;
    private long bytesBefore;

    @Setup
    public void create(ReclamationBenchmark shared) {
      step = shared.steps.get();
    }

    @Setup(Level.Iteration)
    public void beginIteration() {
      bytesBefore = JobMeter.bytesOfCallingThread();
    }

    @TearDown(Level.Iteration)
    public void endIteration() {
      JobMeter.addBytes(JobMeter.bytesOfCallingThread() - bytesBefore);
    }
  }

  @Benchmark
  public long step(Own own) {
    return own.step.step();
  }
}
