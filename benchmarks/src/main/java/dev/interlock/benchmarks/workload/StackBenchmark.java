package dev.interlock.benchmarks.workload;

import dev.interlock.benchmarks.job.Affinity;
import dev.interlock.benchmarks.job.Traffic;
import dev.interlock.benchmarks.queue.StackSubject;
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
import org.openjdk.jmh.infra.ThreadParams;

/**
 * All threads push an element and pop one, on one stack that holds some elements at the beginning, so
 * that it is never empty. The option {@code -t} says how many threads.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
public class StackBenchmark {
  private static final int AT_FIRST = 16;

  @Param({"TreiberStack", "ConcurrentLinkedDeque", "SynchronizedArrayDeque"})
  public String subject;

  @Param({"false", "true"})
  public boolean pinned;

  private StackSubject stack;

  @Setup
  public void create() {
    stack = StackSubject.create(subject);
    for (Object element : Traffic.elements(AT_FIRST)) {
      stack.push(element);
    }
  }

  /** What a thread pushes, and the core it is bound to. */
  @State(Scope.Thread)
  public static class Place {
    private Object[] elements;
    private int next;

    @Setup
    public void create() {
      elements = Traffic.elements(1024);
    }

    /** Binds the thread that is about to measure; JMH may run an iteration on another than the last. */
    @Setup(Level.Iteration)
    public void pin(StackBenchmark benchmark, ThreadParams thread) {
      if (benchmark.pinned) {
        Affinity.pin(thread.getThreadIndex());
      }
    }

    Object element() {
      next = next + 1 & 1023;
      return elements[next];
    }
  }

  @Benchmark
  public Object pushAndPop(Place place) {
    stack.push(place.element());
    return stack.pop();
  }
}
