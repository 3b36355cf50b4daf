package dev.interlock.sync;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.interlock.future.Poll;
import dev.interlock.future.PollFuture;
import dev.interlock.testing.Kind;
import dev.interlock.testing.Polls;
import dev.interlock.testing.Running;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Many threads, each form at random: who is inside is who may be, and nobody is forgotten. */
class RwLockStressTest {
  private static final int THREADS = 6;
  private static final long MILLIS = 400;

  /** Two words that writers change together. */
  private static final class Pair {
    int first;
    int second;
  }

  /** Who is inside, counted apart from the lock. */
  private static final class Inside {
    private final AtomicInteger readers = new AtomicInteger();
    private final AtomicInteger writers = new AtomicInteger();

    void read(Pair pair) {
      readers.incrementAndGet();
      assertEquals(0, writers.get(), "writers beside a reader");
      assertEquals(pair.first, pair.second);
      readers.decrementAndGet();
    }

    void write(Pair pair) {
      assertEquals(1, writers.incrementAndGet(), "writers");
      assertEquals(0, readers.get(), "readers beside a writer");
      pair.first++;
      pair.second++;
      writers.decrementAndGet();
    }
  }

  // Readers share, a writer is alone, no update is lost, and in the end the lock is free: with
  // every form, upgrades, downgrades, time-outs, interrupts and dropped futures.
  @ParameterizedTest
  @EnumSource
  void everyForm_manyThreads_excludesAndForgetsNobody(Kind kind) {
    RwLock<Pair> lock = RwLock.of(new Pair());
    Inside inside = new Inside();
    AtomicLong writes = new AtomicLong();
    AtomicBoolean over = new AtomicBoolean();
    List<Running<Void>> threads = new ArrayList<>();
    for (int t = 0; t < THREADS; t++) {
      int seed = t;
      threads.add(
          kind.start(
              () -> {
                SplittableRandom random = new SplittableRandom(seed);
                while (!over.get()) {
                  writes.addAndGet(step(lock, inside, random.nextInt(16)));
                  Thread.interrupted();
                }
                return null;
              }));
    }
    SplittableRandom random = new SplittableRandom(99);
    long end = System.nanoTime() + MILLIS * 1_000_000;
    while (System.nanoTime() < end) {
      threads.get(random.nextInt(THREADS)).interrupt();
      Thread.yield();
    }
    over.set(true);
    threads.forEach(Running::get);
    assertEquals(0, lock.waiting());
    assertEquals(0, lock.readers());
    try (WriteGuard<Pair> guard = lock.tryWrite()) {
      assertEquals(writes.get(), guard.get().first);
    }
  }

  /** One operation; gives how often it wrote. */
  private static int step(RwLock<Pair> lock, Inside inside, int what) {
    Duration shortly = Duration.ofNanos(20_000);
    try {
      switch (what) {
        case 0:
          return write(inside, lock.write());
        case 1:
          return write(inside, lock.tryWrite(shortly));
        case 2:
          return write(inside, lock.tryWrite());
        case 3:
          return write(inside, lock.writeUninterruptibly());
        case 4:
          return readOrUpgrade(inside, lock.read(), true);
        case 5:
          return readOrUpgrade(inside, lock.tryRead(shortly), false);
        case 6:
          return writeAndDowngrade(inside, lock.write());
        case 7:
          return drop(inside, lock.writeAsync());
        case 12:
          return drop(inside, lock.readAsync());
        case 8:
          lock.withRead(
              pair -> {
                inside.read(pair);
                return null;
              });
          return 0;
        case 9:
          return read(inside, lock.tryRead(shortly));
        case 10:
          return read(inside, lock.tryRead());
        case 11:
          return read(inside, lock.readUninterruptibly());
        default:
          return read(inside, lock.read());
      }
    } catch (InterruptedException e) {
      return 0;
    }
  }

  private static int read(Inside inside, ReadGuard<Pair> guard) {
    if (guard != null) {
      inside.read(guard.get());
      guard.close();
    }
    return 0;
  }

  private static int write(Inside inside, WriteGuard<Pair> guard) {
    if (guard == null) {
      return 0;
    }
    inside.write(guard.get());
    guard.close();
    return 1;
  }

  private static int readOrUpgrade(Inside inside, ReadGuard<Pair> guard, boolean timed) {
    if (guard == null) {
      return 0;
    }
    inside.read(guard.get());
    int before = guard.get().first;
    try {
      WriteGuard<Pair> upgraded =
          timed ? guard.tryUpgrade(Duration.ofNanos(20_000)) : guard.upgrade();
      if (upgraded != null) {
        assertEquals(before, upgraded.get().first, "somebody wrote before the upgrade");
        return write(inside, upgraded);
      }
    } catch (UpgradeConflictException | InterruptedException e) {
      assertEquals(before, guard.get().first, "somebody wrote beside a reader");
    }
    guard.close();
    return 0;
  }

  private static int writeAndDowngrade(Inside inside, WriteGuard<Pair> guard) {
    inside.write(guard.get());
    int before = guard.get().first;
    ReadGuard<Pair> reading = guard.downgrade();
    assertEquals(before, reading.get().first, "somebody wrote after the downgrade");
    read(inside, reading);
    return 1;
  }

  /** What it has at once it uses; for what it has not it does not wait. */
  private static <G extends AutoCloseable> int drop(Inside inside, PollFuture<G> future) {
    Poll<G> poll = future.poll(Polls.IGNORED);
    if (!poll.isReady()) {
      future.cancel();
      return 0;
    }
    return poll.get() instanceof ReadGuard<?> guard
        ? read(inside, pairs(guard))
        : write(inside, pairs((WriteGuard<?>) poll.get()));
  }

  @SuppressWarnings("unchecked") // all locks here guard pairs
  private static ReadGuard<Pair> pairs(ReadGuard<?> guard) {
    return (ReadGuard<Pair>) guard;
  }

  @SuppressWarnings("unchecked") // as above
  private static WriteGuard<Pair> pairs(WriteGuard<?> guard) {
    return (WriteGuard<Pair>) guard;
  }

  // While two threads read without a pause, and always at least one of them is inside, a writer is
  // let in after a few phases.
  @Test
  void write_readersWithoutPause_isLetIn() throws InterruptedException {
    RwLock<Pair> lock = RwLock.of(new Pair());
    AtomicBoolean over = new AtomicBoolean();
    List<Running<Void>> readers = new ArrayList<>();
    for (int t = 0; t < 3; t++) {
      readers.add(
          Kind.PLATFORM.start(
              () -> {
                while (!over.get()) {
                  lock.read().close();
                }
                return null;
              }));
    }
    for (int i = 0; i < 200; i++) {
      lock.write().close();
    }
    over.set(true);
    readers.forEach(Running::get);
    assertTrue(lock.tryWrite().isOpen());
  }

  // While writers write without a pause a reader is let in.
  @Test
  void read_writersWithoutPause_isLetIn() throws InterruptedException {
    RwLock<Pair> lock = RwLock.of(new Pair());
    AtomicBoolean over = new AtomicBoolean();
    List<Running<Void>> writers = new ArrayList<>();
    for (int t = 0; t < 3; t++) {
      writers.add(
          Kind.PLATFORM.start(
              () -> {
                while (!over.get()) {
                  lock.write().close();
                }
                return null;
              }));
    }
    for (int i = 0; i < 200; i++) {
      lock.read().close();
    }
    over.set(true);
    writers.forEach(Running::get);
    assertTrue(lock.tryWrite().isOpen());
  }
}
