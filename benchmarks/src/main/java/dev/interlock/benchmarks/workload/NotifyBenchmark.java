package dev.interlock.benchmarks.workload;

import dev.interlock.benchmarks.event.EventUnderTest;
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

/** What an event costs that is kept and taken, and how fast a waiter goes on. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class NotifyBenchmark {
  private static final int TURNS = 20_000;

  @Param({"interlock", "Semaphore", "LockSupport"})
  public String subject;

  @Param("true")
  public boolean pinned;

  @Param("false")
  public boolean virtual;

  private EventUnderTest event;

  @Setup
  public void create() {
    event = EventUnderTest.create(subject);
  }

  /** One thread signals and takes what it has signalled; nobody waits. */
  @Benchmark
  public Object signalAndTake() throws InterruptedException {
    event.signal();
    event.await();
    return event;
  }

  /** Two fresh threads signal each other in turns. An operation is a signal and the other's going on. */
  @Benchmark
  @OperationsPerInvocation(TURNS)
  public void pingPong() throws InterruptedException {
    EventUnderTest[] events = {EventUnderTest.create(subject), EventUnderTest.create(subject)};
    ThreadJob job = virtual ? ThreadJob.onVirtualThreads() : ThreadJob.onPlatformThreads(pinned);
    for (int side = 0; side < 2; side++) {
      EventUnderTest mine = events[side];
      EventUnderTest other = events[1 - side];
      job.start(
          () -> {
            for (int i = 0; i < TURNS / 2; i++) {
              mine.await();
              other.signal();
            }
          });
    }
    events[0].signal();
    job.join();
  }
}
