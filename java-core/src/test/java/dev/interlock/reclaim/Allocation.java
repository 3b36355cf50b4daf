package dev.interlock.reclaim;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;

/** What a thread allocates, as the virtual machine counts it. */
final class Allocation {
  private static final int WARM_UP = 20;
  private static final int BATCHES = 10;
  private static final int ROUNDS = 1_000;

  private Allocation() {}

  /**
   * Runs the body a few times, and then ten times a thousand times. What the virtual machine itself allocates
   * in the thread, when it links or compiles something, it allocates once; what the body does shows in each
   * thousand. So one thousand has to be without a byte.
   */
  static void assertNone(Runnable body) {
    ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    for (int i = 0; i < WARM_UP; i++) {
      body.run();
      threads.getCurrentThreadAllocatedBytes();
    }
    long least = Long.MAX_VALUE;
    for (int batch = 0; batch < BATCHES && least > 0; batch++) {
      long before = threads.getCurrentThreadAllocatedBytes();
      for (int i = 0; i < ROUNDS; i++) {
        body.run();
      }
      least = Math.min(least, threads.getCurrentThreadAllocatedBytes() - before);
    }
    assertEquals(0, least, "bytes in " + ROUNDS + " rounds");
  }
}
