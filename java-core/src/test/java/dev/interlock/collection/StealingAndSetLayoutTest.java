package dev.interlock.collection;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Comparator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestReporter;
import org.openjdk.jol.info.ClassLayout;
import org.openjdk.jol.info.FieldLayout;
import org.openjdk.jol.info.GraphLayout;

/** Sizes and places that the documentation of these structures gives. */
class StealingAndSetLayoutTest {
  private static final int CACHE_LINE = 64;

  // What thieves write, what the owner writes and the object before are a cache line apart.
  @Test
  void deque_ends_onLinesOfTheirOwn() {
    ClassLayout layout = ClassLayout.parseClass(WorkStealingDeque.class);
    long top = offset(layout, "top");
    long bottom = offset(layout, "bottom");
    assertTrue(top >= CACHE_LINE, () -> "top at " + top);
    assertTrue(bottom - top >= CACHE_LINE, () -> "top at " + top + ", bottom at " + bottom);
    assertTrue(offset(layout, "array") - bottom < CACHE_LINE / 2, "read together by thieves");
  }

  // An idle deque is an object and an array of 16 references.
  @Test
  void deque_idle_asDocumented(TestReporter reporter) {
    GraphLayout graph = GraphLayout.parseInstance(WorkStealingDeque.create());
    reporter.publishEntry("WorkStealingDeque, idle, bytes", "" + graph.totalSize());
    assertEquals(2, graph.totalCount(), graph::toFootprint);
    assertEquals(
        168, ClassLayout.parseClass(WorkStealingDeque.class).instanceSize(), graph::toFootprint);
  }

  // A full segment costs about six bytes an element.
  @Test
  void injector_full_asDocumented(TestReporter reporter) {
    int n = 128 * 100;
    Injector<Object> injector = Injector.create();
    Object element = new Object();
    for (int i = 0; i < n; i++) {
      injector.offer(element);
    }
    double each = (double) GraphLayout.parseInstance(injector).totalSize() / n;
    reporter.publishEntry("Injector, bytes an element", "" + each);
    assertTrue(each < 6.5, () -> each + " bytes an element");
  }

  // An element takes 24 bytes, and 8 on average for the index.
  @Test
  void skipListSet_element_asDocumented(TestReporter reporter) {
    int n = 100_000;
    LockFreeSkipListSet<Integer> set = LockFreeSkipListSet.create(Comparator.naturalOrder(), 1);
    for (int i = 0; i < n; i++) {
      set.add(i);
    }
    long keys = (long) n * ClassLayout.parseClass(Integer.class).instanceSize();
    double each = (double) (GraphLayout.parseInstance(set).totalSize() - keys) / n;
    reporter.publishEntry("LockFreeSkipListSet, bytes an element", "" + each);
    assertTrue(each > 31 && each < 33, () -> each + " bytes an element");
  }

  private static long offset(ClassLayout layout, String field) {
    return layout.fields().stream()
        .filter(f -> f.name().equals(field))
        .mapToLong(FieldLayout::offset)
        .findFirst()
        .orElseThrow();
  }
}
