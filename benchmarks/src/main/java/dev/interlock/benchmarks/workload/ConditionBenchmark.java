package dev.interlock.benchmarks.workload;

import dev.interlock.benchmarks.condition.TurnTaking;
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

/** One job: two fresh threads take turns under one lock with two conditions. An operation is a turn. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
public class ConditionBenchmark {
  private static final int TURNS = 10_000;

  @Param({"predicate", "guard", "lockView", "ReentrantLock", "synchronized"})
  public String subject;

  @Param({"false", "true"})
  public boolean pinned;

  @Param("false")
  public boolean virtual;

  @Benchmark
  @OperationsPerInvocation(TURNS)
  public void pingPong() throws InterruptedException {
    TurnTaking turns = TurnTaking.create(subject);
    ThreadJob job = virtual ? ThreadJob.onVirtualThreads() : ThreadJob.onPlatformThreads(pinned);
    for (int side = 0; side < 2; side++) {
      int first = side;
      job.start(
          () -> {
            for (int turn = first; turn < TURNS; turn += 2) {
              turns.take(turn);
            }
          });
    }
    job.join();
  }
}
