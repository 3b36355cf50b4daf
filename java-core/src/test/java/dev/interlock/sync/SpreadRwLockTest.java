package dev.interlock.sync;

import static dev.interlock.testing.Polls.pending;
import static dev.interlock.testing.Polls.ready;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.interlock.future.PollFuture;
import dev.interlock.testing.CountingWaker;
import dev.interlock.testing.Kind;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Everything again while readers are spread over slots, and what is so of slots alone. */
class SpreadRwLockTest extends RwLockTest {
  @Override
  RwLock.Builder options() {
    return RwLock.builder().manyReaders();
  }

  // More readers than slots: those that find none are counted in the word, and a writer waits for
  // all.
  @Test
  void read_moreThanSlots_allCount() {
    RwLock<Integer> lock = RwLock.builder().manyReaders().of(1);
    List<ReadGuard<Integer>> guards = new ArrayList<>();
    for (int i = 0; i < 300; i++) {
      guards.add(Kind.PLATFORM.start(lock::tryRead).get());
    }
    assertNull(lock.tryWrite());
    assertEquals(300, lock.readers());
    CountingWaker waker = new CountingWaker();
    PollFuture<WriteGuard<Integer>> writer = pending(lock.writeAsync(), waker);
    for (ReadGuard<Integer> guard : guards) {
      assertEquals(0, waker.calls());
      guard.close();
    }
    assertEquals(1, waker.calls());
    ready(writer).close();
    assertTrue(lock.tryWrite().isOpen());
  }

  // A reader that was counted leaves by the word; its slot is free for the next, before and after.
  @Test
  void close_countedMeanwhile_leavesByTheWord() {
    RwLock<Integer> lock = RwLock.builder().manyReaders().of(1);
    for (int i = 0; i < 100; i++) {
      ReadGuard<Integer> inSlot = lock.tryRead();
      assertEquals(1, lock.readers()); // counts
      ReadGuard<Integer> inWord = lock.tryRead();
      ReadGuard<Integer> another = lock.tryRead(); // two have met: in slots again
      assertEquals(3, lock.readers());
      inSlot.close();
      another.close();
      assertEquals(1, lock.readers());
      inWord.close();
      assertEquals(0, lock.readers());
    }
    assertTrue(lock.tryWrite().isOpen());
  }

  // A reader may leave on another thread than it came on: the guard knows the slot.
  @Test
  void close_byAnotherThread_leavesTheSlot() {
    RwLock<Integer> lock = RwLock.builder().manyReaders().of(1);
    for (int i = 0; i < 20; i++) {
      ReadGuard<Integer> guard = Kind.PLATFORM.start(lock::tryRead).get();
      guard.close();
    }
    assertEquals("free", lock.toString().replaceAll(".*\\[([a-z]+),.*", "$1"));
    assertTrue(lock.tryWrite().isOpen());
  }

  // The view cannot unlock what guards hold in slots.
  @Test
  void view_readerInSlot_isNotItsOwn() {
    RwLock<Integer> lock = RwLock.builder().manyReaders().of(1);
    ReadGuard<Integer> guard = lock.tryRead();
    assertThrows(
        IllegalMonitorStateException.class, () -> lock.asReadWriteLock().readLock().unlock());
    assertTrue(guard.isOpen());
    guard.close();
  }

  // An upgrade gives its slot back.
  @Test
  void tryUpgrade_inSlot_slotIsFreeAgain() {
    RwLock<Integer> lock = RwLock.builder().manyReaders().of(1);
    for (int i = 0; i < 20; i++) {
      ReadGuard<Integer> guard = lock.tryRead().tryUpgrade().downgrade();
      ReadGuard<Integer> other = lock.tryRead(); // spreads them again
      other.close();
      guard.close();
    }
    assertTrue(lock.tryWrite().isOpen());
  }

  // The number of slots follows the processors, within bounds.
  @Test
  void slots_byProcessors_powersOfTwo() {
    assertEquals(2, ReaderSlots.log2(1));
    assertEquals(2, ReaderSlots.log2(2));
    assertEquals(3, ReaderSlots.log2(3));
    assertEquals(4, ReaderSlots.log2(8));
    assertEquals(6, ReaderSlots.log2(32));
    assertEquals(6, ReaderSlots.log2(1000));
  }
}
