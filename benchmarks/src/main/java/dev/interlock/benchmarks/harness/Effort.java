package dev.interlock.benchmarks.harness;

import org.openjdk.jmh.runner.options.TimeValue;

/** How much time is spent on each figure. */
public enum Effort {
  /** Proves that everything runs; the figures mean nothing. */
  SMOKE("Runs everything once; the figures mean nothing.", 1, 1, 1, 100, 1_000),
  /** A first impression. */
  QUICK("A first impression, in a few minutes.", 1, 4, 5, 300, 10_000),
  /** What may be quoted. */
  FULL(
      "What may be quoted, in about two hours; list says which takes how long.",
      2,
      12,
      8,
      300,
      100_000);

  private final String about;
  private final int forks;
  final int warmups;
  final int iterations;
  final TimeValue iterationTime;

  /** How many waiters the benchmarks of cancellation have. */
  final int waiters;

  Effort(String about, int forks, int warmups, int iterations, int iterationMillis, int waiters) {
    this.about = about;
    this.forks = forks;
    this.warmups = warmups;
    this.iterations = iterations;
    this.iterationTime = TimeValue.milliseconds(iterationMillis);
    this.waiters = waiters;
  }

  /** What it is for, in a sentence. */
  public String about() {
    return about;
  }

  /** How many JVMs each figure comes from, unless told otherwise. */
  public int usualForks() {
    return forks;
  }
}
