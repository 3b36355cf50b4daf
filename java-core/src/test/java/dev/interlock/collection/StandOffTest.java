package dev.interlock.collection;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.interlock.internal.pause.Pause;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** When a side of a ring that has caught up with the other one stays away for a moment. */
class StandOffTest {
  private final StandOff standOff = new StandOff();

  @BeforeEach
  void pausingPays() {
    assumeTrue(Pause.PAYS, "more than one processor, and spinning is on");
  }

  // Whoever asks an idle queue again and again stays away ten times in two thousand, and then once
  // in a thousand.
  @Test
  void stays_nothingEverComes_becomesRare() {
    assertEquals(10, stays(2_000, 0));
    assertEquals(10, stays(10_000, 0));
  }

  // The same for who waits for one answer at a time.
  @Test
  void stays_oneElementAtATime_becomesRare() {
    assertEquals(10, stays(2_000, 1));
  }

  // Where each stay brings several elements there is one each time.
  @Test
  void stays_manyElementsEachTime_always() {
    assertEquals(1_000, stays(1_000, 4));
    assertEquals(1_000, stays(1_000, 50));
  }

  // After a time in which it was worth nothing, one stay that was worth it brings the others back.
  @Test
  void stays_idleAndThenBusy_comeBack() {
    stays(5_000, 0);
    int asked = 0;
    while (!standOff.stays(position += 50)) {
      asked++;
    }
    assertTrue(asked <= 1_023, "at most so many in a row do not stay: " + asked);
    position += 50;
    assertEquals(1_000, stays(1_000, 50));
  }

  // One stay that was worth nothing costs one turn, not more.
  @Test
  void stays_oneInVain_nextButOneStays() {
    assertTrue(standOff.stays(position));
    assertTrue(standOff.stays(position += 100));
    assertFalse(standOff.stays(position), "the last one brought nothing");
    assertTrue(standOff.stays(position += 100));
    assertTrue(standOff.stays(position += 100));
  }

  // Positions of a ring that has gone round for long are compared by their difference.
  @Test
  void stays_positionsOverflow_countAsAnyOther() {
    position = Long.MAX_VALUE - 100;
    assertEquals(100, stays(100, 5));
  }

  private long position = 1_000;

  /** How many of {@code calls} stay away, when {@code each} elements come between two of them. */
  private int stays(int calls, int each) {
    int stays = 0;
    for (int i = 0; i < calls; i++) {
      stays += standOff.stays(position) ? 1 : 0;
      position += each;
    }
    return stays;
  }
}
