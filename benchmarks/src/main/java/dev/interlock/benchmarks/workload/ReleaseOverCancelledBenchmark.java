package dev.interlock.benchmarks.workload;

import dev.interlock.benchmarks.coroutine.CancelledWaiters;
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

/**
 * Many coroutines wait for a permit and are cancelled; then one permit is released, to the one that
 * stayed behind them.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.SingleShotTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
public class ReleaseOverCancelledBenchmark {
  private static final int TO_COMPILE = 20_000;

  @Param({"interlock", "kotlinx"})
  public String subject;

  @Param("100000")
  public int waiters;

  /** Whether the cancellation belongs to what is measured. */
  @Param({"false", "true"})
  public boolean cancelling;

  private CancelledWaiters queue;

  /** A single shot would otherwise measure the interpreter: ours and the peer's paths are compiled. */
  @Setup(Level.Trial)
  public void compile() {
    for (int i = 0; i < TO_COMPILE; i++) {
      CancelledWaiters few = CancelledWaiters.create(subject);
      few.enqueue(2);
      few.cancelAll();
      few.release();
      few.close();
    }
  }

  @Setup(Level.Invocation)
  public void enqueue() {
    queue = CancelledWaiters.create(subject);
    queue.enqueue(waiters);
    if (!cancelling) {
      queue.cancelAll();
    }
  }

  @Benchmark
  public void release() {
    if (cancelling) {
      queue.cancelAll();
    }
    queue.release();
  }

  @TearDown(Level.Invocation)
  public void check() {
    if (!queue.isServed()) {
      throw new IllegalStateException("the coroutine that stayed was not served");
    }
    queue.close();
  }
}
