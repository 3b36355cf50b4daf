package dev.interlock.collection;

import junit.framework.Test;
import junit.framework.TestCase;
import junit.framework.TestSuite;

/** {@link TreiberStack} as a {@link java.util.Collection}, and as a {@link java.util.Queue}. */
public class TreiberStackSuiteTest extends TestCase {
  /** For the runner. */
  public static Test suite() {
    TestSuite all = new TestSuite("TreiberStack");
    all.addTest(
        UnboundedSuites.collection(
            "TreiberStack",
            elements -> {
              TreiberStack<String> stack = new TreiberStack<>();
              stack.addAll(elements);
              return stack;
            }));
    all.addTest(
        UnboundedSuites.queueOfAnyOrder(
            "TreiberStack.asLifoQueue",
            elements -> {
              TreiberStack<String> stack = new TreiberStack<>();
              stack.addAll(elements);
              return stack.asLifoQueue();
            }));
    return all;
  }
}
