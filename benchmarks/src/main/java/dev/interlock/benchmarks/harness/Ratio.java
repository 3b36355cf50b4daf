package dev.interlock.benchmarks.harness;

import java.util.Locale;

/**
 * Ours beside a peer in the same run.
 *
 * @param value how many times better ours is: above 1 is better, whichever way the unit goes
 * @param error the half width of the ratio's interval
 */
public record Ratio(
    String name, Figure ours, Figure peer, String unit, double value, double error) {
  /** The ratio of two figures. */
  public static Ratio of(String name, Metric metric, Figure ours, Figure peer) {
    double o = Math.max(metric.smallest, ours.value());
    double p = Math.max(metric.smallest, peer.value());
    double value = metric.moreIsBetter ? o / p : p / o;
    // Errors of independent measurements: their relative sizes add in squares.
    double relative = Math.hypot(ours.error() / o, peer.error() / p);
    return new Ratio(name, ours, peer, metric.unit, value, value * relative);
  }

  /** The line that scripts read. */
  public String line() {
    return String.format(
        Locale.ROOT,
        "ratio %s %s %s %s %s ±%s",
        name,
        number(ours.value()),
        number(peer.value()),
        unit,
        number(value),
        number(error));
  }

  /** Four significant digits or more, never an exponent. */
  static String number(double value) {
    if (Double.isNaN(value)) {
      return "NaN";
    }
    double size = Math.abs(value);
    int decimals = size >= 1_000 ? 0 : size >= 100 ? 1 : size >= 10 ? 2 : size >= 0.1 ? 3 : 5;
    return String.format(Locale.ROOT, "%." + decimals + "f", value);
  }
}
