package dev.interlock.benchmarks.job;

/** What one thread of a job does. */
@FunctionalInterface
public interface Body {
  /** Runs to the end; a failure fails the job. */
  void run() throws Exception;
}
