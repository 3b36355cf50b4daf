package dev.interlock.benchmarks.harness;

import java.util.Locale;

/** What a comparison should show. */
public sealed interface Target {
  /** Whether {@code ratio} shows it. */
  Verdict judge(Ratio ratio);

  /** The target for a person. */
  String text();

  /** The outcome; a bound within the error of the measurement decides nothing. */
  enum Verdict {
    REACHED,
    MISSED,
    UNDECIDED
  }

  /** Ours is at least {@code bound} times better. */
  static Target ratioOf(double bound) {
    return new RatioAtLeast(bound, Double.NaN);
  }

  /** As {@link #ratioOf}, with a figure of ours that is wished for beyond it. */
  static Target ratioOf(double bound, double stretch) {
    return new RatioAtLeast(bound, stretch);
  }

  /** Our own figure is at most {@code bound}. */
  static Target oursAtMost(double bound) {
    return new OursAtMost(bound);
  }

  /** See {@link #ratioOf}. */
  record RatioAtLeast(double bound, double stretch) implements Target {
    @Override
    public Verdict judge(Ratio ratio) {
      double margin = Double.isNaN(ratio.error()) ? 0 : ratio.error();
      if (ratio.value() - margin >= bound) {
        return Verdict.REACHED;
      }
      return ratio.value() + margin < bound ? Verdict.MISSED : Verdict.UNDECIDED;
    }

    @Override
    public String text() {
      return Double.isNaN(stretch)
          ? String.format(Locale.ROOT, ">= %.1fx", bound)
          : String.format(Locale.ROOT, ">= %.1fx (stretch: ours >= %.0f)", bound, stretch);
    }
  }

  /** See {@link #oursAtMost}. */
  record OursAtMost(double bound) implements Target {
    @Override
    public Verdict judge(Ratio ratio) {
      return ratio.ours().value() <= bound ? Verdict.REACHED : Verdict.MISSED;
    }

    @Override
    public String text() {
      return String.format(Locale.ROOT, "ours <= %.2f", bound);
    }
  }
}
