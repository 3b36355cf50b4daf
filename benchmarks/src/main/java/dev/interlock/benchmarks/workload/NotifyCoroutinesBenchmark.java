package dev.interlock.benchmarks.workload;

import dev.interlock.benchmarks.coroutine.CoroutineJobs;
import dev.interlock.benchmarks.coroutine.SuspendingEvent;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;

/** One job: an event between coroutines, kept and taken by one, or signalled to each other by two. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class NotifyCoroutinesBenchmark {
  private static final int MANY = 1_000_000;
  private static final int TURNS = 20_000;

  @Param({"interlock", "kotlinxConflated"})
  public String subject;

  @Benchmark
  @OperationsPerInvocation(MANY)
  public void signalAndTake() {
    CoroutineJobs.keptTurns(SuspendingEvent.create(subject), MANY);
  }

  @Benchmark
  @OperationsPerInvocation(TURNS)
  public void pingPong() {
    CoroutineJobs.turns(SuspendingEvent.create(subject), SuspendingEvent.create(subject), TURNS);
  }
}
