package dev.interlock.benchmarks.counter;

/** What every counter of the benchmarks does. */
public interface CounterUnderTest {
  /** Counts one. */
  void increment();

  /** How many were counted. */
  long sum();
}
