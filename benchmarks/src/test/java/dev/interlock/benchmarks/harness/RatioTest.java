package dev.interlock.benchmarks.harness;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class RatioTest {
  /** More than 1 is better for a throughput that is higher. */
  @Test
  void of_throughput() {
    Ratio ratio = Ratio.of("a", Metric.THROUGHPUT, new Figure(30, 3), new Figure(10, 0));

    assertEquals(3, ratio.value(), 1e-9);
    assertEquals(0.3, ratio.error(), 1e-9);
  }

  /** More than 1 is better for a time that is lower. */
  @Test
  void of_time() {
    Ratio ratio = Ratio.of("a", Metric.TIME, new Figure(10, 0), new Figure(30, 3));

    assertEquals(3, ratio.value(), 1e-9);
    assertEquals(0.3, ratio.error(), 1e-9);
  }

  /** Relative errors of the two figures add in squares. */
  @Test
  void of_errorsOnBothSides() {
    Ratio ratio = Ratio.of("a", Metric.THROUGHPUT, new Figure(20, 6), new Figure(10, 4));

    assertEquals(2 * 0.5, ratio.error(), 1e-9);
  }

  /** Nothing allocated, beside nothing allocated, is equal; beside something it is a finite ratio. */
  @Test
  void of_noAllocation() {
    Figure none = new Figure(0, 0);

    assertEquals(1, Ratio.of("a", Metric.ALLOCATION, none, none).value(), 1e-9);
    assertEquals(1_000, Ratio.of("a", Metric.ALLOCATION, none, new Figure(10, 0)).value(), 1e-9);
  }

  /** The line has the seven fields that scripts split at spaces. */
  @Test
  void line_fields() {
    Ratio ratio = Ratio.of("a-b/C", Metric.THROUGHPUT, new Figure(30, 3), new Figure(10, 0));

    assertEquals("ratio a-b/C 30.00 10.00 Mops/s 3.000 ±0.300", ratio.line());
  }

  /** A single sample has no interval, and says so. */
  @Test
  void line_withoutError() {
    Figure single = new Figure(10, Double.NaN);

    assertTrue(Ratio.of("a", Metric.TIME, single, single).line().endsWith(" 1.000 ±NaN"));
  }

  /** A target within the error of the measurement is neither reached nor missed. */
  @Test
  void judge_withinError() {
    Ratio ratio = Ratio.of("a", Metric.THROUGHPUT, new Figure(30, 3), new Figure(10, 0));

    assertEquals(Target.Verdict.REACHED, Target.ratioOf(2.7).judge(ratio));
    assertEquals(Target.Verdict.UNDECIDED, Target.ratioOf(2.9).judge(ratio));
    assertEquals(Target.Verdict.UNDECIDED, Target.ratioOf(3.1).judge(ratio));
    assertEquals(Target.Verdict.MISSED, Target.ratioOf(3.4).judge(ratio));
  }

  /** A bound of a hundredth is printed as one, and not as nothing. */
  @Test
  void text_smallBound() {
    assertEquals("ours <= 0.01", Target.oursAtMost(0.01).text());
    assertEquals("ours <= 7.00", Target.oursAtMost(7).text());
    assertEquals(">= 1.00x", Target.ratioOf(1).text());
  }
}
