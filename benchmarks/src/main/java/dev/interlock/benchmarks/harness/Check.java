package dev.interlock.benchmarks.harness;

import java.util.concurrent.Callable;

/**
 * Something that has to hold under the load of the benchmarks, so that a figure is not bought with it.
 *
 * @param worst the worst value that a run shows
 * @param bound what it must not exceed
 */
public record Check(String name, Callable<Long> worst, long bound) {
  /** The outcome as the report has it. */
  public record Outcome(String name, long worst, long bound, boolean held) {
    String line() {
      return "check " + name + " " + worst + " <= " + bound + ": " + (held ? "held" : "BROKEN");
    }
  }

  Outcome run() throws Exception {
    long found = worst.call();
    return new Outcome(name, found, bound, found <= bound);
  }
}
