package dev.interlock.benchmarks;

import java.util.concurrent.TimeUnit;
import java.util.function.IntUnaryOperator;
import org.jctools.queues.SpscArrayQueue;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;

/** The build, not the toolkit: each kind of peer can be called from a Java benchmark. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class ToolchainBenchmark {
  private final SpscArrayQueue<Integer> jctools = new SpscArrayQueue<>(2);
  private final IntUnaryOperator jox = Peers.jox().orElse(IntUnaryOperator.identity());

  @Benchmark
  public Integer jctools() {
    jctools.offer(1);
    return jctools.poll();
  }

  @Benchmark
  public int kotlin() {
    return KotlinBridge.throughChannel(1);
  }

  @Benchmark
  public int jox() {
    return jox.applyAsInt(1);
  }
}
