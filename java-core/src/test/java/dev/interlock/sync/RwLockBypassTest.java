package dev.interlock.sync;

import static dev.interlock.testing.Polls.assertContains;
import static dev.interlock.testing.Polls.pending;
import static dev.interlock.testing.Polls.ready;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.interlock.future.PollFuture;
import dev.interlock.internal.wait.WaitQueue;
import dev.interlock.internal.wait.Waiter;
import dev.interlock.testing.Kind;
import dev.interlock.testing.Running;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Who sleeps while it waits is asked to look, and overtaken meanwhile, so often and no more. */
class RwLockBypassTest {
  private static final int THREADS = 6;

  private static RwLock<String> bound(int bypassBound) {
    return RwLock.builder().bypassBound(bypassBound).of("value");
  }

  /** One that sleeps in the queue, and looks when the test says so. */
  private static final class Sleeper extends Waiter {
    private final Entry<Boolean> entry;
    private final WaitQueue queue;
    int wakes;

    private Sleeper(RwLock<?> lock, Entry<Boolean> entry) {
      super(1, null);
      this.entry = entry;
      this.queue = lock.queue();
      assertFalse(entry.enterOrEnqueue(queue, this));
    }

    static Sleeper writing(RwLock<String> lock) {
      return new Sleeper(
          lock,
          lock.new AbstractWriting<Boolean>() {
            @Override
            Boolean entered() {
              return true;
            }
          });
    }

    static Sleeper reading(RwLock<String> lock) {
      return new Sleeper(
          lock,
          lock.new AbstractReading<Boolean>() {
            @Override
            Boolean entered() {
              return true;
            }
          });
    }

    @Override
    public boolean isAsleep() {
      return true;
    }

    @Override
    protected void wake() {
      wakes++;
    }

    boolean look() {
      return entry.enterOrRearm(queue, this);
    }

    void giveUpWaiting() {
      assertTrue(cancelPending());
      entry.withdraw(queue, this);
    }

    void leave() {
      entry.giveBack(null);
    }
  }

  /** Overtakes by reading and by writing, in turn, until nobody gets in; gives how often. */
  private static int overtake(RwLock<String> lock) {
    for (int overtaken = 0; ; overtaken++) {
      if (overtaken % 2 == 0) {
        ReadGuard<String> guard = lock.tryRead();
        if (guard == null) {
          return overtaken;
        }
        guard.close();
      } else {
        WriteGuard<String> guard = lock.tryWrite();
        if (guard == null) {
          return overtaken;
        }
        guard.close();
      }
    }
  }

  // A negative bound is refused with the value; what is allowed is told.
  @Test
  void bypassBound_given_told() {
    assertContains(
        assertThrows(IllegalArgumentException.class, () -> bound(-1)).getMessage(),
        "bypassBound is -1",
        "0",
        "or more");
    assertEquals(7, bound(7).bypassBound());
    assertEquals(0, bound(0).bypassBound());
    RwLock<String> usual = RwLock.of("value");
    assertEquals(RwLock.DEFAULT_BYPASS_BOUND, usual.bypassBound());
    assertNull(usual.queueOrNull());
    usual.tryWrite().close();
    assertNull(usual.queueOrNull(), "a queue where nobody waits");
  }

  // A writer that sleeps is overtaken exactly as often as allowed, then the lock is handed to it.
  @ParameterizedTest
  @ValueSource(ints = {0, 1, 2, 5, 1000})
  void close_writerSleeps_overtakenAsOftenAsAllowed(int bound) {
    RwLock<String> lock = bound(bound);
    ReadGuard<String> inside = lock.tryRead();
    Sleeper writer = Sleeper.writing(lock);
    assertNull(lock.tryRead(), "the writer has not been asked yet");
    inside.close();
    assertEquals(1, writer.wakes);
    assertEquals(bound, overtake(lock));
    assertTrue(writer.isGranted());
    assertTrue(lock.isWriteLocked());
    assertEquals(0, lock.waiting());
    writer.leave();
    lock.tryWrite().close();
  }

  // So are readers that sleep, and then they are let in together.
  @ParameterizedTest
  @ValueSource(ints = {0, 1, 2, 5, 1000})
  void close_readersSleep_overtakenAsOftenAsAllowed(int bound) {
    RwLock<String> lock = bound(bound);
    WriteGuard<String> inside = lock.tryWrite();
    List<Sleeper> readers = new ArrayList<>();
    for (int i = 0; i < 3; i++) {
      readers.add(Sleeper.reading(lock));
    }
    inside.close();
    readers.forEach(r -> assertEquals(1, r.wakes));
    assertEquals(bound == 0 ? 3 : 0, lock.readers());
    int overtaken = 0;
    for (WriteGuard<String> guard; (guard = lock.tryWrite()) != null; overtaken++) {
      guard.close();
    }
    assertEquals(bound, overtaken);
    readers.forEach(r -> assertTrue(r.isGranted()));
    assertEquals(3, lock.readers());
    readers.forEach(Sleeper::leave);
    lock.tryWrite().close();
  }

  // The same when the sleeper looks after each overtaking, and finds the lock taken.
  @ParameterizedTest
  @ValueSource(ints = {1, 2, 5, 100})
  void look_takenMeanwhile_overtakenAsOftenAsAllowed(int bound) {
    RwLock<String> lock = bound(bound);
    WriteGuard<String> inside = lock.tryWrite();
    Sleeper writer = Sleeper.writing(lock);
    inside.close();
    int overtaken = 0;
    for (WriteGuard<String> guard; (guard = lock.tryWrite()) != null; overtaken++) {
      assertEquals(1 + overtaken, writer.wakes);
      assertFalse(writer.look());
      assertNull(lock.tryRead());
      guard.close();
    }
    assertEquals(bound, overtaken);
    assertTrue(writer.isGranted());
    writer.leave();
    lock.tryWrite().close();
  }

  // Who looks while the lock is free is let in; those behind it are next.
  @Test
  void look_free_letIn() {
    RwLock<String> lock = bound(10);
    WriteGuard<String> inside = lock.tryWrite();
    Sleeper writer = Sleeper.writing(lock);
    Sleeper next = Sleeper.writing(lock);
    List<Sleeper> readers = List.of(Sleeper.reading(lock), Sleeper.reading(lock));
    inside.close();
    assertEquals(0, writer.wakes, "it is the turn of the readers");
    assertTrue(readers.get(1).look());
    assertTrue(readers.get(0).look());
    assertEquals(2, lock.readers());
    readers.get(1).leave();
    assertEquals(0, writer.wakes);
    readers.get(0).leave();
    assertEquals(1, writer.wakes);
    assertTrue(writer.look());
    assertTrue(lock.isWriteLocked());
    assertEquals(0, next.wakes);
    writer.leave();
    assertEquals(1, next.wakes);
    assertTrue(next.look());
    assertEquals(0, lock.waiting());
    next.leave();
    lock.tryWrite().close();
  }

  // Who was asked and gives up passes that on, to writers and to readers.
  @Test
  void giveUp_asked_nextIsAsked() {
    RwLock<String> lock = bound(10);
    WriteGuard<String> inside = lock.tryWrite();
    Sleeper reader = Sleeper.reading(lock);
    Sleeper writer = Sleeper.writing(lock);
    Sleeper last = Sleeper.writing(lock);
    inside.close();
    reader.giveUpWaiting();
    assertEquals(1, writer.wakes);
    writer.giveUpWaiting();
    assertEquals(1, last.wakes);
    last.giveUpWaiting();
    assertEquals(0, lock.waiting());
    ReadGuard<String> reading = lock.tryRead();
    Sleeper first = Sleeper.writing(lock);
    Sleeper behind = Sleeper.reading(lock);
    reading.close();
    assertEquals(0, behind.wakes);
    first.giveUpWaiting();
    assertEquals(1, behind.wakes);
    assertTrue(behind.look());
    behind.leave();
    lock.tryWrite().close();
  }

  // A future is let in at once, by the turns: it has no sleep to wake up from.
  @Test
  void close_futureWaits_notOvertaken() {
    RwLock<String> lock = bound(1000);
    WriteGuard<String> inside = lock.tryWrite();
    PollFuture<ReadGuard<String>> reader = pending(lock.readAsync());
    Sleeper sleeper = Sleeper.reading(lock);
    PollFuture<WriteGuard<String>> writer = pending(lock.writeAsync());
    inside.close();
    assertEquals(1, lock.readers());
    assertEquals(1, sleeper.wakes);
    ready(reader).close();
    assertTrue(lock.isWriteLocked());
    assertNull(lock.tryRead());
    assertFalse(sleeper.look());
    ready(writer).close();
    assertEquals(2, sleeper.wakes);
    assertTrue(sleeper.look());
    sleeper.leave();
    lock.tryWrite().close();
  }

  // Writers in the queue that are awake overtake readers that sleep, but no oftener than newcomers.
  @ParameterizedTest
  @ValueSource(ints = {1, 3})
  void close_writersAwake_readerOvertakenAsOftenAsAllowed(int bound) {
    RwLock<String> lock = bound(bound);
    WriteGuard<String> inside = lock.tryWrite();
    Sleeper reader = Sleeper.reading(lock);
    inside.close();
    int sections = 0;
    for (; !reader.isGranted(); sections++) {
      WriteGuard<String> newcomer = lock.tryWrite();
      assertNotNull(newcomer);
      PollFuture<WriteGuard<String>> waiting = pending(lock.writeAsync());
      assertFalse(reader.look());
      newcomer.close();
      if (reader.isGranted()) {
        reader.leave();
        ready(waiting).close();
        sections++;
        break;
      }
      pending(waiting); // the reader's turn
      waiting.cancel();
    }
    assertEquals(bound, sections);
    lock.tryWrite().close();
  }

  // A reader that waits to be alone is not kept waiting by readers that come, asked or not.
  @Test
  void upgrade_othersAsked_goesFirst() {
    RwLock<String> lock = bound(1000);
    WriteGuard<String> inside = lock.tryWrite();
    Sleeper writer = Sleeper.writing(lock);
    inside.close();
    ReadGuard<String> first = lock.tryRead();
    ReadGuard<String> second = lock.tryRead();
    assertNotNull(first);
    assertNotNull(second);
    PollFuture<WriteGuard<String>> upgrade = pending(first.upgradeAsync());
    assertNull(lock.tryRead());
    Sleeper reader = Sleeper.reading(lock);
    second.close();
    assertTrue(lock.isWriteLocked());
    assertFalse(writer.look());
    ready(upgrade).close();
    assertEquals(2, writer.wakes);
    assertTrue(writer.look());
    writer.leave();
    assertTrue(reader.look());
    reader.leave();
    lock.tryWrite().close();
  }

  // Threads of both sides without a pause, at several bounds, with time-outs: all of them get on.
  @ParameterizedTest
  @ValueSource(ints = {0, 1, 3, RwLock.DEFAULT_BYPASS_BOUND})
  void everySide_threadsWithoutPause_nobodyIsForgotten(int bound) {
    RwLock<int[]> lock = RwLock.builder().bypassBound(bound).of(new int[2]);
    AtomicBoolean over = new AtomicBoolean();
    List<Running<Integer>> threads = new ArrayList<>();
    for (int t = 0; t < THREADS; t++) {
      int each = t;
      threads.add(
          Kind.PLATFORM.start(
              () -> {
                int writes = 0;
                for (int i = 0; !over.get() || i < 50; i++) {
                  if ((i + each) % 5 != 0) {
                    lock.withRead(
                        pair -> {
                          assertEquals(pair[0], pair[1]);
                          return null;
                        });
                  } else {
                    WriteGuard<int[]> guard =
                        i % 2 == 0 ? lock.write() : lock.tryWrite(Duration.ofNanos(50_000));
                    if (guard != null) {
                      guard.get()[0]++;
                      guard.get()[1]++;
                      guard.close();
                      writes++;
                    }
                  }
                }
                return writes;
              }));
    }
    long end = System.nanoTime() + 200_000_000;
    while (System.nanoTime() < end) {
      Thread.yield();
    }
    over.set(true);
    int writes = threads.stream().mapToInt(Running::get).sum();
    assertEquals(0, lock.waiting());
    try (WriteGuard<int[]> guard = lock.tryWrite()) {
      assertNotNull(guard);
      assertEquals(writes, guard.get()[0]);
    }
  }
}
