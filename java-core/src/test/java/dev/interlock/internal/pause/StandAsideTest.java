package dev.interlock.internal.pause;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.reflect.Field;
import org.junit.jupiter.api.Test;

/** When a producer that was overtaken stays away for a moment. */
class StandAsideTest {
  private static final int MANY = 1_000;

  private final StandAside standAside = new StandAside(64);
  private long counter = 1_000;

  // Two that count all the time: many places in a stay, and overtaken again right after it.
  @Test
  void stays_bothNeverRest_always() {
    assertEquals(1_000, stays(1_000, 64, 32));
    assertEquals(1_000, stays(1_000, MANY, 1));
  }

  // Those who meet by chance stay away ten times in two thousand, and then once in a thousand.
  @Test
  void stays_metByChance_becomesRare() {
    assertEquals(10, stays(2_000, 1, 1));
    assertEquals(10, stays(10_000, 1, 1));
  }

  // The same for who seldom comes where another one never rests: nobody was in its way in between.
  @Test
  void stays_seldomBesideOneThatNeverRests_becomesRare() {
    assertEquals(10, stays(2_000, MANY, 33));
    assertEquals(10, stays(10_000, MANY, MANY));
  }

  // After a time in which it was worth nothing, one stay that was worth it brings the others back.
  @Test
  void stays_idleAndThenBusy_comeBack() {
    stays(5_000, 0, 1);
    int asked = 0;
    while (stays(1, MANY, 1) == 0) {
      asked++;
    }
    assertTrue(asked <= 1_023, "at most so many in a row do not stay: " + asked);
    assertEquals(1_000, stays(1_000, MANY, 1));
  }

  // One stay that was worth nothing costs one turn, not more.
  @Test
  void stays_oneInVain_nextButOneStays() {
    assertEquals(1, stays(1, 0, 1));
    assertFalse(standAside.stays(counter), "the last one brought nothing");
    assertEquals(10, stays(10, MANY, 1));
  }

  // A thread that is stopped between its stay and its word of it is judged by nobody.
  @Test
  void stays_withoutAWordOfTheLast_staysAgain() {
    assertTrue(standAside.stays(counter));
    assertTrue(standAside.stays(counter + 1));
    standAside.stayed(counter, counter + MANY);
    assertTrue(standAside.stays(counter + MANY));
  }

  // Positions are compared by their difference.
  @Test
  void stays_positionsOverflow_countAsAnyOther() {
    counter = Long.MAX_VALUE - 3 * MANY;
    assertEquals(100, stays(100, MANY, 1));
  }

  // While one stays alone nobody else does by that method, nor is anything learned from him; before
  // and after,
  // it is as the other one.
  @Test
  void staysAlone_anotherOneIsAway_doesNot() throws Exception {
    Field away = StandAside.class.getDeclaredField("away");
    away.setAccessible(true);
    assertTrue(standAside.staysAlone(counter));
    assertFalse(away.getBoolean(standAside), "is back");
    standAside.stayed(counter, counter); // in vain: the next one is not due
    away.setBoolean(standAside, true);
    assertFalse(standAside.staysAlone(counter));
    assertFalse(standAside.staysAlone(counter));
    away.setBoolean(standAside, false);
    assertFalse(standAside.staysAlone(counter), "not due");
    assertTrue(standAside.staysAlone(counter));
  }

  /**
   * How many of {@code calls} that were overtaken stay away, when others take {@code passed} places during a
   * stay, and somebody is overtaken {@code later} places after the last call.
   */
  private int stays(int calls, int passed, int later) {
    int stays = 0;
    for (int i = 0; i < calls; i++) {
      if (standAside.stays(counter)) {
        stays++;
        long before = counter;
        counter += passed;
        standAside.stayed(before, counter);
      }
      counter += later;
    }
    return stays;
  }
}
