package dev.interlock.benchmarks.workload;

import dev.interlock.benchmarks.counter.CounterSubjects;
import dev.interlock.benchmarks.counter.CounterUnderTest;
import dev.interlock.benchmarks.job.Affinity;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.infra.ThreadParams;

/** All threads count on one counter. The option {@code -t} says how many; the sum is checked. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
public class CounterBenchmark {
  @Param({
    "sharded",
    "LongAdder",
    "counter",
    "AtomicLong",
    "bounded",
    "statistics",
    "statisticsByRecord",
    "statisticsSynchronized",
    "statisticsReentrantLock"
  })
  public String subject;

  @Param({"false", "true"})
  public boolean pinned;

  private final Queue<Place> places = new ConcurrentLinkedQueue<>();
  private CounterUnderTest counter;

  @Setup
  public void create() {
    counter = CounterSubjects.create(subject);
  }

  /** All threads have ended their last iteration by now, and their own counts are visible. */
  @TearDown
  public void check() {
    long expected = places.stream().mapToLong(place -> place.counted).sum();
    if (counter.sum() != expected) {
      throw new IllegalStateException(subject + " counted " + counter.sum() + " of " + expected);
    }
  }

  /** Binds the thread that is about to measure, and counts for itself. */
  @State(Scope.Thread)
  public static class Place {
    private long counted;

    @Setup
    public void register(CounterBenchmark benchmark) {
      benchmark.places.add(this);
    }

    @Setup(Level.Iteration)
    public void pin(CounterBenchmark benchmark, ThreadParams thread) {
      if (benchmark.pinned) {
        Affinity.pin(thread.getThreadIndex());
      }
    }
  }

  @Benchmark
  public void increment(Place place) {
    counter.increment();
    place.counted++;
  }
}
