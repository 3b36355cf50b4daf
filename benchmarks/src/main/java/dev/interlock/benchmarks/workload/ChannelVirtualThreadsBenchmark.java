package dev.interlock.benchmarks.workload;

import dev.interlock.benchmarks.job.ThreadJob;
import dev.interlock.benchmarks.job.Traffic;
import dev.interlock.benchmarks.queue.QueueUnderTest;
import dev.interlock.benchmarks.queue.Queues;
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

/** As {@link ChannelThreadsBenchmark}, on virtual threads. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
public class ChannelVirtualThreadsBenchmark {
  private static final int SOME = 500_000;

  @Param({"interlock", "jox", "ArrayBlockingQueue", "SynchronousQueue"})
  public String subject;

  /** 0 is a rendezvous. */
  @Param("64")
  public int capacity;

  /** As many senders, and as many receivers. */
  @Param("1")
  public int pairs;

  private Object[] elements;

  @Setup
  public void create() {
    elements = Traffic.elements(SOME);
  }

  @Benchmark
  @OperationsPerInvocation(SOME)
  public void move() throws InterruptedException {
    QueueUnderTest queue = Queues.create(subject, capacity);
    ThreadJob job = ThreadJob.onVirtualThreads();
    Traffic.send(job, queue, elements, SOME, pairs);
    Traffic.receive(job, queue, SOME, pairs);
    job.join();
  }
}
