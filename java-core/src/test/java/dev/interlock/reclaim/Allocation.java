package dev.interlock.reclaim;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;

/** What a thread allocates, as the virtual machine counts it. */
final class Allocation {
  private static final int WARM_UP = 20;
  private static final int ROUNDS = 1_000;

  private Allocation() {}

  /**
   * Runs the body a few times, and then a thousand times without an allocation for each: what the virtual
   * machine itself allocates in the thread when it compiles the body anew is less than a byte each.
   */
  static void assertNone(Runnable body) {
    ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    for (int i = 0; i < WARM_UP; i++) {
      body.run();
      threads.getCurrentThreadAllocatedBytes();
    }
    long before = threads.getCurrentThreadAllocatedBytes();
    for (int i = 0; i < ROUNDS; i++) {
      body.run();
    }
    long bytes = threads.getCurrentThreadAllocatedBytes() - before;
    assertEquals(0, bytes / ROUNDS, () -> bytes + " bytes in " + ROUNDS + " rounds");
  }
}
