package dev.interlock.reclaim;

import static dev.interlock.testing.Polls.assertContains;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.interlock.ClosedException;
import dev.interlock.reclaim.EpochDomain.Guard;
import dev.interlock.reclaim.EpochDomain.Participant;
import dev.interlock.testing.Kind;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

class EpochDomainTest {
  private final List<Long> reclaimed = new ArrayList<>();
  private final List<StallReport> reports = new ArrayList<>();

  // With nobody pinned, what was deferred is reclaimed by the second collection, in order.
  @Test
  void defer_nobodyPinned_reclaimedByTheSecondCollection() {
    EpochDomain domain = EpochDomain.create();
    try (Participant p = domain.join()) {
      p.defer(1, reclaimed::add);
      p.defer(() -> reclaimed.add(2L));
      assertEquals(0, p.collect());
      assertEquals(2, p.collect());
      assertEquals(List.of(1L, 2L), reclaimed);
    }
    assertEquals(new ReclamationFigures(2, 2, 0, 2), domain.figures());
  }

  // While one is pinned that was so when something was deferred, it stays, however often one
  // collects.
  @Test
  void defer_otherPinned_staysUntilUnpinned() {
    EpochDomain domain = EpochDomain.create();
    try (Participant reader = domain.join();
        Participant writer = domain.join()) {
      Guard guard = reader.pin();
      writer.defer(1, reclaimed::add);
      for (int i = 0; i < 100; i++) {
        writer.collect();
      }
      assertEquals(List.of(), reclaimed);
      guard.close();
      writer.collect();
      writer.collect();
      assertEquals(List.of(1L), reclaimed);
    }
  }

  // Who pins after the deferral delays it by no more than its own pin does.
  @Test
  void pin_afterDefer_isNotWaitedForTwice() {
    EpochDomain domain = EpochDomain.create();
    try (Participant reader = domain.join();
        Participant writer = domain.join()) {
      writer.defer(1, reclaimed::add);
      writer.collect();
      try (Guard guard = reader.pin()) {
        writer.collect();
        assertEquals(List.of(1L), reclaimed, () -> "under " + guard);
      }
    }
  }

  // One's own pin keeps one's own garbage as well.
  @Test
  void defer_pinnedItself_stays() {
    EpochDomain domain = EpochDomain.builder().collectEvery(1).build();
    try (Participant p = domain.join()) {
      try (Guard guard = p.pin()) {
        for (int i = 1; i <= 50; i++) {
          p.defer(i, reclaimed::add);
        }
        assertEquals(List.of(), reclaimed, guard::toString);
      }
      p.collect();
      p.collect();
      assertEquals(50, reclaimed.size());
    }
  }

  // Of nested pins the outermost counts.
  @Test
  void pin_nested_outermostCounts() {
    EpochDomain domain = EpochDomain.create();
    try (Participant p = domain.join();
        Participant writer = domain.join()) {
      Guard outer = p.pin();
      Guard inner = p.pin();
      writer.defer(1, reclaimed::add);
      inner.close();
      assertTrue(p.isPinned());
      writer.collect();
      writer.collect();
      writer.collect();
      assertEquals(List.of(), reclaimed);
      outer.close();
      assertFalse(p.isPinned());
      assertContains(
          assertThrows(IllegalStateException.class, outer::close).getMessage(),
          "while nothing is pinned");
    }
  }

  // A participant collects by itself, every so many deferrals, and its list grows as it must.
  @Test
  void defer_many_collectsByItself() {
    EpochDomain domain = EpochDomain.builder().collectEvery(10).build();
    try (Participant p = domain.join()) {
      for (long i = 0; i < 1_000; i++) {
        p.defer(i, reclaimed::add);
        assertTrue(domain.figures().pending() <= 30, domain::toString);
      }
    }
    for (int i = 0; i < reclaimed.size(); i++) {
      assertEquals(i, reclaimed.get(i), "in the order of their deferral");
    }
  }

  // What is not due when a participant leaves is reclaimed by the others, and by the domain.
  @Test
  void close_notDue_isReclaimedByOthers() {
    EpochDomain domain = EpochDomain.create();
    Participant reader = domain.join();
    Guard guard = reader.pin();
    try (Participant leaver = domain.join()) {
      leaver.defer(1, reclaimed::add);
    }
    assertEquals(0, domain.collect());
    guard.close();
    for (int i = 0; i < 4; i++) {
      reader.collect();
    }
    assertEquals(List.of(1L), reclaimed);
    reader.defer(2, reclaimed::add);
    reader.close();
    domain.collect();
    domain.collect();
    assertEquals(List.of(1L, 2L), reclaimed);
    assertEquals(2, domain.records());
  }

  // A pin by a thread that has died is reported once, with its name, its thread and its place.
  @Test
  void stall_threadDiedPinned_isReportedOnce() {
    EpochDomain domain =
        EpochDomain.builder()
            .name("index")
            .stallAtPending(10)
            .collectEvery(1)
            .onStall(reports::add)
            .recordPinSites()
            .build();
    Participant dead = domain.join("reader of page 7");
    Thread thread =
        Kind.PLATFORM
            .start(
                () -> {
                  dead.pin();
                  return Thread.currentThread();
                })
            .get();
    join(thread);
    try (Participant writer = domain.join("writer")) {
      for (int i = 0; i < 100; i++) {
        writer.defer(i, reclaimed::add);
      }
      assertEquals(List.of(), reclaimed);
      assertEquals(1, reports.size());
      StallReport report = reports.get(0);
      assertEquals("EpochDomain(index)", report.domain());
      assertEquals("reader of page 7 #0", report.participant());
      assertEquals(10, report.pending());
      assertSame(thread, report.thread());
      assertTrue(
          List.of(report.site().getStackTrace()).stream()
              .anyMatch(f -> f.getClassName().startsWith(EpochDomainTest.class.getName())));
      assertContains(report.toString(), "reader of page 7", "10 retired things", "has ended");
      assertEquals(1, domain.stalls().size());
      assertEquals(100, domain.stalls().get(0).pending());

      // The handle is all that is needed to end it, from any thread.
      new GuardOf(dead).close();
      assertEquals(List.of(), domain.stalls());
      writer.collect();
      writer.collect();
      assertEquals(100, reclaimed.size());

      // Another pin of the same participant is another stall.
      dead.pin();
      for (int i = 0; i < 20; i++) {
        writer.defer(i, reclaimed::add);
      }
      assertEquals(2, reports.size());
      new GuardOf(dead).close();
    }
  }

  // A stall is also one of age, however little garbage there is.
  @Test
  void stall_byAge_isReported() {
    EpochDomain domain =
        EpochDomain.builder().stallAfter(Duration.ZERO).onStall(reports::add).build();
    Participant sleeper = domain.join("sleeper");
    sleeper.pin();
    assertEquals(List.of(), domain.stalls());
    domain.collect(); // moves on by one: from now on the pin is in the way
    assertEquals(List.of(), reports);
    domain.collect();
    assertEquals(1, reports.size());
    assertNull(reports.get(0).thread());
    assertContains(reports.get(0).toString(), "sleeper #0", "record pin sites");
    assertEquals(1, domain.stalls().size());
    domain.collect();
    assertEquals(1, reports.size(), "told once");
  }

  // A pin that ends before its time is no stall.
  @Test
  void stall_shortPins_areNotReported() {
    EpochDomain domain =
        EpochDomain.builder().stallAtPending(5).collectEvery(1).onStall(reports::add).build();
    try (Participant reader = domain.join();
        Participant writer = domain.join()) {
      for (int i = 0; i < 1_000; i++) {
        try (Guard guard = reader.pin()) {
          writer.defer(i, reclaimed::add);
          assertTrue(reader.isPinned(), guard::toString);
        }
      }
    }
    assertEquals(List.of(), reports);
  }

  // A handle that was closed is refused; a pinned one cannot be closed.
  @Test
  void close_pinnedOrTwice_isInOrder() {
    EpochDomain domain = EpochDomain.builder().name("d").build();
    Participant p = domain.join("p");
    Guard guard = p.pin();
    assertContains(
        assertThrows(IllegalStateException.class, p::close).getMessage(), "p of EpochDomain(d)");
    guard.close();
    p.close();
    p.close();
    for (Runnable use : List.<Runnable>of(p::pin, p::collect, () -> p.defer(() -> {}))) {
      assertContains(assertThrows(ClosedException.class, use::run).getMessage(), "join again");
    }
  }

  // Pinned by one thread, unpinned by another.
  @Test
  void guard_carriedToAnotherThread_keepsThePin() {
    EpochDomain domain = EpochDomain.create();
    for (Kind kind : Kind.values()) {
      reclaimed.clear();
      AtomicReference<Guard> guard = new AtomicReference<>();
      Participant p =
          kind.start(
                  () -> {
                    Participant made = domain.join();
                    guard.set(made.pin());
                    return made;
                  })
              .get();
      try (Participant writer = domain.join()) {
        writer.defer(1, reclaimed::add);
        writer.collect();
        writer.collect();
        assertEquals(List.of(), reclaimed);
        kind.start(
                () -> {
                  guard.get().close();
                  p.close();
                  return null;
                })
            .get();
        writer.collect();
        writer.collect();
        assertEquals(List.of(1L), reclaimed);
      }
    }
  }

  // One callback that throws keeps none of the others from being called; callbacks may defer.
  @Test
  void callback_throwsOrDefers_isInOrder() {
    EpochDomain domain = EpochDomain.builder().collectEvery(1000).build();
    Participant p = domain.join();
    RuntimeException first = new IllegalStateException("first");
    p.defer(
        () -> {
          throw first;
        });
    p.defer(
        () -> {
          for (int i = 0; i < 100; i++) {
            p.defer(i, reclaimed::add);
          }
          assertEquals(0, p.collect());
          assertThrows(IllegalStateException.class, p::close);
        });
    p.collect();
    assertSame(first, assertThrows(IllegalStateException.class, p::collect));
    p.collect();
    p.collect();
    assertEquals(100, reclaimed.size());
    p.close();
    assertEquals(0, domain.figures().pending());
  }

  // What makes no sense is refused with the remedy.
  @Test
  void builder_badValues_areRefused() {
    assertContains(
        assertThrows(IllegalArgumentException.class, () -> EpochDomain.builder().collectEvery(0))
            .getMessage(),
        "collectEvery is 0");
    assertThrows(IllegalArgumentException.class, () -> EpochDomain.builder().stallAtPending(0));
    assertThrows(
        IllegalArgumentException.class,
        () -> EpochDomain.builder().stallAfter(Duration.ofNanos(-1)));
    assertThrows(NullPointerException.class, () -> EpochDomain.builder().name(null));
    assertThrows(NullPointerException.class, () -> EpochDomain.builder().onStall(null));
    assertThrows(NullPointerException.class, () -> EpochDomain.create().join(null));
    EpochDomain.builder().stallAfter(Duration.ofSeconds(Long.MAX_VALUE)).build();
  }

  // The text tells the epoch, who is pinned and what waits.
  @Test
  void toString_tellsState() {
    EpochDomain domain = EpochDomain.builder().name("d").build();
    Participant p = domain.join("p");
    Guard guard = p.pin();
    p.defer(() -> {});
    assertEquals(
        "EpochDomain(d)[epoch=2, pinned=1 of 1 records, retired=1, reclaimed=0, pending=1, peak=1]",
        domain.toString());
    assertEquals("p of EpochDomain(d)[pinned, deferred=1]", p.toString());
    guard.close();
    p.close();
    assertEquals("participant of EpochDomain(d)[closed]", p.toString());
  }

  private static void join(Thread thread) {
    try {
      thread.join(60_000);
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
    assertFalse(thread.isAlive());
  }

  /** The guard of a participant that is pinned: pins are nested, so one more and two less. */
  private record GuardOf(Participant participant) {
    void close() {
      Guard guard = participant.pin();
      guard.close();
      guard.close();
    }
  }
}
