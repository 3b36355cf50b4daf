package dev.interlock.benchmarks.workload;

import dev.interlock.benchmarks.once.OnceSubject;
import dev.interlock.benchmarks.once.OnceSubjects;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/** A value that is there already is asked for: the hit of everything that is made once. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class OnceCellBenchmark {
  @Param({"cell", "lazy", "volatileRead", "doubleChecked", "ConcurrentHashMap"})
  public String subject;

  private OnceSubject once;

  @Setup
  public void create() {
    once = OnceSubjects.create(subject);
    once.get();
  }

  /** The value goes to the harness, so that the read is not left out. */
  @Benchmark
  public Object hit() {
    return once.get();
  }

  /** The first call as well, on an object of its own. */
  @Benchmark
  public Object createAndGet() {
    return OnceSubjects.create(subject).get();
  }
}
