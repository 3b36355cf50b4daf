package dev.interlock.benchmarks.workload;

import dev.interlock.benchmarks.job.ThreadJob;
import dev.interlock.benchmarks.job.Traffic;
import dev.interlock.benchmarks.queue.QueueUnderTest;
import dev.interlock.benchmarks.queue.Queues;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.AuxCounters;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/**
 * One job: as many senders as receivers, each on a fresh platform thread, move the elements through one
 * queue. The three sizes keep a job between some milliseconds and some tenths of a second.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
public class ChannelThreadsBenchmark {
  private static final int MANY = 1_000_000;
  private static final int SOME = 200_000;
  private static final int FEW = 20_000;
  private static final int BATCH = 64;

  @Param({"interlock", "ArrayBlockingQueue", "SynchronousQueue", "LinkedTransferQueue"})
  public String subject;

  /** 0 is a rendezvous, -1 any number. */
  @Param("1024")
  public int capacity;

  /** As many senders, and as many receivers. */
  @Param("1")
  public int pairs;

  @Param({"false", "true"})
  public boolean pinned;

  private Object[] elements;

  @Setup
  public void create() {
    elements = Traffic.elements(MANY);
  }

  @Benchmark
  @OperationsPerInvocation(MANY)
  public void moveMany() throws InterruptedException {
    move(MANY);
  }

  @Benchmark
  @OperationsPerInvocation(SOME)
  public void moveSome() throws InterruptedException {
    move(SOME);
  }

  @Benchmark
  @OperationsPerInvocation(FEW)
  public void moveFew() throws InterruptedException {
    move(FEW);
  }

  @Benchmark
  @OperationsPerInvocation(MANY)
  public void moveBatches() throws InterruptedException {
    QueueUnderTest queue = Queues.create(subject, capacity);
    ThreadJob job = ThreadJob.onPlatformThreads(pinned);
    Traffic.send(job, queue, elements, MANY, 1);
    Traffic.receiveBatches(job, queue, MANY, BATCH);
    job.join();
  }

  /** What a third thread got done while the job ran. */
  @State(Scope.Thread)
  @AuxCounters
  public static class Neighbour {
    public long steps;
  }

  /** The job beside a thread that computes all the time: who spins takes the time from it. */
  @Benchmark
  @OperationsPerInvocation(SOME)
  public void moveSomeBesideNeighbour(Neighbour neighbour) throws InterruptedException {
    moveBeside(neighbour, SOME);
  }

  /** See {@link #moveSomeBesideNeighbour}. */
  @Benchmark
  @OperationsPerInvocation(FEW)
  public void moveFewBesideNeighbour(Neighbour neighbour) throws InterruptedException {
    moveBeside(neighbour, FEW);
  }

  private void moveBeside(Neighbour neighbour, int count) throws InterruptedException {
    Computation computation = new Computation();
    ThreadJob beside = ThreadJob.onPlatformThreads(false);
    beside.start(computation);
    move(count);
    computation.stop();
    beside.join();
    neighbour.steps += computation.steps();
  }

  private void move(int count) throws InterruptedException {
    QueueUnderTest queue = Queues.create(subject, capacity);
    ThreadJob job = ThreadJob.onPlatformThreads(pinned);
    Traffic.send(job, queue, elements, count, pairs);
    Traffic.receive(job, queue, count, pairs);
    job.join();
  }
}
