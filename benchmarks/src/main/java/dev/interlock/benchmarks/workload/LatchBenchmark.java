package dev.interlock.benchmarks.workload;

import dev.interlock.benchmarks.barrier.LatchUnderTest;
import dev.interlock.benchmarks.job.ThreadJob;
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

/** What a count costs, what an open latch costs, and how fast a waiter goes on. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class LatchBenchmark {
  private static final int COUNT = 1 << 20;
  private static final int ROUNDS = 10_000;

  @Param({"interlock", "CountDownLatch"})
  public String subject;

  @Param("true")
  public boolean pinned;

  private LatchUnderTest open;

  @Setup
  public void create() {
    open = LatchUnderTest.create(subject, 0);
  }

  /** One thread counts a latch down; nobody waits. An operation is a count. */
  @Benchmark
  @OperationsPerInvocation(COUNT)
  public Object countDown() {
    LatchUnderTest latch = LatchUnderTest.create(subject, COUNT);
    for (int i = 0; i < COUNT; i++) {
      latch.countDown();
    }
    return latch;
  }

  /** A latch that is open. */
  @Benchmark
  public Object awaitOpen() throws InterruptedException {
    open.await();
    return open;
  }

  /**
   * Two threads wait for each other's latches in turn, each latch used once and made before the threads
   * start. An operation is one opening and the other thread's going on.
   */
  @Benchmark
  @OperationsPerInvocation(2 * ROUNDS)
  public void handOver() throws InterruptedException {
    LatchUnderTest[] latches = new LatchUnderTest[2 * ROUNDS + 1];
    for (int i = 0; i < latches.length; i++) {
      latches[i] = LatchUnderTest.create(subject, 1);
    }
    ThreadJob job = ThreadJob.onPlatformThreads(pinned);
    for (int first = 0; first < 2; first++) {
      int from = first;
      job.start(
          () -> {
            for (int i = from; i < 2 * ROUNDS; i += 2) {
              latches[i].await();
              latches[i + 1].countDown();
            }
          });
    }
    latches[0].countDown();
    job.join();
  }
}
