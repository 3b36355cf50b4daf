package dev.interlock.benchmarks.workload;

import dev.interlock.benchmarks.coroutine.CoroutineJobs;
import dev.interlock.benchmarks.coroutine.SuspendingQueue;
import dev.interlock.benchmarks.job.Traffic;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/** One job: as many senders as receivers, each a fresh coroutine, move the elements through one queue. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
public class ChannelCoroutinesBenchmark {
  private static final int MANY = 1_000_000;

  @Param({"interlock", "kotlinx"})
  public String subject;

  /** 0 is a rendezvous, -1 any number. */
  @Param("1024")
  public int capacity;

  /** As many senders, and as many receivers. */
  @Param("1")
  public int pairs;

  private Object[] elements;

  @Setup
  public void create() {
    elements = Traffic.elements(MANY);
  }

  @Benchmark
  @OperationsPerInvocation(MANY)
  public void move() {
    CoroutineJobs.move(SuspendingQueue.create(subject, capacity), elements, MANY, pairs);
  }
}
