package dev.interlock.benchmarks.workload;

import dev.interlock.benchmarks.coroutine.CoroutineJobs;
import dev.interlock.benchmarks.coroutine.SuspendingBarrier;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;

/** One job: so many coroutines go through so many rounds of one barrier. An operation is a round. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class BarrierCoroutinesBenchmark {
  private static final int MANY = 10_000;
  private static final int FEW = 200;

  /** The peer is made here: kotlinx.coroutines has no barrier. */
  @Param({"interlock", "kotlinxSemaphore"})
  public String subject;

  @Param("2")
  public int parties;

  @Benchmark
  @OperationsPerInvocation(MANY)
  public void rounds() {
    CoroutineJobs.rounds(SuspendingBarrier.create(subject, parties), MANY, parties);
  }

  /** For many parties. */
  @Benchmark
  @OperationsPerInvocation(FEW)
  public void fewRounds() {
    CoroutineJobs.rounds(SuspendingBarrier.create(subject, parties), FEW, parties);
  }
}
