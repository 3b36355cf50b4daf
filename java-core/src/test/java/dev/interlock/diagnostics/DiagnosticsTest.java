package dev.interlock.diagnostics;

import static dev.interlock.testing.Polls.assertContains;
import static dev.interlock.testing.Polls.pending;
import static dev.interlock.testing.Polls.ready;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.interlock.future.PollFuture;
import dev.interlock.sync.Condition;
import dev.interlock.sync.CountDownLatch;
import dev.interlock.sync.Mutex;
import dev.interlock.sync.MutexGuard;
import dev.interlock.sync.Owner;
import dev.interlock.sync.ReadGuard;
import dev.interlock.sync.ReentrantGuard;
import dev.interlock.sync.ReentrantMutex;
import dev.interlock.sync.RwLock;
import dev.interlock.sync.Semaphore;
import dev.interlock.sync.WriteGuard;
import dev.interlock.testing.Conditions;
import dev.interlock.testing.Kind;
import dev.interlock.testing.Running;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import jdk.jfr.Recording;
import jdk.jfr.consumer.RecordedEvent;
import jdk.jfr.consumer.RecordingFile;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.openjdk.jol.info.ClassLayout;
import org.openjdk.jol.info.GraphLayout;

/**
 * What can be seen from outside: dumps, texts, events; and what it costs an object not to be
 * watched.
 */
class DiagnosticsTest {
  private final DeadlockDetector detector = DeadlockDetector.builder().onDeadlock(r -> {}).build();

  // The watch stands where the name stood; nobody got bigger. The watch itself is what is paid for
  // it.
  @Test
  void footprint_unwatched_asBefore() {
    assertEquals(32, ClassLayout.parseInstance(Mutex.of("x")).instanceSize());
    assertEquals(32, ClassLayout.parseInstance(Semaphore.of(1)).instanceSize());
    Mutex<String> watched = Mutex.builder().detector(detector).of("x");
    assertEquals(32, ClassLayout.parseInstance(watched).instanceSize());
    assertEquals(40, ClassLayout.parseInstance(watched.watch()).instanceSize());
  }

  // A thread that held the object is no holder any more, although the watch still knows it; the
  // same
  // one can be it again, and somebody unknown is not taken for it.
  @Test
  void holder_threadThatLetGo_isNotShown() {
    Thread me = Thread.currentThread();
    Watch watch = detector.watch(new Object(), "watched");
    SharedWatch shared = detector.watchShared(new Object(), "shared", 3);
    for (int i = 0; i < 2; i++) {
      watch.acquired(me);
      assertSame(me, watch.holder());
      watch.released();
      assertNull(watch.holder());
      watch.acquired(null);
      assertNull(watch.holder());
      watch.released();
      for (int cell = 0; cell < 3; cell++) {
        shared.shared(cell, me, true);
        assertSame(me, shared.sharer(cell));
        assertEquals(List.of(me), shared.sharers());
        shared.released(cell);
        assertNull(shared.sharer(cell));
        assertEquals(List.of(), shared.sharers());
        shared.shared(cell, null, true);
        assertNull(shared.sharer(cell));
        assertEquals(List.of(), shared.sharers());
        shared.released(cell);
      }
    }
  }

  // Who is no thread, and may reach much, is let go by the watch with the object.
  @Test
  void released_notByAThread_isNotReachable() {
    Watch watch = detector.watch(new Object(), "watched");
    SharedWatch shared = detector.watchShared(new Object(), "shared", 3);
    for (int cell = 0; cell < 3; cell++) {
      Party p = Party.named("p");
      for (int twice = 0; twice < 2; twice++) {
        watch.acquired(p);
        shared.acquired(p);
        shared.shared(cell, p, true);
      }
    }
    assertContains(GraphLayout.parseInstance(watch).toFootprint(), "Party");
    assertEquals(3, GraphLayout.parseInstance(shared).getClassCounts().count(Party.class));
    watch.released();
    shared.released();
    for (int cell = 0; cell < 3; cell++) {
      shared.released(cell);
    }
    assertEquals(0, GraphLayout.parseInstance(watch, shared).getClassCounts().count(Party.class));
  }

  // An unwatched object has no watch, tells nobody, and its waits are in no detector.
  @Test
  void unwatched_wait_notNoted() {
    Mutex<String> mutex = Mutex.of("x");
    Party p = Party.named("p");
    MutexGuard<String> guard = ready(mutex.lockAsync(p));
    PollFuture<?> waits = pending(mutex.lockAsync(p));
    assertNull(mutex.watch());
    assertEquals(0, detector.waiting());
    assertEquals(1, mutex.waiting());
    waits.cancel();
    guard.close();
  }

  // The text of a watched object names the owner.
  @Test
  void toString_watched_namesTheOwner() throws Exception {
    Mutex<String> mutex = Mutex.builder().name("accounts").detector(detector).of("x");
    assertEquals("Mutex(accounts)[free, waiting=0]", mutex.toString());
    MutexGuard<String> guard = mutex.lock();
    String me = Thread.currentThread().getName();
    assertEquals("Mutex(accounts)[locked by thread " + me + ", waiting=0]", mutex.toString());
    guard.close();
    Semaphore s = Semaphore.lock("s", detector);
    ready(s.acquireAsync(1, Party.named("task 7")));
    assertEquals("Semaphore(s)[free=0, held by task 7, waiting=0]", s.toString());
    s.release();
    assertEquals("Semaphore(s)[free=1, waiting=0]", s.toString());
  }

  // A dump has the waiters in their order, of whatever kind, watched or not.
  @Test
  void dump_severalKinds_inOrder() throws Exception {
    Mutex<String> mutex = Mutex.builder().name("accounts").of("x");
    assertEquals("Mutex(accounts)[free, waiting=0]", mutex.dump().toString());
    MutexGuard<String> guard = mutex.lock();
    Running<Boolean> platform = waits(Kind.PLATFORM, mutex, 1);
    Running<Boolean> virtual = waits(Kind.VIRTUAL, mutex, 2);
    Party p = Party.named("task 7");
    PollFuture<MutexGuard<String>> known = pending(mutex.lockAsync(p));
    PollFuture<MutexGuard<String>> unknown = pending(mutex.lockAsync());

    WaitDump dump = mutex.dump();
    assertEquals(4, dump.waiting());
    List<WaitDump.Waiting> w = dump.waiters();
    assertSame(platform.thread(), w.get(0).caller());
    assertEquals("platform thread", w.get(0).kind());
    assertSame(virtual.thread(), w.get(1).caller());
    assertEquals(Kind.hasVirtual() ? "virtual thread" : "platform thread", w.get(1).kind());
    assertSame(p, w.get(2).caller());
    assertSame(unknown, w.get(3).caller());
    assertEquals("future", w.get(3).kind());
    assertContains(
        dump.toString(), "Mutex(accounts)[locked, waiting=4]\n  1. thread ", "  3. future task 7");
    WaitDump shortened = mutex.dump(1);
    assertEquals(1, shortened.waiters().size());
    assertContains(shortened.toString(), "and 3 more");
    assertEquals(List.of(), mutex.dump(0).waiters());
    assertThrows(IllegalArgumentException.class, () -> mutex.dump(-1));
    unknown.cancel();
    known.cancel();
    guard.close();
    platform.get();
    virtual.get();
  }

  private static Running<Boolean> waits(Kind kind, Mutex<?> mutex, int place) {
    Running<Boolean> r =
        kind.start(
            () -> {
              mutex.lock().close();
              return true;
            });
    Conditions.await(() -> mutex.waiting() == place);
    return r;
  }

  // A party whose text throws does not take the dump along.
  @Test
  void dump_partyWithoutAText_isCalledByItsClass() {
    Mutex<String> mutex = Mutex.of("x");
    MutexGuard<String> guard = ready(mutex.lockAsync());
    Object rude =
        new Object() {
          @Override
          public String toString() {
            throw new IllegalStateException("rude");
          }
        };
    PollFuture<?> waits = pending(mutex.lockAsync(rude));
    assertContains(mutex.dump().toString(), "1. future " + rude.getClass().getName() + "@");
    assertContains(mutex.dump().waiters().toString(), rude.getClass().getName() + "@");
    waits.cancel();
    guard.close();
  }

  // A dump tells how many units somebody waits for.
  @Test
  void dump_semaphore_tellsUnits() {
    Semaphore s = Semaphore.of(0);
    PollFuture<?> wanted = pending(s.acquireAsync(3));
    assertContains(s.dump().toString(), ", for 3");
    assertEquals(3, s.dump().waiters().get(0).need());
    wanted.cancel();
  }

  // At a read-write lock readers and writers wait in lists of their own; a dump has all of them.
  @Test
  void dump_rwLock_readersAndWriters() {
    RwLock<String> lock = RwLock.of("x");
    WriteGuard<String> writing = ready(lock.writeAsync());
    PollFuture<ReadGuard<String>> reader = pending(lock.readAsync());
    PollFuture<WriteGuard<String>> writer = pending(lock.writeAsync());
    WaitDump dump = lock.dump();
    assertEquals(2, dump.waiting());
    assertSame(writer, dump.waiters().get(0).caller());
    assertSame(reader, dump.waiters().get(1).caller());
    assertEquals(1, lock.dump(1).waiters().size());
    writing.close();
    ReadGuard<String> reading = ready(reader);
    writer.cancel();
    ReadGuard<String> other = ready(lock.readAsync());
    PollFuture<WriteGuard<String>> upgrade = pending(reading.upgradeAsync());
    assertSame(upgrade, lock.dump().waiters().get(0).caller());
    other.close();
    ready(upgrade).close();
    assertEquals(0, lock.dump().waiting());
  }

  // At a condition those are in the dump who wait for a signal; after it, in that of the mutex.
  @Test
  void dump_condition_whoWaitsForASignal() {
    Mutex<String> mutex = Mutex.builder().name("lines").of("x");
    Condition<String> changed = mutex.newCondition("changed");
    assertEquals(
        "Condition(changed)[waiting=0, Mutex(lines)[free, waiting=0]]", changed.dump().toString());
    Running<Boolean> thread = waitsAt(Kind.PLATFORM, changed, 1);
    Party p = Party.named("task 7");
    PollFuture<MutexGuard<String>> future =
        pending(changed.awaitAsync(Objects.requireNonNull(mutex.tryLock()), p));
    WaitDump dump = changed.dump();
    assertEquals(2, dump.waiting());
    assertSame(thread.thread(), dump.waiters().get(0).caller());
    assertSame(p, dump.waiters().get(1).caller());
    assertContains(
        dump.toString(), "Condition(changed)[waiting=2", "1. thread ", "2. future task 7");
    assertContains(changed.dump(1).toString(), "and 1 more");
    assertThrows(IllegalArgumentException.class, () -> changed.dump(-1));
    MutexGuard<String> guard = mutex.tryLock();
    changed.signalAll(guard);
    assertEquals(0, changed.dump().waiting());
    assertSame(p, mutex.dump().waiters().get(1).caller());
    guard.close();
    thread.get();
    ready(future).close();
  }

  // A reentrant mutex is dumped as it is called.
  @Test
  void dump_reentrantMutex_shortened() {
    ReentrantMutex<String> mutex = ReentrantMutex.builder().name("lines").of("x");
    ReentrantGuard<String> guard = mutex.tryLock(Owner.named("one"));
    PollFuture<?> waits = pending(mutex.lockAsync(Owner.named("two")));
    PollFuture<?> behind = pending(mutex.lockAsync(Owner.named("three")));
    assertContains(
        mutex.dump(1).toString(),
        "ReentrantMutex(lines)[held by Owner(one), waiting=2]\n  1. future Owner(two)\n  and 1 more");
    assertEquals(2, mutex.dump().waiters().size());
    assertThrows(IllegalArgumentException.class, () -> mutex.dump(-1));
    waits.cancel();
    behind.cancel();
    guard.close();
  }

  // Dumps and checks while everything moves: nothing breaks, nothing is disturbed.
  @Test
  void dump_whileEverythingMoves_harmless() {
    Mutex<int[]> mutex = Mutex.builder().detector(detector).of(new int[1]);
    List<Running<Boolean>> runs = new ArrayList<>();
    for (int t = 0; t < 3; t++) {
      runs.add(
          Kind.PLATFORM.start(
              () -> {
                for (int i = 0; i < 5_000; i++) {
                  mutex.withLock(n -> ++n[0]);
                }
                return true;
              }));
    }
    while (!runs.stream().allMatch(Running::isDone)) {
      WaitDump dump = mutex.dump();
      assertTrue(dump.waiters().size() <= 3, dump::toString);
      assertEquals(List.of(), detector.check());
    }
    runs.forEach(Running::get);
    assertEquals(15_000, mutex.lockUninterruptibly().get()[0]);
  }

  // Contended waits and deadlocks are events while somebody records, with object and kind.
  @Test
  void recording_waitsAndDeadlock_areEvents(@TempDir Path dir) throws Exception {
    Mutex<String> mutex = Mutex.builder().name("recorded").detector(detector).of("x");
    CountDownLatch latch = CountDownLatch.named("recorded latch", 1);
    List<RecordedEvent> waits;
    List<RecordedEvent> deadlocks;
    try (Recording recording = new Recording()) {
      recording.enable("dev.interlock.ContendedWait").withThreshold(Duration.ZERO);
      recording.enable("dev.interlock.Deadlock");
      recording.start();
      Party p = Party.named("p");
      MutexGuard<String> guard = ready(mutex.lockAsync(p));
      Running<Boolean> thread = waits(Kind.PLATFORM, mutex, 1);
      pending(mutex.lockAsync(p)).cancel();
      Running<Boolean> atLatch =
          Kind.VIRTUAL.start(
              () -> {
                latch.await();
                return true;
              });
      Conditions.await(() -> latch.waiting() == 1);
      latch.countDown();
      guard.close();
      thread.get();
      atLatch.get();
      recording.stop();
      waits = events(recording, dir.resolve("a.jfr"), "dev.interlock.ContendedWait");
      deadlocks = events(recording, dir.resolve("b.jfr"), "dev.interlock.Deadlock");
    }
    List<String> seen = new ArrayList<>();
    for (RecordedEvent e : waits) {
      seen.add(e.getString("object") + " by " + e.getString("waiter"));
      assertTrue(e.getDuration().toNanos() > 0);
    }
    assertTrue(seen.contains("Mutex(recorded) by platform thread"), seen::toString);
    assertTrue(seen.contains("Mutex(recorded) by future"), seen::toString);
    String kind = Kind.hasVirtual() ? "virtual thread" : "platform thread";
    assertTrue(seen.contains("CountDownLatch(recorded latch) by " + kind), seen::toString);
    assertEquals(3, seen.size(), seen::toString);
    assertEquals(1, deadlocks.size());
    assertEquals(1, deadlocks.get(0).getInt("parties"));
    assertContains(deadlocks.get(0).getString("report"), "Mutex(recorded)");
  }

  // A wait at a condition is one event of the condition, for the signal and the lock after it: of a
  // thread, whatever ends its wait, and of a future, dropped ones included.
  @Test
  void recording_waitsAtACondition_areEvents(@TempDir Path dir) throws Exception {
    Mutex<String> mutex = Mutex.builder().name("recorded").of("x");
    Condition<String> changed = mutex.newCondition("changed");
    List<RecordedEvent> waits;
    try (Recording recording = new Recording()) {
      recording.enable("dev.interlock.ContendedWait").withThreshold(Duration.ZERO);
      recording.start();
      Running<Boolean> platform = waitsAt(Kind.PLATFORM, changed, 1);
      PollFuture<MutexGuard<String>> future =
          pending(changed.awaitAsync(Objects.requireNonNull(mutex.tryLock())));
      PollFuture<MutexGuard<String>> dropped =
          pending(changed.awaitAsync(Objects.requireNonNull(mutex.tryLock())));
      Running<Boolean> virtual = waitsAt(Kind.VIRTUAL, changed, 4);
      dropped.cancel();
      virtual.interrupt();
      virtual.failure(InterruptedException.class);
      try (MutexGuard<String> guard = mutex.tryLock()) {
        changed.signalAll(guard);
      }
      platform.get();
      ready(future).close();
      recording.stop();
      waits = events(recording, dir.resolve("c.jfr"), "dev.interlock.ContendedWait");
    }
    List<String> seen = new ArrayList<>();
    for (RecordedEvent e : waits) {
      if (e.getString("object").startsWith("Condition")) {
        seen.add(e.getString("object") + " by " + e.getString("waiter"));
        assertTrue(e.getDuration().toNanos() > 0);
      }
    }
    Collections.sort(seen);
    String kind = Kind.hasVirtual() ? "virtual thread" : "platform thread";
    assertEquals(
        List.of(
            "Condition(changed) by future",
            "Condition(changed) by future",
            "Condition(changed) by platform thread",
            "Condition(changed) by " + kind),
        seen);
  }

  private static Running<Boolean> waitsAt(Kind kind, Condition<?> changed, int place) {
    Running<Boolean> r = kind.start(() -> waitAt(changed));
    Conditions.await(() -> changed.waiting() == place && !changed.mutex().isLocked());
    return r;
  }

  private static <T> boolean waitAt(Condition<T> changed) throws InterruptedException {
    try (MutexGuard<T> guard = changed.mutex().lock()) {
      changed.await(guard);
      return guard.isOpen();
    }
  }

  private static List<RecordedEvent> events(Recording recording, Path file, String name)
      throws IOException {
    recording.dump(file);
    List<RecordedEvent> found = new ArrayList<>();
    for (RecordedEvent e : RecordingFile.readAllEvents(file)) {
      if (e.getEventType().getName().equals(name)) {
        found.add(e);
      }
    }
    return found;
  }
}
