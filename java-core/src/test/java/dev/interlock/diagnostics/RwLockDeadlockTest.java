package dev.interlock.diagnostics;

import static dev.interlock.testing.Polls.assertContains;
import static dev.interlock.testing.Polls.pending;
import static dev.interlock.testing.Polls.ready;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.interlock.future.PollFuture;
import dev.interlock.sync.Mutex;
import dev.interlock.sync.MutexGuard;
import dev.interlock.sync.ReadGuard;
import dev.interlock.sync.RwLock;
import dev.interlock.sync.Semaphore;
import dev.interlock.sync.UpgradeConflictException;
import dev.interlock.sync.WriteGuard;
import dev.interlock.testing.Conditions;
import dev.interlock.testing.Kind;
import dev.interlock.testing.Polls;
import dev.interlock.testing.Running;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.ReadWriteLock;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.openjdk.jol.info.ClassLayout;

/** What a detector finds over read-write locks, and what it does not take for a deadlock there. */
class RwLockDeadlockTest {
  private final Reports reports = new Reports();
  private final DeadlockDetector detector =
      DeadlockDetector.builder().onDeadlock(reports::add).build();
  private final DeadlockDetector strict =
      DeadlockDetector.builder().throwInCloser().onDeadlock(reports::add).build();
  private final RwLock<String> a = rwLock(detector, "a");
  private final Mutex<String> m = mutex(detector, "m");
  private final RwLock<String> x = rwLock(strict, "x");
  private final Mutex<String> n = mutex(strict, "n");
  private final Party p = Party.named("p");
  private final Party q = Party.named("q");
  private final Party r = Party.named("r");

  private static RwLock<String> rwLock(DeadlockDetector detector, String name) {
    return RwLock.builder().name(name).detector(detector).of(name);
  }

  private static Mutex<String> mutex(DeadlockDetector detector, String name) {
    return Mutex.builder().name(name).detector(detector).of(name);
  }

  private static SharedWatch watch(RwLock<?> lock) {
    return (SharedWatch) lock.watch();
  }

  private static DeadlockReport.Link linkOf(DeadlockReport report, Object party) {
    return report.links().stream().filter(l -> l.party() == party).findFirst().orElseThrow();
  }

  private static void assertLink(
      DeadlockReport report,
      Object party,
      Object holds,
      Access holdsAs,
      Object waitsFor,
      Access waitsAs) {
    DeadlockReport.Link link = linkOf(report, party);
    assertSame(holds, link.holds(), report::toString);
    assertSame(holdsAs, link.holdsAs(), report::toString);
    assertSame(waitsFor, link.waitsFor(), report::toString);
    assertSame(waitsAs, link.waitsAs(), report::toString);
  }

  private void assertEnds(Running<?> toInterrupt, Running<?>... others) {
    toInterrupt.interrupt();
    toInterrupt.failure(InterruptedException.class);
    for (Running<?> run : others) {
      run.get();
    }
    assertQuiet();
  }

  private void assertQuiet() {
    for (DeadlockDetector d : List.of(detector, strict)) {
      assertEquals(0, d.waiting());
      assertEquals(List.of(), d.check());
    }
    for (RwLock<?> lock : List.of(a, x)) {
      assertEquals(0, lock.waiting());
      assertEquals(0, lock.readers());
      assertFalse(lock.isWriteLocked());
      assertEquals(List.of(), watch(lock).sharers());
      assertNull(watch(lock).holder());
    }
    assertFalse(m.isLocked() || n.isLocked());
  }

  private static Running<Boolean> readsThenLocks(
      Kind kind, RwLock<?> lock, CyclicBarrier all, Mutex<?> mutex) {
    return kind.start(
        () -> {
          try (ReadGuard<?> one = lock.read()) {
            all.await();
            try (MutexGuard<?> two = mutex.lock()) {
              return true;
            }
          }
        });
  }

  private static Running<Boolean> locksThenWrites(
      Kind kind, Mutex<?> mutex, CyclicBarrier all, RwLock<?> lock) {
    return kind.start(
        () -> {
          try (MutexGuard<?> one = mutex.lock()) {
            all.await();
            try (WriteGuard<?> two = lock.write()) {
              return true;
            }
          }
        });
  }

  // What is a deadlock

  // A reader that waits for what a waiting writer holds, with who is who and what for.
  @ParameterizedTest
  @EnumSource
  void readerAndWriter_crossedOverAMutex_reported(Kind kind) {
    CyclicBarrier both = new CyclicBarrier(2);
    Running<Boolean> reader = readsThenLocks(kind, a, both, m);
    Running<Boolean> writer = locksThenWrites(kind, m, both, a);

    DeadlockReport report = reports.awaitOnly();
    assertEquals(2, report.links().size());
    assertLink(report, reader.thread(), a.watch(), Access.READ, m.watch(), Access.ALONE);
    assertLink(report, writer.thread(), m.watch(), Access.ALONE, a.watch(), Access.WRITE);
    assertContains(
        report.toString(),
        "holds     RwLock(a) to read",
        "waits for RwLock(a) to write, at\n",
        "holds     Mutex(m)\n",
        "waits for Mutex(m), at");
    for (DeadlockReport.Link link : report.links()) {
      assertContains(link.waitsAt().toString(), "RwLockDeadlockTest.lambda$");
    }
    assertEquals(1, detector.check().size());
    assertEnds(reader, writer);
  }

  // A writer waits for all readers, and one of them, neither the first nor the last, never leaves.
  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void writer_oneOfManyReadersNeverLeaves_reported(boolean manyReaders) throws Exception {
    RwLock.Builder builder = RwLock.builder().name("b").detector(detector);
    RwLock<String> b = (manyReaders ? builder.manyReaders() : builder).of("b");
    List<ReadGuard<String>> guards = new ArrayList<>();
    for (int i = 0; i < 9; i++) {
      guards.add(ready(b.readAsync(i == 4 ? q : Party.named("reader " + i))));
    }
    MutexGuard<String> ofP = ready(m.lockAsync(p));
    PollFuture<?> stuck = pending(m.lockAsync(q));
    PollFuture<?> writes = pending(b.writeAsync(p));
    assertLink(reports.only(), p, m.watch(), Access.ALONE, b.watch(), Access.WRITE);
    assertLink(reports.only(), q, b.watch(), Access.READ, m.watch(), Access.ALONE);
    writes.cancel();
    stuck.cancel();
    ofP.close();
    guards.forEach(ReadGuard::close);
    assertEquals(List.of(), watch(b).sharers());
    assertQuiet();
  }

  // A reader that asks for the write lock waits for itself.
  @ParameterizedTest
  @EnumSource
  void reader_asksToWrite_waitsForItself(Kind kind) {
    Running<Boolean> self =
        kind.start(
            () -> {
              try (ReadGuard<?> first = a.read();
                  WriteGuard<?> again = a.write()) {
                return true;
              }
            });
    assertContains(reports.awaitOnly().toString(), "deadlock of 1 party, which waits for itself");
    assertLink(reports.only(), self.thread(), a.watch(), Access.READ, a.watch(), Access.WRITE);
    assertEnds(self);
  }

  // So does a writer that asks to read, or to write again.
  @Test
  void writer_asksAgain_waitsForItself() throws Exception {
    try (WriteGuard<?> first = x.write()) {
      assertThrows(DeadlockException.class, x::read);
      assertThrows(DeadlockException.class, x::write);
      assertThrows(DeadlockException.class, () -> x.withRead(v -> v));
      assertThrows(DeadlockException.class, () -> x.withWrite(v -> v));
      assertThrows(DeadlockException.class, x::readUninterruptibly);
      assertThrows(DeadlockException.class, x::writeUninterruptibly);
      assertThrows(DeadlockException.class, () -> x.asReadWriteLock().readLock().lock());
      assertThrows(DeadlockException.class, () -> x.asReadWriteLock().writeLock().lock());
    }
    assertEquals(8, reports.size());
    assertQuiet();
  }

  // A reader that reads again behind a writer that waits: the writer holds nothing but its turn.
  @ParameterizedTest
  @EnumSource
  void reader_readsAgainBehindAWriter_reported(Kind kind) {
    CyclicBarrier both = new CyclicBarrier(2);
    Running<Boolean> reader =
        kind.start(
            () -> {
              try (ReadGuard<?> first = a.read()) {
                both.await();
                Conditions.await(() -> detector.waiting() == 1);
                try (ReadGuard<?> again = a.read()) {
                  return true;
                }
              }
            });
    Running<Boolean> writer =
        kind.start(
            () -> {
              both.await();
              a.write().close();
              return true;
            });
    DeadlockReport report = reports.awaitOnly();
    assertLink(report, reader.thread(), a.watch(), Access.READ, a.watch(), Access.READ);
    assertLink(report, writer.thread(), a.watch(), Access.NEXT, a.watch(), Access.WRITE);
    assertContains(report.toString(), "holds     the next turn at RwLock(a)\n");
    assertEnds(reader, writer);
  }

  // An upgrade waits for a reader that waits for what the upgrading one holds.
  @ParameterizedTest
  @EnumSource
  void upgrade_otherReaderWaitsForTheUpgrader_reported(Kind kind) {
    CyclicBarrier both = new CyclicBarrier(2);
    Running<Boolean> other = readsThenLocks(kind, a, both, m);
    Running<Boolean> upgrader =
        kind.start(
            () -> {
              try (MutexGuard<?> first = m.lock();
                  ReadGuard<?> reads = a.read()) {
                both.await();
                reads.upgrade().close();
                return true;
              }
            });
    DeadlockReport report = reports.awaitOnly();
    assertLink(report, upgrader.thread(), m.watch(), Access.ALONE, a.watch(), Access.UPGRADE);
    assertLink(report, other.thread(), a.watch(), Access.READ, m.watch(), Access.ALONE);
    assertContains(report.toString(), "waits for RwLock(a) to upgrade, at\n");
    assertEnds(upgrader, other);
  }

  // A reader behind an upgrade that waits for it, through another lock.
  @Test
  void reader_behindAnUpgradeThatWaitsForIt_reported() {
    ReadGuard<String> ofP = ready(a.readAsync(p));
    ReadGuard<String> ofR = ready(a.readAsync(r));
    MutexGuard<String> ofQ = ready(m.lockAsync(q));
    PollFuture<WriteGuard<String>> upgrade = pending(ofP.upgradeAsync(p));
    PollFuture<?> stuck = pending(m.lockAsync(r));
    assertEquals(List.of(), reports);
    PollFuture<?> behind = pending(a.readAsync(q));
    DeadlockReport report = reports.only();
    assertEquals(3, report.links().size(), report::toString);
    assertLink(report, q, m.watch(), Access.ALONE, a.watch(), Access.READ);
    assertLink(report, p, a.watch(), Access.NEXT, a.watch(), Access.UPGRADE);
    assertLink(report, r, a.watch(), Access.READ, m.watch(), Access.ALONE);
    stuck.cancel();
    ofR.close();
    ready(upgrade).close();
    behind.cancel();
    ofQ.close();
    assertQuiet();
  }

  // One that reads twice and upgrades one of its holds waits for the other.
  @Test
  void upgrade_ownSecondHold_waitsForItself() {
    ReadGuard<String> first = ready(x.readAsync(p));
    ReadGuard<String> second = ready(x.readAsync(p));
    PollFuture<?> upgrade = first.upgradeAsync(p);
    assertThrows(DeadlockException.class, () -> upgrade.poll(Polls.IGNORED));
    assertTrue(first.isOpen());
    second.close();
    ready(first.upgradeAsync(p)).close();
    assertQuiet();
  }

  // Three parties over three kinds of lock.
  @ParameterizedTest
  @EnumSource
  void threeParties_readWriteLockMutexSemaphore_reported(Kind kind) {
    Semaphore s = Semaphore.lock("s", detector);
    CyclicBarrier all = new CyclicBarrier(3);
    Running<Boolean> reader = readsThenLocks(kind, a, all, m);
    Running<Boolean> locker =
        kind.start(
            () -> {
              try (MutexGuard<?> one = m.lock()) {
                all.await();
                s.acquire();
                s.release();
                return true;
              }
            });
    Running<Boolean> acquirer =
        kind.start(
            () -> {
              s.acquire();
              try {
                all.await();
                a.write().close();
                return true;
              } finally {
                s.release();
              }
            });
    DeadlockReport report = reports.awaitOnly();
    assertEquals(3, report.links().size());
    assertLink(report, reader.thread(), a.watch(), Access.READ, m.watch(), Access.ALONE);
    assertLink(report, locker.thread(), m.watch(), Access.ALONE, s.watch(), Access.ALONE);
    assertLink(report, acquirer.thread(), s.watch(), Access.ALONE, a.watch(), Access.WRITE);
    assertEnds(reader, locker, acquirer);
  }

  // A thread and a future, over two read-write locks.
  @Test
  void threadAndFuture_twoReadWriteLocks_reported() {
    RwLock<String> b = rwLock(detector, "b");
    ReadGuard<String> ofP = ready(a.readAsync(p));
    Running<Boolean> thread =
        Kind.PLATFORM.start(
            () -> {
              try (WriteGuard<?> one = b.write();
                  WriteGuard<?> two = a.write()) {
                return true;
              }
            });
    Conditions.await(() -> detector.waiting() == 1);
    PollFuture<?> wanted = pending(b.readAsync(p));
    DeadlockReport report = reports.only();
    assertSame(p, report.links().get(0).party());
    assertLink(report, p, a.watch(), Access.READ, b.watch(), Access.READ);
    assertLink(report, thread.thread(), b.watch(), Access.WRITE, a.watch(), Access.WRITE);
    wanted.cancel();
    ofP.close();
    thread.get();
    assertQuiet();
  }

  // The view is the lock: who locks by it is a party.
  @Test
  void view_crossedWithAMutex_reported() {
    ReadWriteLock view = a.asReadWriteLock();
    CyclicBarrier both = new CyclicBarrier(2);
    Running<Boolean> reader =
        Kind.PLATFORM.start(
            () -> {
              assertTrue(view.readLock().tryLock());
              view.readLock().unlock();
              view.readLock().lockInterruptibly();
              try {
                both.await();
                m.lock().close();
                return true;
              } finally {
                view.readLock().unlock();
              }
            });
    Running<Boolean> writer =
        Kind.PLATFORM.start(
            () -> {
              try (MutexGuard<String> guard = m.tryLock(Duration.ofHours(1))) {
                both.await();
                view.writeLock().lockInterruptibly();
                view.writeLock().unlock();
                return guard.isOpen();
              }
            });
    DeadlockReport report = reports.awaitOnly();
    assertLink(report, reader.thread(), a.watch(), Access.READ, m.watch(), Access.ALONE);
    assertLink(report, writer.thread(), m.watch(), Access.ALONE, a.watch(), Access.WRITE);
    assertEnds(reader, writer);
  }

  // What is none

  // Readers share: one that holds a mutex reads what another reads that waits for the mutex.
  @Test
  void readers_share_notReported() {
    ReadGuard<String> ofP = ready(a.readAsync(p));
    MutexGuard<String> ofQ = ready(m.lockAsync(q));
    PollFuture<MutexGuard<String>> waits = pending(m.lockAsync(p));
    ready(a.readAsync(q)).close();
    ReadGuard<String> second = ready(a.readAsync(q));
    ofQ.close();
    ready(waits).close();
    second.close();
    ofP.close();
    assertEquals(List.of(), reports);
    assertQuiet();
  }

  // Two readers that upgrade would wait for each other; the lock itself refuses the second.
  @Test
  void twoUpgrades_secondIsRefusedByTheLock_notReported() {
    ReadGuard<String> ofP = ready(a.readAsync(p));
    ReadGuard<String> ofQ = ready(a.readAsync(q));
    PollFuture<WriteGuard<String>> first = pending(ofP.upgradeAsync(p));
    PollFuture<WriteGuard<String>> second = ofQ.upgradeAsync(q);
    assertThrows(UpgradeConflictException.class, () -> second.poll(Polls.IGNORED));
    assertEquals(List.of(), reports);
    ofQ.close();
    ready(first).close();
    assertQuiet();
  }

  // A reader behind a writer that will give up in time is in no deadlock; and neither is that
  // writer.
  @Test
  void readAgain_writerMayGiveUp_notReported() {
    ReadGuard<String> ofP = ready(a.readAsync(p));
    Running<Boolean> timed = Kind.PLATFORM.start(() -> a.tryWrite(Duration.ofMillis(50)) == null);
    Conditions.await(() -> a.waiting() == 1 || timed.isDone());
    PollFuture<ReadGuard<String>> again = a.readAsync(p);
    boolean in = again.poll(Polls.IGNORED).isReady();
    assertEquals(List.of(), reports);
    assertTrue(timed.get());
    assertEquals(2, a.readers());
    if (!in) {
      ready(again).close();
    } else {
      assertFalse(in, "the writer gave up before the reader came: 50 ms went by");
    }
    ofP.close();
    assertQuiet();
  }

  // A writer that is a party with another way to go on keeps readers out, and is not stuck.
  @Test
  void readAgain_writerHasAnotherWay_notReportedUntilThatIsGone() {
    ReadGuard<String> ofP = ready(a.readAsync(p));
    MutexGuard<String> free = ready(m.lockAsync(r));
    PollFuture<?> writes = pending(a.writeAsync(q));
    PollFuture<?> orLocks = pending(m.lockAsync(q));
    PollFuture<ReadGuard<String>> again = pending(a.readAsync(p));
    assertEquals(List.of(), reports);
    assertEquals(List.of(), detector.check());
    orLocks.cancel();
    assertEquals(1, detector.check().size());
    writes.cancel();
    assertEquals(List.of(), detector.check());
    ready(again).close();
    ofP.close();
    free.close();
    assertQuiet();
  }

  // Behind a writer that is inside, a reader does not wait for the other writers: it goes before
  // them.
  @Test
  void reader_behindAWriterInside_notReported() {
    WriteGuard<String> ofR = ready(a.writeAsync(r));
    MutexGuard<String> ofP = ready(m.lockAsync(p));
    PollFuture<WriteGuard<String>> writes = pending(a.writeAsync(q));
    PollFuture<ReadGuard<String>> reads = pending(a.readAsync(p));
    PollFuture<?> orLocks = pending(m.lockAsync(q));
    assertEquals(List.of(), reports);
    ofR.close();
    ReadGuard<String> in = ready(reads);
    assertEquals(List.of(), reports);
    in.close();
    ofP.close();
    ready(writes).close();
    orLocks.cancel();
    assertQuiet();
  }

  // Parties that nobody knows take no part; nor do those whose hold is not theirs any more.
  @Test
  void unknownParties_notReported() {
    ReadGuard<String> unknown = ready(a.readAsync());
    MutexGuard<String> ofP = ready(m.lockAsync(p));
    pending(a.writeAsync()).cancel();
    PollFuture<?> writes = pending(a.writeAsync(p));
    writes.cancel();
    ReadGuard<String> alsoUnknown = ready(a.readAsync());
    pending(unknown.upgradeAsync()).cancel();
    assertEquals(List.of(), watch(a).sharers());
    assertEquals(List.of(), reports);
    alsoUnknown.close();
    unknown.close();
    ofP.close();
    assertQuiet();
  }

  // One that waits behind a deadlock is no part of it.
  @Test
  void waiterBehindADeadlock_notReportedAgain() {
    ReadGuard<String> ofP = ready(a.readAsync(p));
    PollFuture<?> writes = pending(a.writeAsync(p));
    reports.only();
    PollFuture<ReadGuard<String>> reads = pending(a.readAsync(q));
    PollFuture<?> alsoWrites = pending(a.writeAsync(r));
    reports.only();
    assertEquals(1, detector.check().size());
    writes.cancel();
    alsoWrites.cancel();
    ready(reads).close();
    ofP.close();
    assertQuiet();
  }

  // Refusing

  // The wait that closes the cycle is refused and had no effect; the others go on.
  @ParameterizedTest
  @EnumSource
  void throwInCloser_readerAndWriter_oneIsRefusedAndTheOtherGoesOn(Kind kind) {
    CyclicBarrier both = new CyclicBarrier(2);
    int refused = 0;
    for (Running<Boolean> run :
        List.of(readsThenLocks(kind, x, both, n), locksThenWrites(kind, n, both, x))) {
      try {
        assertTrue(run.get());
      } catch (AssertionError e) {
        DeadlockException refusal = (DeadlockException) e.getCause();
        assertContains(refusal.getMessage(), "release what you hold", "RwLock(x) to", "Mutex(n)");
        assertSame(run.thread(), refusal.report().links().get(0).party());
        refused++;
      }
    }
    assertEquals(1, refused);
    reports.only();
    assertQuiet();
  }

  // A writer that is refused lets the readers in that waited behind it.
  @Test
  void write_refused_readersBehindItAreLetIn() {
    ReadGuard<String> ofP = ready(x.readAsync(p));
    PollFuture<?> writes = pending(x.writeAsync(q));
    PollFuture<ReadGuard<String>> behind = pending(x.readAsync(r));
    assertThrows(DeadlockException.class, () -> x.writeAsync(p).poll(Polls.IGNORED));
    assertThrows(DeadlockException.class, () -> x.readAsync(p).poll(Polls.IGNORED));
    assertEquals(2, x.waiting());
    writes.cancel();
    ready(behind).close();
    ofP.close();
    assertQuiet();
  }

  // Only the refused writer kept a reader out: that one is let in by the refusal itself.
  @Test
  void write_refusedWhileAReaderComes_readerIsLetIn() throws Exception {
    for (int i = 0; i < 200; i++) {
      CyclicBarrier both = new CyclicBarrier(2);
      Running<Boolean> reader =
          Kind.PLATFORM.start(
              () -> {
                both.await();
                x.read().close();
                return true;
              });
      try (ReadGuard<?> first = x.read()) {
        both.await();
        assertThrows(DeadlockException.class, x::write);
        reader.get();
      }
    }
    assertQuiet();
  }

  // A refused read, by a thread and by a future.
  @Test
  void read_refused_leavesNothing() throws Exception {
    try (WriteGuard<?> guard = x.write()) {
      assertThrows(DeadlockException.class, x::read);
      PollFuture<?> again = x.readAsync(Thread.currentThread());
      assertThrows(DeadlockException.class, () -> again.poll(Polls.IGNORED));
      Polls.assertCancelled(again);
      assertTrue(guard.isOpen());
      assertEquals(0, x.waiting());
    }
    x.read().close();
    assertQuiet();
  }

  // A refused write, by a thread and by a future.
  @Test
  void write_refused_leavesNothing() throws Exception {
    try (ReadGuard<?> guard = x.read()) {
      assertThrows(DeadlockException.class, x::write);
      PollFuture<?> again = x.writeAsync(Thread.currentThread());
      assertThrows(DeadlockException.class, () -> again.poll(Polls.IGNORED));
      Polls.assertCancelled(again);
      assertTrue(guard.isOpen());
      assertEquals(0, x.waiting());
      x.tryRead().close();
    }
    x.write().close();
    assertQuiet();
  }

  // A refused upgrade leaves the guard what it was, and open; whether by a thread or by a future.
  @Test
  void upgrade_refused_guardReadsOn() throws Exception {
    Thread me = Thread.currentThread();
    try (ReadGuard<String> guard = x.read();
        ReadGuard<String> second = x.read()) {
      assertThrows(DeadlockException.class, guard::upgrade);
      assertThrows(DeadlockException.class, guard::upgradeUninterruptibly);
      PollFuture<?> future = guard.upgradeAsync(me);
      assertThrows(DeadlockException.class, () -> future.poll(Polls.IGNORED));
      Polls.assertCancelled(future);
      assertTrue(guard.isOpen());
      assertEquals("x", guard.get());
      assertEquals(2, x.readers());
      x.tryRead().close();
      second.close();
      guard.upgrade().close();
    }
    assertQuiet();
  }

  // Who holds

  // The watch knows the holds of all ways in and out, whichever place a reader has.
  @ParameterizedTest
  @CsvSource({"false,1", "true,2", "false,3", "true,4"})
  void holds_anyWay_areKnown(boolean manyReaders, int seed) {
    RwLock.Builder builder = RwLock.builder().detector(detector);
    RwLock<String> b = (manyReaders ? builder.manyReaders() : builder).of("b");
    var random = new java.util.SplittableRandom(seed);
    List<Map.Entry<Object, ReadGuard<String>>> open = new ArrayList<>();
    for (int step = 0; step < 2_000; step++) {
      if (random.nextInt(4) < (step / 100) % 4) {
        Party party = Party.named("party " + step);
        if (random.nextBoolean()) {
          open.add(Map.entry(party, ready(b.readAsync(party))));
        } else {
          open.add(Map.entry(Thread.currentThread(), b.tryRead()));
        }
      } else if (!open.isEmpty()) {
        Map.Entry<Object, ReadGuard<String>> one = open.remove(random.nextInt(open.size()));
        WriteGuard<String> writes = one.getValue().tryUpgrade();
        if (writes == null) {
          one.getValue().close();
        } else {
          assertSame(one.getKey(), b.watch().holder());
          assertEquals(List.of(), watch(b).sharers());
          if (random.nextBoolean()) {
            writes.close();
          } else {
            open.add(Map.entry(one.getKey(), writes.downgrade()));
          }
          assertNull(b.watch().holder());
        }
      } else {
        WriteGuard<String> writes = b.tryWrite();
        assertSame(Thread.currentThread(), b.watch().holder());
        open.add(Map.entry(Thread.currentThread(), writes.downgrade()));
      }
      List<Object> expected = new ArrayList<>();
      open.forEach(e -> expected.add(e.getKey()));
      List<Object> known = new ArrayList<>(watch(b).sharers());
      assertEquals(expected.size(), known.size());
      expected.forEach(known::remove);
      assertEquals(List.of(), known);
    }
    open.forEach(e -> e.getValue().close());
    assertEquals(List.of(), watch(b).sharers());
  }

  // A guard that goes to another party takes its edge along.
  @Test
  void handOver_guards_edgesGoAlong() {
    ReadGuard<String> reads = a.tryRead();
    reads.handOver(p);
    assertEquals(List.of(p), watch(a).sharers());
    pending(a.writeAsync(Thread.currentThread())).cancel();
    assertEquals(List.of(), reports);
    pending(a.writeAsync(p)).cancel();
    assertLink(reports.only(), p, a.watch(), Access.READ, a.watch(), Access.WRITE);
    reads.handOver(null);
    assertEquals(List.of(), watch(a).sharers());
    reads.handOver(q);
    WriteGuard<String> writes = reads.tryUpgrade();
    assertNotNull(writes);
    assertSame(q, a.watch().holder());
    writes.handOver(p);
    assertSame(p, a.watch().holder());
    assertContains(a.toString(), "[write-locked by p, ");
    writes.close();
    assertThrows(IllegalStateException.class, () -> writes.handOver(p));
    assertThrows(IllegalStateException.class, () -> reads.handOver(p));
    RwLock<String> unwatched = RwLock.of("u");
    try (ReadGuard<String> guard = unwatched.tryRead()) {
      guard.handOver(p);
    }
    try (WriteGuard<String> guard = unwatched.tryWrite()) {
      guard.handOver(p);
    }
    assertQuiet();
  }

  // A view that one thread locks and another unlocks is a signal; who holds it says nothing.
  @Test
  void view_readLockUnlockedByOthers_notBelieved() {
    ReadWriteLock view = a.asReadWriteLock();
    view.readLock().lock();
    Kind.PLATFORM
        .start(
            () -> {
              view.readLock().unlock();
              return true;
            })
        .get();
    view.readLock().lock();
    pending(a.writeAsync(Thread.currentThread())).cancel();
    assertEquals(List.of(), reports);
    view.readLock().unlock();
    assertQuiet();
  }

  // With stacks the report says where each reader came in.
  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void captureStacks_readers_tellWhereTheyCameIn(boolean manyReaders) throws Exception {
    DeadlockDetector tracing =
        DeadlockDetector.builder().captureStacks().onDeadlock(reports::add).build();
    RwLock.Builder builder = RwLock.builder().detector(tracing);
    RwLock<String> b = (manyReaders ? builder.manyReaders() : builder).of("b");
    ReadGuard<String> other = b.read();
    ReadGuard<String> guard = cameInHere(b);
    guard.handOver(p);
    assertEquals(List.of(Thread.currentThread(), p), sorted(watch(b).sharers()));
    pending(b.writeAsync(Thread.currentThread())).cancel();
    DeadlockReport.Link link = reports.only().links().get(0);
    assertContains(link.takenAt().toString(), "captureStacks_readers_tellWhereTheyCameIn");
    other.close();
    guard.close();
    reports.clear();

    ReadGuard<String> mine = cameInHere(b);
    pending(b.writeAsync(Thread.currentThread())).cancel();
    assertContains(reports.only().links().get(0).takenAt().toString(), "cameInHere");
    assertContains(
        reports.only().toString(), " to read, taken at\n        dev.interlock.sync.RwLock.");
    mine.close();
    assertEquals(List.of(), watch(b).sharers());
  }

  private static ReadGuard<String> cameInHere(RwLock<String> lock) throws InterruptedException {
    return lock.read();
  }

  private static List<Object> sorted(List<Object> parties) {
    List<Object> copy = new ArrayList<>(parties);
    copy.sort((one, two) -> Boolean.compare(one instanceof Party, two instanceof Party));
    return copy;
  }

  // A foreign read-write lock becomes visible through a watch of its own.
  @Test
  void watch_foreignReadWriteLock_isANode() {
    Object foreign = new Object();
    SharedWatch watch = detector.watchShared(foreign, "foreign", 0);
    watch.sharedBy(p, true);
    int ticket = watch.shared(q, true);
    MutexGuard<String> ofR = ready(m.lockAsync(r));
    PollFuture<?> stuck = pending(m.lockAsync(q));
    try (Wait wait = watch.waits(r, () -> true)) {
      assertContains(wait.toString(), "r waits for Object(foreign) to write");
    }
    reports.only();
    assertSame(q, watch.sharer(ticket));
    watch.handOver(ticket, null);
    assertNull(watch.sharer(ticket));
    watch.released(ticket);
    watch.releasedBy(p);
    assertEquals(List.of(), watch.sharers());
    watch.acquired(q);
    watch.waitsToRead(r, () -> true).close();
    assertEquals(2, reports.size());
    watch.released();
    stuck.cancel();
    ofR.close();
    assertQuiet();
  }

  // Two cycles, of which one is being undone: the other is found, whenever the wait is over that
  // undoes the first.
  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void oneOfTwoCyclesUndoneMeanwhile_theOtherFound(boolean askedAgain) {
    int looks = 0;
    for (boolean undone = true; undone; looks++) {
      assertTrue(looks < 100, "the looks end");
      reports.clear();
      SharedWatch many = detector.watchShared(new Object(), "many", 0);
      Watch one = detector.watch(new Object(), "one");
      one.acquired(r);
      many.sharedBy(p, true);
      many.sharedBy(q, true);
      AtomicInteger left = new AtomicInteger(askedAgain ? Integer.MAX_VALUE : looks);
      try (Wait ofP = one.waits(p, () -> left.getAndDecrement() > 0);
          Wait ofQ = one.waits(q, () -> true);
          Wait ofR = many.waits(r, () -> true)) {
        if (askedAgain) {
          reports.clear();
          left.set(looks);
          reports.addAll(detector.check());
        }
        reports.only();
        undone = left.get() < 0;
      }
    }
    assertTrue(looks > 2, "there is more than one look");
    assertQuiet();
  }

  // What it costs an object: the lock is as big as before, the watch as big as it says.
  @Test
  void footprint_watched_asPromised() throws Exception {
    assertEquals(32, ClassLayout.parseInstance(RwLock.of("x")).instanceSize());
    assertEquals(32, ClassLayout.parseInstance(a).instanceSize());
    assertEquals(24, ClassLayout.parseInstance(a.tryRead()).instanceSize());
    SharedWatch watch = detector.watchShared(a, null, 1);
    assertEquals(80, ClassLayout.parseInstance(watch).instanceSize());
    Class<?> lock = Class.forName(SharedWatch.class.getName() + "$Lock");
    assertEquals(96, ClassLayout.parseClass(lock).instanceSize());
  }

  // Misuse is refused with the name of what is missing.
  @Test
  void nulls_refused() {
    assertThrows(NullPointerException.class, () -> RwLock.builder().detector(null));
    assertThrows(NullPointerException.class, () -> a.readAsync(null));
    assertThrows(NullPointerException.class, () -> a.writeAsync(null));
    assertThrows(NullPointerException.class, () -> detector.watchShared(null, "x", 1));
    try (ReadGuard<String> guard = a.tryRead()) {
      assertThrows(NullPointerException.class, () -> guard.upgradeAsync(null));
    }
    assertNull(RwLock.of("x").watch());
  }
}
