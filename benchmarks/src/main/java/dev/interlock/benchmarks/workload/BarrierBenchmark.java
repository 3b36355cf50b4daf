package dev.interlock.benchmarks.workload;

import dev.interlock.benchmarks.barrier.BarrierUnderTest;
import dev.interlock.benchmarks.job.Body;
import dev.interlock.benchmarks.job.ThreadJob;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;

/**
 * One job: so many threads go through so many rounds of one barrier, and do nothing else. An operation is a
 * round.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class BarrierBenchmark {
  private static final int MANY = 20_000;
  private static final int FEW = 1_000;

  @Param({"interlock", "Phaser", "CyclicBarrier"})
  public String subject;

  @Param("2")
  public int parties;

  @Param({"true", "false"})
  public boolean pinned;

  /** For parties that have a processor each. */
  @Benchmark
  @OperationsPerInvocation(MANY)
  public void rounds() throws InterruptedException {
    run(ThreadJob.onPlatformThreads(pinned), MANY);
  }

  /** For more parties than processors: each round is some sleeps. */
  @Benchmark
  @OperationsPerInvocation(FEW)
  public void fewRounds() throws InterruptedException {
    run(ThreadJob.onPlatformThreads(pinned), FEW);
  }

  @Benchmark
  @OperationsPerInvocation(MANY)
  public void roundsOfVirtualThreads() throws InterruptedException {
    run(ThreadJob.onVirtualThreads(), MANY);
  }

  private void run(ThreadJob job, int rounds) throws InterruptedException {
    BarrierUnderTest barrier = BarrierUnderTest.create(subject, parties);
    Body party =
        () -> {
          for (int i = 0; i < rounds; i++) {
            barrier.await();
          }
        };
    for (int i = 0; i < parties; i++) {
      job.start(party);
    }
    job.join();
  }
}
