package dev.interlock.benchmarks.workload;

import dev.interlock.benchmarks.job.ThreadJob;
import dev.interlock.benchmarks.lock.LockedSections;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.AuxCounters;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.infra.Blackhole;

/**
 * Where locks that spin lose: more threads than processors, sections of some microseconds, and a thread
 * that has other work. Who waits and does not sleep takes the processor from the holder and from the other work.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
public class SpinLockSectionsBenchmark {
  private static final int THREADS = 8;
  private static final int SECTIONS_OF_EACH = 100;

  /** Some microseconds. */
  private static final int TOKENS = 5_000;

  @Param({"spin", "ticket", "mcs", "clh", "mutex", "ReentrantLock"})
  public String subject;

  /** What another thread got done while the job ran. */
  @State(Scope.Thread)
  @AuxCounters
  public static class Neighbour {
    public long steps;
  }

  @Benchmark
  @OperationsPerInvocation(THREADS * SECTIONS_OF_EACH)
  public void besideNeighbour(Neighbour neighbour) throws InterruptedException {
    Computation computation = new Computation();
    ThreadJob beside = ThreadJob.besideOthers();
    beside.start(computation);
    LockedSections locked = LockedSections.create(subject);
    ThreadJob job = ThreadJob.onPlatformThreads(false);
    for (int t = 0; t < THREADS; t++) {
      job.start(
          () -> {
            LockedSections.Section mine = locked.forThread();
            for (int i = 0; i < SECTIONS_OF_EACH; i++) {
              mine.run(() -> Blackhole.consumeCPU(TOKENS));
            }
          });
    }
    job.join();
    computation.stop();
    beside.join();
    neighbour.steps += computation.steps();
  }
}
