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
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.interlock.future.PollFuture;
import dev.interlock.sync.Condition;
import dev.interlock.sync.LockOrder;
import dev.interlock.sync.LockSet;
import dev.interlock.sync.Mutex;
import dev.interlock.sync.MutexGuard;
import dev.interlock.sync.Owner;
import dev.interlock.sync.ReentrantGuard;
import dev.interlock.sync.ReentrantMutex;
import dev.interlock.sync.RwLock;
import dev.interlock.sync.Semaphore;
import dev.interlock.sync.WriteGuard;
import dev.interlock.testing.Conditions;
import dev.interlock.testing.Kind;
import dev.interlock.testing.Polls;
import dev.interlock.testing.Running;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.ReentrantLock;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What a detector finds, and what it does not take for a deadlock. */
class DeadlockDetectorTest {
  private final Reports reports = new Reports();
  private final DeadlockDetector detector =
      DeadlockDetector.builder().onDeadlock(reports::add).build();
  private final Mutex<String> a = mutex(detector, "a");
  private final Mutex<String> b = mutex(detector, "b");

  private static Mutex<String> mutex(DeadlockDetector detector, String name) {
    return Mutex.builder().name(name).detector(detector).of(name);
  }

  /** Each locks its own, meets the others, and locks that of the next. */
  private static Running<Boolean> takesTwo(
      Kind kind, Mutex<?> first, CyclicBarrier all, Mutex<?> second) {
    return kind.start(
        () -> {
          try (MutexGuard<?> one = first.lock()) {
            all.await();
            try (MutexGuard<?> two = second.lock()) {
              return true;
            }
          }
        });
  }

  private void assertEnds(Running<?> toInterrupt, Running<?>... others) {
    toInterrupt.interrupt();
    toInterrupt.failure(InterruptedException.class);
    for (Running<?> r : others) {
      r.get();
    }
    assertEquals(0, detector.waiting());
    assertEquals(List.of(), detector.check());
  }

  // Two threads that take two mutexes in opposite order are found, with who holds and waits for
  // what.
  @ParameterizedTest
  @EnumSource
  void twoMutexes_oppositeOrder_reported(Kind kind) {
    if (kind == Kind.VIRTUAL) {
      assumeTrue(Kind.hasVirtual(), "this JDK has no virtual threads");
    }
    CyclicBarrier both = new CyclicBarrier(2);
    Running<Boolean> one = takesTwo(kind, a, both, b);
    Running<Boolean> two = takesTwo(kind, b, both, a);

    DeadlockReport report = reports.awaitOnly();
    assertEquals(2, report.links().size());
    for (DeadlockReport.Link link : report.links()) {
      boolean first = link.party() == one.thread();
      assertSame(first ? one.thread() : two.thread(), link.party());
      assertSame((first ? a : b).watch(), link.holds());
      assertSame((first ? b : a).watch(), link.waitsFor());
      assertContains(link.name(), kind == Kind.VIRTUAL ? "virtual thread " : "thread ");
      assertTrue(
          link.waitsAt().stream().anyMatch(f -> f.getMethodName().contains("takesTwo")),
          () -> link.waitsAt().toString());
      assertEquals(List.of(), link.takenAt());
    }
    assertContains(
        report.toString(), "deadlock of 2 parties", "holds     Mutex(a)", "waits for Mutex(a)");
    assertEquals(1, detector.check().size());
    assertEnds(one, two);
  }

  // Three parties, each behind the next.
  @ParameterizedTest
  @EnumSource
  void threeMutexes_inACircle_reported(Kind kind) {
    Mutex<String> c = mutex(detector, "c");
    CyclicBarrier all = new CyclicBarrier(3);
    Running<Boolean> one = takesTwo(kind, a, all, b);
    Running<Boolean> two = takesTwo(kind, b, all, c);
    Running<Boolean> three = takesTwo(kind, c, all, a);

    DeadlockReport report = reports.awaitOnly();
    assertEquals(3, report.links().size());
    for (int i = 0; i < 3; i++) {
      assertSame(report.links().get(i).waitsFor(), report.links().get((i + 1) % 3).holds());
    }
    assertEnds(one, two, three);
  }

  // Locking again what one holds waits for oneself.
  @Test
  void oneMutex_lockedAgainByItsHolder_reported() {
    Running<Boolean> one =
        Kind.PLATFORM.start(
            () -> {
              try (MutexGuard<?> first = a.lock();
                  MutexGuard<?> again = a.lock()) {
                return true;
              }
            });
    assertContains(reports.awaitOnly().toString(), "deadlock of 1 party, which waits for itself");
    assertEnds(one);
  }

  // A semaphore with one permit, used as a lock, is a node like any other.
  @ParameterizedTest
  @EnumSource
  void mutexAndSemaphore_oppositeOrder_reported(Kind kind) {
    Semaphore s = Semaphore.lock("s", detector);
    CyclicBarrier both = new CyclicBarrier(2);
    Running<Boolean> one =
        kind.start(
            () -> {
              try (MutexGuard<?> guard = a.lock()) {
                both.await();
                s.acquire();
                s.release();
                return true;
              }
            });
    Running<Boolean> two =
        kind.start(
            () -> {
              s.acquire();
              try {
                both.await();
                a.lock().close();
                return true;
              } finally {
                s.release();
              }
            });
    assertContains(reports.awaitOnly().toString(), "Semaphore(s)", "Mutex(a)");
    assertEnds(one, two);
  }

  // Futures are parties by the handle that they were given; a thread and a future can be in one
  // cycle.
  @Test
  void futureAndThread_oppositeOrder_reported() {
    Party task = Party.named("task 7");
    MutexGuard<String> held = ready(a.lockAsync(task));
    CyclicBarrier both = new CyclicBarrier(2);
    Running<Boolean> thread =
        Kind.PLATFORM.start(
            () -> {
              try (MutexGuard<?> one = b.lock()) {
                both.await();
                try (MutexGuard<?> two = a.lock()) {
                  return true;
                }
              }
            });
    Running<Boolean> met = Kind.PLATFORM.start(() -> both.await() >= 0);
    met.get();
    Conditions.await(() -> detector.waiting() == 1);
    assertEquals(List.of(), reports);

    PollFuture<MutexGuard<String>> wanted = pending(b.lockAsync(task));
    DeadlockReport report = reports.awaitOnly();
    assertSame(task, report.links().get(0).party());
    assertSame(thread.thread(), report.links().get(1).party());
    assertContains(report.toString(), "task 7");

    assertTrue(wanted.cancel());
    assertEquals(List.of(), detector.check());
    held.close();
    thread.get();
    assertEquals(0, detector.waiting());
  }

  // A party that waits for two things is stuck when both are.
  @Test
  void futures_ofOneParty_areAlternatives() {
    Mutex<String> c = mutex(detector, "c");
    Party p = Party.named("p");
    Party q = Party.named("q");
    MutexGuard<String> ofP = ready(a.lockAsync(p));
    MutexGuard<String> ofQ = ready(b.lockAsync(q));
    MutexGuard<String> free = ready(c.lockAsync(Party.named("free")));

    PollFuture<?> first = pending(b.lockAsync(p));
    PollFuture<?> second = pending(c.lockAsync(p));
    PollFuture<?> third = pending(a.lockAsync(q));
    assertEquals(List.of(), reports, "c may become free");
    assertTrue(second.cancel());
    assertEquals(1, detector.check().size(), "now nothing is left but b");
    assertTrue(third.cancel());
    assertEquals(List.of(), detector.check());
    assertTrue(first.cancel());
    ofP.close();
    ofQ.close();
    free.close();
    assertEquals(0, detector.waiting());
  }

  // Who drops its alternatives, one after the other, is in none of them, and neither is who has got
  // one:
  // it runs, and the wait that is left in between is not one that it stays in.
  @Test
  void futures_ofOneParty_droppedInTurn_notReported() {
    Mutex<String> c = mutex(detector, "c");
    Party p = Party.named("p");
    Party q = Party.named("q");
    MutexGuard<String> ofP = ready(a.lockAsync(p));
    MutexGuard<String> ofQ = ready(b.lockAsync(q));
    MutexGuard<String> free = ready(c.lockAsync(Party.named("free")));
    for (boolean granted : new boolean[] {false, true}) {
      PollFuture<?> first = pending(b.lockAsync(p));
      PollFuture<MutexGuard<String>> second = pending(c.lockAsync(p));
      PollFuture<?> back = pending(a.lockAsync(q));
      if (granted) {
        free.close();
        ready(second).close();
      } else {
        assertTrue(second.cancel());
      }
      assertTrue(first.cancel());
      assertTrue(back.cancel());
    }
    assertEquals(List.of(), reports);
    ofP.close();
    ofQ.close();
    assertEquals(0, detector.waiting());
  }

  // The wait that closes the cycle is refused, has no effect, and the others go on.
  @ParameterizedTest
  @EnumSource
  void throwInCloser_cycle_oneIsRefusedAndTheOthersGoOn(Kind kind) {
    List<DeadlockReport> told = new CopyOnWriteArrayList<>();
    DeadlockDetector strict =
        DeadlockDetector.builder().throwInCloser().onDeadlock(told::add).build();
    Mutex<String> x = mutex(strict, "x");
    Mutex<String> y = mutex(strict, "y");
    CyclicBarrier both = new CyclicBarrier(2);
    List<Running<Boolean>> all = List.of(takesTwo(kind, x, both, y), takesTwo(kind, y, both, x));
    int refused = 0;
    for (Running<Boolean> r : all) {
      try {
        assertTrue(r.get());
      } catch (AssertionError e) {
        DeadlockException refusal = (DeadlockException) e.getCause();
        assertContains(refusal.getMessage(), "release what you hold", "Mutex(x)", "Mutex(y)");
        assertSame(r.thread(), refusal.report().links().get(0).party());
        refused++;
      }
    }
    assertEquals(1, refused);
    assertEquals(1, told.size());
    assertEquals(0, strict.waiting());
    assertFalse(x.isLocked() || y.isLocked());
    assertEquals(0, x.waiting() + y.waiting());
  }

  // A semaphore and a future refuse too; what they would have taken stays with its holder.
  @Test
  void throwInCloser_futureAndSemaphore_refused() throws Exception {
    DeadlockDetector strict =
        DeadlockDetector.builder().throwInCloser().onDeadlock(r -> {}).build();
    Mutex<String> x = mutex(strict, "x");
    Party p = Party.named("p");
    MutexGuard<String> guard = ready(x.lockAsync(p));
    PollFuture<?> again = x.lockAsync(p);
    assertThrows(DeadlockException.class, () -> again.poll(Polls.IGNORED));
    Polls.assertCancelled(again);
    assertEquals(0, x.waiting());
    assertTrue(guard.isOpen() && x.isLocked());
    guard.close();

    Semaphore s = Semaphore.lock("s", strict);
    s.acquire();
    assertThrows(DeadlockException.class, s::acquire);
    assertThrows(DeadlockException.class, () -> s.acquireUninterruptibly(1));
    PollFuture<?> permit = s.acquireAsync(1, Thread.currentThread());
    assertThrows(DeadlockException.class, () -> permit.poll(Polls.IGNORED));
    Polls.assertCancelled(permit);
    assertEquals(0, s.waiting());
    s.release();
    assertEquals(1, s.availablePermits());
    x.lock().close();
    assertThrows(
        DeadlockException.class,
        () -> {
          try (MutexGuard<?> one = x.lock();
              MutexGuard<?> two = x.lockUninterruptibly()) {
            assertNull(two);
          }
        });
    assertFalse(x.isLocked());
    assertEquals(0, strict.waiting());
  }

  // With stacks the report says where everything was taken.
  @Test
  void captureStacks_cycle_tellsWhereItWasTaken() {
    List<DeadlockReport> told = new ArrayList<>();
    DeadlockDetector tracing =
        DeadlockDetector.builder().captureStacks().onDeadlock(told::add).build();
    Mutex<String> x = mutex(tracing, "x");
    Party p = Party.named("p");
    MutexGuard<String> guard = ready(x.lockAsync(p));
    PollFuture<?> again = pending(x.lockAsync(p));
    DeadlockReport.Link link = told.get(0).links().get(0);
    assertContains(link.takenAt().toString(), "captureStacks_cycle_tellsWhereItWasTaken");
    assertContains(link.waitsAt().toString(), "captureStacks_cycle_tellsWhereItWasTaken");
    assertContains(told.get(0).toString(), ", taken at\n", ", at\n");
    again.cancel();
    guard.close();
  }

  // Whoever gives up in time is in no deadlock.
  @Test
  void timedWait_inACircle_notReported() {
    CyclicBarrier both = new CyclicBarrier(2);
    Running<Boolean> patient = takesTwo(Kind.PLATFORM, a, both, b);
    Running<Boolean> timed =
        Kind.PLATFORM.start(
            () -> {
              try (MutexGuard<?> one = b.lock()) {
                both.await();
                Conditions.await(() -> a.isLocked() && detector.waiting() == 1);
                return a.tryLock(Duration.ofMillis(20)) == null;
              }
            });
    assertTrue(timed.get());
    assertTrue(patient.get());
    assertEquals(List.of(), reports);
  }

  // A wait that was cancelled is no edge any more, and neither is what was held and released.
  @Test
  void cancelledWait_andReleased_noEdge() {
    Party p = Party.named("p");
    Party q = Party.named("q");
    MutexGuard<String> ofP = ready(a.lockAsync(p));
    MutexGuard<String> ofQ = ready(b.lockAsync(q));
    assertTrue(pending(b.lockAsync(p)).cancel());
    PollFuture<MutexGuard<String>> wanted = pending(a.lockAsync(q));
    assertEquals(List.of(), reports);
    ofP.close();
    ready(wanted).close();
    PollFuture<MutexGuard<String>> last = pending(b.lockAsync(p));
    ofQ.close();
    ready(last).close();
    assertEquals(List.of(), reports);
    assertEquals(0, detector.waiting());
  }

  // A guard that goes to another party takes its edge along.
  @Test
  void handOver_guardGivenAway_edgeGoesAlong() {
    Party giver = Party.named("giver");
    Party taker = Party.named("taker");
    MutexGuard<String> given = ready(a.lockAsync(giver));
    MutexGuard<String> own = ready(b.lockAsync(taker));
    a.watch().handOver(taker);
    PollFuture<MutexGuard<String>> waits = pending(b.lockAsync(giver));
    PollFuture<?> itself = pending(a.lockAsync(taker));
    assertEquals(1, reports.size());
    assertSame(taker, reports.get(0).links().get(0).party());
    assertEquals(1, reports.get(0).links().size(), "the giver holds nothing");
    itself.cancel();
    given.close();
    own.close();
    ready(waits).close();
  }

  // Futures without a party, and who holds by one, take no part.
  @Test
  void unknownParty_inACircle_notReported() {
    Party p = Party.named("p");
    MutexGuard<String> unknown = ready(a.lockAsync());
    MutexGuard<String> known = ready(b.lockAsync(p));
    PollFuture<?> one = pending(b.lockAsync());
    PollFuture<?> two = pending(a.lockAsync(p));
    assertEquals(List.of(), reports);
    one.cancel();
    two.cancel();
    unknown.close();
    known.close();
    assertEquals(0, detector.waiting());
  }

  // A semaphore whose permit is returned by another thread is a signal; who took it says nothing.
  @Test
  void semaphore_releasedByOthers_notBelieved() {
    Semaphore s = Semaphore.lock("s", detector);
    s.acquireUninterruptibly(1);
    Kind.PLATFORM
        .start(
            () -> {
              s.release();
              return true;
            })
        .get();
    s.acquireUninterruptibly(1);
    Running<Boolean> signaller =
        Kind.PLATFORM.start(
            () -> {
              Conditions.await(() -> s.waiting() == 1);
              s.release();
              return true;
            });
    s.acquireUninterruptibly(1);
    signaller.get();
    assertEquals(List.of(), reports);
    s.release();
    s.release();
    assertEquals(2, s.availablePermits(), "and it works as any semaphore");
  }

  // A release that is refused changes nothing: the holder is known still, and believed.
  @Test
  void semaphore_releaseRefused_holderIsKnown() throws Exception {
    Semaphore s = Semaphore.lock("s", detector);
    s.acquire();
    s.release(3); // more than was taken, by the holder
    s.acquire();
    assertThrows(IllegalStateException.class, () -> s.release(Semaphore.MAX_PERMITS));
    assertSame(Thread.currentThread(), s.watch().holder());
    // Nor is it distrusted by one that was refused and is not the holder's.
    Kind.PLATFORM
        .start(
            () -> assertThrows(IllegalStateException.class, () -> s.release(Semaphore.MAX_PERMITS)))
        .get();
    assertEquals(2, s.drainPermits());
    assertSame(Thread.currentThread(), s.watch().holder());
    Running<Boolean> itself =
        Kind.PLATFORM.start(
            () -> {
              s.watch().handOver(Thread.currentThread());
              s.acquire();
              return true;
            });
    assertContains(reports.awaitOnly().toString(), "waits for itself", "Semaphore(s)");
    itself.interrupt();
    itself.failure(InterruptedException.class);
  }

  // Several mutexes as a future: whoever polls it is not the holder, in whatever order they are
  // taken. A thread that had polled one and blocked for a moment used to close a cycle.
  @Test
  void lockAllAsync_polledByAThread_isNotTheHolder() throws Exception {
    for (LockOrder order : List.of(LockOrder.total(), LockOrder.backingOff())) {
      LockSet set = ready(order.lockAllAsync(List.of(a, b)));
      assertNull(a.watch().holder(), order::toString);
      assertNull(b.watch().holder(), order::toString);
      set.close();
      try (LockSet ofThread = order.lockAll(a, b)) {
        assertTrue(ofThread.isOpen());
        assertSame(Thread.currentThread(), a.watch().holder(), order::toString);
        assertSame(Thread.currentThread(), b.watch().holder(), order::toString);
      }
      try (LockSet tried = order.tryLockAll(List.of(a, b))) {
        assertTrue(tried.isOpen());
        assertSame(Thread.currentThread(), a.watch().holder(), order::toString);
      }
    }
    Mutex<String> x = mutex(detector, "x");
    LockSet set = ready(LockOrder.backingOff().lockAllAsync(List.of(a, b)));
    Running<Boolean> waits =
        Kind.PLATFORM.start(
            () -> {
              try (MutexGuard<String> held = x.lock()) {
                a.lock().close();
                b.lock().close();
                return held.isOpen();
              }
            });
    Conditions.await(() -> detector.waiting() == 1);
    Running<Boolean> task =
        Kind.PLATFORM.start(
            () -> {
              Conditions.await(() -> x.waiting() == 1);
              set.close();
              return true;
            });
    x.lock().close();
    task.get();
    waits.get();
    assertEquals(List.of(), reports);
  }

  // Several mutexes as a future of a party: it holds them, waits for them, and is found.
  @Test
  void lockAllAsync_twoParties_reported() throws Exception {
    for (LockOrder order : List.of(LockOrder.total(), LockOrder.backingOff())) {
      reports.clear();
      Party p = Party.named("p");
      Party q = Party.named("q");
      Mutex<String> x = mutex(detector, "x");
      Mutex<String> y = mutex(detector, "y");
      LockSet ofP = ready(order.lockAllAsync(List.of(a, x), p));
      assertSame(p, a.watch().holder(), order::toString);
      assertSame(p, x.watch().holder(), order::toString);
      LockSet ofQ = ready(order.lockAllAsync(List.of(b, y), q));
      PollFuture<LockSet> byP = pending(order.lockAllAsync(List.of(b), p));
      assertEquals(List.of(), reports);
      PollFuture<LockSet> byQ = pending(order.lockAllAsync(List.of(a), q));
      DeadlockReport report = reports.only();
      assertSame(q, report.links().get(0).party(), order::toString);
      assertSame(p, report.links().get(1).party(), order::toString);
      byQ.cancel();
      ofQ.handOver(p);
      assertSame(p, b.watch().holder(), order::toString);
      assertSame(p, y.watch().holder(), order::toString);
      ofQ.close();
      ready(byP).close();
      ofP.close();
      assertEquals(0, detector.waiting());
    }
  }

  // The wait that would close a cycle is refused, and what was taken before it is let go.
  @Test
  void lockAllAsync_throwInCloser_refusedAndNoneHeld() {
    DeadlockDetector strict =
        DeadlockDetector.builder().throwInCloser().onDeadlock(reports::add).build();
    Mutex<String> x = mutex(strict, "x");
    Mutex<String> y = mutex(strict, "y");
    Party p = Party.named("p");
    LockSet set = ready(LockOrder.total().lockAllAsync(List.of(y), p));
    PollFuture<LockSet> both = LockOrder.total().lockAllAsync(List.of(x, y), p);
    assertThrows(DeadlockException.class, () -> both.poll(Polls.IGNORED));
    Polls.assertCompleted(both);
    assertFalse(x.isLocked());
    assertTrue(set.isOpen() && y.isLocked());
    assertEquals(0, strict.waiting());
    set.close();
  }

  // One that blocks for some time alone is in no deadlock, and is known as the holder after it.
  @Test
  void lockAllAsync_timedBlock_notReportedAndHolderIsKnown() throws Exception {
    Party p = Party.named("p");
    Party q = Party.named("q");
    MutexGuard<String> ofQ = ready(b.lockAsync(q));
    LockSet ofP = LockOrder.total().lockAllAsync(List.of(a), p).block(Duration.ofHours(1));
    assertSame(p, a.watch().holder());
    PollFuture<?> waits = pending(a.lockAsync(q));
    assertThrows(
        TimeoutException.class,
        () -> LockOrder.total().lockAllAsync(List.of(b), p).block(Duration.ofMillis(1)));
    assertEquals(List.of(), reports);
    waits.cancel();
    ofP.close();
    ofQ.close();
  }

  // A waiter behind a deadlock that was reported closes no cycle and is not reported again.
  @Test
  void waiterBehindADeadlock_notReportedAgain() {
    CyclicBarrier both = new CyclicBarrier(2);
    Running<Boolean> one = takesTwo(Kind.PLATFORM, a, both, b);
    Running<Boolean> two = takesTwo(Kind.PLATFORM, b, both, a);
    reports.awaitOnly();
    PollFuture<?> behind = pending(a.lockAsync(Party.named("behind")));
    assertEquals(1, reports.size());
    assertEquals(2, detector.check().get(0).links().size());
    assertEquals(1, detector.check().size());
    behind.cancel();
    assertEnds(one, two);
  }

  // A foreign lock becomes visible through a watch.
  @Test
  void watch_foreignLock_isANode() {
    ReentrantLock foreign = new ReentrantLock();
    Watch watch = detector.watch(foreign, "foreign");
    Party p = Party.named("p");
    Party q = Party.named("q");
    MutexGuard<String> ofP = ready(a.lockAsync(p));
    watch.acquired(q);
    assertSame(q, watch.holder());
    PollFuture<?> waits = pending(a.lockAsync(q));
    try (Wait wait = watch.waits(p, () -> true)) {
      assertFalse(wait.isRefused());
      assertThrows(IllegalStateException.class, wait::refusal);
      assertContains(wait.toString(), "p waits for ReentrantLock(foreign)");
    }
    assertContains(reports.awaitOnly().toString(), "ReentrantLock(foreign)");
    watch.released();
    assertNull(watch.holder());
    waits.cancel();
    ofP.close();
    assertSame(detector, watch.detector());
    assertSame(foreign, watch.object());
    assertEquals("foreign", watch.name());
    assertContains(detector.watch(foreign, null).toString(), "ReentrantLock@");
  }

  // What a listener throws does not reach the one who locks.
  @Test
  void listener_throws_lockGoesOn() {
    DeadlockDetector rude =
        DeadlockDetector.builder()
            .onDeadlock(
                r -> {
                  throw new IllegalStateException("rude");
                })
            .build();
    Mutex<String> x = mutex(rude, "x");
    Running<Throwable> seen =
        Kind.PLATFORM.start(
            () -> {
              Throwable[] caught = new Throwable[1];
              Thread.currentThread().setUncaughtExceptionHandler((t, e) -> caught[0] = e);
              Party p = Party.named("p");
              MutexGuard<String> guard = ready(x.lockAsync(p));
              PollFuture<?> again = pending(x.lockAsync(p));
              again.cancel();
              guard.close();
              return caught[0];
            });
    assertContains(seen.get().getMessage(), "rude");
  }

  // A name for parties is taken where it is given.
  @Test
  void naming_someParties_areCalledSo() {
    List<DeadlockReport> told = new ArrayList<>();
    DeadlockDetector naming =
        DeadlockDetector.builder()
            .naming(p -> p instanceof Integer i ? "number " + i : null)
            .onDeadlock(told::add)
            .build();
    Mutex<String> x = mutex(naming, "x");
    for (Object party : List.of(new Object[] {17, Party.named("p")})) {
      MutexGuard<String> guard = ready(x.lockAsync(party));
      pending(x.lockAsync(party)).cancel();
      guard.close();
    }
    assertEquals("number 17", told.get(0).links().get(0).name());
    assertEquals("p", told.get(1).links().get(0).name());
  }

  // A wait that is going to be refused is no edge: who would close another cycle through it waits
  // on.
  @Test
  void throwInCloser_twoCyclesOverOneWait_oneIsRefused() {
    List<DeadlockReport> told = new ArrayList<>();
    List<Wait> meanwhile = new ArrayList<>();
    Runnable[] whileReported = new Runnable[1];
    DeadlockDetector strict =
        DeadlockDetector.builder()
            .throwInCloser()
            .onDeadlock(told::add)
            .naming(
                p -> {
                  Runnable once = whileReported[0];
                  whileReported[0] = null;
                  if (once != null) {
                    once.run();
                  }
                  return null;
                })
            .build();
    Watch x = strict.watch(new Object(), "x");
    SharedWatch many = strict.watchShared(new Object(), "many", 0);
    Party p = Party.named("p");
    Party q = Party.named("q");
    Party r = Party.named("r");
    x.acquired(p);
    many.sharedBy(q, true);
    many.sharedBy(r, true);
    Wait ofQ = x.waits(q, () -> true);
    // Both readers wait for p, which waits for both; the second one begins while the first cycle is
    // reported.
    whileReported[0] = () -> meanwhile.add(x.waits(r, () -> true));
    Wait ofP = many.waits(p, () -> true);
    assertTrue(ofP.isRefused());
    assertFalse(meanwhile.get(0).isRefused(), "p does not wait on");
    assertContains(ofP.refusal().getMessage(), "release what you hold");
    assertEquals(1, told.size());
    meanwhile.get(0).close();
    ofQ.close();
    assertEquals(0, strict.waiting());
  }

  // A future that is granted while the cycle that it closed is reported is neither refused nor
  // given back.
  @Test
  void throwInCloser_grantedMeanwhile_goesOn() {
    List<DeadlockReport> told = new ArrayList<>();
    List<MutexGuard<String>> held = new ArrayList<>();
    DeadlockDetector strict =
        DeadlockDetector.builder()
            .throwInCloser()
            .onDeadlock(told::add)
            .naming(
                p -> {
                  held.forEach(MutexGuard::close);
                  return null;
                })
            .build();
    Mutex<String> x = Mutex.builder().name("x").detector(strict).bypassBound(0).of("x");
    Party p = Party.named("p");
    held.add(ready(x.lockAsync(p)));
    PollFuture<MutexGuard<String>> again = pending(x.lockAsync(p));
    assertTrue(x.isLocked());
    ready(again).close();
    assertEquals(List.of(), told);
    assertEquals(0, strict.waiting());
    assertFalse(x.isLocked());
  }

  // A party that goes on after its future was cancelled by another one does not wait for it any
  // more.
  @Test
  void cancelledByAnother_partyGoesOn_waitIsOverBefore() throws Exception {
    Watch slow = detector.watch(new Object(), "slow");
    Party p = Party.named("p");
    MutexGuard<String> held = ready(a.lockAsync(Party.named("q")));
    PollFuture<?> wanted = pending(a.lockAsync(p));
    CountDownLatch looking = new CountDownLatch(1);
    CountDownLatch looked = new CountDownLatch(1);
    Party s = Party.named("s");
    slow.acquired(s);
    // Keeps the detector's lock, so that nobody can end a wait.
    Running<Boolean> looks =
        Kind.PLATFORM.start(
            () -> {
              slow.waits(
                      s,
                      () -> {
                        looking.countDown();
                        awaitUninterruptibly(looked);
                        return false;
                      })
                  .close();
              return true;
            });
    looking.await();
    Running<Boolean> cancels = Kind.PLATFORM.<Boolean>start(wanted::cancel).awaitAsleep();
    Running<Boolean> polls =
        Kind.PLATFORM.start(
            () -> {
              assertThrows(CancellationException.class, () -> wanted.poll(Polls.IGNORED));
              return true;
            });
    Conditions.await(() -> polls.isDone() || polls.thread().getState() == Thread.State.WAITING);
    assertFalse(polls.isDone(), "the party goes on while its wait is registered");
    looked.countDown();
    assertTrue(looks.get());
    assertTrue(cancels.get());
    assertTrue(polls.get());
    held.close();
    assertEquals(0, detector.waiting());
  }

  private static void awaitUninterruptibly(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  // Whoever drives a future for some time only is in no deadlock, whatever party it is for.
  @Test
  void timedBlock_inACircle_notReported() throws Exception {
    Party p = Party.named("p");
    RwLock<String> c = RwLock.builder().name("c").detector(detector).of("c");
    Semaphore s = Semaphore.lock("s", detector);
    ReentrantMutex<String> d = ReentrantMutex.builder().name("d").detector(detector).of("d");
    MutexGuard<String> ofP = ready(a.lockAsync(p));
    WriteGuard<String> writes = ready(c.writeAsync(p));
    ready(s.acquireAsync(1, p));
    ReentrantGuard<String> owned = ready(d.lockAsync(Owner.of(p)));
    for (PollFuture<?> own :
        List.of(
            a.lockAsync(p),
            c.readAsync(p),
            c.writeAsync(p),
            s.acquireAsync(1, p),
            d.lockAsync(Owner.of(p)))) {
      assertThrows(TimeoutException.class, () -> own.block(Duration.ofMillis(1)));
    }
    assertEquals(List.of(), reports);
    writes.close();
    s.release();
    owned.close();

    // Known from an earlier poll; then it is no longer.
    MutexGuard<String> ofQ = ready(b.lockAsync(Thread.currentThread()));
    PollFuture<?> polled = pending(b.lockAsync(p));
    assertEquals(1, detector.waiting());
    Running<Boolean> timed =
        Kind.PLATFORM.start(
            () -> {
              polled.block(Duration.ofHours(1));
              return true;
            });
    Conditions.await(() -> detector.waiting() == 0);
    PollFuture<?> back = pending(a.lockAsync(Thread.currentThread()));
    assertEquals(List.of(), reports);
    timed.interrupt();
    timed.failure(InterruptedException.class);
    back.cancel();
    ofP.close();
    ofQ.close();
    assertEquals(0, detector.waiting());
  }

  // What was taken within a time is held as anything else is.
  @Test
  void timedBlock_granted_holderIsKnown() throws Exception {
    Party p = Party.named("p");
    MutexGuard<String> guard = a.lockAsync(p).block(Duration.ofHours(1));
    assertSame(p, a.watch().holder());
    pending(a.lockAsync(p)).cancel();
    assertEquals(1, reports.size());
    guard.close();
  }

  // What a name, or the text of a party, throws does not reach the one who locks.
  @Test
  void naming_throws_lockGoesOn() {
    List<DeadlockReport> told = new ArrayList<>();
    DeadlockDetector rude =
        DeadlockDetector.builder()
            .naming(
                party -> {
                  throw new IllegalStateException("rude");
                })
            .onDeadlock(told::add)
            .lockOrder()
            .onLockOrderViolation(v -> {})
            .build();
    Object party =
        new Object() {
          @Override
          public String toString() {
            throw new IllegalStateException("rude too");
          }
        };
    Mutex<String> x = mutex(rude, "x");
    Mutex<String> y = mutex(rude, "y");
    Running<Throwable> seen =
        Kind.PLATFORM.start(
            () -> {
              Throwable[] caught = new Throwable[1];
              Thread.currentThread().setUncaughtExceptionHandler((t, e) -> caught[0] = e);
              MutexGuard<String> outer = ready(x.lockAsync(party));
              MutexGuard<String> guard = ready(y.lockAsync(party));
              pending(y.lockAsync(party)).cancel();
              guard.close();
              outer.close();
              return caught[0];
            });
    assertEquals("rude", seen.get().getMessage());
    assertContains(told.get(0).links().get(0).name(), "@");
    assertEquals(0, rude.waiting());
    assertFalse(x.isLocked() || y.isLocked());
  }

  // Who was signalled waits for the mutex again, and for its holder.
  @ParameterizedTest
  @EnumSource
  void condition_signalled_waitsForTheHolder(Kind kind) throws Exception {
    Condition<String> changed = b.newCondition();
    Running<Boolean> waits =
        kind.start(
            () -> {
              try (MutexGuard<String> outer = a.lock();
                  MutexGuard<String> guard = b.lock()) {
                changed.await(guard);
                return guard.isOpen();
              }
            });
    Conditions.await(() -> changed.waiting() == 1);
    MutexGuard<String> guard = b.lock();
    Party p = Party.named("p");
    b.watch().handOver(p);
    PollFuture<?> wanted = pending(a.lockAsync(p));
    assertEquals(List.of(), reports, "it waits for a signal, and nobody knows who will give it");
    wanted.cancel();
    changed.signal(guard);
    PollFuture<?> again = pending(a.lockAsync(p));
    DeadlockReport.Link link = reports.awaitOnly().links().get(1);
    assertSame(waits.thread(), link.party());
    assertSame(b.watch(), link.waitsFor());
    assertTrue(
        link.waitsAt().stream().anyMatch(f -> f.getMethodName().contains("condition_signalled")),
        () -> link.waitsAt().toString());
    again.cancel();
    guard.close();
    assertTrue(waits.get());
    assertEquals(0, detector.waiting());
    assertEquals(List.of(), detector.check());
  }

  // Whose time is over waits for the mutex too. It has unlocked already, so it is not refused.
  @ParameterizedTest
  @EnumSource
  void condition_timedOut_closesTheCycle_reportedAndNotRefused(Kind kind) throws Exception {
    DeadlockDetector strict =
        DeadlockDetector.builder().throwInCloser().onDeadlock(reports::add).build();
    Mutex<String> x = mutex(strict, "x");
    Mutex<String> y = mutex(strict, "y");
    Condition<String> changed = y.newCondition();
    Running<Boolean> waits =
        kind.start(
            () -> {
              try (MutexGuard<String> outer = x.lock();
                  MutexGuard<String> guard = y.lock()) {
                assertThrows(InterruptedException.class, () -> changed.await(guard));
                return guard.isOpen();
              }
            });
    Conditions.await(() -> changed.waiting() == 1);
    Party p = Party.named("p");
    MutexGuard<String> guard = ready(y.lockAsync(p));
    PollFuture<?> wanted = pending(x.lockAsync(p));
    waits.interrupt();
    assertSame(waits.thread(), reports.awaitOnly().links().get(0).party());
    wanted.cancel();
    guard.close();
    assertTrue(waits.get());
    assertEquals(0, strict.waiting());
  }

  // A future of a party holds the mutex again after its wait, and waits for the holder after its
  // signal: a cycle is found, whoever closes it, and nobody is refused who has unlocked.
  @Test
  void condition_futureOfAParty_holdsAndWaits() {
    DeadlockDetector strict =
        DeadlockDetector.builder().throwInCloser().onDeadlock(reports::add).build();
    Mutex<String> x = mutex(strict, "x");
    Mutex<String> y = mutex(strict, "y");
    Condition<String> changed = y.newCondition();
    Party p = Party.named("p");
    Party q = Party.named("q");
    MutexGuard<String> outer = ready(x.lockAsync(p));
    PollFuture<MutexGuard<String>> wait = pending(changed.awaitAsync(ready(y.lockAsync(p)), p));
    assertSame(p, changed.dump().waiters().get(0).caller());
    MutexGuard<String> ofQ = ready(y.lockAsync(q));
    pending(x.lockAsync(q)).cancel(); // nobody knows who will signal
    assertEquals(List.of(), reports);
    changed.signal(ofQ);
    assertThrows(DeadlockException.class, () -> x.lockAsync(q).poll(Polls.IGNORED));
    assertEquals(1, reports.size());
    ofQ.close();
    MutexGuard<String> again = ready(wait);
    assertSame(p, y.watch().holder());
    assertThrows(DeadlockException.class, () -> y.lockAsync(p).poll(Polls.IGNORED));
    again.close();
    outer.close();
    assertEquals(0, strict.waiting());
  }

  // A future that was dropped waits for nobody; one without a party takes no part.
  @Test
  void condition_futureCancelledOrWithoutAParty_noEdge() {
    Condition<String> changed = b.newCondition();
    Party p = Party.named("p");
    Party q = Party.named("q");
    MutexGuard<String> outer = ready(a.lockAsync(p));
    PollFuture<MutexGuard<String>> dropped = pending(changed.awaitAsync(ready(b.lockAsync(p)), p));
    PollFuture<MutexGuard<String>> unknown = pending(changed.awaitAsync(ready(b.lockAsync(p))));
    assertEquals(1, detector.waiting());
    MutexGuard<String> ofQ = ready(b.lockAsync(q));
    changed.signalAll(ofQ);
    dropped.cancel();
    PollFuture<MutexGuard<String>> free = pending(a.lockAsync(q));
    assertEquals(List.of(), reports);
    free.cancel();
    ofQ.close();
    MutexGuard<String> again = ready(unknown);
    assertNull(b.watch().holder());
    again.handOver(q);
    assertSame(q, b.watch().holder());
    again.close();
    assertThrows(IllegalStateException.class, () -> again.handOver(q));
    outer.close();
    assertEquals(0, detector.waiting());
  }

  // Who has the mutex again waits for it no longer, when it is told of as the holder.
  @Test
  void condition_lockedAgain_waitIsOverBefore() throws Exception {
    DeadlockDetector[] ordering = new DeadlockDetector[1];
    List<LockOrderReport> orders = new CopyOnWriteArrayList<>();
    ordering[0] =
        DeadlockDetector.builder()
            .lockOrder()
            .onLockOrderViolation(
                v -> {
                  reports.addAll(ordering[0].check());
                  orders.add(v);
                })
            .build();
    Mutex<String> x = mutex(ordering[0], "x");
    Mutex<String> y = mutex(ordering[0], "y");
    Condition<String> changed = x.newCondition();
    Running<Boolean> waits =
        Kind.PLATFORM.start(
            () -> {
              try (MutexGuard<String> guard = x.lock();
                  MutexGuard<String> inner = y.lock()) {
                changed.await(
                    guard); // takes x while it holds y: an order that contradicts the first
                return inner.isOpen();
              }
            });
    Conditions.await(() -> changed.waiting() == 1);
    try (MutexGuard<String> guard = x.lock()) {
      changed.signal(guard);
    }
    assertTrue(waits.get());
    assertEquals(1, orders.size());
    assertEquals(List.of(), reports);
  }

  // A foreign wait that cannot be given up is reported as any other.
  @Test
  void waitsRegardless_cycle_reportedAndNotRefused() {
    DeadlockDetector strict =
        DeadlockDetector.builder().throwInCloser().onDeadlock(reports::add).build();
    Watch x = strict.watch(new Object(), "x");
    Party p = Party.named("p");
    x.acquired(p);
    try (Wait wait = x.waitsRegardless(p, () -> true)) {
      assertFalse(wait.isRefused());
      assertEquals(1, strict.check().size(), "it goes on");
    }
    assertEquals(1, reports.size());
    assertEquals(0, strict.waiting());
  }

  // Misuse is refused with the name of what is missing.
  @Test
  void nulls_refused() {
    assertThrows(NullPointerException.class, () -> Mutex.builder().detector(null));
    assertThrows(NullPointerException.class, () -> Semaphore.lock("s", null));
    assertThrows(NullPointerException.class, () -> a.lockAsync((Object) null));
    assertThrows(
        NullPointerException.class, () -> LockOrder.total().lockAllAsync(List.of(a), null));
    MutexGuard<String> guard = ready(a.lockAsync());
    assertThrows(
        NullPointerException.class, () -> a.newCondition().awaitAsync(guard, (Object) null));
    guard.close();
    assertThrows(NullPointerException.class, () -> Party.named(null));
    assertThrows(NullPointerException.class, () -> detector.watch(null, "x"));
    assertThrows(NullPointerException.class, () -> DeadlockDetector.builder().onDeadlock(null));
    assertNotNull(a.watch());
    assertNull(Mutex.of("x").watch());
    assertEquals("DeadlockDetector[waiting=0]", detector.toString());
  }
}
