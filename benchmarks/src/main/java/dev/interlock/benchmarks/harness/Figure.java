package dev.interlock.benchmarks.harness;

/** A measured value and the half width of its 99.9% interval; NaN when one sample is all there is. */
public record Figure(double value, double error) {
  /** A value that was counted, not sampled. */
  public static Figure exact(double value) {
    return new Figure(value, 0);
  }
}
