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
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import jdk.jfr.Recording;
import jdk.jfr.consumer.RecordedEvent;
import jdk.jfr.consumer.RecordingFile;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

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

  // While nobody is pinned the bound is exact: each participant can have one less than twice what
  // it
  // collects after, and one more makes the peak and is collected.
  @ParameterizedTest
  @CsvSource({"1,1", "1,10", "3,1", "3,7", "5,64"})
  void garbageBound_nobodyPinned_isReachedAndKept(int participants, int collectEvery) {
    EpochDomain domain = EpochDomain.builder().collectEvery(collectEvery).build();
    List<Participant> all = new ArrayList<>();
    for (int i = 0; i < participants; i++) {
      all.add(domain.join());
    }
    assertEquals(2L * collectEvery * participants, domain.garbageBound(0));
    assertEquals(2L * 3 * collectEvery * participants, domain.garbageBound(2));
    for (Participant p : all) {
      for (int i = 0; i < 2 * collectEvery - 1; i++) {
        p.defer(i, reclaimed::add);
      }
    }
    assertEquals((2L * collectEvery - 1) * participants, domain.figures().pending());
    for (int i = 0; i < 100 * collectEvery; i++) {
      all.get(i % participants).defer(i, reclaimed::add);
    }
    assertTrue(domain.figures().peak() <= domain.garbageBound(0), domain::toString);
    assertTrue(
        domain.figures().peak() > (2L * collectEvery - 1) * participants, "counted before the end");
    all.forEach(Participant::close);
  }

  // Whoever is pinned when, the bound holds for the longest pin there was, counted in collections.
  @Test
  void garbageBound_randomly_isKept() {
    for (int seed = 0; seed < 100; seed++) {
      Random random = new Random(seed);
      int every = 1 + random.nextInt(8);
      EpochDomain domain = EpochDomain.builder().collectEvery(every).build();
      List<Participant> all = List.of(domain.join(), domain.join(), domain.join(), domain.join());
      int[] collections = new int[all.size()];
      int[][] atPin = new int[all.size()][];
      Guard[] guards = new Guard[all.size()];
      int[] deferred = new int[all.size()];
      int longest = 0;
      for (int step = 0; step < 3_000; step++) {
        int i = random.nextInt(all.size());
        if (random.nextInt(1 + seed % 10) != 0) {
          all.get(i).defer(step, reclaimed::add);
          collections[i] += ++deferred[i] % every == 0 ? 1 : 0;
        } else if (guards[i] == null) {
          guards[i] = all.get(i).pin();
          atPin[i] = collections.clone();
        } else {
          guards[i].close();
          guards[i] = null;
        }
        for (int p = 0; p < guards.length; p++) {
          for (int q = 0; guards[p] != null && q < guards.length; q++) {
            longest = Math.max(longest, collections[q] - atPin[p][q]);
          }
        }
        assertTrue(
            domain.figures().peak() <= domain.garbageBound(longest), domain + " of " + longest);
      }
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
      assertEquals(1, dead.unpinAll());
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
      assertEquals(1, dead.unpinAll());
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

  // The age of a stall is counted from when a collection first met the pin, by the time source.
  @Test
  void stall_byAge_isReportedWhenItIsOldEnough() {
    AtomicLong now = new AtomicLong(Long.MAX_VALUE - 5); // nanoTime may overflow
    EpochDomain domain =
        EpochDomain.builder()
            .clock(now::get)
            .stallAfter(Duration.ofNanos(100))
            .onStall(reports::add)
            .build();
    Participant sleeper = domain.join("sleeper");
    sleeper.pin();
    domain.collect();
    now.addAndGet(1_000);
    domain.collect(); // meets it
    now.addAndGet(99);
    domain.collect();
    assertEquals(List.of(), reports);
    assertEquals(List.of(), domain.stalls());
    now.addAndGet(1);
    domain.collect();
    assertEquals(1, reports.size());
    assertEquals(Duration.ofNanos(100), reports.get(0).pinnedFor());
    now.addAndGet(50);
    assertEquals(Duration.ofNanos(150), domain.stalls().get(0).pinnedFor());
  }

  // Without a listener a stall is a warning in the log, once; with one it is the listener's.
  @Test
  void stall_withoutListener_isLoggedOnce() {
    Logger logger = Logger.getLogger("dev.interlock.reclaim");
    List<LogRecord> logged = new ArrayList<>();
    Handler handler =
        new Handler() {
          @Override
          public void publish(LogRecord entry) {
            logged.add(entry);
          }

          @Override
          public void flush() {}

          @Override
          public void close() {}
        };
    logger.addHandler(handler);
    logger.setUseParentHandlers(false);
    try {
      for (boolean listens : new boolean[] {true, false}) {
        EpochDomain.Builder builder = EpochDomain.builder().name("d").stallAfter(Duration.ZERO);
        EpochDomain domain = (listens ? builder.onStall(reports::add) : builder).build();
        domain.join("sleeper").pin();
        for (int i = 0; i < 5; i++) {
          domain.collect();
        }
        assertEquals(1, domain.stalls().size());
        assertEquals(1, reports.size());
        assertEquals(listens ? 0 : 1, logged.size());
      }
      assertEquals(Level.WARNING, logged.get(0).getLevel());
      assertContains(logged.get(0).getMessage(), "sleeper #0", "EpochDomain(d)");
    } finally {
      logger.removeHandler(handler);
      logger.setUseParentHandlers(true);
    }
  }

  // The flight recorder gets a stall, whether somebody listens or not.
  @Test
  void stall_whileRecording_isAnEvent(@TempDir Path dir) throws IOException {
    Path file = dir.resolve("stall.jfr");
    try (Recording recording = new Recording()) {
      recording.enable("dev.interlock.ReclamationStall");
      recording.start();
      EpochDomain domain =
          EpochDomain.builder().name("d").stallAfter(Duration.ZERO).onStall(reports::add).build();
      domain.join("sleeper").pin();
      domain.join().defer(() -> {});
      for (int i = 0; i < 5; i++) {
        domain.collect();
      }
      recording.stop();
      recording.dump(file);
    }
    List<RecordedEvent> stalls =
        RecordingFile.readAllEvents(file).stream()
            .filter(e -> e.getEventType().getName().equals("dev.interlock.ReclamationStall"))
            .toList();
    assertEquals(1, stalls.size());
    assertEquals("EpochDomain(d)", stalls.get(0).getString("domain"));
    assertEquals("sleeper #0", stalls.get(0).getString("participant"));
    assertEquals(1, stalls.get(0).getLong("pending"));
    assertContains(stalls.get(0).getString("report"), "has been pinned");
  }

  // What the listener throws leaves the call that collected, after it has reclaimed what it could.
  @Test
  void stall_listenerThrows_collectionIsDone() {
    RuntimeException thrown = new IllegalStateException("listener");
    EpochDomain domain =
        EpochDomain.builder()
            .stallAfter(Duration.ZERO)
            .onStall(
                report -> {
                  throw thrown;
                })
            .build();
    Participant writer = domain.join("writer");
    writer.defer(1, reclaimed::add);
    writer.collect();
    Participant sleeper = domain.join("sleeper");
    sleeper.pin(); // in epoch 3
    Participant helper = domain.join("helper");
    helper.collect(); // to epoch 4, where the first is due and the sleeper in the way
    assertSame(thrown, assertThrows(IllegalStateException.class, writer::collect));
    assertEquals(List.of(1L), reclaimed);
    assertEquals(0, writer.collect(), "told once");
  }

  // Once a pin has ended, nothing of the domain refers to the thread that made it.
  @Test
  void pinSite_afterTheUnpin_isForgotten() {
    EpochDomain domain = EpochDomain.builder().recordPinSites().build();
    Participant p = domain.join();
    Guard outer = p.pin();
    Guard inner = p.pin();
    assertTrue(domain.remembersAPin());
    outer.close();
    assertTrue(domain.remembersAPin());
    inner.close();
    assertFalse(domain.remembersAPin());
    p.pin();
    p.unpinAll();
    assertFalse(domain.remembersAPin());
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

  // The turn of who is helped begins again after 2^31 collections, and nothing is lost on the way.
  @Test
  void collect_afterTwoToThe31_goesOnFromTheFirst() {
    EpochDomain domain = EpochDomain.create();
    List<EpochDomain.ParticipantRecord> all = new ArrayList<>();
    for (int i = 0; i < 3; i++) {
      all.add(domain.claim());
    }
    EpochDomain.ParticipantRecord own = all.get(0);
    own.nextToHelp = Integer.MAX_VALUE;
    for (long i = 0; i < 9; i++) {
      domain.defer(own, i, reclaimed::add);
      domain.collect(own);
    }
    domain.collect(own);
    assertEquals(9, reclaimed.size());
    assertEquals(0, domain.figures().pending());
  }

  // A callback of another language may throw what is checked, and does so as any other.
  @Test
  void callback_throwsChecked_othersAreCalled() {
    EpochDomain domain = EpochDomain.create();
    Participant p = domain.join();
    IOException first = new IOException("first");
    p.defer(
        () -> {
          throw Sneaky.thrown(first);
        });
    for (long i = 1; i <= 4; i++) {
      p.defer(i, reclaimed::add);
    }
    p.defer(
        () -> {
          throw Sneaky.thrown(new InterruptedException("second"));
        });
    p.collect();
    assertSame(first, assertThrows(IOException.class, p::collect));
    assertEquals("second", first.getSuppressed()[0].getMessage());
    assertEquals(List.of(1L, 2L, 3L, 4L), reclaimed);
    assertEquals(0, domain.figures().pending());
    p.close();
  }

  // A callback in the list of somebody who left that throws keeps no other list from being
  // reclaimed.
  @Test
  void callback_ofAnotherListThrows_allListsAreReclaimed() {
    EpochDomain domain = EpochDomain.create();
    List<Participant> leavers = List.of(domain.join(), domain.join(), domain.join());
    for (Participant leaver : leavers) {
      long number = leavers.indexOf(leaver);
      leaver.defer(
          () -> {
            reclaimed.add(number);
            throw new IllegalStateException("left behind " + number);
          });
    }
    Participant keeper = domain.join();
    Guard guard = keeper.pin(); // so that nothing is due while they leave
    leavers.forEach(Participant::close);
    guard.close();
    IllegalStateException thrown =
        assertThrows(IllegalStateException.class, domain::collect, domain::toString);
    assertEquals(2, thrown.getSuppressed().length);
    assertEquals(List.of(0L, 1L, 2L), reclaimed);
    assertEquals(0, domain.figures().pending());
  }

  // A guard that is closed again is an error that changes nothing: the outer pin stays.
  @Test
  void guard_innerClosedTwice_outerStaysPinned() {
    EpochDomain domain = EpochDomain.builder().name("d").build();
    try (Participant p = domain.join("p");
        Participant writer = domain.join()) {
      Guard outer = p.pin();
      Guard inner = p.pin();
      inner.close();
      assertContains(
          assertThrows(IllegalStateException.class, inner::close).getMessage(),
          "p of EpochDomain(d)",
          "closed already");
      assertTrue(p.isPinned());
      writer.defer(1, reclaimed::add);
      for (int i = 0; i < 5; i++) {
        writer.collect();
      }
      assertEquals(List.of(), reclaimed);
      outer.close();
      assertFalse(p.isPinned());
      assertThrows(IllegalStateException.class, outer::close);
      writer.collect();
      writer.collect();
      assertEquals(List.of(1L), reclaimed);
    }
  }

  // A guard that was closed does not end a later pin: not the next, and not the three after it.
  @Test
  void guard_ofAnEarlierPin_doesNotEndALaterOne() {
    EpochDomain domain = EpochDomain.create();
    try (Participant p = domain.join()) {
      for (int later = 1; later <= 4; later++) {
        Guard stale = p.pin();
        stale.close();
        for (int i = 1; i < later; i++) {
          p.pin().close();
        }
        Guard now = p.pin();
        assertThrows(IllegalStateException.class, stale::close);
        assertTrue(p.isPinned());
        now.close();
      }
    }
  }

  // With pin sites, a guard of an earlier pin is found out however long ago that was.
  @Test
  void guard_ofAnEarlierPin_withPinSites_isAlwaysFoundOut() {
    EpochDomain domain = EpochDomain.builder().recordPinSites().build();
    try (Participant p = domain.join()) {
      Guard stale = p.pin();
      stale.close();
      for (int i = 0; i < 100; i++) {
        try (Guard now = p.pin()) {
          assertThrows(IllegalStateException.class, stale::close, now::toString);
          assertTrue(p.isPinned());
        }
      }
    }
  }

  // However many guards are open and in whatever order they are closed, each is closed once and no
  // open
  // one is given out again.
  @Test
  void guard_randomly_closesItsOwnPin() {
    for (int seed = 0; seed < 20; seed++) {
      Random random = new Random(seed);
      Participant p = EpochDomain.create().join();
      List<Guard> open = new ArrayList<>();
      List<Guard> closed = new ArrayList<>();
      for (int step = 0; step < 2_000; step++) {
        if (open.isEmpty() || random.nextInt(40) < 20 + seed && open.size() < 50) {
          Guard g = p.pin();
          assertTrue(open.stream().noneMatch(o -> o == g), "given out twice");
          closed.removeIf(c -> c == g);
          open.add(g);
        } else {
          Guard g = open.remove(random.nextInt(open.size()));
          g.close();
          closed.add(g);
        }
        assertEquals(!open.isEmpty(), p.isPinned());
        for (Guard c : closed) {
          assertThrows(IllegalStateException.class, c::close);
        }
      }
      assertEquals(open.size(), p.unpinAll());
      assertEquals(0, p.unpinAll());
      open.forEach(g -> assertThrows(IllegalStateException.class, g::close));
      p.close();
    }
  }

  // Guards may be closed in any order; the last one ends the pin.
  @Test
  void guard_closedOutOfOrder_lastOneUnpins() {
    EpochDomain domain = EpochDomain.create();
    try (Participant p = domain.join()) {
      Guard first = p.pin();
      for (int i = 0; i < 100; i++) {
        Guard second = p.pin(); // hand over hand: pinned without a gap
        first.close();
        assertThrows(IllegalStateException.class, first::close);
        assertTrue(p.isPinned());
        first = second;
      }
      first.close();
      assertFalse(p.isPinned());
    }
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
}
