package dev.interlock.benchmarks.job;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

/**
 * A few bodies, each on a thread of its own that the job starts and waits for. What the threads spent
 * is added to {@link JobMeter}.
 */
public final class ThreadJob {
  private final List<Thread> threads = new ArrayList<>();
  private final Function<Runnable, Thread> factory;
  private final boolean pinned;
  private final boolean metered;
  private volatile Throwable failure;

  private ThreadJob(Function<Runnable, Thread> factory, boolean pinned, boolean metered) {
    this.factory = factory;
    this.pinned = pinned;
    this.metered = metered;
  }

  /** A job on platform threads, the i-th bound to processor i if {@code pinned}. */
  public static ThreadJob onPlatformThreads(boolean pinned) {
    return new ThreadJob(Thread::new, pinned, true);
  }

  /** What runs on platform threads beside a job and is no part of it: it is not metered. */
  public static ThreadJob besideOthers() {
    return new ThreadJob(Thread::new, false, false);
  }

  /** A job on virtual threads. */
  public static ThreadJob onVirtualThreads() {
    // The meters of the JVM do not know virtual threads.
    return new ThreadJob(VirtualThreads::unstarted, false, false);
  }

  /** Starts a thread for {@code body}. */
  public void start(Body body) {
    int index = threads.size();
    Thread thread = factory.apply(() -> perform(body, index));
    threads.add(thread);
    thread.start();
  }

  /** Waits for all threads. */
  public void join() throws InterruptedException {
    try {
      for (Thread thread : threads) {
        thread.join();
      }
    } catch (InterruptedException timeOut) {
      threads.forEach(Thread::interrupt);
      throw timeOut;
    }
    if (failure != null) {
      throw new IllegalStateException("a thread of the job failed", failure);
    }
  }

  private void perform(Body body, int index) {
    try {
      if (pinned) {
        Affinity.pin(index);
      }
      body.run();
    } catch (Throwable e) { // reported by join
      failure = e;
      threads.forEach(Thread::interrupt);
    } finally {
      if (metered) {
        JobMeter.addCallingThread();
      }
    }
  }
}
