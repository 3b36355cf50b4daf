package dev.interlock.benchmarks.workload;

import dev.interlock.benchmarks.job.Body;
import org.openjdk.jmh.infra.Blackhole;

/** Work that needs a processor and nothing else, until it is stopped. */
final class Computation implements Body {
  private static final int TOKENS_A_STEP = 1_000;

  private volatile boolean stopped;
  private volatile long steps;

  @Override
  public void run() {
    long done = 0;
    while (!stopped) {
      Blackhole.consumeCPU(TOKENS_A_STEP);
      done++;
    }
    steps = done;
  }

  void stop() {
    stopped = true;
  }

  /** The steps of about a microsecond that were done; read after the end. */
  long steps() {
    return steps;
  }
}
