package dev.interlock.sync;

import static dev.interlock.testing.Polls.assertContains;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.interlock.testing.Conditions;
import dev.interlock.testing.Kind;
import dev.interlock.testing.Polls;
import dev.interlock.testing.Running;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReadWriteLock;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What the documentation of ReadWriteLock and Lock promises, method by method, on both sides. */
class RwLockViewTest {
  private final RwLock<int[]> lock = RwLock.builder().name("routes").of(new int[1]);
  private final ReadWriteLock view = lock.asReadWriteLock();

  enum Side {
    READ,
    WRITE
  }

  @AfterEach
  void noInterruptIsLeft() {
    Polls.assertInterrupted(false);
  }

  private Lock of(Side side) {
    return side == Side.READ ? view.readLock() : view.writeLock();
  }

  private boolean isHeld(Side side) {
    return side == Side.READ ? lock.readers() > 0 : lock.isWriteLocked();
  }

  /** Runs {@code body} while a writer is inside, which keeps out both sides. */
  private void whileWritten(Side side, Waits body) throws Exception {
    WriteGuard<int[]> writer = lock.tryWrite();
    assertNotNull(writer);
    body.run(of(side), writer);
    writer.close();
    assertEquals("RwLock(routes)[free, waiting=0]", lock.toString());
  }

  private interface Waits {
    void run(Lock lock, WriteGuard<int[]> writer) throws Exception;
  }

  private void awaitOneWaiting() {
    Conditions.await(() -> lock.waiting() == 1);
  }

  // ReadWriteLock

  // Each side is one lock, and the two are one read-write lock: readers share, a writer is alone;
  // guards and views exclude each other.
  @Test
  void sides_ofOneLock_exclude() {
    assertSame(view.readLock(), view.readLock());
    assertSame(view.writeLock(), view.writeLock());
    view.readLock().lock();
    view.readLock().lock();
    assertEquals(2, lock.readers());
    assertFalse(view.writeLock().tryLock());
    assertNull(lock.tryWrite());
    try (ReadGuard<int[]> guard = lock.tryRead()) {
      assertTrue(guard.isOpen());
    }
    view.readLock().unlock();
    assertFalse(view.writeLock().tryLock());
    view.readLock().unlock();
    assertTrue(view.writeLock().tryLock());
    assertFalse(view.writeLock().tryLock());
    assertFalse(view.readLock().tryLock());
    assertNull(lock.tryRead());
    view.writeLock().unlock();
    assertEquals("RwLock(routes)[free, waiting=0]", lock.toString());
  }

  // "A thread successfully acquiring the read lock will see all updates made upon previous release
  // of the write lock": of two words that writers change together readers never see one alone.
  @Test
  void memory_writersAndReaders_neverTorn() {
    int[] words = new int[2];
    int rounds = 2_000;
    List<Running<Integer>> threads = new ArrayList<>();
    for (int t = 0; t < 2; t++) {
      threads.add(
          Kind.PLATFORM.start(
              () -> {
                for (int i = 0; i < rounds; i++) {
                  view.writeLock().lock();
                  words[0]++;
                  words[1]++;
                  view.writeLock().unlock();
                }
                return 0;
              }));
      threads.add(
          Kind.VIRTUAL.start(
              () -> {
                int torn = 0;
                for (int i = 0; i < rounds; i++) {
                  view.readLock().lock();
                  torn += words[0] == words[1] ? 0 : 1;
                  view.readLock().unlock();
                }
                return torn;
              }));
    }
    threads.forEach(t -> assertEquals(0, t.get()));
    assertEquals(2 * rounds, words[0]);
  }

  // Lock.lock

  // "Acquires the lock"; when it is not available the thread waits, not interruptibly.
  @ParameterizedTest
  @EnumSource
  void lock_notAvailable_waitsAndKeepsAnInterrupt(Side side) throws Exception {
    for (Kind kind : Kind.values()) {
      whileWritten(
          side,
          (l, writer) -> {
            Running<Boolean> waiter =
                kind.start(
                    () -> {
                      l.lock();
                      boolean interrupted = Thread.currentThread().isInterrupted() && isHeld(side);
                      l.unlock();
                      return interrupted;
                    });
            awaitOneWaiting();
            waiter.interrupt();
            writer.close();
            assertTrue(waiter.get());
          });
    }
  }

  // Lock.lockInterruptibly

  // "If the current thread has its interrupted status set on entry": thrown, status cleared, not
  // locked.
  @ParameterizedTest
  @EnumSource
  void lockInterruptibly_interruptedOnEntry_throws(Side side) {
    Thread.currentThread().interrupt();
    assertThrows(InterruptedException.class, of(side)::lockInterruptibly);
    Polls.assertInterrupted(false);
    assertFalse(isHeld(side));
  }

  // "Or is interrupted while acquiring": thrown, status cleared, not locked.
  @ParameterizedTest
  @EnumSource
  void lockInterruptibly_interruptedWhileWaiting_throws(Side side) throws Exception {
    for (Kind kind : Kind.values()) {
      whileWritten(
          side,
          (l, writer) -> {
            Running<Boolean> waiter =
                kind.start(
                    () -> {
                      assertThrows(InterruptedException.class, l::lockInterruptibly);
                      return Thread.interrupted();
                    });
            awaitOneWaiting();
            waiter.interrupt();
            assertFalse(waiter.get());
            assertEquals(0, lock.waiting());
          });
    }
  }

  // Otherwise as lock.
  @ParameterizedTest
  @EnumSource
  void lockInterruptibly_becomesAvailable_locks(Side side) throws Exception {
    whileWritten(
        side,
        (l, writer) -> {
          Running<Boolean> waiter =
              Kind.PLATFORM.start(
                  () -> {
                    l.lockInterruptibly();
                    boolean held = isHeld(side);
                    l.unlock();
                    return held;
                  });
          awaitOneWaiting();
          writer.close();
          assertTrue(waiter.get());
        });
  }

  // Lock.tryLock

  // "Acquires the lock if it is available and returns immediately with true", otherwise with false;
  // an interrupt plays no part.
  @ParameterizedTest
  @EnumSource
  void tryLock_availableOrNot_saysSoAtOnce(Side side) throws Exception {
    Thread.currentThread().interrupt();
    assertTrue(of(side).tryLock());
    assertTrue(isHeld(side));
    of(side).unlock();
    Polls.assertInterrupted(true);
    whileWritten(side, (l, writer) -> assertFalse(l.tryLock()));
  }

  // Lock.tryLock(time, unit)

  // "If the lock is available this method returns immediately with true", with any time, even none.
  @ParameterizedTest
  @EnumSource
  void tryLockTimed_available_true(Side side) throws InterruptedException {
    for (long time : new long[] {1, 0, -1, Long.MIN_VALUE, Long.MAX_VALUE}) {
      assertTrue(of(side).tryLock(time, TimeUnit.DAYS));
      of(side).unlock();
    }
  }

  // "If the time is less than or equal to zero, the method will not wait at all."
  @ParameterizedTest
  @EnumSource
  void tryLockTimed_noTime_doesNotWait(Side side) throws Exception {
    whileWritten(
        side,
        (l, writer) -> {
          for (TimeUnit unit : TimeUnit.values()) {
            assertFalse(l.tryLock(0, unit));
            assertFalse(l.tryLock(-1, unit));
            assertFalse(l.tryLock(Long.MIN_VALUE, unit));
          }
        });
  }

  // "The specified waiting time elapses": false, and not locked.
  @ParameterizedTest
  @EnumSource
  void tryLockTimed_elapses_false(Side side) throws Exception {
    whileWritten(
        side,
        (l, writer) -> {
          long began = System.nanoTime();
          assertFalse(l.tryLock(3, TimeUnit.MILLISECONDS));
          assertTrue(System.nanoTime() - began >= 3_000_000);
          assertEquals(0, lock.waiting());
        });
  }

  // "The lock is acquired by the current thread": true, in any unit, times beyond the clock
  // included.
  @ParameterizedTest
  @EnumSource
  void tryLockTimed_becomesAvailable_true(Side side) throws Exception {
    for (TimeUnit unit : TimeUnit.values()) {
      whileWritten(
          side,
          (l, writer) -> {
            Running<Boolean> waiter =
                Kind.VIRTUAL.start(
                    () -> {
                      boolean locked = l.tryLock(Long.MAX_VALUE, unit);
                      l.unlock();
                      return locked;
                    });
            Conditions.await(() -> lock.waiting() == 1 || waiter.isDone());
            writer.close();
            assertTrue(waiter.get());
          });
    }
  }

  // Interrupted on entry, even if the lock is available, or while waiting: thrown.
  @ParameterizedTest
  @EnumSource
  void tryLockTimed_interrupted_throws(Side side) throws Exception {
    Thread.currentThread().interrupt();
    assertThrows(InterruptedException.class, () -> of(side).tryLock(1, TimeUnit.DAYS));
    assertFalse(isHeld(side));
    whileWritten(
        side,
        (l, writer) -> {
          Running<Boolean> waiter = Kind.PLATFORM.start(() -> l.tryLock(1, TimeUnit.DAYS));
          awaitOneWaiting();
          waiter.interrupt();
          waiter.failure(InterruptedException.class);
        });
  }

  // A null unit is refused.
  @ParameterizedTest
  @EnumSource
  void tryLockTimed_nullUnit_refused(Side side) {
    assertThrows(NullPointerException.class, () -> of(side).tryLock(1, null));
    assertFalse(isHeld(side));
  }

  // Lock.unlock

  // Unlocking what nobody holds is an error, and changes nothing; also what only the other side
  // holds.
  @ParameterizedTest
  @EnumSource
  void unlock_notHeld_refused(Side side) {
    assertContains(
        assertThrows(IllegalMonitorStateException.class, of(side)::unlock).getMessage(),
        "unlock without a",
        "RwLock(routes)[free",
        side == Side.READ ? "readLock().lock()" : "writeLock().lock()");
    Side other = side == Side.READ ? Side.WRITE : Side.READ;
    assertTrue(of(other).tryLock());
    assertThrows(IllegalMonitorStateException.class, of(side)::unlock);
    assertTrue(isHeld(other));
    of(other).unlock();
  }

  // There are no owners: any thread unlocks.
  @ParameterizedTest
  @EnumSource
  void unlock_byAnotherThread_unlocks(Side side) {
    of(side).lock();
    Kind.PLATFORM
        .start(
            () -> {
              of(side).unlock();
              return null;
            })
        .get();
    assertFalse(isHeld(side));
  }

  // Lock.newCondition

  // "UnsupportedOperationException if this Lock implementation does not support conditions", on
  // both sides.
  @ParameterizedTest
  @EnumSource
  void newCondition_always_refused(Side side) {
    assertContains(
        assertThrows(UnsupportedOperationException.class, of(side)::newCondition).getMessage(),
        "conditions are not supported",
        "RwLock");
  }

  // The text names the lock.
  @Test
  void toString_always_namesTheLock() {
    assertEquals("ReadWriteLock view of RwLock(routes)[free, waiting=0]", view.toString());
    assertEquals("read lock view of RwLock(routes)[free, waiting=0]", view.readLock().toString());
    assertEquals("write lock view of RwLock(routes)[free, waiting=0]", view.writeLock().toString());
  }
}
