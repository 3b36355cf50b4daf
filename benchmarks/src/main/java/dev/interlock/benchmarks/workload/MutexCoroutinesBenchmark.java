package dev.interlock.benchmarks.workload;

import dev.interlock.benchmarks.coroutine.CoroutineJobs;
import dev.interlock.benchmarks.coroutine.SuspendingCounter;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;

/** One job: many coroutines lock one mutex, count, unlock, and do nothing else. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
public class MutexCoroutinesBenchmark {
  private static final int INCREMENTS = 1_000_000;

  /** "nothing" takes no lock: what the job itself costs and allocates. */
  @Param({"interlock", "kotlinx", "nothing"})
  public String subject;

  @Param("1000")
  public int coroutines;

  @Benchmark
  @OperationsPerInvocation(INCREMENTS)
  public void count() {
    CoroutineJobs.count(SuspendingCounter.create(subject), INCREMENTS, coroutines);
  }
}
