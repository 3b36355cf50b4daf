package dev.interlock.benchmarks.harness;

import dev.interlock.benchmarks.job.ThreadJob;
import dev.interlock.future.Context;
import dev.interlock.future.Poll;
import dev.interlock.future.PollFuture;
import dev.interlock.sync.Mutex;
import dev.interlock.sync.MutexGuard;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/**
 * Counts how often the head of a mutex's queue is overtaken in the worst case: the newcomers never join
 * the queue, and the head is a future that does not react when it is told that the lock is free, so it
 * gets the lock at the bound and not before.
 */
final class BypassCheck {
  private static final int SECONDS_TO_TIME_OUT = 30;

  private final Mutex<long[]> mutex;
  private final int threads;
  private final boolean pinned;
  private volatile boolean stopped;

  private BypassCheck(int bound, int threads, boolean pinned) {
    this.mutex = Mutex.builder().bypassBound(bound).of(new long[1]);
    this.threads = threads;
    this.pinned = pinned;
  }

  /** The most that the head was overtaken in any of the rounds. */
  static long worst(int bound, int threads, boolean pinned, int rounds)
      throws InterruptedException {
    long worst = 0;
    for (int round = 0; round < rounds; round++) {
      worst = Math.max(worst, new BypassCheck(bound, threads, pinned).overtaken());
    }
    return worst;
  }

  private long overtaken() throws InterruptedException {
    Semaphore told = new Semaphore(0);
    Context cx = new Context(told::release);
    PollFuture<MutexGuard<long[]>> head = mutex.lockAsync();
    ThreadJob newcomers = ThreadJob.onPlatformThreads(pinned);
    try (MutexGuard<long[]> first = mutex.lock()) {
      if (head.poll(cx).isReady()) {
        throw new IllegalStateException("two hold " + mutex);
      }
      for (int i = 0; i < threads; i++) {
        newcomers.start(this::overtake);
      }
    }
    // Told once that the lock is free, which is ignored, and once that it is ours.
    if (!told.tryAcquire(mutex.bypassBound() > 0 ? 2 : 1, SECONDS_TO_TIME_OUT, TimeUnit.SECONDS)) {
      throw new IllegalStateException("the head was never handed " + mutex);
    }
    long overtaken;
    Poll<MutexGuard<long[]>> poll = head.poll(cx);
    try (MutexGuard<long[]> guard = poll.get()) {
      overtaken = guard.get()[0];
    }
    stopped = true;
    newcomers.join();
    return overtaken;
  }

  private void overtake() {
    while (!stopped) {
      MutexGuard<long[]> guard = mutex.tryLock();
      if (guard != null) {
        guard.get()[0]++;
        guard.close();
      }
    }
  }
}
