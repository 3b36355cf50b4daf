package dev.interlock.collection;

import com.google.common.collect.testing.NavigableSetTestSuiteBuilder;
import com.google.common.collect.testing.TestStringSortedSetGenerator;
import com.google.common.collect.testing.features.CollectionFeature;
import com.google.common.collect.testing.features.CollectionSize;
import java.util.Comparator;
import java.util.List;
import java.util.NavigableSet;
import java.util.function.Supplier;
import junit.framework.Test;
import junit.framework.TestSuite;

/** What {@code java.util.NavigableSet} asks for, by guava's suite, of the set and its views. */
public class LockFreeSkipListSetSuiteTest {
  private LockFreeSkipListSetSuiteTest() {}

  public static Test suite() {
    TestSuite all = new TestSuite("LockFreeSkipListSet as a NavigableSet");
    all.addTest(suite("LockFreeSkipListSet, natural order", LockFreeSkipListSet::create));
    all.addTest(
        suite(
            "LockFreeSkipListSet, comparator",
            () -> LockFreeSkipListSet.create(Comparator.naturalOrder())));
    return all;
  }

  private static Test suite(String name, Supplier<NavigableSet<String>> factory) {
    return NavigableSetTestSuiteBuilder.using(
            new TestStringSortedSetGenerator() {
              @Override
              public NavigableSet<String> create(String[] elements) {
                NavigableSet<String> set = factory.get();
                set.addAll(List.of(elements));
                return set;
              }
            })
        .named(name)
        .withFeatures(
            CollectionSize.ANY, CollectionFeature.GENERAL_PURPOSE, CollectionFeature.KNOWN_ORDER)
        .createTestSuite();
  }
}
