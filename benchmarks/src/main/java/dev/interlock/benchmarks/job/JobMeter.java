package dev.interlock.benchmarks.job;

import java.lang.management.ManagementFactory;
import java.util.concurrent.atomic.LongAdder;

/**
 * What the threads of jobs have spent in this JVM, and what benchmarks allocate on the thread that JMH calls
 * them on. JMH's own profilers miss threads that begin and end within an iteration, and on JDK 17 nothing
 * else remembers them; and they count what JMH allocates for each iteration, in all its threads, which is
 * most of what is seen when the benchmark allocates nothing.
 */
public final class JobMeter {
  private static final com.sun.management.ThreadMXBean THREADS =
      (com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean();
  private static final LongAdder CPU_NANOS = new LongAdder();
  private static final LongAdder BYTES = new LongAdder();
  private static final LongAdder REPORTS = new LongAdder();

  private JobMeter() {}

  /** Adds what the calling thread, which is about to end, spent in its life. */
  static void addCallingThread() {
    BYTES.add(bytesOfCallingThread());
    CPU_NANOS.add(THREADS.getCurrentThreadCpuTime());
    REPORTS.increment();
  }

  /** What the calling thread has allocated in its life. */
  public static long bytesOfCallingThread() {
    return THREADS.getThreadAllocatedBytes(Thread.currentThread().getId());
  }

  /** Adds what one thread of JMH allocated between the beginning and the end of an iteration. */
  public static void addBytes(long bytes) {
    BYTES.add(bytes);
    REPORTS.increment();
  }

  /** How often a thread has said what it spent; nothing spent is a report too. */
  public static long reports() {
    return REPORTS.sum();
  }

  /** Processor time of all threads of jobs that have ended, in nanoseconds. */
  public static long cpuNanos() {
    return CPU_NANOS.sum();
  }

  /** Bytes allocated by all threads that have reported. */
  public static long bytes() {
    return BYTES.sum();
  }
}
