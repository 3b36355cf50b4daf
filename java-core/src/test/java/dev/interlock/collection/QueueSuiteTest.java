package dev.interlock.collection;

import com.google.common.collect.testing.QueueTestSuiteBuilder;
import com.google.common.collect.testing.TestStringQueueGenerator;
import com.google.common.collect.testing.features.CollectionFeature;
import com.google.common.collect.testing.features.CollectionSize;
import java.util.Arrays;
import java.util.Queue;
import java.util.function.Supplier;
import junit.framework.Test;
import junit.framework.TestSuite;

/**
 * Guava's tests of {@code java.util.Queue}, all features: the rings hold exactly what the suite puts in
 * at most, or any number.
 */
public final class QueueSuiteTest {
  private QueueSuiteTest() {}

  /** JUnit 3 looks for it. */
  public static Test suite() {
    TestSuite all = new TestSuite("java.util.Queue");
    all.addTest(suite("SpscRingBuffer", () -> new SpscRingBuffer<>(13)));
    all.addTest(suite("SpscRingBuffer.checked", () -> SpscRingBuffer.checked(16)));
    all.addTest(suite("MpmcArrayQueue", () -> new MpmcArrayQueue<>(13)));
    all.addTest(suite("MpmcArrayQueue, power of two", () -> new MpmcArrayQueue<>(16)));
    all.addTest(suite("MpscQueue", MpscQueue::new));
    all.addTest(suite("MpscQueue.checked", MpscQueue::checked));
    all.addTest(suite("MpscQueue, small segments", () -> new MpscQueue<>(1)));
    return all;
  }

  private static Test suite(String name, Supplier<Queue<String>> factory) {
    return QueueTestSuiteBuilder.using(
            new TestStringQueueGenerator() {
              @Override
              protected Queue<String> create(String[] elements) {
                Queue<String> queue = factory.get();
                queue.addAll(Arrays.asList(elements));
                return queue;
              }
            })
        .named(name)
        .withFeatures(
            CollectionFeature.GENERAL_PURPOSE, CollectionFeature.KNOWN_ORDER, CollectionSize.ANY)
        .createTestSuite();
  }
}
