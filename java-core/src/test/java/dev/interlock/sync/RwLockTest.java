package dev.interlock.sync;

import static dev.interlock.testing.Polls.assertCancelled;
import static dev.interlock.testing.Polls.assertCompleted;
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
import dev.interlock.testing.Conditions;
import dev.interlock.testing.CountingWaker;
import dev.interlock.testing.Kind;
import dev.interlock.testing.Polls;
import dev.interlock.testing.Running;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.openjdk.jol.info.GraphLayout;

class RwLockTest {
  private static final Duration LONG = Duration.ofHours(1);

  private final RwLock<String> lock = options().name("routes").of("value");

  /** How the lock is made. */
  RwLock.Builder options() {
    return RwLock.builder();
  }

  @AfterEach
  void noInterruptIsLeft() {
    Polls.assertInterrupted(false);
  }

  private void awaitWaiting(int n) {
    Conditions.await(() -> lock.waiting() == n, () -> n + " waiting, at " + lock);
  }

  private ReadGuard<String> reading() {
    ReadGuard<String> guard = lock.tryRead();
    assertNotNull(guard, () -> "not to be read: " + lock);
    return guard;
  }

  private WriteGuard<String> writing() {
    WriteGuard<String> guard = lock.tryWrite();
    assertNotNull(guard, () -> "not to be written: " + lock);
    return guard;
  }

  private void assertFreeAndUnwanted() {
    assertFalse(lock.isWriteLocked());
    assertEquals(0, lock.readers());
    assertEquals(0, lock.waiting());
    writing().close();
  }

  // Making one

  // The factories differ in the value.
  @Test
  void factories_all_value() {
    assertEquals(1, RwLock.of(1).tryRead().get());
    assertNull(RwLock.<String>of(null).tryRead().get());
    assertNull(RwLock.create().tryWrite().get());
  }

  // A name is there or not, never null.
  @Test
  void name_null_refused() {
    assertThrows(NullPointerException.class, () -> RwLock.builder().name(null));
  }

  // The text tells the name, who is inside, and how many wait.
  @Test
  void toString_freeReadWrittenWaited_tellsState() {
    assertEquals("RwLock(routes)[free, waiting=0]", lock.toString());
    ReadGuard<String> first = reading();
    ReadGuard<String> second = reading();
    assertEquals("RwLock(routes)[readers=2, waiting=0]", lock.toString());
    PollFuture<WriteGuard<String>> f = pending(lock.writeAsync());
    assertEquals("RwLock(routes)[readers=2, waiting=1]", lock.toString());
    first.close();
    second.close();
    WriteGuard<String> guard = ready(f);
    assertEquals("RwLock(routes)[write-locked, waiting=0]", lock.toString());
    assertEquals("WriteGuard[open, " + lock + "]", guard.toString());
    guard.close();
    assertEquals("WriteGuard[closed, " + lock + "]", guard.toString());
    assertEquals("ReadGuard[closed, " + lock + "]", first.toString());
    assertContains(RwLock.of(1).toString(), "RwLock@", "[free, waiting=0]");
  }

  // What the class says of its size, without anybody waiting, and readers that have not met.
  @Test
  void footprint_idle_asPromised() {
    assertTrue(GraphLayout.parseInstance(RwLock.create()).totalSize() <= 32);
  }

  // Who excludes whom

  // Readers share; a writer is alone.
  @Test
  void try_readersAndWriter_exclude() {
    ReadGuard<String> first = reading();
    ReadGuard<String> second = reading();
    assertEquals(2, lock.readers());
    assertNull(lock.tryWrite());
    first.close();
    assertNull(lock.tryWrite());
    second.close();
    WriteGuard<String> writer = writing();
    assertTrue(lock.isWriteLocked());
    assertEquals(0, lock.readers());
    assertNull(lock.tryRead());
    assertNull(lock.tryWrite());
    assertEquals(0, lock.waiting());
    writer.close();
    assertFreeAndUnwanted();
  }

  // What a writer sets is what the next one reads.
  @Test
  void set_byWriter_seenByReaders() {
    try (WriteGuard<String> guard = writing()) {
      assertEquals("value", guard.get());
      guard.set("other");
      assertEquals("other", guard.get());
    }
    try (ReadGuard<String> guard = reading()) {
      assertEquals("other", guard.get());
    }
  }

  // A closed guard gives nothing and closes nothing.
  @Test
  void guards_closed_refuseAndCloseHarmlessly() {
    ReadGuard<String> read = reading();
    ReadGuard<String> other = reading();
    read.close();
    read.close();
    assertEquals(1, lock.readers());
    assertFalse(read.isOpen());
    assertContains(
        assertThrows(IllegalStateException.class, read::get).getMessage(), "closed", "routes");
    assertThrows(IllegalStateException.class, read::tryUpgrade);
    assertThrows(IllegalStateException.class, () -> read.tryUpgrade(LONG));
    assertThrows(IllegalStateException.class, read::upgrade);
    assertThrows(IllegalStateException.class, read::upgradeUninterruptibly);
    assertThrows(IllegalStateException.class, read::upgradeAsync);
    other.close();
    WriteGuard<String> write = writing();
    write.close();
    reading();
    write.close();
    assertEquals(1, lock.readers());
    assertFalse(write.isOpen());
    assertContains(
        assertThrows(IllegalStateException.class, write::get).getMessage(), "closed", "routes");
    assertThrows(IllegalStateException.class, () -> write.set("x"));
    assertThrows(IllegalStateException.class, write::downgrade);
  }

  // The checked close refuses a guard of another lock, and one that was closed, and changes
  // nothing.
  @Test
  void unlock_wrongGuard_refused() {
    RwLock<String> foreign = RwLock.builder().name("foreign").of("x");
    ReadGuard<String> theirs = foreign.tryRead();
    ReadGuard<String> ours = reading();
    assertContains(
        assertThrows(IllegalMonitorStateException.class, () -> lock.unlock(theirs)).getMessage(),
        "belongs to RwLock(foreign)",
        "not to RwLock(routes)");
    assertTrue(theirs.isOpen() && ours.isOpen());
    lock.unlock(ours);
    assertContains(
        assertThrows(IllegalMonitorStateException.class, () -> lock.unlock(ours)).getMessage(),
        "closed before",
        "RwLock(routes)");
    foreign.unlock(theirs);
    WriteGuard<String> writer = foreign.tryWrite();
    assertThrows(IllegalMonitorStateException.class, () -> lock.unlock(writer));
    assertTrue(writer.isOpen() && foreign.isWriteLocked());
    foreign.unlock(writer);
    assertThrows(IllegalMonitorStateException.class, () -> foreign.unlock(writer));
    assertThrows(NullPointerException.class, () -> lock.unlock((ReadGuard<String>) null));
    assertThrows(NullPointerException.class, () -> lock.unlock((WriteGuard<String>) null));
    assertFreeAndUnwanted();
  }

  // Blocks

  // The result comes back, a failure too, and the lock is left after both.
  @Test
  void withReadWithWrite_resultAndFailure_leave() throws InterruptedException {
    assertEquals("value!", lock.withRead(v -> v + "!" + check(lock.readers() == 1)));
    assertEquals("value?", lock.withWrite(v -> v + "?" + check(lock.isWriteLocked())));
    assertThrows(NumberFormatException.class, () -> lock.withRead(Integer::parseInt));
    assertThrows(NumberFormatException.class, () -> lock.withWrite(Integer::parseInt));
    assertThrows(NullPointerException.class, () -> lock.withRead(null));
    assertThrows(NullPointerException.class, () -> lock.withWrite(null));
    assertFreeAndUnwanted();
  }

  private static String check(boolean held) {
    assertTrue(held);
    return "";
  }

  // Phases

  // A writer that waits keeps out every reader that comes later, by every form.
  @Test
  void read_writerWaits_notOvertaken() throws InterruptedException {
    ReadGuard<String> inside = reading();
    PollFuture<WriteGuard<String>> writer = pending(lock.writeAsync());
    assertNull(lock.tryRead());
    assertNull(lock.tryRead(Duration.ZERO));
    PollFuture<ReadGuard<String>> later = pending(lock.readAsync());
    assertEquals(1, lock.waitingReaders());
    inside.close();
    assertTrue(lock.isWriteLocked());
    pending(later);
    ready(writer).close();
    ready(later).close();
    assertFreeAndUnwanted();
  }

  // At the end of a section all readers that wait are let in, before the writers that wait, even if
  // those came first; and none that comes after.
  @Test
  void close_readersAndWritersWait_allReadersFirst() {
    WriteGuard<String> inside = writing();
    PollFuture<WriteGuard<String>> secondWriter = pending(lock.writeAsync());
    List<PollFuture<ReadGuard<String>>> readers = new ArrayList<>();
    for (int i = 0; i < 5; i++) {
      readers.add(pending(lock.readAsync()));
    }
    PollFuture<WriteGuard<String>> thirdWriter = pending(lock.writeAsync());
    assertEquals(7, lock.waiting());
    assertEquals(5, lock.waitingReaders());
    inside.close();
    assertEquals(5, lock.readers());
    assertNull(lock.tryRead(), "a writer waits");
    PollFuture<ReadGuard<String>> nextPhase = pending(lock.readAsync());
    List<ReadGuard<String>> guards = readers.stream().map(Polls::ready).toList();
    pending(secondWriter);
    guards.forEach(ReadGuard::close);
    pending(nextPhase);
    pending(thirdWriter);
    ready(secondWriter).close();
    assertEquals(1, lock.readers());
    pending(thirdWriter);
    ready(nextPhase).close();
    ready(thirdWriter).close();
    assertFreeAndUnwanted();
  }

  // Without readers the writers follow each other in their order.
  @Test
  void close_writersWait_firstInFirstOut() {
    WriteGuard<String> inside = writing();
    List<PollFuture<WriteGuard<String>>> writers = new ArrayList<>();
    for (int i = 0; i < 4; i++) {
      writers.add(pending(lock.writeAsync()));
    }
    inside.close();
    for (int i = 0; i < 4; i++) {
      writers.subList(i + 1, 4).forEach(Polls::pending);
      ready(writers.get(i)).close();
    }
    assertFreeAndUnwanted();
  }

  // A writer with n before it waits for n sections and n + 1 phases of readers, however many come.
  @Test
  void write_readersAlwaysThere_boundHolds() {
    ReadGuard<String> inside = reading();
    int before = 3;
    List<PollFuture<WriteGuard<String>>> writers = new ArrayList<>();
    for (int i = 0; i <= before; i++) {
      writers.add(pending(lock.writeAsync()));
    }
    List<PollFuture<ReadGuard<String>>> waiting = new ArrayList<>(List.of(lock.readAsync()));
    waiting.forEach(Polls::pending);
    List<ReadGuard<String>> phase = new ArrayList<>(List.of(inside));
    int phases = 0;
    for (int i = 0; ; i++) {
      phases++;
      phase.forEach(ReadGuard::close);
      WriteGuard<String> section = ready(writers.get(i));
      if (i == before) {
        section.close();
        break;
      }
      waiting.add(pending(lock.readAsync()));
      section.close();
      phase = new ArrayList<>(waiting.stream().map(Polls::ready).toList());
      waiting = new ArrayList<>(List.of(pending(lock.readAsync())));
    }
    assertEquals(before + 1, phases);
    ready(waiting.get(0)).close();
    assertFreeAndUnwanted();
  }

  // The last writer that waits gives up: whom it kept waiting is let in at once.
  @Test
  void writeAsync_onlyWriterCancelled_readersLetIn() {
    ReadGuard<String> inside = reading();
    PollFuture<WriteGuard<String>> first = pending(lock.writeAsync());
    CountingWaker waker = new CountingWaker();
    PollFuture<ReadGuard<String>> reader = pending(lock.readAsync(), waker);
    PollFuture<WriteGuard<String>> second = pending(lock.writeAsync());
    assertTrue(first.cancel());
    assertEquals(0, waker.calls());
    assertTrue(second.cancel());
    assertEquals(1, waker.calls());
    ready(reader).close();
    reading().close();
    inside.close();
    assertFreeAndUnwanted();
  }

  // Waiting as a thread

  // Each side waits for the other, on each kind of thread.
  @ParameterizedTest
  @EnumSource
  void readWrite_held_waitForTheOther(Kind kind) {
    WriteGuard<String> writer = writing();
    Running<ReadGuard<String>> reader = kind.start(lock::read);
    awaitWaiting(1);
    assertFalse(reader.isDone());
    writer.close();
    ReadGuard<String> inside = reader.get();
    Running<WriteGuard<String>> next = kind.start(lock::write);
    awaitWaiting(1);
    assertFalse(next.isDone());
    inside.close();
    next.get().close();
    assertFreeAndUnwanted();
  }

  // An interrupt that is there before the call ends it, even if the lock is free.
  @Test
  void any_interruptedBefore_refusedAndUnchanged() {
    List<Executable> calls =
        List.of(
            lock::read,
            lock::write,
            () -> lock.tryRead(LONG),
            () -> lock.tryWrite(LONG),
            () -> lock.withRead(v -> v),
            () -> lock.withWrite(v -> v));
    for (Executable call : calls) {
      Thread.currentThread().interrupt();
      InterruptedException e = assertThrows(InterruptedException.class, call);
      assertContains(e.getMessage(), "interrupted before", "RwLock(routes)[free");
      Polls.assertInterrupted(false);
    }
    ReadGuard<String> guard = reading();
    Thread.currentThread().interrupt();
    assertThrows(InterruptedException.class, guard::upgrade);
    Thread.currentThread().interrupt();
    assertThrows(InterruptedException.class, () -> guard.tryUpgrade(LONG));
    assertTrue(guard.isOpen());
    guard.close();
    assertFreeAndUnwanted();
  }

  // An uninterruptible wait goes on, and the interrupt is there afterwards.
  @ParameterizedTest
  @EnumSource
  void uninterruptibly_interruptedWhileQueued_letInAndKeepsTheInterrupt(Kind kind) {
    WriteGuard<String> guard = writing();
    Running<Boolean> reader =
        kind.start(
            () -> {
              try (ReadGuard<String> theirs = lock.readUninterruptibly()) {
                return Thread.currentThread().isInterrupted() && theirs.isOpen();
              }
            });
    awaitWaiting(1);
    Running<Boolean> writer =
        kind.start(
            () -> {
              try (WriteGuard<String> theirs = lock.writeUninterruptibly()) {
                return Thread.currentThread().isInterrupted() && theirs.isOpen();
              }
            });
    awaitWaiting(2);
    reader.interrupt();
    writer.interrupt();
    reader.awaitAsleep();
    writer.awaitAsleep();
    assertEquals(2, lock.waiting());
    guard.close();
    assertTrue(reader.get());
    assertTrue(writer.get());
    assertFreeAndUnwanted();
  }

  // No time means no wait.
  @ParameterizedTest
  @ValueSource(longs = {0, -1, Long.MIN_VALUE})
  void timed_noTime_asTry(long seconds) throws InterruptedException {
    Duration none = Duration.ofSeconds(seconds);
    WriteGuard<String> writer = lock.tryWrite(none);
    assertNotNull(writer);
    assertNull(lock.tryRead(none));
    assertNull(lock.tryWrite(none));
    writer.close();
    ReadGuard<String> reader = lock.tryRead(none);
    ReadGuard<String> other = lock.tryRead(none);
    assertNull(lock.tryWrite(none));
    assertNull(reader.tryUpgrade(none));
    other.close();
    WriteGuard<String> upgraded = reader.tryUpgrade(none);
    assertNotNull(upgraded);
    upgraded.close();
    assertFreeAndUnwanted();
  }

  // A null time-out is refused before anything happens.
  @Test
  void timed_nullTimeout_refused() {
    assertThrows(NullPointerException.class, () -> lock.tryRead(null));
    assertThrows(NullPointerException.class, () -> lock.tryWrite(null));
    ReadGuard<String> guard = reading();
    assertThrows(NullPointerException.class, () -> guard.tryUpgrade(null));
    guard.close();
    assertFreeAndUnwanted();
  }

  // What becomes free in time is taken.
  @ParameterizedTest
  @EnumSource
  void timed_leftInTime_guard(Kind kind) {
    Duration ever = Duration.ofSeconds(Long.MAX_VALUE);
    WriteGuard<String> writer = writing();
    Running<ReadGuard<String>> reader = kind.start(() -> lock.tryRead(ever));
    awaitWaiting(1);
    writer.close();
    ReadGuard<String> inside = reader.get();
    Running<WriteGuard<String>> next = kind.start(() -> lock.tryWrite(ever));
    awaitWaiting(1);
    inside.close();
    next.get().close();
    assertFreeAndUnwanted();
  }

  // Futures

  // A future does nothing before it is polled, gives its guard once, and says so afterwards.
  @Test
  void async_free_readyOnce() {
    lock.readAsync();
    lock.writeAsync();
    assertFreeAndUnwanted();
    PollFuture<ReadGuard<String>> read = lock.readAsync();
    ReadGuard<String> reader = ready(read);
    assertCompleted(read);
    assertTrue(reader.isOpen());
    reader.close();
    PollFuture<WriteGuard<String>> write = lock.writeAsync();
    WriteGuard<String> writer = ready(write);
    assertCompleted(write);
    assertEquals("read lock of RwLock(routes)[taken]", read.toString());
    assertEquals("write lock of RwLock(routes)[taken]", write.toString());
    writer.close();
    assertFreeAndUnwanted();
  }

  // A future that is cancelled before its first poll never locks.
  @Test
  void async_cancelledBeforePolled_neverLocks() {
    PollFuture<ReadGuard<String>> read = lock.readAsync();
    assertTrue(read.cancel());
    assertCancelled(read);
    PollFuture<WriteGuard<String>> write = lock.writeAsync();
    assertTrue(write.cancel());
    assertCancelled(write);
    assertFreeAndUnwanted();
  }

  // Many waits that end early leave nothing behind, on either side.
  @Test
  void cancel_hundredThousandFutures_nothingStaysBehind() {
    WriteGuard<String> guard = writing();
    List<PollFuture<?>> futures = new ArrayList<>();
    for (int i = 0; i < 100_000; i++) {
      futures.add(pending(i % 2 == 0 ? lock.readAsync() : lock.writeAsync()));
    }
    Collections.shuffle(futures, new java.util.Random(7));
    futures.forEach(PollFuture::cancel);
    assertEquals(0, lock.waiting());
    guard.close();
    assertFreeAndUnwanted();
  }

  // Upgrading

  // The only reader becomes the writer; its guard is closed, and closing it again harms nobody.
  @Test
  void tryUpgrade_onlyReader_writes() {
    ReadGuard<String> guard = reading();
    WriteGuard<String> upgraded = guard.tryUpgrade();
    assertNotNull(upgraded);
    assertFalse(guard.isOpen());
    guard.close();
    assertTrue(lock.isWriteLocked());
    upgraded.set("other");
    upgraded.close();
    assertEquals("other", reading().get());
  }

  // With other readers inside it fails and changes nothing.
  @Test
  void tryUpgrade_otherReaders_nullAndStillReading() {
    ReadGuard<String> guard = reading();
    ReadGuard<String> other = reading();
    assertNull(guard.tryUpgrade());
    assertTrue(guard.isOpen());
    assertEquals(2, lock.readers());
    reading().close();
    other.close();
    guard.close();
    assertFreeAndUnwanted();
  }

  // It goes before the writers that wait: otherwise both would wait for ever.
  @Test
  void tryUpgrade_writerWaits_goesFirst() {
    ReadGuard<String> guard = reading();
    PollFuture<WriteGuard<String>> writer = pending(lock.writeAsync());
    WriteGuard<String> upgraded = guard.tryUpgrade();
    assertNotNull(upgraded);
    pending(writer);
    upgraded.close();
    ready(writer).close();
    assertFreeAndUnwanted();
  }

  // It waits for the readers inside; no reader comes in meanwhile, and no writer in between.
  @ParameterizedTest
  @EnumSource
  void upgrade_otherReaders_waitsForThem(Kind kind) {
    ReadGuard<String> guard = reading();
    ReadGuard<String> other = reading();
    PollFuture<WriteGuard<String>> writer = pending(lock.writeAsync());
    Running<WriteGuard<String>> upgrade = kind.start(guard::upgrade);
    awaitWaiting(2);
    assertNull(lock.tryRead());
    PollFuture<ReadGuard<String>> later = pending(lock.readAsync());
    assertFalse(upgrade.isDone());
    other.close();
    WriteGuard<String> upgraded = upgrade.get();
    pending(writer);
    pending(later);
    upgraded.close();
    pending(later);
    ready(writer).close();
    ready(later).close();
    assertFreeAndUnwanted();
  }

  // The same without an interrupt's end.
  @ParameterizedTest
  @EnumSource
  void upgradeUninterruptibly_interrupted_writesAndKeepsTheInterrupt(Kind kind) {
    ReadGuard<String> guard = reading();
    ReadGuard<String> other = reading();
    Running<Boolean> upgrade =
        kind.start(
            () -> {
              try (WriteGuard<String> upgraded = guard.upgradeUninterruptibly()) {
                return Thread.interrupted() && upgraded.isOpen();
              }
            });
    awaitWaiting(1);
    upgrade.interrupt();
    upgrade.awaitAsleep();
    other.close();
    assertTrue(upgrade.get());
    assertFreeAndUnwanted();
  }

  // Two that upgrade at once do not wait for each other: the second is told, and still reads.
  @ParameterizedTest
  @EnumSource
  void upgrade_anotherUpgrades_refused(Kind kind) throws InterruptedException {
    ReadGuard<String> first = reading();
    ReadGuard<String> second = reading();
    Running<WriteGuard<String>> upgrade = kind.start(first::upgrade);
    awaitWaiting(1);
    for (Executable call :
        List.<Executable>of(
            second::upgrade,
            second::upgradeUninterruptibly,
            () -> second.upgradeAsync().poll(Polls.IGNORED))) {
      UpgradeConflictException e = assertThrows(UpgradeConflictException.class, call);
      assertContains(e.getMessage(), "another reader of RwLock(routes)", "close this guard");
      assertTrue(second.isOpen());
      assertEquals("value", second.get());
    }
    assertNull(second.tryUpgrade());
    assertNull(second.tryUpgrade(LONG));
    assertFalse(upgrade.isDone());
    second.close();
    upgrade.get().close();
    assertFreeAndUnwanted();
  }

  // Readers that wait for an upgrade alone are let in when its section is over.
  @Test
  void upgradeAsync_readersWait_letInAfterwards() {
    ReadGuard<String> guard = reading();
    ReadGuard<String> other = reading();
    CountingWaker waker = new CountingWaker();
    PollFuture<WriteGuard<String>> upgrade = pending(guard.upgradeAsync(), waker);
    PollFuture<ReadGuard<String>> later = pending(lock.readAsync());
    other.close();
    assertEquals(1, waker.calls());
    pending(later);
    ready(upgrade).close();
    ready(later).close();
    assertFreeAndUnwanted();
  }

  // While a future upgrades it, a guard still reads and cannot be closed or upgraded twice.
  @Test
  void upgradeAsync_pending_guardIsKept() {
    ReadGuard<String> guard = reading();
    final ReadGuard<String> other = reading();
    final PollFuture<WriteGuard<String>> twice = guard.upgradeAsync();
    PollFuture<WriteGuard<String>> upgrade = pending(guard.upgradeAsync());
    assertEquals("value", guard.get());
    assertTrue(guard.isOpen());
    assertContains(
        assertThrows(IllegalStateException.class, guard::close).getMessage(), "being upgraded");
    assertThrows(IllegalStateException.class, guard::tryUpgrade);
    assertThrows(IllegalStateException.class, () -> twice.poll(Polls.IGNORED));
    assertEquals(2, lock.readers());
    assertTrue(upgrade.cancel());
    assertCancelled(upgrade);
    guard.close();
    other.close();
    assertFreeAndUnwanted();
  }

  // A future made from a guard that was closed before its first poll refuses.
  @Test
  void upgradeAsync_guardClosedBeforePolled_refused() {
    ReadGuard<String> guard = reading();
    PollFuture<WriteGuard<String>> upgrade = guard.upgradeAsync();
    guard.close();
    reading();
    assertThrows(IllegalStateException.class, () -> upgrade.poll(Polls.IGNORED));
    assertEquals(1, lock.readers());
    assertFalse(lock.isWriteLocked());
  }

  // Upgrades do not starve a writer: after an upgraded section it is next, before readers that
  // wait.
  @Test
  void upgrade_writerWaits_isNextAfterwards() {
    ReadGuard<String> guard = reading();
    PollFuture<WriteGuard<String>> writer = pending(lock.writeAsync());
    PollFuture<ReadGuard<String>> reader = pending(lock.readAsync());
    WriteGuard<String> upgraded = guard.tryUpgrade();
    upgraded.close();
    pending(reader);
    ready(writer).close();
    ready(reader).close();
    assertFreeAndUnwanted();
  }

  // Downgrading

  // The writer goes on as a reader, with those that waited, and no writer comes between.
  @Test
  void downgrade_readersAndWriterWait_readersComeIn() {
    WriteGuard<String> guard = writing();
    PollFuture<WriteGuard<String>> writer = pending(lock.writeAsync());
    PollFuture<ReadGuard<String>> reader = pending(lock.readAsync());
    guard.set("other");
    ReadGuard<String> downgraded = guard.downgrade();
    assertFalse(guard.isOpen());
    guard.close();
    assertEquals(2, lock.readers());
    assertEquals("other", downgraded.get());
    pending(writer);
    assertNull(lock.tryRead());
    ready(reader).close();
    downgraded.close();
    ready(writer).close();
    assertFreeAndUnwanted();
  }

  // Of an upgraded section: the phase that it belongs to stays closed while a writer waits.
  @Test
  void downgrade_upgradedAndWriterWaits_nobodyComesIn() {
    ReadGuard<String> guard = reading();
    PollFuture<WriteGuard<String>> writer = pending(lock.writeAsync());
    PollFuture<ReadGuard<String>> reader = pending(lock.readAsync());
    ReadGuard<String> downgraded = guard.tryUpgrade().downgrade();
    assertEquals(1, lock.readers());
    pending(reader);
    downgraded.close();
    ready(writer).close();
    ready(reader).close();
    assertFreeAndUnwanted();
  }

  // The same without a writer: readers that wait come in.
  @Test
  void downgrade_upgradedAndReadersWait_readersComeIn() {
    WriteGuard<String> upgraded = reading().tryUpgrade();
    PollFuture<ReadGuard<String>> reader = pending(lock.readAsync());
    ReadGuard<String> downgraded = upgraded.downgrade();
    assertEquals(2, lock.readers());
    ready(reader).close();
    downgraded.close();
    assertFreeAndUnwanted();
  }
}
