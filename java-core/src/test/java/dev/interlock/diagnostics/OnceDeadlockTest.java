package dev.interlock.diagnostics;

import static dev.interlock.testing.Polls.assertContains;
import static dev.interlock.testing.Polls.pending;
import static dev.interlock.testing.Polls.ready;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.interlock.future.PollFuture;
import dev.interlock.sync.Lazy;
import dev.interlock.sync.Mutex;
import dev.interlock.sync.MutexGuard;
import dev.interlock.sync.OnFailure;
import dev.interlock.sync.OnceCell;
import dev.interlock.sync.OnceClaim;
import dev.interlock.testing.Conditions;
import dev.interlock.testing.Kind;
import dev.interlock.testing.Polls;
import dev.interlock.testing.Running;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Values that need each other to be made: who is to make one holds it. */
class OnceDeadlockTest {
  private final Reports reports = new Reports();
  private final DeadlockDetector detector =
      DeadlockDetector.builder().onDeadlock(reports::add).build();
  private final DeadlockDetector strict =
      DeadlockDetector.builder().throwInCloser().onDeadlock(reports::add).build();
  private final OnceCell<String> a = cell(detector, "a", OnFailure.RETRY);
  private final OnceCell<String> b = cell(detector, "b", OnFailure.RETRY);
  private final CyclicBarrier both = new CyclicBarrier(2);

  private static OnceCell<String> cell(
      DeadlockDetector detector, String name, OnFailure onFailure) {
    return OnceCell.builder().name(name).onFailure(onFailure).detector(detector).build();
  }

  private static void meet(CyclicBarrier all) {
    try {
      all.await(1, TimeUnit.MINUTES);
    } catch (Exception e) {
      throw new AssertionError(e);
    }
  }

  /** Makes one out of the other, once another thread is as far. */
  private Running<String> makes(Kind kind, OnceCell<String> made, OnceCell<String> needed) {
    return kind.start(
        () ->
            made.getOrInit(
                () -> {
                  meet(both);
                  return "of " + needed.getOrInit(() -> "made instead");
                }));
  }

  private void assertEmpty(DeadlockDetector d) {
    assertEquals(0, d.waiting());
    assertEquals(List.of(), d.check());
  }

  // Two cells whose initialisers need each other are reported, with who makes what; and when one of
  // them
  // gives up, the other one makes both.
  @ParameterizedTest
  @EnumSource
  void twoCells_needEachOther_reported(Kind kind) {
    Running<String> one = makes(kind, a, b);
    Running<String> two = makes(kind, b, a);

    DeadlockReport report = reports.awaitOnly();
    assertEquals(2, report.links().size());
    for (DeadlockReport.Link link : report.links()) {
      boolean first = link.party() == one.thread();
      assertSame(first ? one.thread() : two.thread(), link.party());
      assertSame((first ? a : b).watch(), link.holds());
      assertSame((first ? b : a).watch(), link.waitsFor());
    }
    assertContains(report.toString(), "holds     OnceCell(a)", "waits for OnceCell(a)");
    assertContains(a.toString(), "[initialising by ", "waiting=1]");
    one.interrupt();
    one.failure(InterruptedException.class);
    assertEquals("of made instead", two.get());
    assertEquals("made instead", a.tryGet());
    assertEmpty(detector);
  }

  // Refused, one of them learns of it, and nothing is remembered: the other one makes both.
  @ParameterizedTest
  @EnumSource
  void throwInCloser_twoCells_theOtherMakesBoth(Kind kind) {
    OnceCell<String> x = cell(strict, "x", OnFailure.REMEMBER);
    OnceCell<String> y = cell(strict, "y", OnFailure.REMEMBER);
    int refused = 0;
    for (Running<String> r : List.of(makes(kind, x, y), makes(kind, y, x))) {
      try {
        assertEquals("of made instead", r.get());
      } catch (AssertionError e) {
        DeadlockException refusal = (DeadlockException) e.getCause();
        assertContains(refusal.getMessage(), "OnceCell(x)", "OnceCell(y)");
        refused++;
      }
    }
    assertEquals(1, refused);
    reports.only();
    assertTrue(x.isSet() && y.isSet());
    assertNull(x.failure());
    assertNull(y.failure());
    assertEmpty(strict);
  }

  // Lazy values are no different.
  @Test
  void throwInCloser_twoLazies_theOtherMakesBoth() {
    Lazy<?>[] lazies = new Lazy<?>[2];
    Lazy.Builder builder = Lazy.builder().name("lazy").onFailure(OnFailure.RETRY).detector(strict);
    boolean[] met = new boolean[1];
    for (int i = 0; i < 2; i++) {
      int other = 1 - i;
      lazies[i] =
          builder.of(
              () -> {
                if (!met[0]) {
                  meet(both);
                  met[0] = true;
                  return "of " + lazies[other].get();
                }
                return "alone";
              });
    }
    int refused = 0;
    for (Running<Object> r :
        List.of(
            Kind.PLATFORM.<Object>start(lazies[0]::get),
            Kind.PLATFORM.<Object>start(lazies[1]::get))) {
      try {
        assertEquals("of alone", r.get());
      } catch (AssertionError e) {
        assertContains(e.getCause().getMessage(), "Lazy(lazy)");
        refused++;
      }
    }
    assertEquals(1, refused);
    assertEmpty(strict);
  }

  // A lock that somebody holds who needs the cell, and whoever makes it needs the lock.
  @ParameterizedTest
  @EnumSource
  void cellAndMutex_needEachOther_reported(Kind kind) {
    Mutex<String> mutex = Mutex.builder().name("m").detector(detector).of("x");
    Running<String> one =
        kind.start(
            () -> {
              try (MutexGuard<String> guard = mutex.lock()) {
                meet(both);
                return a.get(); // it only wants the value
              }
            });
    Running<String> two =
        kind.start(
            () ->
                a.getOrInit(
                    () -> {
                      meet(both);
                      return mutex.withLock(x -> x);
                    }));
    assertContains(reports.awaitOnly().toString(), "Mutex(m)", "OnceCell(a)");
    one.interrupt();
    one.failure(InterruptedException.class);
    assertEquals("x", two.get());
    assertEmpty(detector);
  }

  // Claims and futures by their parties; a claim that was given away is its new holder's.
  @Test
  void claims_needEachOther_reportedByParty() {
    Party p = Party.named("p");
    Party q = Party.named("q");
    OnceClaim<String> ofP = ready(a.claimAsync(p));
    OnceClaim<String> ofQ = ready(b.claimAsync(q));
    assertEquals("OnceCell(a)[initialising by p, waiting=0]", a.toString());
    PollFuture<String> one = pending(b.getAsync(p));
    assertEquals(List.of(), reports);
    PollFuture<String> two = pending(a.getOrInitAsync(() -> "instead", q));
    assertContains(reports.awaitOnly().toString(), "p", "q", "OnceCell(a)", "OnceCell(b)");
    assertTrue(two.cancel());

    Party r = Party.named("r");
    ofP.handOver(r);
    assertSame(r, a.watch().holder());
    PollFuture<String> three = pending(a.getAsync(q));
    assertEquals(1, reports.size(), "r does not wait");
    ofP.set("a");
    assertNull(a.watch().holder());
    assertEquals("a", ready(three));
    ofP.handOver(p);
    assertNull(a.watch().holder(), "the role is over");
    ofQ.set("b");
    assertEquals("b", ready(one));
    assertEmpty(detector);
  }

  // A thread that blocks on a future waits itself, and holds what it is given.
  @Test
  void blockedFutures_needEachOther_reported() {
    Running<String> one =
        Kind.PLATFORM.start(
            () -> {
              try (OnceClaim<String> claim = a.claimAsync().block()) {
                meet(both);
                return b.getAsync().block();
              }
            });
    Running<String> two =
        Kind.PLATFORM.start(
            () -> {
              try (OnceClaim<String> claim = b.claimAsync().block()) {
                meet(both);
                return a.getOrInitAsync(() -> "a").block();
              }
            });
    assertEquals(2, reports.awaitOnly().links().size());
    two.interrupt();
    two.failure(InterruptedException.class);
    one.interrupt();
    one.failure(InterruptedException.class);
    assertEquals("OnceCell(a)[empty, waiting=0]", a.toString());
    assertEmpty(detector);
  }

  // The role that was handed to a waiter is the waiter's.
  @Test
  void role_passedOn_holderIsTheNext() {
    Party p = Party.named("p");
    Party q = Party.named("q");
    OnceClaim<String> first = ready(a.claimAsync(p));
    PollFuture<OnceClaim<String>> next = pending(a.claimAsync(q));
    PollFuture<OnceClaim<String>> last = pending(a.claimAsync(Party.named("r")));
    first.close();
    OnceClaim<String> second = ready(next);
    assertSame(q, a.watch().holder());
    second.close();
    assertTrue(last.cancel()); // it was given the role, and has not looked
    assertNull(a.watch().holder());
    assertEquals("OnceCell(a)[empty, waiting=0]", a.toString());
    assertEmpty(detector);
  }

  // Who waits for the value of a cell that nobody is about to make waits for nobody.
  @Test
  void emptyCell_waitedFor_notReported() {
    Party p = Party.named("p");
    PollFuture<String> reader = pending(a.getAsync(p));
    OnceClaim<String> claim = ready(b.claimAsync(p));
    assertEquals(List.of(), reports);
    assertEquals(List.of(), detector.check());
    assertTrue(a.set("a"));
    assertEquals("a", ready(reader));
    claim.close();
    assertEmpty(detector);
  }

  // Who gives up in time is in no deadlock.
  @Test
  void timedGet_inACircle_notReported() throws Exception {
    OnceClaim<String> claim = ready(a.claimAsync(Thread.currentThread()));
    Running<String> other =
        Kind.PLATFORM.start(() -> b.getOrInit(() -> a.getOrInit(() -> "instead")));
    Conditions.await(() -> detector.waiting() == 1);
    assertNull(b.get(Duration.ofMillis(5)));
    assertEquals(List.of(), reports);
    claim.set("a");
    assertEquals("a", other.get());
    assertEmpty(detector);
  }

  // Recursion is refused before the detector is asked, watched or not.
  @Test
  void recursion_watched_isTheError() {
    assertContains(
        assertThrows(
                IllegalStateException.class,
                () -> a.getOrInit(() -> b.getOrInit(() -> a.getOrInit(() -> "no"))))
            .getMessage(),
        "recursive initialisation of OnceCell(a)");
    Party p = Party.named("p");
    OnceClaim<String> claim = ready(a.claimAsync(p));
    assertThrows(IllegalStateException.class, () -> a.getAsync(p).poll(Polls.IGNORED));
    claim.close();
    assertEquals(List.of(), reports);
    assertEmpty(detector);
  }

  // Nothing is null.
  @Test
  void nulls_refused() {
    assertThrows(NullPointerException.class, () -> OnceCell.builder().name(null));
    assertThrows(NullPointerException.class, () -> OnceCell.builder().detector(null));
    assertThrows(NullPointerException.class, () -> OnceCell.builder().onFailure(null));
    assertThrows(NullPointerException.class, () -> Lazy.builder().name(null));
    assertThrows(NullPointerException.class, () -> Lazy.builder().detector(null));
    assertThrows(NullPointerException.class, () -> Lazy.builder().onFailure(null));
    assertThrows(NullPointerException.class, () -> Lazy.builder().of(null));
    assertThrows(NullPointerException.class, () -> a.getAsync(null));
    assertThrows(NullPointerException.class, () -> a.claimAsync(null));
    assertThrows(NullPointerException.class, () -> a.getOrInitAsync(() -> "v", null));
    assertThrows(NullPointerException.class, () -> Lazy.of(() -> "v").getAsync(null));
    assertFalse(a.isSet());
  }
}
