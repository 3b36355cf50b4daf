package dev.interlock.collection;

import junit.framework.Test;
import junit.framework.TestCase;
import junit.framework.TestSuite;

/** {@link MpmcUnboundedQueue} as a {@link java.util.Queue}, with arrays of each size that matters. */
public class MpmcUnboundedQueueSuiteTest extends TestCase {
  /** For the runner. */
  public static Test suite() {
    TestSuite all = new TestSuite("MpmcUnboundedQueue");
    for (int places : new int[] {1, 2, 1024}) {
      all.addTest(
          UnboundedSuites.fifo(
              "MpmcUnboundedQueue with " + places + " places",
              elements -> {
                MpmcUnboundedQueue<String> queue = new MpmcUnboundedQueue<>(places);
                queue.addAll(elements);
                return queue;
              }));
    }
    return all;
  }
}
