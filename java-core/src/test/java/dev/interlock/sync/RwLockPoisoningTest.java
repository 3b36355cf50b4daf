package dev.interlock.sync;

import static dev.interlock.testing.Polls.assertCompleted;
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

import dev.interlock.PoisonedException;
import dev.interlock.future.PollFuture;
import dev.interlock.testing.Conditions;
import dev.interlock.testing.Kind;
import dev.interlock.testing.Polls;
import dev.interlock.testing.Running;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Lock;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.openjdk.jol.info.GraphLayout;

/** A read-write lock whose writer failed refuses everybody, until somebody takes it over. */
class RwLockPoisoningTest {
  private static final Duration LONG = Duration.ofHours(1);

  private final ArithmeticException cause = new ArithmeticException("half-way");
  private final RwLock<Integer> lock = options().name("routes").poisoning().of(7);

  /** How the lock is made. */
  RwLock.Builder options() {
    return RwLock.builder();
  }

  @AfterEach
  void noInterruptIsLeft() {
    Polls.assertInterrupted(false);
  }

  private static <T> WriteGuard<T> writing(RwLock<T> lock) {
    WriteGuard<T> guard = lock.tryWrite();
    assertNotNull(guard, () -> "not to be written: " + lock);
    return guard;
  }

  private static <T> ReadGuard<T> reading(RwLock<T> lock) {
    ReadGuard<T> guard = lock.tryRead();
    assertNotNull(guard, () -> "not to be read: " + lock);
    return guard;
  }

  private void poison() {
    writing(lock).poison(cause);
  }

  private void awaitWaiting(int n) {
    Conditions.await(() -> lock.waiting() == n, () -> n + " waiting, at " + lock);
  }

  private void assertPoisoned(Executable call) {
    PoisonedException e = assertThrows(PoisonedException.class, call);
    assertSame(cause, e.getCause());
    assertContains(e.getMessage(), "writer of RwLock(routes)", "failed", "recover()", "repair");
  }

  /** Nobody is inside, nobody waits, and whoever comes gets in. */
  private void assertFreeAndUnwanted() {
    assertFalse(lock.isPoisoned());
    assertNull(lock.poisonCause());
    assertEquals(0, lock.readers());
    assertEquals(0, lock.waiting());
    reading(lock).close();
    writing(lock).close();
  }

  // A section that throws as the writer poisons, and its failure comes out.
  @Test
  void withWrite_throws_poisons() {
    assertSame(
        cause,
        assertThrows(
            ArithmeticException.class,
            () ->
                lock.withWrite(
                    v -> {
                      throw cause;
                    })));
    assertTrue(lock.isPoisoned());
    assertSame(cause, lock.poisonCause());
    assertFalse(lock.isWriteLocked(), "nobody holds it");
    assertEquals(0, lock.readers());
    assertEquals("RwLock(routes)[poisoned, waiting=0]", lock.toString());
    assertPoisoned(lock::tryRead);
    assertPoisoned(lock::tryWrite);
  }

  // A reader that fails has changed nothing, and poisons nothing.
  @Test
  void withRead_throws_leaves() {
    assertSame(
        cause,
        assertThrows(
            ArithmeticException.class,
            () ->
                lock.withRead(
                    v -> {
                      throw cause;
                    })));
    assertFreeAndUnwanted();
  }

  // Every form of locking is refused, again and again, and has no effect.
  @Test
  void lock_poisoned_everyFormRefused() {
    poison();
    Lock read = lock.asReadWriteLock().readLock();
    Lock write = lock.asReadWriteLock().writeLock();
    List<Executable> forms =
        List.of(
            lock::read,
            lock::readUninterruptibly,
            lock::tryRead,
            () -> lock.tryRead(Duration.ZERO),
            () -> lock.tryRead(LONG),
            () -> lock.withRead(v -> v),
            () -> lock.readAsync().poll(Polls.IGNORED),
            () -> lock.readAsync("party").poll(Polls.IGNORED),
            lock::write,
            lock::writeUninterruptibly,
            lock::tryWrite,
            () -> lock.tryWrite(Duration.ZERO),
            () -> lock.tryWrite(LONG),
            () -> lock.withWrite(v -> v),
            () -> lock.writeAsync().poll(Polls.IGNORED),
            () -> lock.writeAsync("party").poll(Polls.IGNORED),
            read::lock,
            read::lockInterruptibly,
            read::tryLock,
            () -> read.tryLock(1, TimeUnit.HOURS),
            write::lock,
            write::lockInterruptibly,
            write::tryLock,
            () -> write.tryLock(1, TimeUnit.HOURS));
    for (int i = 0; i < 2; i++) {
      for (Executable form : forms) {
        assertPoisoned(form);
      }
    }
    assertThrows(IllegalMonitorStateException.class, read::unlock);
    assertThrows(IllegalMonitorStateException.class, write::unlock);
    assertEquals(0, lock.waiting());
    assertEquals(0, lock.readers());
    assertTrue(lock.isPoisoned());
    lock.tryRecover().close();
    assertFreeAndUnwanted();
  }

  // Who is refused by a thread that came for the first time is refused as well: none has a place of
  // its own.
  @ParameterizedTest
  @EnumSource
  void read_poisonedAfterManyReaders_allRefused(Kind kind) {
    List<ReadGuard<Integer>> guards = new ArrayList<>();
    for (int i = 0; i < 20; i++) {
      guards.add(kind.start(lock::read).get());
    }
    guards.forEach(ReadGuard::close);
    poison();
    List<Running<?>> readers = new ArrayList<>();
    for (int i = 0; i < 20; i++) {
      readers.add(kind.start(lock::read));
      readers.add(kind.start(lock::tryRead));
    }
    for (Running<?> reader : readers) {
      assertSame(cause, reader.failure(PoisonedException.class).getCause());
    }
    assertEquals(0, lock.readers());
    lock.tryRecover().close();
    assertFreeAndUnwanted();
  }

  // Whoever waits when it happens is refused too, reader or writer, whatever its kind.
  @ParameterizedTest
  @EnumSource
  void poison_severalWait_allRefused(Kind kind) {
    WriteGuard<Integer> guard = writing(lock);
    PollFuture<ReadGuard<Integer>> reading = pending(lock.readAsync());
    PollFuture<WriteGuard<Integer>> writing = pending(lock.writeAsync());
    Lock read = lock.asReadWriteLock().readLock();
    Lock write = lock.asReadWriteLock().writeLock();
    List<Running<?>> waiters =
        List.of(
            kind.start(lock::read),
            kind.start(lock::readUninterruptibly),
            kind.start(() -> lock.tryRead(LONG)),
            kind.start(() -> lock.withRead(v -> v)),
            kind.start(lock::write),
            kind.start(lock::writeUninterruptibly),
            kind.start(() -> lock.tryWrite(LONG)),
            kind.start(() -> lock.withWrite(v -> v)),
            kind.start(() -> read.tryLock(1, TimeUnit.HOURS)),
            kind.start(() -> write.tryLock(1, TimeUnit.HOURS)));
    awaitWaiting(12);
    guard.poison(cause);
    assertEquals(0, lock.waiting());
    for (Running<?> waiter : waiters) {
      assertSame(cause, waiter.failure(PoisonedException.class).getCause());
    }
    assertPoisoned(() -> reading.poll(Polls.IGNORED));
    assertPoisoned(() -> writing.poll(Polls.IGNORED));
    assertCompleted(reading);
    assertCompleted(writing);
    lock.tryRecover().close();
    assertFreeAndUnwanted();
  }

  // A section that began by an upgrade poisons as any other, although writers waited before it.
  @Test
  void poison_upgraded_allRefused() {
    ReadGuard<Integer> reader = reading(lock);
    PollFuture<WriteGuard<Integer>> writer = pending(lock.writeAsync());
    PollFuture<ReadGuard<Integer>> later = pending(lock.readAsync());
    WriteGuard<Integer> upgraded = reader.tryUpgrade();
    upgraded.set(8);
    upgraded.poison(cause);
    assertPoisoned(() -> writer.poll(Polls.IGNORED));
    assertPoisoned(() -> later.poll(Polls.IGNORED));
    reader.close(); // harmless
    upgraded.close(); // harmless
    assertPoisoned(lock::tryRead);
    try (WriteGuard<Integer> guard = lock.tryRecover()) {
      assertEquals(8, guard.get());
    }
    assertFreeAndUnwanted();
  }

  // An upgrade that had to wait for another reader, and then fails.
  @Test
  void poison_upgradedAfterAWait_refused() {
    ReadGuard<Integer> reader = reading(lock);
    ReadGuard<Integer> other = reading(lock);
    PollFuture<WriteGuard<Integer>> upgrading = pending(reader.upgradeAsync());
    other.close();
    ready(upgrading).poison(cause);
    assertPoisoned(lock::tryRead);
    lock.tryRecover().close();
    assertFreeAndUnwanted();
  }

  // Who has downgraded is a reader: it cannot poison any more, and who recovers may go on as one.
  @Test
  void downgrade_thenFails_doesNotPoison() {
    WriteGuard<Integer> writer = writing(lock);
    ReadGuard<Integer> reader = writer.downgrade();
    assertThrows(IllegalStateException.class, () -> writer.poison(cause));
    reader.close();
    poison();
    ReadGuard<Integer> recovered = lock.tryRecover().downgrade();
    ReadGuard<Integer> other = reading(lock);
    other.close();
    recovered.close();
    assertFreeAndUnwanted();
  }

  // Those who gave up before it happens have given up, and leave nothing behind.
  @ParameterizedTest
  @EnumSource
  void poison_someGaveUpBefore_theyHave(Kind kind) {
    WriteGuard<Integer> guard = writing(lock);
    PollFuture<ReadGuard<Integer>> reading = pending(lock.readAsync());
    PollFuture<WriteGuard<Integer>> writing = pending(lock.writeAsync());
    assertNull(kind.start(() -> lock.tryRead(Duration.ofMillis(1))).get());
    assertNull(kind.start(() -> lock.tryWrite(Duration.ofMillis(1))).get());
    Running<?> interrupted = kind.start(lock::write);
    awaitWaiting(3);
    interrupted.interrupt();
    interrupted.failure(InterruptedException.class);
    assertTrue(reading.cancel());
    assertTrue(writing.cancel());
    guard.poison(cause);
    Polls.assertCancelled(reading);
    Polls.assertCancelled(writing);
    lock.tryRecover().close();
    assertFreeAndUnwanted();
  }

  // Dropped after it was refused and before it was polled: there is nothing to give back.
  @Test
  void readAsync_writeAsync_droppedAfterRefusal_noEffect() {
    WriteGuard<Integer> guard = writing(lock);
    PollFuture<ReadGuard<Integer>> reading = pending(lock.readAsync());
    PollFuture<WriteGuard<Integer>> writing = pending(lock.writeAsync());
    guard.poison(cause);
    assertFalse(reading.cancel());
    assertFalse(writing.cancel());
    assertTrue(lock.isPoisoned());
    assertEquals(0, lock.waiting());
    lock.tryRecover().close();
    assertFreeAndUnwanted();
  }

  // An interrupt, a time-out or a drop that meets the poisoning: one of the two ends the wait, and
  // whichever it is nothing is left behind.
  @ParameterizedTest
  @EnumSource
  void poison_meetsOtherEnds_oneOfThem(Kind kind) {
    for (int i = 0; i < 300; i++) {
      WriteGuard<Integer> guard = writing(lock);
      PollFuture<WriteGuard<Integer>> future = pending(lock.writeAsync());
      PollFuture<ReadGuard<Integer>> other = pending(lock.readAsync());
      Running<String> reader = kind.start(() -> outcome(lock::read));
      Running<String> writer = kind.start(() -> outcome(() -> lock.tryWrite(LONG)));
      Running<String> timed =
          kind.start(() -> outcome(() -> lock.tryRead(Duration.ofNanos(50_000))));
      Conditions.await(() -> lock.waiting() >= 4);
      Running<Boolean> dropping = kind.start(() -> future.cancel() | other.cancel());
      reader.interrupt();
      writer.interrupt();
      guard.poison(cause);
      dropping.get();
      assertTrue(List.of("refused", "interrupted").contains(reader.get()));
      assertTrue(List.of("refused", "interrupted").contains(writer.get()));
      assertTrue(List.of("refused", "null").contains(timed.get()));
      assertTrue(lock.isPoisoned());
      assertEquals(0, lock.waiting());
      lock.tryRecover().close();
    }
    assertFreeAndUnwanted();
  }

  private interface Waiting {
    Object run() throws InterruptedException;
  }

  private static String outcome(Waiting waiting) {
    try {
      return waiting.run() == null ? "null" : "inside";
    } catch (InterruptedException e) {
      return "interrupted";
    } catch (PoisonedException e) {
      return "refused";
    }
  }

  // Who takes it over finds the value as it was left, and nobody is refused any more.
  @Test
  void recover_poisoned_valueAsItWasLeft() throws InterruptedException {
    WriteGuard<Integer> failing = writing(lock);
    failing.set(8);
    failing.poison(cause);
    assertFalse(failing.isOpen());
    failing.close(); // harmless
    try (WriteGuard<Integer> guard = lock.recover()) {
      assertEquals(8, guard.get());
      assertFalse(lock.isPoisoned());
      assertNull(lock.poisonCause());
      assertTrue(lock.isWriteLocked());
      assertNull(lock.tryRead());
      assertNull(lock.tryWrite());
      assertNull(lock.tryRecover(), "one alone takes it over");
      guard.set(9);
    }
    Integer read = lock.withRead(v -> v);
    assertEquals(9, read);
    assertFreeAndUnwanted();
  }

  // Not poisoned, recover is write, and tryRecover nothing.
  @ParameterizedTest
  @EnumSource
  void recover_notPoisoned_waitsForTheLock(Kind kind) throws InterruptedException {
    assertNull(lock.tryRecover());
    lock.recover().close();
    ReadGuard<Integer> guard = reading(lock);
    Running<Integer> waiter =
        kind.start(
            () -> {
              try (WriteGuard<Integer> mine = lock.recover()) {
                return mine.get();
              }
            });
    awaitWaiting(1);
    guard.close();
    assertEquals(7, waiter.get());
    assertFreeAndUnwanted();
  }

  // Poisoned while it waits, recover takes it over; of several, one after the other.
  @ParameterizedTest
  @EnumSource
  void recover_poisonedWhileItWaits_takesOver(Kind kind) {
    WriteGuard<Integer> guard = writing(lock);
    List<Running<Integer>> waiters = new ArrayList<>();
    for (int i = 0; i < 3; i++) {
      waiters.add(
          kind.start(
              () -> {
                try (WriteGuard<Integer> mine = lock.recover()) {
                  mine.set(mine.get() + 1);
                  return mine.get();
                }
              }));
    }
    awaitWaiting(3);
    guard.poison(cause);
    int sum = 0;
    for (Running<Integer> waiter : waiters) {
      sum += waiter.get();
    }
    assertEquals(8 + 9 + 10, sum);
    assertFreeAndUnwanted();
  }

  // An interrupt ends recover without effect, before and during its wait.
  @ParameterizedTest
  @EnumSource
  void recover_interrupted_leavesItPoisoned(Kind kind) {
    WriteGuard<Integer> guard = writing(lock);
    Running<?> waiter = kind.start(lock::recover);
    awaitWaiting(1);
    waiter.interrupt();
    waiter.failure(InterruptedException.class);
    guard.poison(cause);
    Thread.currentThread().interrupt();
    assertThrows(InterruptedException.class, lock::recover);
    assertTrue(lock.isPoisoned());
  }

  // A repair that fails poisons again.
  @Test
  void recover_failsToo_poisonedAgain() throws InterruptedException {
    poison();
    IllegalStateException second = new IllegalStateException("again");
    lock.recover().poison(second);
    assertSame(second, lock.poisonCause());
    assertSame(second, assertThrows(PoisonedException.class, lock::read).getCause());
    assertEquals(7, lock.recover().get());
  }

  // A value of null is no different.
  @Test
  void recover_valueNull_null() {
    RwLock<String> empty = options().poisoning().of(null);
    writing(empty).poison(cause);
    assertSame(cause, empty.poisonCause());
    assertNull(empty.tryRecover().get());
    assertContains(empty.toString(), "RwLock@", "[write-locked");
  }

  // Poison needs a cause, an open guard, and a lock that was made for it.
  @Test
  void poison_misuse_refused() {
    WriteGuard<Integer> guard = writing(lock);
    assertThrows(NullPointerException.class, () -> guard.poison(null));
    assertTrue(guard.isOpen());
    guard.close();
    assertThrows(IllegalStateException.class, () -> guard.poison(cause));
    WriteGuard<String> plain = writing(options().name("plain").of("a"));
    IllegalStateException e = assertThrows(IllegalStateException.class, () -> plain.poison(cause));
    assertContains(e.getMessage(), "RwLock(plain)[write-locked", "poisoning()");
    assertTrue(plain.isOpen());
    assertFreeAndUnwanted();
  }

  // Without the option, a section that fails leaves, as ever.
  @Test
  void withWrite_throwsWithoutTheOption_leaves() {
    RwLock<Integer> plain = options().of(0);
    assertFalse(plain.isPoisoning());
    assertTrue(lock.isPoisoning());
    assertThrows(ArithmeticException.class, () -> plain.withWrite(v -> 1 / v));
    assertFalse(plain.isPoisoned());
    assertNull(plain.poisonCause());
    assertNull(plain.tryRecover());
    writing(plain).close();
  }

  // The option costs no memory.
  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void footprint_idle_atMost32Bytes(boolean poisoning) {
    RwLock.Builder builder = RwLock.builder();
    RwLock<Object> idle = (poisoning ? builder.poisoning() : builder).of(null);
    reading(idle).close();
    writing(idle).close();
    GraphLayout graph = GraphLayout.parseInstance(idle);
    assertEquals(1, graph.totalCount());
    assertTrue(graph.totalSize() <= 32, graph::toFootprint);
  }

  // Many who read, write, upgrade, fail half-way and recover: nobody sees half of a change, and no
  // change that was made is lost.
  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3})
  void failingWriters_manyThreads_nobodySeesHalfAChange(int seed) {
    RwLock<int[]> pair = options().poisoning().of(new int[2]);
    List<Running<Integer>> workers = new ArrayList<>();
    for (int i = 0; i < 6; i++) {
      int number = i + seed;
      workers.add((i % 2 == 0 ? Kind.PLATFORM : Kind.VIRTUAL).start(() -> work(pair, number)));
    }
    int expected = 0;
    for (Running<Integer> worker : workers) {
      expected += worker.get();
    }
    WriteGuard<int[]> last = pair.isPoisoned() ? pair.tryRecover() : pair.tryWrite();
    assertEquals(expected, last.get()[0]);
    assertEquals(0, pair.waiting());
    last.close();
    assertEquals(0, pair.readers());
  }

  /** Gives how often the first of the two was changed. */
  private int work(RwLock<int[]> pair, int number) throws InterruptedException {
    int done = 0;
    for (int i = 0; i < 600; i++) {
      boolean fail = (i + number) % 7 == 0;
      try {
        switch ((i + number) % 5) {
          case 0:
            done += write(pair, fail);
            break;
          case 1:
            done += upgrade(pair, fail);
            break;
          case 2:
            pair.withRead(RwLockPoisoningTest::assertWhole);
            break;
          case 3:
            read(pair.tryRead(Duration.ofNanos(20_000)));
            break;
          default:
            read(fail ? pair.tryRead() : pair.read());
            break;
        }
      } catch (PoisonedException refused) {
        try (WriteGuard<int[]> guard = pair.recover()) {
          guard.get()[0]++;
          guard.get()[1] = guard.get()[0];
          done++;
        }
      }
    }
    return done;
  }

  private int write(RwLock<int[]> pair, boolean fail) throws InterruptedException {
    try {
      pair.withWrite(
          v -> {
            assertWhole(v);
            v[0]++;
            if (fail) {
              throw cause;
            }
            v[1]++;
            return null;
          });
    } catch (ArithmeticException mine) {
      assertSame(cause, mine);
    }
    return 1;
  }

  private int upgrade(RwLock<int[]> pair, boolean fail) throws InterruptedException {
    ReadGuard<int[]> reader = pair.read();
    WriteGuard<int[]> writer = reader.tryUpgrade(Duration.ofNanos(20_000));
    if (writer == null) {
      read(reader);
      return 0;
    }
    assertWhole(writer.get());
    writer.get()[0]++;
    if (fail) {
      writer.poison(cause);
    } else {
      writer.get()[1]++;
      read(writer.downgrade());
    }
    return 1;
  }

  private static void read(ReadGuard<int[]> guard) {
    if (guard != null) {
      assertWhole(guard.get());
      guard.close();
    }
  }

  private static Object assertWhole(int[] v) {
    assertEquals(v[0], v[1], "half of a change");
    return v;
  }
}
