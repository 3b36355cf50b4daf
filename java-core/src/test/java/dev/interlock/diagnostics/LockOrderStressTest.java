package dev.interlock.diagnostics;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.interlock.sync.Mutex;
import dev.interlock.sync.MutexGuard;
import dev.interlock.sync.ReadGuard;
import dev.interlock.sync.RwLock;
import dev.interlock.sync.WriteGuard;
import dev.interlock.testing.Kind;
import dev.interlock.testing.Polls;
import dev.interlock.testing.Running;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.locks.ReentrantLock;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Threads that take locks within locks at random. Each test runs about a second. */
class LockOrderStressTest {
  private static final int LOCKS = 6;

  private final List<LockOrderReport> reports = new CopyOnWriteArrayList<>();
  private final DeadlockDetector detector =
      DeadlockDetector.builder().lockOrder().onLockOrderViolation(reports::add).build();
  private final List<Mutex<String>> mutexes = new ArrayList<>();
  private final List<RwLock<String>> rwLocks = new ArrayList<>();
  private final ExecutorService helper = Executors.newSingleThreadExecutor();

  LockOrderStressTest() {
    for (int i = 0; i < LOCKS; i++) {
      mutexes.add(Mutex.builder().name("m" + i).detector(detector).of(""));
      rwLocks.add(RwLock.builder().name("x" + i).detector(detector).manyReaders().of(""));
    }
  }

  @AfterEach
  void stopHelper() {
    helper.shutdown();
  }

  // Upwards only, by whatever way in and out; against the order only what gives up, and what is
  // taken
  // after all else was let go, by oneself or by another thread.
  @ParameterizedTest
  @EnumSource
  void upwards_neverReported(Kind kind) throws Exception {
    List<Running<Boolean>> runs = StressRuns.start(kind, random -> () -> upwards(random));
    runs.forEach(run -> assertTrue(run.get()));
    helper.submit(() -> {}).get();
    assertEquals(List.of(), reports);
    assertEquals(0, detector.holding());
  }

  private boolean upwards(SplittableRandom random) throws InterruptedException {
    List<AutoCloseable> guards = new ArrayList<>();
    for (int i = 0; i < LOCKS; i++) {
      if (random.nextInt(3) != 0) {
        continue;
      }
      guards.add(enter(i, random));
      if (random.nextInt(8) == 0) {
        MutexGuard<?> against = mutexes.get(random.nextInt(LOCKS)).tryLock();
        if (against != null) {
          against.close();
        }
      }
    }
    if (random.nextBoolean()) {
      Collections.shuffle(guards, new java.util.Random(random.nextLong()));
    } else {
      Collections.reverse(guards);
    }
    guards.forEach(LockOrderStressTest::close);
    elsewhere(random);
    return true;
  }

  private AutoCloseable enter(int i, SplittableRandom random) throws InterruptedException {
    switch (random.nextInt(4)) {
      case 0:
        return rwLocks.get(i).read();
      case 1:
        return rwLocks.get(i).write();
      default:
        return mutexes.get(i).lock();
    }
  }

  /** Takes one, and gets rid of it by the other thread. */
  private void elsewhere(SplittableRandom random) throws InterruptedException {
    int i = random.nextInt(LOCKS);
    Party party = Party.named("elsewhere");
    try {
      switch (random.nextInt(6)) {
        case 0:
          MutexGuard<?> guard = mutexes.get(i).lockUninterruptibly();
          helper.submit(guard::close).get();
          break;
        case 1:
          ReadGuard<?> read = rwLocks.get(i).readUninterruptibly();
          helper.submit(read::close).get();
          break;
        case 2:
          MutexGuard<?> handed = mutexes.get(i).lockUninterruptibly();
          mutexes.get(i).watch().handOver(party);
          helper.execute(handed::close);
          break;
        case 3:
          WriteGuard<?> written = rwLocks.get(i).writeUninterruptibly();
          written.handOver(null);
          helper.execute(written::close);
          break;
        default:
          break;
      }
    } catch (java.util.concurrent.ExecutionException e) {
      throw new AssertionError(e);
    }
  }

  private static void close(AutoCloseable guard) {
    try {
      guard.close();
    } catch (Exception e) {
      throw new AssertionError(e);
    }
  }

  // Two locks are taken in both orders, by turns, among everything else: that is one report.
  @ParameterizedTest
  @EnumSource
  void oneInversion_reportedOnce(Kind kind) {
    Mutex<String> one = Mutex.builder().name("one").detector(detector).of("");
    Mutex<String> two = Mutex.builder().name("two").detector(detector).of("");
    ReentrantLock turn = new ReentrantLock(); // that nobody watches
    List<Running<Boolean>> runs =
        StressRuns.start(
            kind,
            random ->
                () -> {
                  upwards(random);
                  boolean inverted = random.nextBoolean();
                  turn.lock();
                  try (MutexGuard<?> outer = (inverted ? two : one).lock();
                      MutexGuard<?> inner = (inverted ? one : two).lock()) {
                    return true;
                  } finally {
                    turn.unlock();
                  }
                });
    runs.forEach(run -> assertTrue(run.get()));
    assertEquals(1, reports.size(), reports::toString);
    Polls.assertContains(reports.get(0).toString(), "violated by 2 steps", "(one)", "(two)");
  }

  // Calls that nobody has to make sense of: anybody tells anything of anybody. Nothing is thrown,
  // and
  // when all have let go, threads and order are as good as new.
  @ParameterizedTest
  @EnumSource
  void anythingOfAnybody_nothingBreaks(Kind kind) throws Exception {
    DeadlockDetector misused =
        DeadlockDetector.builder().lockOrder().onLockOrderViolation(r -> {}).build();
    List<Watch> watches = new ArrayList<>();
    List<SharedWatch> shared = new ArrayList<>();
    for (int i = 0; i < 3; i++) {
      watches.add(misused.watch("w", "w" + i));
      shared.add(misused.watchShared("x", "x" + i, 4));
    }
    List<Thread> threads = new CopyOnWriteArrayList<>();
    List<Running<Boolean>> runs =
        StressRuns.start(
            kind,
            random -> {
              threads.add(Thread.currentThread());
              return () -> anything(random, watches, shared, threads);
            });
    runs.forEach(run -> assertTrue(run.get()));
    for (Watch w : watches) {
      w.released();
    }
    Watch u = misused.watch("u", "u");
    Watch v = misused.watch("v", "v");
    Thread me = Thread.currentThread();
    u.acquired(me);
    v.acquired(me);
    v.released();
    u.released();
    assertEquals(null, u.holder());
  }

  private static boolean anything(
      SplittableRandom random,
      List<Watch> watches,
      List<SharedWatch> shared,
      List<Thread> threads) {
    Watch w = watches.get(random.nextInt(watches.size()));
    SharedWatch x = shared.get(random.nextInt(shared.size()));
    int cell = random.nextInt(4);
    Thread party =
        random.nextInt(3) == 0
            ? threads.get(random.nextInt(threads.size()))
            : Thread.currentThread();
    switch (random.nextInt(8)) {
      case 0:
        w.acquired(party);
        break;
      case 1:
        w.tried(party);
        break;
      case 2:
        w.handOver(party);
        break;
      case 3:
        x.shared(cell, party, true);
        break;
      case 4:
        x.released(cell);
        break;
      case 5:
        x.handOver(cell, party);
        break;
      default:
        w.released();
        break;
    }
    return true;
  }
}
