package dev.interlock.collection;

import com.google.common.collect.testing.CollectionTestSuiteBuilder;
import com.google.common.collect.testing.QueueTestSuiteBuilder;
import com.google.common.collect.testing.TestStringCollectionGenerator;
import com.google.common.collect.testing.TestStringQueueGenerator;
import com.google.common.collect.testing.features.CollectionFeature;
import com.google.common.collect.testing.features.CollectionSize;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Queue;
import java.util.function.Function;
import junit.framework.Test;

/** Guava's suites of the interfaces of java.util, as the unbounded structures take them. */
final class UnboundedSuites {
  private UnboundedSuites() {}

  /** A queue that is first in, first out, and forbids nothing. */
  static Test fifo(String name, Function<List<String>, Queue<String>> create) {
    return queue(create)
        .named(name)
        .withFeatures(
            CollectionFeature.GENERAL_PURPOSE, CollectionFeature.KNOWN_ORDER, CollectionSize.ANY)
        .createTestSuite();
  }

  /** One in another order. */
  static Test queueOfAnyOrder(String name, Function<List<String>, Queue<String>> create) {
    return queue(create)
        .named(name)
        .withFeatures(CollectionFeature.GENERAL_PURPOSE, CollectionSize.ANY)
        .createTestSuite();
  }

  private static QueueTestSuiteBuilder<String> queue(Function<List<String>, Queue<String>> create) {
    return QueueTestSuiteBuilder.using(
        new TestStringQueueGenerator() {
          @Override
          protected Queue<String> create(String[] elements) {
            return create.apply(Arrays.asList(elements));
          }
        });
  }

  /** A collection in an order of its own. */
  static Test collection(String name, Function<List<String>, Collection<String>> create) {
    return CollectionTestSuiteBuilder.using(
            new TestStringCollectionGenerator() {
              @Override
              protected Collection<String> create(String[] elements) {
                return create.apply(Arrays.asList(elements));
              }
            })
        .named(name)
        .withFeatures(CollectionFeature.GENERAL_PURPOSE, CollectionSize.ANY)
        .createTestSuite();
  }
}
