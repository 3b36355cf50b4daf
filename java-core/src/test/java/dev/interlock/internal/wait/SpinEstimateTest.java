package dev.interlock.internal.wait;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class SpinEstimateTest {
  private final SpinEstimate estimate = new SpinEstimate();

  // Each sleep halves the budget, down to the least; in between one wait spins the full length:
  // after the
  // first sleep, the second, the fourth, the eighth, and then after each sixteenth.
  @Test
  void learn_slept_halvesAndProbes() {
    List<Integer> probes = new ArrayList<>();
    int expected = Spin.MAX / 4;
    assertEquals(expected, estimate.budget());
    for (int slept = 1; slept <= 64; slept++) {
      estimate.learn(false);
      expected = Math.max(Spin.MIN, expected / 2);
      if (estimate.budget() == Spin.MAX) {
        probes.add(slept);
      } else {
        assertEquals(expected, estimate.budget());
      }
    }
    assertEquals(Spin.MAX == 0 ? 64 : 8, probes.size());
    if (Spin.MAX != 0) {
      assertEquals(List.of(1, 2, 4, 8, 16, 32, 48, 64), probes);
    }
  }

  // A wait that spinning ended gives the full budget back, and the lesson of the sleeps is
  // forgotten.
  @Test
  void learn_paid_fullLength() {
    for (int i = 0; i < 3; i++) {
      estimate.learn(false);
    }
    estimate.learn(true);
    assertEquals(Spin.MAX, estimate.budget());
    estimate.learn(false);
    assertEquals(
        Spin.MAX, estimate.budget(), "the first sleep after a success is followed by a probe");
    estimate.learn(false);
    estimate.learn(false);
    assertEquals(Math.max(Spin.MIN, Spin.MAX / 8), estimate.budget());
  }
}
