package dev.interlock.internal.wait;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.interlock.testing.Kind;
import dev.interlock.testing.Running;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class QueueLockTest {
  private static final int THREADS = 8;

  /** What is guarded is plain, so that a hole in the exclusion or in its memory effects shows. */
  private static final class Guarded extends QueueLock {
    private long count;
    private boolean inside;
  }

  private final Guarded lock = new Guarded();

  // One at a time, when holds are short enough for spinning.
  @ParameterizedTest
  @EnumSource
  void lock_shortHolds_oneAtATime(Kind kind) {
    contend(kind, 40_000, Integer.MAX_VALUE);
  }

  // One at a time, when some holders leave their processor, so that the others have to sleep.
  @ParameterizedTest
  @EnumSource
  void lock_longHolds_oneAtATimeAndAllWoken(Kind kind) {
    contend(kind, 2_000, 8);
  }

  // Platform and virtual threads exclude each other.
  @Test
  void lock_mixedThreads_oneAtATime() {
    List<Running<Void>> threads = new ArrayList<>();
    for (int i = 0; i < THREADS; i++) {
      threads.add(Kind.values()[i % 2].start(() -> increment(2_000, 16)));
    }
    threads.forEach(Running::get);
    assertEquals(THREADS * 2_000L, lock.count);
  }

  // A thread that gave up spinning is woken by the unlock.
  @ParameterizedTest
  @EnumSource
  void unlock_threadAsleep_wakesIt(Kind kind) {
    lock.lock();
    Running<Void> sleeper = kind.<Void>start(() -> increment(1, 1)).awaitAsleep();
    lock.unlock();
    sleeper.get();
    assertEquals(1, lock.count);
  }

  // One unlock wakes one sleeper, and each of them wakes the next.
  @ParameterizedTest
  @EnumSource
  void unlock_manyAsleep_allGetTheLockInTheEnd(Kind kind) {
    lock.lock();
    List<Running<Void>> sleepers = new ArrayList<>();
    for (int i = 0; i < THREADS; i++) {
      sleepers.add(kind.start(() -> increment(1, 1)));
    }
    sleepers.forEach(Running::awaitAsleep);
    lock.unlock();
    sleepers.forEach(Running::get);
    assertEquals(THREADS, lock.count);
  }

  // An interrupt does not end the wait, and is there when the lock was taken.
  @ParameterizedTest
  @EnumSource
  void lock_interruptedWhileAsleep_keepsWaitingAndTheInterrupt(Kind kind) {
    lock.lock();
    Running<Boolean> sleeper = kind.start(this::lockAndTellInterrupt);
    sleeper.awaitAsleep();
    for (int i = 0; i < 100; i++) {
      sleeper.interrupt();
      sleeper.awaitAsleep();
      assertFalse(sleeper.isDone());
    }
    lock.unlock();
    assertTrue(sleeper.get());
  }

  // The same for an interrupt that came before.
  @ParameterizedTest
  @EnumSource
  void lock_interruptedBefore_keepsTheInterrupt(Kind kind) {
    lock.lock();
    Running<Boolean> sleeper =
        kind.start(
            () -> {
              Thread.currentThread().interrupt();
              return lockAndTellInterrupt();
            });
    sleeper.awaitAsleep();
    lock.unlock();
    assertTrue(sleeper.get());
  }

  // A lock that was slept on works as before once everybody has gone.
  @Test
  void lock_afterContention_isFreeAgain() {
    contend(Kind.PLATFORM, 200, 2);
    for (int i = 0; i < 10; i++) {
      lock.lock();
      lock.unlock();
    }
    Kind.PLATFORM.start(() -> increment(10, 1)).get();
  }

  private boolean lockAndTellInterrupt() {
    lock.lock();
    try {
      return Thread.currentThread().isInterrupted();
    } finally {
      lock.unlock();
    }
  }

  private void contend(Kind kind, int times, int every) {
    List<Running<Void>> threads = new ArrayList<>();
    for (int i = 0; i < THREADS; i++) {
      threads.add(kind.start(() -> increment(times, every)));
    }
    threads.forEach(Running::get);
    assertEquals((long) THREADS * times, lock.count);
  }

  private Void increment(int times, int every) {
    for (int i = 1; i <= times; i++) {
      lock.lock();
      try {
        assertFalse(lock.inside, "two threads hold the lock");
        lock.inside = true;
        lock.count++;
        if (i % every == 0) {
          for (int pause = 0; pause < 4_000; pause++) {
            Thread.onSpinWait(); // longer than anybody spins
          }
        }
        lock.inside = false;
      } finally {
        lock.unlock();
      }
    }
    return null;
  }
}
