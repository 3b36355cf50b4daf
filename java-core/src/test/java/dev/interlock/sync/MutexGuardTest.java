package dev.interlock.sync;

import static dev.interlock.testing.Polls.assertContains;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class MutexGuardTest {
  private final Mutex<String> mutex = Mutex.builder().name("accounts").of("value");
  private final MutexGuard<String> guard = mutex.tryLock();

  // An open guard reads and replaces the value; the next holder sees it.
  @Test
  void set_open_nextHolderSeesIt() {
    assertEquals("value", guard.get());
    guard.set("next");
    assertEquals("next", guard.get());
    guard.close();
    try (MutexGuard<String> next = mutex.tryLock()) {
      assertNotNull(next);
      assertEquals("next", next.get());
      next.set(null);
      assertNull(next.get());
    }
  }

  // A closed guard is no way to the value any more.
  @Test
  void getAndSet_closed_refusedAndUnchanged() {
    guard.close();
    IllegalStateException e = assertThrows(IllegalStateException.class, guard::get);
    assertContains(e.getMessage(), "closed", "Mutex(accounts)[free", "lock again");
    e = assertThrows(IllegalStateException.class, () -> guard.set("stolen"));
    assertContains(e.getMessage(), "closed", "Mutex(accounts)[free", "lock again");
    try (MutexGuard<String> next = mutex.tryLock()) {
      assertEquals("value", next.get());
    }
  }

  // A second close takes nothing from whoever holds the lock now.
  @Test
  void close_twice_harmlessToTheNextHolder() {
    guard.close();
    MutexGuard<String> next = mutex.tryLock();
    assertNotNull(next);
    guard.close();
    assertTrue(next.isOpen() && mutex.isLocked());
    assertNull(mutex.tryLock());
    next.close();
    assertFalse(mutex.isLocked());
  }

  // The text tells whether it is open, and of what.
  @Test
  void toString_openAndClosed_tellsState() {
    assertEquals("MutexGuard[open, Mutex(accounts)[locked, waiting=0]]", guard.toString());
    guard.close();
    assertEquals("MutexGuard[closed, Mutex(accounts)[free, waiting=0]]", guard.toString());
  }
}
