package dev.interlock.diagnostics;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.interlock.future.PollFuture;
import dev.interlock.sync.ReadGuard;
import dev.interlock.sync.RwLock;
import dev.interlock.sync.WriteGuard;
import dev.interlock.testing.Kind;
import dev.interlock.testing.Polls;
import dev.interlock.testing.Running;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** As {@link DeadlockStressTest}, over read-write locks. Each test runs about a second. */
class RwLockDeadlockStressTest {
  private static final int LOCKS = 4;

  private final List<DeadlockReport> reports = new CopyOnWriteArrayList<>();

  private static List<RwLock<int[]>> locks(DeadlockDetector detector) {
    List<RwLock<int[]>> all = new ArrayList<>();
    for (int i = 0; i < LOCKS; i++) {
      RwLock.Builder builder = RwLock.builder().name("l" + i).detector(detector);
      all.add((i % 2 == 0 ? builder : builder.manyReaders()).of(new int[1]));
    }
    return all;
  }

  private static void assertFree(DeadlockDetector detector, List<RwLock<int[]>> all) {
    assertEquals(0, detector.waiting());
    for (RwLock<int[]> lock : all) {
      assertEquals(0, lock.waiting());
      assertEquals(0, lock.readers());
      assertFalse(lock.isWriteLocked());
      SharedWatch watch = (SharedWatch) lock.watch();
      assertEquals(List.of(), watch.sharers());
      assertNull(watch.holder());
    }
  }

  /**
   * Waits for ever go upwards only, and upgrades are at the top of what is held; against the order
   * there are only time-outs, attempts and futures that are cancelled. So nothing is a deadlock.
   */
  @ParameterizedTest
  @EnumSource
  void orderedWaitsAmongTimeOutsAndCancels_nothingReported(Kind kind) {
    DeadlockDetector detector = DeadlockDetector.builder().onDeadlock(reports::add).build();
    List<RwLock<int[]>> all = locks(detector);
    AtomicInteger written = new AtomicInteger();
    StressRuns.disturb(
        StressRuns.start(kind, random -> () -> ordered(all, random, written)), detector);
    assertEquals(List.of(), reports);
    assertFree(detector, all);
    int counted = 0;
    for (RwLock<int[]> lock : all) {
      counted += lock.tryRead().get()[0];
    }
    assertEquals(written.get(), counted);
    assertTrue(counted > 0);
  }

  private static boolean ordered(
      List<RwLock<int[]>> all, SplittableRandom random, AtomicInteger written)
      throws InterruptedException {
    RwLock<int[]> low = all.get(random.nextInt(LOCKS - 1));
    RwLock<int[]> high = all.get(LOCKS - 1);
    boolean downwards = random.nextInt(3) == 0;
    RwLock<int[]> first = downwards ? high : low;
    RwLock<int[]> second = downwards ? low : high;
    switch (random.nextInt(4)) {
      case 0:
        try (ReadGuard<int[]> one = first.read()) {
          return one.get() != null && within(second, downwards, random, written);
        }
      case 1:
        try (ReadGuard<int[]> read = first.read()) {
          WriteGuard<int[]> write = read.upgrade();
          count(write, written);
          try (ReadGuard<int[]> again = write.downgrade()) {
            return again.get() != null && within(second, downwards, random, written);
          }
        }
      default:
        try (WriteGuard<int[]> one = first.write()) {
          count(one, written);
          return within(second, downwards, random, written);
        }
    }
  }

  private static void count(WriteGuard<int[]> guard, AtomicInteger written) {
    guard.get()[0]++;
    written.incrementAndGet();
  }

  private static boolean within(
      RwLock<int[]> lock, boolean giveUp, SplittableRandom random, AtomicInteger written)
      throws InterruptedException {
    if (!giveUp) {
      if (random.nextBoolean()) {
        lock.read().close();
      } else {
        try (WriteGuard<int[]> guard = lock.write()) {
          count(guard, written);
        }
      }
      return true;
    }
    switch (random.nextInt(4)) {
      case 0:
        ReadGuard<int[]> reads = lock.tryRead(Duration.ofNanos(random.nextInt(50_000)));
        if (reads != null) {
          reads.close();
        }
        return reads != null;
      case 1:
        WriteGuard<int[]> writes = lock.tryWrite(Duration.ofNanos(random.nextInt(50_000)));
        if (writes != null) {
          count(writes, written);
          writes.close();
        }
        return writes != null;
      case 2:
        return cancelledSoon(lock.readAsync(Party.named("task")));
      default:
        return cancelledSoon(lock.writeAsync(Party.named("task")));
    }
  }

  private static boolean cancelledSoon(PollFuture<? extends AutoCloseable> wanted) {
    var poll = wanted.poll(Polls.IGNORED);
    if (!poll.isReady()) {
      wanted.cancel();
      return false;
    }
    try {
      poll.get().close();
    } catch (Exception e) {
      throw new AssertionError(e);
    }
    return true;
  }

  /**
   * Any order, any purpose, for ever: each deadlock is refused in the one that closes it, so all
   * end.
   */
  @ParameterizedTest
  @EnumSource
  void anyOrder_throwInCloser_everybodyEnds(Kind kind) {
    AtomicInteger refused = new AtomicInteger();
    DeadlockDetector detector =
        DeadlockDetector.builder().throwInCloser().onDeadlock(r -> {}).build();
    List<RwLock<int[]>> all = locks(detector);
    List<Running<Boolean>> runs =
        StressRuns.start(
            kind,
            random ->
                () -> {
                  try {
                    return nested(all, random, 3);
                  } catch (DeadlockException e) {
                    assertSame(Thread.currentThread(), e.report().links().get(0).party());
                    refused.incrementAndGet();
                    return false;
                  }
                });
    runs.forEach(Running::get);
    assertTrue(refused.get() > 0, "three of four in any order: some of them are the same");
    assertFree(detector, all);
  }

  private static boolean nested(List<RwLock<int[]>> all, SplittableRandom random, int depth)
      throws InterruptedException {
    if (depth == 0) {
      return true;
    }
    RwLock<int[]> lock = all.get(random.nextInt(LOCKS));
    int way = random.nextInt(5);
    if (way < 2) {
      try (WriteGuard<int[]> guard = lock.write()) {
        guard.get()[0]++;
        Thread.yield();
        return nested(all, random, depth - 1);
      }
    }
    try (ReadGuard<int[]> guard = lock.read()) {
      Thread.yield();
      boolean all3 = nested(all, random, depth - 1);
      if (way == 2) {
        guard.upgrade().close();
      }
      return all3;
    }
  }
}
