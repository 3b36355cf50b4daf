package dev.interlock.sync;

import static dev.interlock.testing.Polls.assertContains;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.interlock.testing.Conditions;
import dev.interlock.testing.Kind;
import dev.interlock.testing.Polls;
import dev.interlock.testing.Running;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Lock;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class MutexLockViewTest {
  private final Mutex<String> mutex = Mutex.builder().name("accounts").of("value");
  private final Lock lock = mutex.asLock();

  @AfterEach
  void noInterruptIsLeft() {
    Polls.assertInterrupted(false);
  }

  // It is the same lock: the guards and the view exclude each other.
  @Test
  void lock_byView_heldForGuards() {
    lock.lock();
    assertTrue(mutex.isLocked());
    assertEquals(null, mutex.tryLock());
    lock.unlock();
    try (MutexGuard<String> guard = mutex.tryLock()) {
      assertTrue(guard.isOpen());
      assertFalse(lock.tryLock());
    }
    assertTrue(lock.tryLock());
    lock.unlock();
  }

  // Unlocking what is not locked is an error.
  @Test
  void unlock_free_refused() {
    IllegalMonitorStateException e = assertThrows(IllegalMonitorStateException.class, lock::unlock);
    assertContains(e.getMessage(), "unlock", "Mutex(accounts)[free", "lock it through this view");
    assertTrue(lock.tryLock());
  }

  // Who has not locked through the view does not unlock through it: another thread, a thread that
  // has unlocked before, a holder of a guard, and the user of another view.
  @Test
  void unlock_notByTheThreadThatLockedHere_refused() {
    lock.lock();
    IllegalMonitorStateException e =
        Kind.PLATFORM
            .start(
                () -> {
                  lock.unlock();
                  return null;
                })
            .failure(IllegalMonitorStateException.class);
    assertContains(
        e.getMessage(),
        "Mutex(accounts)[locked",
        "not locked through this view",
        "the thread that");
    assertThrows(IllegalMonitorStateException.class, mutex.asLock()::unlock);
    assertTrue(mutex.isLocked());
    lock.unlock();
    try (MutexGuard<String> guard = mutex.tryLock()) {
      assertThrows(IllegalMonitorStateException.class, lock::unlock);
      assertTrue(guard.isOpen() && mutex.isLocked());
    }
    assertFalse(mutex.isLocked());
  }

  // Whose wait failed has no lock, and its unlock in a finally must not release that of somebody
  // else. A wait at a condition of a mutex that can be poisoned could end without the lock, which a
  // condition of this interface may not: there are none.
  @Test
  void newCondition_poisoning_refused() {
    Mutex<String> poisoning = Mutex.builder().name("poisoning").poisoning().of("value");
    Lock view = poisoning.asLock();
    UnsupportedOperationException e =
        assertThrows(UnsupportedOperationException.class, view::newCondition);
    assertContains(e.getMessage(), "Mutex(poisoning)", "newCondition() of the mutex");
    view.lock();
    view.unlock();
    assertFalse(poisoning.isLocked());
  }

  // The plain form is not interruptible and keeps the interrupt, as Lock says.
  @ParameterizedTest
  @EnumSource
  void lock_interruptedWhileQueued_getsTheLockAndKeepsTheInterrupt(Kind kind) {
    lock.lock();
    Running<Boolean> waiter =
        kind.start(
            () -> {
              lock.lock();
              try {
                return Thread.currentThread().isInterrupted();
              } finally {
                lock.unlock();
              }
            });
    Conditions.await(() -> mutex.waiting() == 1);
    waiter.interrupt();
    lock.unlock();
    assertTrue(waiter.get());
  }

  // The interruptible form ends with the interrupt, before or during the wait.
  @ParameterizedTest
  @EnumSource
  void lockInterruptibly_interrupted_leavesTheQueue(Kind kind) throws InterruptedException {
    lock.lockInterruptibly();
    Running<Void> waiter =
        kind.start(
            () -> {
              lock.lockInterruptibly();
              return null;
            });
    Conditions.await(() -> mutex.waiting() == 1);
    waiter.interrupt();
    waiter.failure(InterruptedException.class);
    assertEquals(0, mutex.waiting());
    lock.unlock();

    Thread.currentThread().interrupt();
    assertThrows(InterruptedException.class, lock::lockInterruptibly);
    assertFalse(mutex.isLocked());
  }

  // Any length of time in any unit is taken, those beyond the clock as for ever.
  @ParameterizedTest
  @EnumSource
  void tryLock_longestTimeInEachUnit_waits(TimeUnit unit) throws InterruptedException {
    assertTrue(lock.tryLock(Long.MAX_VALUE, unit));
    Running<Boolean> waiter = Kind.VIRTUAL.start(() -> lock.tryLock(Long.MAX_VALUE, unit));
    Conditions.await(() -> mutex.waiting() == 1 || waiter.isDone());
    lock.unlock();
    assertTrue(waiter.get());
    assertTrue(mutex.isLocked());
  }

  // No time means no wait, in any unit.
  @ParameterizedTest
  @EnumSource
  void tryLock_noTimeInEachUnit_doesNotWait(TimeUnit unit) throws InterruptedException {
    lock.lock();
    assertFalse(lock.tryLock(0, unit));
    assertFalse(lock.tryLock(-1, unit));
    assertFalse(lock.tryLock(Long.MIN_VALUE, unit));
    assertEquals(0, mutex.waiting());
  }

  // A null unit is refused.
  @Test
  void tryLock_nullUnit_refused() {
    assertThrows(NullPointerException.class, () -> lock.tryLock(1, null));
    assertFalse(mutex.isLocked());
  }

  // The text names the mutex.
  @Test
  void toString_always_namesTheMutex() {
    assertEquals("Lock view of Mutex(accounts)[free, waiting=0]", lock.toString());
  }
}
