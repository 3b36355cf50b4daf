package dev.interlock.benchmarks.harness;

/** Which of the results of a run a comparison is about, and which way is better. */
public enum Metric {
  /** Operations of all threads together. */
  THROUGHPUT(null, "Mops/s", true),
  /** Time of one operation. */
  TIME(null, "ns/op", false),
  /** Time of a single long operation. */
  SHOT(null, "us", false),
  /** Processor time of the threads of the job, for each element. */
  CPU("threads.cpu", "cpu-ns/op", false),
  /**
   * What the threads of the job allocate, for each element; or the threads of the benchmark, for each
   * operation, where it says so. Without what JMH allocates.
   */
  ALLOCATION_OF_THREADS("threads.alloc", "B/op", false, 0.01),
  /** What everything allocates, for each operation; JMH's own for each iteration is in it. */
  ALLOCATION("gc.alloc.rate.norm", "B/op", false, 0.01),
  /** What a third thread gets done beside the job. */
  NEIGHBOUR("steps", "Msteps/s", true),
  /** Size of an object with what it alone refers to. */
  FOOTPRINT(null, "B", false);

  /** JMH's name of the result, or null for the primary one. */
  final String label;

  final String unit;
  final boolean moreIsBetter;

  /** Less than this counts as this when a ratio is made: a ratio to nothing says nothing. */
  final double smallest;

  Metric(String label, String unit, boolean moreIsBetter) {
    this(label, unit, moreIsBetter, Double.MIN_NORMAL);
  }

  Metric(String label, String unit, boolean moreIsBetter, double smallest) {
    this.label = label;
    this.unit = unit;
    this.moreIsBetter = moreIsBetter;
    this.smallest = smallest;
  }
}
