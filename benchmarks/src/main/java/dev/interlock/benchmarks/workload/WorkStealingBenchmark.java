package dev.interlock.benchmarks.workload;

import dev.interlock.benchmarks.deque.DequeSubject;
import dev.interlock.benchmarks.deque.DequeSubject.Task;
import dev.interlock.benchmarks.job.ThreadJob;
import java.util.Arrays;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ForkJoinPool;
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
import org.openjdk.jmh.annotations.TearDown;

/**
 * The deque of a worker. What its owner does alone runs in a worker of a ForkJoinPool of one, for all
 * subjects, because the pool's own queue works nowhere else. Each fork of the virtual machine measures
 * one subject.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
public class WorkStealingBenchmark {
  private static final int MANY = 1 << 20;
  private static final int DEPTH = 32;

  @Param({"interlock", "textbook", "ForkJoinPool"})
  public String subject;

  @Param({"true", "false"})
  public boolean pinned;

  private final Task[] tasks = new Task[1024];
  private ForkJoinPool pool;
  private DequeSubject own;

  @Setup
  public void create() {
    Arrays.setAll(tasks, i -> new Task());
    pool = new ForkJoinPool(1);
    own = DequeSubject.create(subject);
  }

  @TearDown
  public void stop() {
    pool.shutdown();
  }

  /** Push one, pop it: each time the last element. */
  @Benchmark
  @OperationsPerInvocation(MANY)
  public void pushAndPop() throws ExecutionException, InterruptedException {
    pool.submit(
            () -> {
              DequeSubject deque = own;
              for (int i = 0; i < MANY; i++) {
                deque.push(tasks[i & 1023]);
                if (deque.pop() == null) {
                  throw new IllegalStateException("lost");
                }
              }
            })
        .get();
  }

  /** Push some, pop them: what a task that forks does. */
  @Benchmark
  @OperationsPerInvocation(MANY)
  public void pushSomeAndPop() throws ExecutionException, InterruptedException {
    pool.submit(
            () -> {
              DequeSubject deque = own;
              for (int i = 0; i < MANY; i += DEPTH) {
                for (int j = i; j < i + DEPTH; j++) {
                  deque.push(tasks[j & 1023]);
                }
                for (int j = 0; j < DEPTH; j++) {
                  if (deque.pop() == null) {
                    throw new IllegalStateException("lost");
                  }
                }
              }
            })
        .get();
  }

  /** The owner only pushes, a thief takes all of it; the deque grows as it must. */
  @Benchmark
  @OperationsPerInvocation(MANY)
  public void pushAndSteal() throws InterruptedException {
    DequeSubject deque = DequeSubject.create(subject);
    ThreadJob job = ThreadJob.onPlatformThreads(pinned);
    job.start(
        () -> {
          for (int i = 0; i < MANY; i++) {
            deque.push(tasks[i & 1023]);
          }
        });
    job.start(
        () -> {
          for (int i = 0; i < MANY; i++) {
            while (deque.steal() == null) {
              Thread.onSpinWait();
            }
          }
        });
    job.join();
  }

  /** The owner pushes two and pops one, a thief takes what is left. */
  @Benchmark
  @OperationsPerInvocation(MANY)
  public void pushPopAndSteal() throws InterruptedException {
    DequeSubject deque = DequeSubject.create(subject);
    ThreadJob job = ThreadJob.onPlatformThreads(pinned);
    boolean[] popped = new boolean[MANY / 2];
    job.start(
        () -> {
          for (int i = 0; i < MANY; i += 2) {
            deque.push(tasks[i & 1023]);
            deque.push(tasks[i + 1 & 1023]);
            popped[i / 2] = deque.pop() != null;
          }
          while (deque.pop() != null) {
            Thread.onSpinWait();
          }
          deque.push(END);
        });
    job.start(
        () -> {
          Task task;
          do {
            task = deque.steal();
            if (task == null) {
              Thread.onSpinWait();
            }
          } while (task != END);
        });
    job.join();
  }

  private static final Task END = new Task();
}
