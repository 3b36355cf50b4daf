package dev.interlock.benchmarks.harness;

import dev.interlock.benchmarks.job.JobMeter;
import java.util.Collection;
import java.util.List;
import org.openjdk.jmh.infra.BenchmarkParams;
import org.openjdk.jmh.infra.IterationParams;
import org.openjdk.jmh.profile.InternalProfiler;
import org.openjdk.jmh.results.AggregationPolicy;
import org.openjdk.jmh.results.IterationResult;
import org.openjdk.jmh.results.Result;
import org.openjdk.jmh.results.ScalarResult;

/** Adds to each iteration what the threads of its jobs, or of the benchmark, spent for each operation. */
public final class SpendingProfiler implements InternalProfiler {
  private long cpuBefore;
  private long bytesBefore;
  private long reportsBefore;

  @Override
  public String getDescription() {
    return "processor time and allocation of the threads that do the work";
  }

  @Override
  public void beforeIteration(BenchmarkParams benchmark, IterationParams iteration) {
    cpuBefore = JobMeter.cpuNanos();
    bytesBefore = JobMeter.bytes();
    reportsBefore = JobMeter.reports();
  }

  @Override
  public Collection<? extends Result<?>> afterIteration(
      BenchmarkParams benchmark, IterationParams iteration, IterationResult result) {
    long operations = result.getMetadata().getAllOps();
    double cpu = JobMeter.cpuNanos() - cpuBefore;
    double bytes = JobMeter.bytes() - bytesBefore;
    if (JobMeter.reports() == reportsBefore || operations == 0) {
      return List.of(); // nobody here says what he spends
    }
    ScalarResult allocated =
        new ScalarResult(
            Metric.ALLOCATION_OF_THREADS.label, bytes / operations, "B/op", AggregationPolicy.AVG);
    return cpu == 0
        ? List.of(allocated) // no jobs, so JMH knows the time
        : List.of(
            new ScalarResult(Metric.CPU.label, cpu / operations, "ns/op", AggregationPolicy.AVG),
            allocated);
  }
}
