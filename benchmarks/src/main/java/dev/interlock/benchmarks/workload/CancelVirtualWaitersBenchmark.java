package dev.interlock.benchmarks.workload;

import dev.interlock.benchmarks.job.VirtualThreads;
import dev.interlock.benchmarks.lock.AbandonableLock;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
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

/** Many virtual threads wait for a lock; all are interrupted, in the order of their arrival, and end. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.SingleShotTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
public class CancelVirtualWaitersBenchmark {
  private static final long BETWEEN_LOOKS = TimeUnit.MILLISECONDS.toNanos(1);

  @Param({"interlock", "ReentrantLock"})
  public String subject;

  @Param("10000")
  public int waiters;

  private AbandonableLock lock;
  private List<Thread> threads;

  @Setup(Level.Invocation)
  public void enqueue() throws InterruptedException {
    lock = AbandonableLock.create(subject);
    threads = new ArrayList<>(waiters);
    lock.lock();
    for (int i = 0; i < waiters; i++) {
      Thread thread = VirtualThreads.unstarted(this::waitInVain);
      threads.add(thread);
      thread.start();
    }
    while (lock.waiting() < waiters) {
      LockSupport.parkNanos(BETWEEN_LOOKS); // counting disturbs those that arrive
    }
  }

  private void waitInVain() {
    try {
      lock.lock();
    } catch (InterruptedException expected) {
      return;
    }
    lock.unlock();
    throw new IllegalStateException("got a lock that nobody released");
  }

  @Benchmark
  public void cancelAll() throws InterruptedException {
    for (Thread thread : threads) {
      thread.interrupt();
    }
    for (Thread thread : threads) {
      thread.join();
    }
  }

  @TearDown(Level.Invocation)
  public void unlock() {
    if (lock.waiting() != 0) {
      throw new IllegalStateException(lock.waiting() + " still wait");
    }
    lock.unlock();
  }
}
