package dev.interlock.benchmarks.harness;

import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.BiFunction;
import java.util.regex.Pattern;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.profile.GCProfiler;
import org.openjdk.jmh.results.BenchmarkResult;
import org.openjdk.jmh.results.Result;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.ChainedOptionsBuilder;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;
import org.openjdk.jmh.runner.options.VerboseMode;

/**
 * Measures the subjects of a workload. The forks of the subjects take turns (ours, peer, ours, peer), so
 * that a machine that slows down in the middle does not slow down one of them alone.
 */
public final class RatioRunner {
  private final Settings settings;
  private final Progress progress;
  private final List<RunResult> results = new ArrayList<>();

  /** A runner that tells {@code progress} of each fork. */
  public RatioRunner(Settings settings, Progress progress) {
    this.settings = settings;
    this.progress = progress;
  }

  /** How many JVMs the workload will start. */
  public int forks(Workload workload) {
    return workload.counted == null ? workload.subjects().size() * rounds(workload) : 0;
  }

  /** Everything that JMH found, for its own report. */
  public List<RunResult> results() {
    return results;
  }

  /** Measures all subjects of {@code workload} and makes its ratios. */
  public List<Ratio> run(Workload workload) throws RunnerException {
    return workload.counted == null
        ? ratios(workload, measure(workload))
        : ratios(workload, (subject, metric) -> workload.counted.apply(subject));
  }

  private BiFunction<String, Metric, Figure> measure(Workload workload) throws RunnerException {
    Map<String, List<BenchmarkResult>> samples = new LinkedHashMap<>();
    Map<String, RunResult> first = new LinkedHashMap<>();
    Set<String> subjects = workload.subjects();
    for (int round = 0; round < rounds(workload); round++) {
      for (String subject : subjects) {
        progress.begins(workload + " " + subject);
        RunResult result = fork(workload, subject);
        first.putIfAbsent(subject, result);
        samples
            .computeIfAbsent(subject, s -> new ArrayList<>())
            .addAll(result.getBenchmarkResults());
        progress.done();
      }
    }
    Map<String, RunResult> merged = new LinkedHashMap<>();
    samples.forEach(
        (subject, parts) ->
            merged.put(subject, new RunResult(first.get(subject).getParams(), parts)));
    results.addAll(merged.values());
    return (subject, metric) -> figure(merged.get(subject), metric);
  }

  private static List<Ratio> ratios(Workload workload, BiFunction<String, Metric, Figure> figures) {
    List<Ratio> ratios = new ArrayList<>();
    for (Comparison comparison : workload.comparisons) {
      Metric metric = comparison.metric();
      ratios.add(
          Ratio.of(
              workload.nameOf(comparison),
              metric,
              figures.apply(comparison.ours(), metric),
              figures.apply(comparison.peer(), metric)));
    }
    return ratios;
  }

  private int rounds(Workload workload) {
    return workload.singleShot ? 1 : settings.forks();
  }

  private RunResult fork(Workload workload, String subject) throws RunnerException {
    Effort effort = settings.effort();
    ChainedOptionsBuilder options =
        new OptionsBuilder()
            .include(
                "^" + Pattern.quote(workload.benchmark.getName() + "." + workload.method) + "$")
            .param("subject", subject)
            .forks(1)
            .threads(workload.threads)
            .jvmArgs(settings.jvmArgs().toArray(String[]::new))
            .addProfiler(GCProfiler.class)
            .addProfiler(SpendingProfiler.class)
            .timeout(TimeValue.seconds(workload.secondsToTimeOut))
            .shouldFailOnError(true)
            .verbosity(settings.verbose() ? VerboseMode.NORMAL : VerboseMode.SILENT);
    workload.params.forEach(options::param);
    if (workload.singleShot) {
      options
          .mode(Mode.SingleShotTime)
          .warmupIterations(workload.warmupShots)
          .measurementIterations(workload.shots);
    } else {
      options
          .warmupIterations(effort.warmups)
          .warmupTime(effort.iterationTime)
          .measurementIterations(effort.iterations)
          .measurementTime(effort.iterationTime);
    }
    Collection<RunResult> found = new Runner(options.build()).run();
    if (found.size() != 1) {
      throw new RunnerException(
          workload + " of " + subject + " gave " + found.size() + " results instead of one");
    }
    return found.iterator().next();
  }

  private static Figure figure(RunResult run, Metric metric) {
    Result<?> result =
        metric.label == null ? run.getPrimaryResult() : run.getSecondaryResults().get(metric.label);
    if (result == null) {
      throw new IllegalStateException(
          "no result " + metric.label + " among " + run.getSecondaryResults().keySet());
    }
    return new Figure(result.getScore(), result.getScoreError());
  }
}
