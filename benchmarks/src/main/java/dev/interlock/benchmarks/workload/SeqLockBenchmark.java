package dev.interlock.benchmarks.workload;

import dev.interlock.benchmarks.record.RecordSubjects;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/** A record of four longs that is read as a whole; in the mixed form one call of twenty writes it. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class SeqLockBenchmark {
  @Param({"interlock", "copied", "StampedLock", "ReentrantReadWriteLock", "volatileRecord"})
  public String subject;

  private RecordSubjects.Subject record;

  @Setup
  public void create() {
    record = RecordSubjects.create(subject);
    record.write(1);
  }

  @Benchmark
  public long read() {
    return record.read();
  }

  /** How far this thread is in its turn of twenty. */
  @State(Scope.Thread)
  public static class Turn {
    private int calls;
  }

  @Benchmark
  public long mixed(Turn turn) {
    if (++turn.calls == 20) {
      turn.calls = 0;
      record.write(2);
      return 0;
    }
    return record.read();
  }
}
