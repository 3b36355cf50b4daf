package dev.interlock.collection;

import junit.framework.Test;
import junit.framework.TestCase;

/** {@link MichaelScottQueue} as a {@link java.util.Queue}. */
public class MichaelScottQueueSuiteTest extends TestCase {
  /** For the runner. */
  public static Test suite() {
    return UnboundedSuites.fifo(
        "MichaelScottQueue",
        elements -> {
          MichaelScottQueue<String> queue = new MichaelScottQueue<>();
          queue.addAll(elements);
          return queue;
        });
  }
}
