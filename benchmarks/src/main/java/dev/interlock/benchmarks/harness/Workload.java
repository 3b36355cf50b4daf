package dev.interlock.benchmarks.harness;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;

/**
 * A benchmark with all its parameters but the subject, and what is compared in it. Every subject is
 * measured once, however many comparisons it stands in.
 */
public final class Workload {
  /** What a workload needs of the JDK that runs it. */
  public enum Need {
    VIRTUAL_THREADS,
    JOX,
    SHARED_ARENA
  }

  /** For each JVM, with the last iteration's work that is ended: as a full run of 28 minutes had it. */
  static final double SECONDS_TO_START = 3;

  final String name;
  final String about;
  final Class<?> benchmark;
  final String method;
  final Map<String, String> params = new LinkedHashMap<>();
  final List<Comparison> comparisons = new ArrayList<>();
  final Set<Need> needs = new LinkedHashSet<>();

  /** Measures a subject without JMH: what is counted needs no sampling. Null for all others. */
  Function<String, Figure> counted;

  int threads = 1;
  boolean singleShot;

  /** Single shots after the warm-up; for those that take long, fewer. */
  int shots;

  int warmupShots;
  int secondsToTimeOut = 60;

  Workload(String name, String about, Function<String, Figure> counted) {
    this(name, about, null, null);
    this.counted = counted;
  }

  Workload(String name, String about, Class<?> benchmark, String method) {
    this.name = name;
    this.about = about;
    this.benchmark = benchmark;
    this.method = method;
  }

  Workload param(String param, Object value) {
    params.put(param, String.valueOf(value));
    return this;
  }

  Workload threads(int count) {
    threads = count;
    return this;
  }

  Workload needs(Need need) {
    needs.add(need);
    return this;
  }

  Workload shots(int warmup, int measured) {
    singleShot = true;
    warmupShots = warmup;
    shots = measured;
    return this;
  }

  Workload timeOut(int seconds) {
    secondsToTimeOut = seconds;
    return this;
  }

  Workload compare(String ours, String peer, Metric metric) {
    return compare(ours, peer, metric, null);
  }

  Workload compare(String ours, String peer, Metric metric, Target target) {
    comparisons.add(new Comparison(ours, peer, metric, target));
    return this;
  }

  /**
   * Roughly how long it takes. What is counted takes no time to speak of; of single shots only the starts of
   * the JVMs are known before, and a job that is longer than an iteration takes longer.
   */
  public double seconds(Effort effort, int forks) {
    if (counted != null) {
      return 0;
    }
    double iterations = effort.warmups + effort.iterations;
    return singleShot
        ? subjects().size() * SECONDS_TO_START
        : subjects().size()
            * forks
            * (SECONDS_TO_START
                + iterations * effort.iterationTime.convertTo(TimeUnit.MILLISECONDS) / 1000);
  }

  /** What is done, in a few words. */
  public String about() {
    return about;
  }

  /** What is compared. */
  public List<Comparison> comparisons() {
    return comparisons;
  }

  /** The subjects to measure, each once. */
  Set<String> subjects() {
    Set<String> subjects = new LinkedHashSet<>();
    for (Comparison comparison : comparisons) {
      subjects.add(comparison.ours());
      subjects.add(comparison.peer());
    }
    return subjects;
  }

  /** The name of a comparison: unique, and without a space. */
  public String nameOf(Comparison comparison) {
    String ours = comparison.ours().equals("interlock") ? "" : "." + comparison.ours();
    String metric =
        switch (comparison.metric()) {
          case THROUGHPUT, TIME, SHOT, FOOTPRINT -> "";
          case CPU -> ".cpu";
          case ALLOCATION_OF_THREADS, ALLOCATION -> ".alloc";
          case NEIGHBOUR -> ".neighbour";
        };
    return name + ours + metric + "/" + comparison.peer();
  }

  @Override
  public String toString() {
    return name;
  }
}
