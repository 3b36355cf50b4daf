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
import dev.interlock.sync.Owner;
import dev.interlock.sync.ReentrantGuard;
import dev.interlock.sync.ReentrantMutex;
import dev.interlock.testing.Conditions;
import dev.interlock.testing.Kind;
import dev.interlock.testing.Polls;
import dev.interlock.testing.Running;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CyclicBarrier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What a detector finds over reentrant mutexes, whose parties are their owners. */
class ReentrantDeadlockTest {
  private final Reports reports = new Reports();
  private final DeadlockDetector detector =
      DeadlockDetector.builder().onDeadlock(reports::add).build();
  private final DeadlockDetector strict =
      DeadlockDetector.builder().throwInCloser().onDeadlock(reports::add).build();
  private final ReentrantMutex<String> a = reentrant(detector, "a");
  private final ReentrantMutex<String> b = reentrant(detector, "b");
  private final Mutex<String> m = Mutex.builder().name("m").detector(detector).of("m");
  private final Owner one = Owner.named("one");
  private final Owner two = Owner.named("two");

  private static ReentrantMutex<String> reentrant(DeadlockDetector detector, String name) {
    return ReentrantMutex.builder().name(name).detector(detector).of(name);
  }

  private static Running<Boolean> takesTwo(
      Kind kind,
      Owner owner,
      ReentrantMutex<?> first,
      CyclicBarrier all,
      ReentrantMutex<?> second) {
    return kind.start(
        () -> {
          try (ReentrantGuard<?> outer = first.lock(owner)) {
            all.await();
            try (ReentrantGuard<?> again = first.lock(owner);
                ReentrantGuard<?> inner = second.lock(owner)) {
              return true;
            }
          }
        });
  }

  private static Set<Object> parties(DeadlockReport report) {
    Set<Object> parties = new java.util.HashSet<>();
    report.links().forEach(l -> parties.add(l.party()));
    return parties;
  }

  private void assertQuiet() {
    assertEquals(0, detector.waiting() + strict.waiting());
    assertEquals(List.of(), detector.check());
    assertFalse(a.isLocked() || b.isLocked() || m.isLocked());
    assertNull(a.watch().holder());
    assertNull(b.watch().holder());
  }

  // Two owners that take two mutexes in opposite order, and hold them more than once.
  @ParameterizedTest
  @EnumSource
  void twoOwners_oppositeOrder_reported(Kind kind) {
    CyclicBarrier both = new CyclicBarrier(2);
    Running<Boolean> first = takesTwo(kind, one, a, both, b);
    Running<Boolean> second = takesTwo(kind, two, b, both, a);
    DeadlockReport report = reports.awaitOnly();
    assertEquals(Set.of(one, two), parties(report));
    for (DeadlockReport.Link link : report.links()) {
      assertSame((link.party() == one ? a : b).watch(), link.holds());
      assertSame((link.party() == one ? b : a).watch(), link.waitsFor());
      assertContains(link.waitsAt().toString(), "takesTwo");
    }
    assertContains(
        report.toString(),
        "Owner(one)\n    holds     ReentrantMutex(a)",
        "waits for ReentrantMutex(a)");
    assertSame(a, a.watch().object());
    first.interrupt();
    first.failure(InterruptedException.class);
    second.get();
    assertQuiet();
  }

  // To lock again is no wait; the owner holds the mutex until its last hold ends.
  @Test
  void lock_again_notReported() throws Exception {
    ReentrantGuard<String> outer = a.lock(one);
    ReentrantGuard<String> inner = a.lock(one);
    ReentrantGuard<String> tried = a.tryLock(one);
    ReentrantGuard<String> timed = a.tryLock(one, Duration.ofHours(1));
    ReentrantGuard<String> future = ready(a.lockAsync(one));
    a.withLock(one, v -> v);
    assertSame(one, a.watch().holder());
    List.of(outer, inner, tried, timed).forEach(ReentrantGuard::close);
    assertSame(one, a.watch().holder());
    future.close();
    assertEquals(List.of(), reports);
    assertQuiet();
  }

  // An owner that goes on on another thread is still itself.
  @Test
  void owner_changedItsThread_reported() throws Exception {
    Kind.PLATFORM.start(() -> a.lock(one) != null).get();
    ReentrantGuard<String> ofTwo = ready(b.lockAsync(two));
    PollFuture<?> waits = pending(a.lockAsync(two));
    Running<Boolean> elsewhere =
        Kind.VIRTUAL.start(
            () -> {
              b.lock(one).close();
              return true;
            });
    assertEquals(Set.of(one, two), parties(reports.awaitOnly()));
    waits.cancel();
    ofTwo.close();
    elsewhere.get();
    a.unlock(one);
    assertQuiet();
  }

  // An owner that was made for a thread takes part in what that thread takes and waits for by
  // itself.
  @Test
  void ownerOfAThread_crossedWithAMutex_reported() {
    CyclicBarrier both = new CyclicBarrier(2);
    Running<Boolean> first =
        Kind.PLATFORM.start(
            () -> {
              Owner me = Owner.of(Thread.currentThread());
              assertContains(me.toString(), "Owner(thread ");
              try (ReentrantGuard<?> outer = a.lock(me)) {
                both.await();
                m.lock().close();
                return true;
              }
            });
    Running<Boolean> second =
        Kind.PLATFORM.start(
            () -> {
              try (MutexGuard<?> outer = m.lock()) {
                both.await();
                a.lock(two).close(); // the thread waits, on behalf of an owner that holds nothing
                return true;
              }
            });
    assertEquals(Set.of(first.thread(), second.thread()), parties(reports.awaitOnly()));
    second.interrupt();
    second.failure(InterruptedException.class);
    first.get();
    assertQuiet();
  }

  // A mutex that is locked for the owner as a party is in one cycle with what the owner holds.
  @Test
  void mutexLockedForAnOwner_crossed_reported() {
    ReentrantGuard<String> ofOne = ready(a.lockAsync(one));
    MutexGuard<String> ofTwo = ready(m.lockAsync(two));
    PollFuture<?> waits = pending(m.lockAsync(one));
    PollFuture<?> alsoWaits = pending(a.lockAsync(two));
    assertEquals(Set.of(one, two), parties(reports.awaitOnly()));
    waits.cancel();
    alsoWaits.cancel();
    ofOne.close();
    ofTwo.close();
    assertQuiet();
  }

  // The wait that closes the cycle is refused and had no effect, and the other goes on.
  @ParameterizedTest
  @EnumSource
  void throwInCloser_owners_oneIsRefusedAndTheOtherGoesOn(Kind kind) {
    ReentrantMutex<String> x = reentrant(strict, "x");
    ReentrantMutex<String> y = reentrant(strict, "y");
    CyclicBarrier both = new CyclicBarrier(2);
    int refused = 0;
    for (Running<Boolean> run :
        List.of(takesTwo(kind, one, x, both, y), takesTwo(kind, two, y, both, x))) {
      try {
        assertTrue(run.get());
      } catch (AssertionError e) {
        assertContains(((DeadlockException) e.getCause()).getMessage(), "Owner(one)", "Owner(two)");
        refused++;
      }
    }
    assertEquals(1, refused);
    assertEquals(1, reports.size());
    assertFalse(x.isLocked() || y.isLocked());
    assertEquals(0, x.waiting() + y.waiting() + strict.waiting());
  }

  // A refused lock had no effect, by a thread, uninterruptibly, and by a future; its owner holds
  // what it held.
  @Test
  void lock_refused_ownerHoldsWhatItHeld() {
    ReentrantMutex<String> x = reentrant(strict, "x");
    ReentrantMutex<String> y = reentrant(strict, "y");
    ReentrantGuard<String> ofOne = x.tryLock(one);
    ReentrantGuard<String> again = x.tryLock(one);
    ReentrantGuard<String> ofTwo = y.tryLock(two);
    PollFuture<ReentrantGuard<String>> waits = pending(x.lockAsync(two));
    assertThrows(DeadlockException.class, () -> y.lock(one));
    assertThrows(DeadlockException.class, () -> y.lockUninterruptibly(one));
    assertThrows(DeadlockException.class, () -> y.withLock(one, v -> v));
    PollFuture<?> future = y.lockAsync(one);
    assertThrows(DeadlockException.class, () -> future.poll(Polls.IGNORED));
    Polls.assertCancelled(future);
    assertEquals(2, x.holds(one));
    assertEquals(0, y.holds(one) + y.waiting());
    assertSame(two, y.owner());
    assertSame(two, y.watch().holder());
    again.close();
    ofOne.close();
    ready(waits).close();
    ofTwo.close();
    y.tryLock(one).close();
    assertEquals(0, strict.waiting());
  }

  // Who gives up in time is in no deadlock.
  @Test
  void timedLock_inACircle_notReported() throws Exception {
    ReentrantGuard<String> ofOne = a.lock(one);
    ReentrantGuard<String> ofTwo = b.lock(two);
    PollFuture<ReentrantGuard<String>> waits = pending(b.lockAsync(one));
    assertNull(a.tryLock(two, Duration.ofMillis(1)));
    assertEquals(List.of(), reports);
    ofTwo.close();
    ready(waits).close();
    ofOne.close();
    assertQuiet();
  }

  // With stacks the report says where the first hold was taken, and where a future waits.
  @Test
  void captureStacks_owners_tellWhereTheFirstHoldWasTaken() {
    DeadlockDetector tracing =
        DeadlockDetector.builder().captureStacks().onDeadlock(reports::add).build();
    ReentrantMutex<String> x = reentrant(tracing, "x");
    ReentrantMutex<String> y = reentrant(tracing, "y");
    ReentrantGuard<String> first = firstHold(x);
    ReentrantGuard<String> again = x.tryLock(one);
    ReentrantGuard<String> ofTwo = y.tryLock(two);
    PollFuture<?> waits = pending(y.lockAsync(one));
    PollFuture<?> alsoWaits = pending(x.lockAsync(two));
    DeadlockReport.Link link = reports.awaitOnly().links().get(1);
    assertSame(one, link.party());
    assertContains(link.takenAt().toString(), "firstHold");
    assertContains(link.waitsAt().toString(), "tellWhereTheFirstHoldWasTaken");
    waits.cancel();
    alsoWaits.cancel();
    List.of(first, again, ofTwo).forEach(ReentrantGuard::close);
  }

  private ReentrantGuard<String> firstHold(ReentrantMutex<String> mutex) {
    return mutex.tryLock(one);
  }

  // Orders that contradict each other are seen once per first hold.
  @Test
  void lockOrder_oppositeOrders_reported() throws Exception {
    List<LockOrderReport> violations = new ArrayList<>();
    DeadlockDetector ordered =
        DeadlockDetector.builder().lockOrder().onLockOrderViolation(violations::add).build();
    ReentrantMutex<String> x = reentrant(ordered, "x");
    ReentrantMutex<String> y = reentrant(ordered, "y");
    try (ReentrantGuard<?> outer = x.lock(one);
        ReentrantGuard<?> inner = y.lock(one);
        ReentrantGuard<?> again = x.lock(one)) {
      assertNotNull(again);
      ready(x.lockAsync(one)).close();
    }
    assertEquals(List.of(), violations);
    y.withLock(
        two,
        v -> {
          ready(x.lockAsync(two)).close();
          return v;
        });
    assertEquals(1, violations.size());
    assertContains(violations.get(0).toString(), "Owner(two)", "took  ReentrantMutex(x)");
  }

  // A dump calls the mutex by its name, and who waits by the owner.
  @Test
  void dump_owners_named() {
    ReentrantMutex<String> unwatched = ReentrantMutex.builder().name("accounts").of("x");
    for (ReentrantMutex<String> mutex : List.of(unwatched, a)) {
      ReentrantGuard<String> guard = mutex.tryLock(one);
      PollFuture<?> waits = pending(mutex.lockAsync(two));
      assertEquals(1, mutex.dump().waiting());
      assertContains(mutex.dump().toString(), mutex + "\n  1. future Owner(two)");
      waits.cancel();
      guard.close();
    }
    assertNull(unwatched.watch());
    assertQuiet();
  }

  // Misuse is refused with the name of what is missing.
  @Test
  void misuse_refused() {
    assertThrows(NullPointerException.class, () -> ReentrantMutex.builder().detector(null));
    assertThrows(NullPointerException.class, () -> Owner.of(null));
    assertContains(
        assertThrows(IllegalArgumentException.class, () -> Owner.of("me")).getMessage(),
        "string me",
        "Party.named");
    assertEquals("Owner(p)", Owner.of(Party.named("p")).toString());
  }

  // A thread that waits as an owner is one wait, although two parties are stuck.
  @Test
  void waiting_asAnOwner_countsOnce() {
    ReentrantGuard<String> held = a.tryLock(one);
    Running<Boolean> waits = Kind.PLATFORM.<Boolean>start(() -> a.lock(two).isOpen()).awaitAsleep();
    Conditions.await(() -> detector.waiting() > 0);
    assertEquals(1, detector.waiting());
    assertContains(detector.toString(), "waiting=1");
    waits.interrupt();
    waits.failure(InterruptedException.class);
    held.close();
    assertQuiet();
  }
}
