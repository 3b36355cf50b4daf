package dev.interlock.benchmarks.job;

import java.lang.management.ManagementFactory;
import java.util.concurrent.atomic.LongAdder;

/**
 * What the threads of jobs have spent in this JVM. JMH's own profilers miss threads that begin and end
 * within an iteration, and on JDK 17 nothing else remembers them.
 */
public final class JobMeter {
  private static final com.sun.management.ThreadMXBean THREADS =
      (com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean();
  private static final LongAdder CPU_NANOS = new LongAdder();
  private static final LongAdder BYTES = new LongAdder();

  private JobMeter() {}

  /** Adds what the calling thread, which is about to end, spent in its life. */
  static void addCallingThread() {
    BYTES.add(THREADS.getThreadAllocatedBytes(Thread.currentThread().getId()));
    CPU_NANOS.add(THREADS.getCurrentThreadCpuTime());
  }

  /** Processor time of all threads that have ended, in nanoseconds. */
  public static long cpuNanos() {
    return CPU_NANOS.sum();
  }

  /** Bytes allocated by all threads that have ended. */
  public static long bytes() {
    return BYTES.sum();
  }
}
