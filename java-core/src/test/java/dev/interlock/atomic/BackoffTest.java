package dev.interlock.atomic;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class BackoffTest {
  // The number of pauses doubles up to the limit and stays there.
  @Test
  void nextPauses_exponential_doublesUpToTheLimit() {
    assertEquals(List.of(1, 2, 4, 8, 16, 32, 64, 64, 64), pauses(Backoff.exponential(), 9));
    assertEquals(List.of(1, 2, 4, 6, 6), pauses(Backoff.exponential(6), 5));
    assertEquals(List.of(1, 1, 1), pauses(Backoff.exponential(1), 3));
    assertEquals(List.of(16, 32, 40, 40), pauses(Backoff.exponential(16, 40), 4));
  }

  // After a reset it begins with one pause again.
  @Test
  void reset_afterLosses_beginsAnew() {
    Backoff backoff = Backoff.exponential();
    pauses(backoff, 5);
    backoff.reset();
    assertEquals(List.of(1, 2, 4), pauses(backoff, 3));
  }

  // The same seed draws the same numbers, another seed others.
  @Test
  void nextPauses_seeded_isReproducible() {
    assertEquals(pauses(Backoff.randomised(64, 42), 100), pauses(Backoff.randomised(64, 42), 100));
    assertNotEquals(
        pauses(Backoff.randomised(64, 42), 100), pauses(Backoff.randomised(64, 43), 100));
  }

  // A random number of pauses lies in the window, and reaches both of its ends.
  @Test
  void nextPauses_randomised_coversTheWindow() {
    Backoff backoff = Backoff.randomised(8, 1);
    int first = backoff.nextPauses();
    int second = backoff.nextPauses();
    int third = backoff.nextPauses();
    assertEquals(1, first);
    assertTrue(second >= 1 && second <= 2, () -> second + " of 2");
    assertTrue(third >= 1 && third <= 4, () -> third + " of 4");
    Set<Integer> drawn = new HashSet<>(pauses(backoff, 1_000));
    assertEquals(Set.of(1, 2, 3, 4, 5, 6, 7, 8), drawn);
  }

  // Two that were made at the same moment do not go in step.
  @Test
  void nextPauses_seedsOfTheirOwn_differ() {
    assertNotEquals(pauses(Backoff.randomised(), 100), pauses(Backoff.randomised(), 100));
  }

  // It pauses, yields, and then says to park, and goes on saying so until it is reset.
  @Test
  void pause_forLong_saysToPark() {
    for (Backoff backoff : List.of(Backoff.exponential(), Backoff.randomised(64, 1))) {
      for (int round = 0; round < 2; round++) {
        int calls = 0;
        while (backoff.pause()) {
          calls++;
          assertTrue(calls < 100, "it never says to park");
        }
        // Seven pauses of 1 to 64, unless nobody pauses on this machine, and the yields.
        int spun = calls - Backoff.YIELDS;
        assertTrue(spun == 7 || spun == 0, () -> spun + " pauses before the yields");
        assertTrue(backoff.shouldPark());
        assertFalse(backoff.pause());
        assertTrue(backoff.toString().contains("yielded=8"), backoff::toString);
        backoff.reset();
        assertFalse(backoff.shouldPark());
      }
    }
  }

  // Losing races never leads to yielding or parking: each loss was another thread's progress.
  @Test
  void spin_forLong_neverSaysToPark() {
    Backoff backoff = Backoff.exponential(2);
    for (int i = 0; i < 1_000; i++) {
      backoff.spin();
    }
    assertFalse(backoff.shouldPark());
    assertTrue(backoff.pause());
  }

  // A limit outside of the range names what is allowed.
  @Test
  void longest_outOfRange_isRefused() {
    for (int longest : new int[] {0, -1, Backoff.MAX_LONGEST + 1}) {
      String message =
          assertThrows(IllegalArgumentException.class, () -> Backoff.exponential(longest))
              .getMessage();
      assertTrue(message.contains("" + longest) && message.contains("1 to 65536"), message);
      assertThrows(IllegalArgumentException.class, () -> Backoff.randomised(longest, 1));
    }
    for (int shortest : new int[] {0, 9}) {
      String message =
          assertThrows(IllegalArgumentException.class, () -> Backoff.exponential(shortest, 8))
              .getMessage();
      assertTrue(message.contains("" + shortest) && message.contains("most pauses, 8"), message);
    }
  }

  private static List<Integer> pauses(Backoff backoff, int count) {
    return Stream.generate(backoff::nextPauses).limit(count).toList();
  }
}
