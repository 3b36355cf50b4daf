package dev.interlock.benchmarks.workload;

import dev.interlock.benchmarks.coroutine.CoroutineJobs;
import dev.interlock.benchmarks.coroutine.SuspendingPermits;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;

/** One job: many coroutines take a permit of one semaphore, count, return it, and do nothing else. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
public class SemaphoreCoroutinesBenchmark {
  private static final int MANY = 1_000_000;
  private static final int FEW = 100_000;

  /** "nothing" takes no permit: what the job itself costs and allocates. */
  @Param({"interlock", "kotlinx", "nothing"})
  public String subject;

  @Param("10")
  public int permits;

  @Param("1000")
  public int coroutines;

  /** Two workers hold two permits at most, so nobody waits. */
  @Benchmark
  @OperationsPerInvocation(MANY)
  public void use() {
    CoroutineJobs.use(SuspendingPermits.create(subject, permits), MANY, coroutines, false);
  }

  /** Who has a permit lets others run, so the permits run out and all but a few wait in line. */
  @Benchmark
  @OperationsPerInvocation(FEW)
  public void useAndYield() {
    CoroutineJobs.use(SuspendingPermits.create(subject, permits), FEW, coroutines, true);
  }
}
