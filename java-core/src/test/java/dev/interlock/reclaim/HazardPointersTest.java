package dev.interlock.reclaim;

import static dev.interlock.testing.Polls.assertContains;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.interlock.ClosedException;
import dev.interlock.reclaim.HazardPointers.Participant;
import dev.interlock.testing.Kind;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongConsumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class HazardPointersTest {
  private final List<Long> reclaimed = new ArrayList<>();
  private final LongConsumer note = reclaimed::add;

  // What nobody protects is reclaimed by the next scan, each once.
  @Test
  void retire_unprotected_reclaimedByScan() {
    HazardPointers domain = HazardPointers.create(1);
    try (Participant p = domain.join()) {
      p.retire(7, note);
      p.retire(8, note);
      assertEquals(List.of(), reclaimed);
      assertEquals(2, p.scan());
      assertEquals(List.of(7L, 8L), reclaimed);
      assertEquals(0, p.scan());
    }
    assertEquals(new ReclamationFigures(2, 2, 0, 2), domain.figures());
  }

  // What somebody protects stays until it is cleared, and what nobody protects does not wait for
  // it.
  @Test
  void retire_protected_staysUntilCleared() {
    HazardPointers domain = HazardPointers.create(2);
    try (Participant reader = domain.join();
        Participant writer = domain.join()) {
      AtomicLong source = new AtomicLong(5);
      assertEquals(5, reader.protect(1, source::get));
      source.set(6);
      writer.retire(5, note);
      writer.retire(4, note);
      assertEquals(1, writer.scan());
      assertEquals(List.of(4L), reclaimed);
      assertEquals(5, reader.get(1));
      reader.clear(1);
      assertEquals(1, writer.scan());
      assertEquals(List.of(4L, 5L), reclaimed);
    }
  }

  // Another name in the slot ends the protection of the first.
  @Test
  void publish_anotherName_replacesTheFirst() {
    HazardPointers domain = HazardPointers.create(1);
    try (Participant p = domain.join()) {
      p.publish(0, 1);
      p.publish(0, 2);
      p.retire(1, note);
      p.retire(2, note);
      p.scan();
      assertEquals(List.of(1L), reclaimed);
    }
    assertEquals(List.of(1L, 2L), reclaimed);
  }

  // A source that changes while it is published is read again; the name given is the one it has.
  @Test
  void protect_sourceChanges_givesTheLast() {
    HazardPointers domain = HazardPointers.create(1);
    try (Participant p = domain.join()) {
      long[] answers = {1, 2, 3, 3};
      int[] looks = {0};
      assertEquals(3, p.protect(0, () -> answers[looks[0]++]));
      assertEquals(4, looks[0]);
      assertEquals(3, p.get(0));
    }
  }

  // The bound is exact: with every slot naming something retired and every list one short of its
  // threshold, R*(T-1) are pending; one retirement more scans, and leaves what is protected.
  @ParameterizedTest
  @CsvSource({"1,1,1", "1,1,8", "1,4,1", "2,3,1", "3,2,5", "2,3,40"})
  void garbageBound_everySlotProtects_isReachedAndKept(int slots, int participants, int threshold) {
    HazardPointers domain = HazardPointers.create(slots, threshold);
    List<Participant> all = new ArrayList<>();
    for (int i = 0; i < participants; i++) {
      all.add(domain.join());
    }
    assertEquals(participants, domain.records());
    int t = Math.max(threshold, 2 * slots * participants);
    assertEquals(t, domain.threshold());
    assertEquals((long) participants * t, domain.garbageBound());
    long name = 1;
    for (Participant p : all) {
      for (int s = 0; s < slots; s++) {
        p.publish(s, name++);
      }
    }
    int protectedNames = slots * participants;
    // The first participant retires all that is protected, and each fills its list but for one
    // place.
    name = 1;
    for (Participant p : all) {
      for (int i = 0; i < t - 1; i++) {
        p.retire(name++, note);
      }
    }
    assertEquals(List.of(), reclaimed);
    assertEquals((long) participants * (t - 1), domain.figures().pending());
    all.get(0).retire(name, note);
    assertEquals(t - protectedNames, reclaimed.size());
    assertEquals(
        (long) participants * (t - 1) + 1, domain.figures().peak(), "counted before the scan");
    assertTrue(domain.figures().peak() <= domain.garbageBound());
    // What is left in that list is what is protected, however often it scans.
    for (int i = 0; i < 10 * t; i++) {
      all.get(0).retire(++name, note);
    }
    assertTrue(domain.figures().peak() <= domain.garbageBound(), domain::toString);
    all.forEach(Participant::close);
    domain.scan();
    assertEquals(0, domain.figures().pending());
  }

  // Whatever is retired and protected, in whatever order, the bound holds and nothing protected
  // goes.
  @Test
  void garbageBound_randomly_isKept() {
    for (int seed = 0; seed < 50; seed++) {
      Random random = new Random(seed);
      HazardPointers domain = HazardPointers.create(2, 1 + random.nextInt(10));
      List<Participant> all = new ArrayList<>();
      Set<Long> free = new HashSet<>();
      long next = 1;
      for (int step = 0; step < 2_000; step++) {
        if (all.isEmpty() || all.size() < 5 && random.nextInt(20) == 0) {
          all.add(domain.join());
        }
        Participant p = all.get(random.nextInt(all.size()));
        switch (random.nextInt(20)) {
          case 0 -> {
            p.close();
            all.remove(p);
          }
          case 1, 2, 3 -> p.clear(random.nextInt(2));
          case 4, 5, 6 -> p.publish(random.nextInt(2), next);
          default -> p.retire(next++, free::add);
        }
        assertTrue(domain.figures().pending() <= domain.garbageBound(), domain::toString);
        for (Participant q : all) {
          for (int s = 0; s < 2; s++) {
            // Published while it was linked, or reclaimed in none of the scans since.
            long name = q.get(s);
            assertTrue(name == 0 || !free.contains(name), () -> name + " went from " + q);
          }
        }
      }
      all.forEach(Participant::close);
      domain.scan();
      assertEquals(0, domain.figures().pending());
      assertEquals(next - 1, free.size(), "each once");
    }
  }

  // What is still protected when its participant leaves is reclaimed by a scan of another.
  @Test
  void close_protectedByOther_isReclaimedByTheOther() {
    HazardPointers domain = HazardPointers.create(1);
    Participant reader = domain.join();
    reader.publish(0, 9);
    Participant leaver = domain.join();
    leaver.retire(9, note);
    leaver.close();
    assertEquals(1, domain.figures().pending());
    reader.clear(0);
    for (int i = 0; i < domain.records(); i++) {
      reader.scan();
    }
    assertEquals(List.of(9L), reclaimed);
    reader.close();
  }

  // The domain itself reclaims what participants that have left could not.
  @Test
  void scan_ofDomain_takesListsWithoutOwner() {
    HazardPointers domain = HazardPointers.create(1);
    Participant reader = domain.join();
    reader.publish(0, 9);
    try (Participant leaver = domain.join()) {
      leaver.retire(9, note);
    }
    assertEquals(0, domain.scan());
    reader.close();
    assertEquals(1, reclaimed.size() + domain.scan());
    assertEquals(List.of(9L), reclaimed);
  }

  // Records are used again: their number is that of the participants at a time, not of all.
  @Test
  void join_afterClose_usesTheRecordAgain() {
    HazardPointers domain = HazardPointers.create(1);
    for (int i = 0; i < 1_000; i++) {
      try (Participant a = domain.join();
          Participant b = domain.join()) {
        assertNotEquals(a, b);
      }
    }
    assertEquals(2, domain.records());
  }

  // A handle that was closed does not touch the record that somebody else may own by now.
  @Test
  void close_thenUse_isRefused() {
    HazardPointers domain = HazardPointers.named("domain", 1, 1);
    Participant old = domain.join();
    old.close();
    old.close();
    try (Participant now = domain.join()) {
      now.publish(0, 3);
      for (Runnable use :
          List.<Runnable>of(
              () -> old.publish(0, 4),
              () -> old.protect(0, () -> 4),
              () -> old.clear(0),
              () -> old.get(0),
              old::scan,
              () -> old.retire(3, note))) {
        assertContains(
            assertThrows(ClosedException.class, use::run).getMessage(),
            "HazardPointers(domain) is closed",
            "join again");
      }
      assertEquals(3, now.get(0));
    }
  }

  // A participant is used by a thread that did not make it.
  @Test
  void participant_carriedToAnotherThread_keepsItsProtection() {
    HazardPointers domain = HazardPointers.create(1);
    for (Kind kind : Kind.values()) {
      Participant p = kind.start(domain::join).get();
      kind.start(
              () -> {
                p.publish(0, 11);
                return null;
              })
          .get();
      try (Participant other = domain.join()) {
        other.retire(11, note);
        assertEquals(0, other.scan());
        kind.start(
                () -> {
                  p.close();
                  return null;
                })
            .get();
        other.scan();
      }
    }
    assertEquals(List.of(11L, 11L), reclaimed);
  }

  // One callback that throws keeps none of the others from being called, and its exception is seen.
  @Test
  void callback_throws_othersAreCalled() {
    HazardPointers domain = HazardPointers.create(1);
    Participant p = domain.join();
    RuntimeException first = new IllegalStateException("first");
    RuntimeException second = new IllegalStateException("second");
    p.retire(
        1,
        k -> {
          throw first;
        });
    p.retire(2, note);
    p.retire(
        3,
        k -> {
          throw second;
        });
    assertSame(first, assertThrows(IllegalStateException.class, p::scan));
    assertSame(second, first.getSuppressed()[0]);
    assertEquals(List.of(2L), reclaimed);
    assertEquals(0, domain.figures().pending());
    p.close();
  }

  // The turn of who is helped begins again after 2^31 scans, and nothing is lost on the way.
  @Test
  void scan_afterTwoToThe31_goesOnFromTheFirst() {
    HazardPointers domain = HazardPointers.create(1);
    List<HazardPointers.ParticipantRecord> all = new ArrayList<>();
    for (int i = 0; i < 3; i++) {
      all.add(domain.claim());
    }
    HazardPointers.ParticipantRecord own = all.get(0);
    own.nextToHelp = Integer.MAX_VALUE;
    for (long name = 1; name <= 9; name++) {
      domain.retire(own, name, note);
      domain.scanAndHelp(own);
    }
    assertEquals(9, reclaimed.size());
    assertEquals(0, domain.figures().pending());
  }

  // A callback of another language may throw what is checked, and does so as any other.
  @Test
  void callback_throwsChecked_othersAreCalled() {
    HazardPointers domain = HazardPointers.create(1);
    Participant p = domain.join();
    IOException first = new IOException("first");
    p.retire(
        1,
        k -> {
          throw Sneaky.thrown(first);
        });
    for (long name = 2; name <= 5; name++) {
      p.retire(name, note);
    }
    p.retire(
        6,
        k -> {
          throw Sneaky.thrown(new InterruptedException("second"));
        });
    assertSame(first, assertThrows(IOException.class, p::scan));
    assertEquals("second", first.getSuppressed()[0].getMessage());
    assertEquals(List.of(2L, 3L, 4L, 5L), reclaimed);
    assertEquals(0, domain.figures().pending());
    p.retire(7, note);
    p.close();
    assertEquals(5, reclaimed.size());
  }

  // A callback in the list of somebody who left that throws keeps neither one's own list from being
  // scanned nor those of others, and the bound is kept.
  @Test
  void callback_ofAnotherListThrows_allListsAreScanned() {
    HazardPointers domain = HazardPointers.create(1, 4);
    Participant keeper = domain.join();
    for (int i = 0; i < 3; i++) {
      keeper.publish(0, 100);
      try (Participant leaver = domain.join()) {
        leaver.retire(
            100,
            k -> {
              throw new IllegalStateException("left behind");
            });
      }
      keeper.publish(0, 0);
      keeper.retire(1, note);
      keeper.scan(); // helps itself, or the other
      keeper.retire(2, note);
      try {
        keeper.scan();
        domain.scan();
      } catch (IllegalStateException leftBehind) {
        assertEquals("left behind", leftBehind.getMessage());
      }
      assertEquals(List.of(1L, 2L), reclaimed);
      assertEquals(0, domain.figures().pending(), domain::toString);
      reclaimed.clear();
    }
    keeper.close();
  }

  // A callback that retires does not meet the failure of the one before it.
  @Test
  void callback_retiresAfterAFailure_isNotDisturbed() {
    HazardPointers domain = HazardPointers.create(1);
    Participant p = domain.join();
    RuntimeException failure = new IllegalStateException("callback");
    p.retire(
        1,
        k -> {
          throw failure;
        });
    p.retire(
        2,
        k -> {
          p.retire(3, note);
          p.scan();
          reclaimed.add(k);
        });
    assertSame(failure, assertThrows(IllegalStateException.class, p::scan));
    assertEquals(List.of(2L), reclaimed);
    assertEquals(1, p.scan());
    p.close();
  }

  // A callback in a list that somebody left cannot close the participant whose scan runs it.
  @Test
  void callback_ofAnotherList_cannotCloseWhoHelps() {
    HazardPointers domain = HazardPointers.create(1);
    Participant helper = domain.join();
    helper.publish(0, 1);
    try (Participant leaver = domain.join()) {
      leaver.retire(
          1,
          k -> {
            assertThrows(IllegalStateException.class, helper::close);
            reclaimed.add(k);
          });
    }
    helper.clear(0);
    helper.scan();
    helper.scan();
    assertEquals(List.of(1L), reclaimed);
    helper.close();
  }

  // Who takes part is told by name, with what each keeps; a list that was left behind has no owner.
  @Test
  void participants_tellWhoKeepsWhat() {
    HazardPointers domain = HazardPointers.named("d", 2, 100);
    assertEquals(List.of(), domain.participants());
    Participant reader = domain.join("reader");
    Participant writer = domain.join();
    reader.publish(0, 1);
    reader.publish(1, 2);
    writer.retire(1, note);
    writer.retire(2, note);
    writer.retire(3, note);
    assertEquals(
        List.of(
            new HazardReport("HazardPointers(d)", "reader #0", true, 2, 0),
            new HazardReport("HazardPointers(d)", "participant #1", true, 0, 3)),
        domain.participants());
    assertEquals("reader of HazardPointers(d)[retired=0]", reader.toString());
    assertContains(
        domain.participants().get(0).toString(), "reader #0", "protects 2", "0 retired names");
    writer.close();
    assertEquals(
        List.of(
            new HazardReport("HazardPointers(d)", "reader #0", true, 2, 0),
            new HazardReport("HazardPointers(d)", "nobody #1", false, 0, 2)),
        domain.participants());
    domain.claim();
    assertEquals("an operation #1", domain.participants().get(1).participant());
    reader.close();
    assertEquals(1, domain.participants().size());
    assertThrows(NullPointerException.class, () -> domain.join(null));
  }

  // A callback may retire what the reclaimed thing referred to, and may not close its participant.
  @Test
  void callback_retiresOrCloses_isInOrder() {
    HazardPointers domain = HazardPointers.create(1, 2);
    Participant p = domain.join();
    p.retire(
        1,
        k -> {
          reclaimed.add(k);
          for (long child = 10; child < 20; child++) {
            p.retire(child, note);
          }
          assertEquals(0, p.scan(), "the scan that runs goes on");
          assertContains(
              assertThrows(IllegalStateException.class, p::close).getMessage(), "callback");
        });
    assertEquals(1, p.scan());
    assertEquals(10, p.scan());
    assertEquals(11, reclaimed.size());
    p.close();
  }

  // What makes no sense is refused with the remedy.
  @Test
  void arguments_bad_areRefused() {
    assertContains(
        assertThrows(IllegalArgumentException.class, () -> HazardPointers.create(0)).getMessage(),
        "slots is 0");
    assertContains(
        assertThrows(IllegalArgumentException.class, () -> HazardPointers.create(1, 0))
            .getMessage(),
        "scanThreshold is 0");
    assertThrows(NullPointerException.class, () -> HazardPointers.named(null, 1, 1));
    try (Participant p = HazardPointers.create(2).join()) {
      assertThrows(NullPointerException.class, () -> p.retire(1, null));
      assertContains(
          assertThrows(IllegalArgumentException.class, () -> p.retire(0, note)).getMessage(),
          "name 0");
      assertContains(
          assertThrows(IndexOutOfBoundsException.class, () -> p.clear(2)).getMessage(),
          "slot is 2");
      assertThrows(IndexOutOfBoundsException.class, () -> p.publish(-1, 2));
    }
  }

  // The text tells who takes part and what waits.
  @Test
  void toString_tellsState() {
    HazardPointers domain = HazardPointers.named("d", 1, 8);
    Participant p = domain.join();
    p.retire(1, note);
    assertEquals(
        "HazardPointers(d)[participants=1 of 1 records, retired=1, reclaimed=0, pending=1, peak=1]",
        domain.toString());
    assertEquals("participant of HazardPointers(d)[retired=1]", p.toString());
    p.close();
    assertEquals("participant of HazardPointers(d)[closed]", p.toString());
  }
}
