package dev.interlock.collection;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestReporter;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.openjdk.jol.info.ClassLayout;
import org.openjdk.jol.info.FieldLayout;
import org.openjdk.jol.info.GraphLayout;

/** Where the fields of the queues lie, as the running virtual machine has laid them out. */
class RingLayoutTest {
  private static final int CACHE_LINE = 64;

  // What producers write and what consumers write is a cache line apart, wherever the object
  // begins, and so is either from the fields that nobody writes and from the ends of the object.
  @ParameterizedTest
  @ValueSource(classes = {SpscRingBuffer.class, MpmcArrayQueue.class, MpscQueue.class})
  void sides_neverShareACacheLine(Class<?> queue) {
    List<FieldLayout> producer = fields(queue, "Tail");
    List<FieldLayout> consumer = fields(queue, "Head");
    assertTrue(producer.size() >= 2 && consumer.size() >= 2, "the fields are found");
    assertApart(producer, consumer);
    assertApart(producer, fields(queue, "Cold"));
    assertApart(consumer, fields(queue, "Cold"));
    assertApart(consumer, fields(queue, queue.getSimpleName()));
    assertApart(producer, fields(queue, queue.getSimpleName()));
    long size = ClassLayout.parseClass(queue).instanceSize();
    for (FieldLayout f : producer) {
      assertTrue(f.offset() >= CACHE_LINE, f::toString);
    }
    for (FieldLayout f : consumer) {
      assertTrue(f.offset() + f.size() + CACHE_LINE <= size, f::toString);
    }
  }

  private static List<FieldLayout> fields(Class<?> queue, String level) {
    return ClassLayout.parseClass(queue).fields().stream()
        .filter(f -> f.classShortName().endsWith(level))
        .toList();
  }

  private static void assertApart(List<FieldLayout> some, List<FieldLayout> others) {
    for (FieldLayout a : some) {
      for (FieldLayout b : others) {
        long between =
            a.offset() < b.offset()
                ? b.offset() - a.offset() - a.size()
                : a.offset() - b.offset() - b.size();
        assertTrue(between >= CACHE_LINE - 1, () -> a + " and " + b + " are " + between + " apart");
      }
    }
  }

  // 4 bytes for each element of the single-producer ring, beside what is there once; of the other a
  // cell, and a reference to it in an array whose length is a power of two.
  @Test
  void footprint_perElement(TestReporter reporter) {
    int n = 10_000;
    long spsc = size(new SpscRingBuffer<>(n)) - size(new SpscRingBuffer<>(8));
    long mpmc = size(new MpmcArrayQueue<>(n)) - size(new MpmcArrayQueue<>(8));
    reporter.publishEntry("bytes for 9,992 elements", spsc + " SPSC, " + mpmc + " MPMC");
    assertEquals(4.0, (double) spsc / (n - 8), 0.01);
    long cell = ClassLayout.parseClass(RingCell.class).instanceSize();
    assertEquals(cell * (n - 8) + 4 * (16_384 - 8), mpmc, "bytes of 9,992 cells");
    assertTrue(cell <= 24, () -> cell + " bytes");
    MpscQueue<Integer> mpsc = new MpscQueue<>();
    long empty = size(mpsc);
    for (int i = 0; i < n; i++) {
      mpsc.offer(1);
    }
    long full = size(mpsc) - ClassLayout.parseClass(Integer.class).instanceSize();
    reporter.publishEntry("MPSC", empty + " bytes empty, " + full + " with 10,000 elements");
    assertTrue(full - empty <= 4.1 * n + 4 * 1024, "4 bytes an element, and the last segment");
  }

  // What a queue takes by itself.
  @Test
  void footprint_once(TestReporter reporter) {
    long spsc = size(new SpscRingBuffer<>(1));
    long mpmc = size(new MpmcArrayQueue<>(1));
    long mpsc = size(new MpscQueue<>());
    reporter.publishEntry("bytes", spsc + " SPSC, " + mpmc + " MPMC, " + mpsc + " MPSC");
    assertTrue(spsc <= 496, () -> spsc + " bytes");
    assertTrue(mpmc <= 920, () -> mpmc + " bytes");
    assertTrue(mpsc <= 560, () -> mpsc + " bytes");
  }

  private static long size(Object queue) {
    return GraphLayout.parseInstance(queue).totalSize();
  }
}
