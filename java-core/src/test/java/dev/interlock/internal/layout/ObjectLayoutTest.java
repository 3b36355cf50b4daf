package dev.interlock.internal.layout;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.interlock.channel.Channel;
import dev.interlock.diagnostics.DeadlockDetector;
import dev.interlock.internal.wait.QueueLock;
import dev.interlock.internal.wait.ThreadWaiter;
import dev.interlock.internal.wait.WaitQueue;
import dev.interlock.sync.CountDownLatch;
import dev.interlock.sync.Mutex;
import dev.interlock.sync.MutexGuard;
import dev.interlock.sync.Semaphore;
import dev.interlock.sync.WaitGroup;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestReporter;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.openjdk.jol.info.ClassLayout;
import org.openjdk.jol.info.FieldLayout;
import org.openjdk.jol.info.GraphLayout;

/** Sizes and places of fields, as the running virtual machine has laid them out. */
class ObjectLayoutTest {
  private static final int CACHE_LINE = 64;

  static Stream<Class<?>> locks() throws ClassNotFoundException {
    return Stream.of(
        WaitQueue.class,
        Class.forName("dev.interlock.channel.ChannelSide"),
        Class.forName("dev.interlock.channel.RendezvousChannel$State"));
  }

  // No field that threads write lies within a cache line of the object before it.
  @ParameterizedTest
  @MethodSource("locks")
  void lock_hotFields_behindThePadding(Class<?> lock) {
    assertTrue(QueueLock.class.isAssignableFrom(lock));
    List<FieldLayout> hot = hotFields(lock);
    assertTrue(hot.stream().anyMatch(f -> f.name().equals("word")), "the lock's own word is there");
    for (FieldLayout f : hot) {
      assertTrue(f.offset() >= CACHE_LINE, () -> f.shortFieldName() + " at " + f.offset());
    }
  }

  // The word of the lock and the first fields it guards share a cache line, if the object starts
  // one.
  @Test
  void lock_word_closeToThePadding() {
    FieldLayout word =
        hotFields(WaitQueue.class).stream()
            .filter(f -> f.name().equals("word"))
            .findFirst()
            .orElseThrow();
    assertTrue(word.offset() < 2 * CACHE_LINE, () -> "word at " + word.offset());
  }

  private static List<FieldLayout> hotFields(Class<?> type) {
    return ClassLayout.parseClass(type).fields().stream()
        .filter(f -> !f.classShortName().equals("LeadingPad"))
        .toList();
  }

  // What two threads write lies a line apart, and what two readers write a pair of lines, even in
  // objects
  // that are neighbours.
  @ParameterizedTest
  @CsvSource({
    "dev.interlock.diagnostics.Holdings, 64",
    "dev.interlock.diagnostics.Cell$Spaced, 128"
  })
  void watched_hotFieldsOfNeighbours_apart(String name, int apart) throws ClassNotFoundException {
    ClassLayout layout = ClassLayout.parseClass(Class.forName(name));
    List<FieldLayout> hot =
        layout.fields().stream().filter(f -> !f.typeClass().equals("byte")).toList();
    long first = hot.stream().mapToLong(FieldLayout::offset).min().orElseThrow();
    long end = hot.stream().mapToLong(f -> f.offset() + f.size()).max().orElseThrow();
    assertTrue(layout.instanceSize() - (end - first) >= apart, layout::toPrintable);
  }

  // What a detector knows of an object takes 40 bytes.
  @Test
  void watch_atMost40Bytes() {
    Object watch = DeadlockDetector.create().watch("watched", null);
    ClassLayout layout = ClassLayout.parseInstance(watch);
    assertTrue(layout.instanceSize() <= 40, layout::toPrintable);
  }

  // The same for many holders: 80 bytes, a cell of 24, and a lock of 96.
  @Test
  void sharedWatch_atMost200Bytes() {
    DeadlockDetector detector = DeadlockDetector.create();
    String object = "watched";
    long others = GraphLayout.parseInstance(detector, object).totalSize();
    Object watch = detector.watchShared(object, null, 4);
    GraphLayout all = GraphLayout.parseInstance(watch, detector, object);
    // Two arrays of nothing belong to the class.
    assertTrue(all.totalSize() - others <= 200 + 2 * 16, all::toFootprint);
  }

  // Without anybody waiting, a latch and a group are one object of 24 bytes.
  @ParameterizedTest
  @MethodSource("gates")
  void gate_idle_atMost24Bytes(Object gate) {
    long bytes = GraphLayout.parseInstance(gate).totalSize();
    assertFalse(bytes > 24, () -> gate + ": " + bytes);
  }

  static Stream<Object> gates() {
    return Stream.of(CountDownLatch.of(1), WaitGroup.create());
  }

  // Without anybody waiting, a mutex is one object of 32 bytes, and a guard one of 24.
  @Test
  void mutex_idle_atMost32Bytes(TestReporter reporter) {
    Mutex<Object> mutex = Mutex.of(null);
    mutex.tryLock().close();
    assertFootprint(reporter, mutex, 32);
    MutexGuard<Object> guard = mutex.tryLock();
    assertTrue(ClassLayout.parseInstance(guard).instanceSize() <= 24);
  }

  // The same for a semaphore.
  @Test
  void semaphore_idle_atMost32Bytes(TestReporter reporter) {
    Semaphore semaphore = Semaphore.of(3);
    assertTrue(semaphore.tryAcquire());
    semaphore.release();
    assertFootprint(reporter, semaphore, 32);
  }

  private static void assertFootprint(TestReporter reporter, Object object, long most) {
    GraphLayout graph = GraphLayout.parseInstance(object);
    reporter.publishEntry(
        object.getClass().getSimpleName() + ", idle, bytes", "" + graph.totalSize());
    assertEquals(1, graph.totalCount(), "one object, nothing behind it");
    assertTrue(graph.totalSize() <= most, graph::toFootprint);
  }

  // For the record: what a waiting thread, a queue and channels take.
  @Test
  void others_idle_reported(TestReporter reporter) {
    for (Object object :
        List.of(
            new WaitQueue(),
            Channel.rendezvous(),
            Channel.bounded(1),
            Channel.bounded(64),
            Channel.bounded(1024),
            Channel.unbounded())) {
      reporter.publishEntry(
          object + ", idle, bytes", "" + GraphLayout.parseInstance(object).totalSize());
    }
    long waiter = ClassLayout.parseClass(ThreadWaiter.class).instanceSize();
    reporter.publishEntry("ThreadWaiter, bytes", "" + waiter);
    assertFalse(waiter > 64, () -> waiter + " bytes for each thread that waits");
  }
}
