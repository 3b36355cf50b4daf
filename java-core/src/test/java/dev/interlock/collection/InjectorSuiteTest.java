package dev.interlock.collection;

import com.google.common.collect.testing.QueueTestSuiteBuilder;
import com.google.common.collect.testing.TestStringQueueGenerator;
import com.google.common.collect.testing.features.CollectionFeature;
import com.google.common.collect.testing.features.CollectionSize;
import java.util.List;
import java.util.Queue;
import junit.framework.Test;
import junit.framework.TestSuite;

/** What {@code java.util.Queue} asks for, by guava's suite. */
public class InjectorSuiteTest {
  private InjectorSuiteTest() {}

  public static Test suite() {
    TestSuite all = new TestSuite("Injector as a Queue");
    for (int segment : new int[] {1, 3, 128}) {
      all.addTest(
          QueueTestSuiteBuilder.using(
                  new TestStringQueueGenerator() {
                    @Override
                    public Queue<String> create(String[] elements) {
                      Injector<String> injector = Injector.create(segment);
                      injector.addAll(List.of(elements));
                      return injector;
                    }
                  })
              .named("Injector of segments of " + segment)
              .withFeatures(
                  CollectionSize.ANY,
                  CollectionFeature.GENERAL_PURPOSE,
                  CollectionFeature.KNOWN_ORDER)
              .createTestSuite());
    }
    return all;
  }
}
