package dev.interlock.benchmarks.job;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;

import org.junit.jupiter.api.Test;

class AffinityTest {
  /** The kernel's list of processors: single ones and ranges. */
  @Test
  void parse_ranges() {
    assertArrayEquals(new int[] {0, 1, 2, 8, 10, 11}, Affinity.parse("0-2,8,10-11"));
  }
}
