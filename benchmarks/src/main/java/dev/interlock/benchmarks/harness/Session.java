package dev.interlock.benchmarks.harness;

import dev.interlock.benchmarks.job.VirtualThreads;
import dev.interlock.benchmarks.queue.Queues;
import dev.interlock.benchmarks.workload.ReclamationBenchmark;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import org.openjdk.jmh.runner.RunnerException;

/** One run of the command line: measures, prints, writes. */
public final class Session {
  private final Settings settings;
  private final boolean quiet;
  private final Report report;

  /** A session that prints its result to {@code out}. */
  public Session(Settings settings, boolean quiet, PrintStream out, List<String> command) {
    this.settings = settings;
    this.quiet = quiet;
    this.report = new Report(out, Environment.describe(settings, command));
  }

  /**
   * Makes the checks, measures {@code workloads}, and leaves the files in {@code folder}. A workload that fails is named,
   * and the others go on.
   *
   * @return whether none failed
   */
  public boolean run(List<Check> checks, List<Workload> workloads, Path folder) throws IOException {
    List<Workload> able = new ArrayList<>();
    for (Workload workload : workloads) {
      if (isMet(workload)) {
        able.add(workload);
      }
    }
    boolean whole = true;
    for (Check check : checks) {
      try {
        Check.Outcome outcome = check.run();
        report.add(outcome);
        whole &= outcome.held();
      } catch (Exception failed) {
        whole = false;
        report.note(check.name() + " failed: " + reason(failed));
      }
    }
    try (Shown progress = new Shown(quiet)) {
      RatioRunner runner = new RatioRunner(settings, progress);
      progress.expect(able.stream().mapToInt(runner::forks).sum());
      for (Workload workload : able) {
        try {
          List<Ratio> ratios = runner.run(workload);
          for (int i = 0; i < ratios.size(); i++) {
            Target target = workload.comparisons.get(i).target();
            // What means nothing reaches nothing.
            report.add(ratios.get(i), settings.effort() == Effort.SMOKE ? null : target);
          }
        } catch (RunnerException | RuntimeException | LinkageError failed) {
          whole = false;
          report.note(workload + " failed: " + reason(failed));
        }
        // After each workload, so that a run that is stopped leaves what it has.
        report.write(folder.resolve("ratios.json"));
        Report.writeJmh(runner.results(), folder.resolve("jmh.json"));
      }
    }
    report.printTargets();
    if (!quiet) {
      System.err.println(
          "written: " + folder.resolve("ratios.json") + ", " + folder.resolve("jmh.json"));
    }
    return whole;
  }

  private boolean isMet(Workload workload) {
    for (Workload.Need need : workload.needs) {
      boolean met =
          switch (need) {
            case VIRTUAL_THREADS -> VirtualThreads.areSupported();
            case JOX -> Queues.hasJox();
            case SHARED_ARENA -> ReclamationBenchmark.hasArena();
          };
      if (!met) {
        report.note(
            workload
                + " left out: it needs "
                + switch (need) {
                  case VIRTUAL_THREADS -> "virtual threads, which JDK 21 or newer has";
                  case JOX -> "jox, which is built in with JDK 21 or newer";
                  case SHARED_ARENA -> "shared arenas, which JDK 22 or newer has";
                });
        return false;
      }
    }
    return true;
  }

  private static String reason(Throwable failed) {
    Throwable cause = failed;
    while (cause.getCause() != null) {
      cause = cause.getCause();
    }
    return cause.toString();
  }

  /** A bar on a terminal, lines elsewhere. */
  private static final class Shown implements Progress, AutoCloseable {
    private final boolean quiet;
    private final boolean terminal = System.console() != null;
    private ProgressBar bar;
    private int expected;
    private int done;

    Shown(boolean quiet) {
      this.quiet = quiet;
    }

    void expect(int forks) {
      expected = forks;
      if (!quiet && terminal) {
        bar = new ProgressBarBuilder().setTaskName("measuring").setInitialMax(forks).build();
      }
    }

    @Override
    public void begins(String what) {
      if (bar != null) {
        bar.setExtraMessage(what);
      } else if (!quiet) {
        System.err.println("[" + (done + 1) + "/" + expected + "] " + what);
      }
    }

    @Override
    public void done() {
      done++;
      if (bar != null) {
        bar.step();
      }
    }

    @Override
    public void close() {
      if (bar != null) {
        bar.close();
      }
    }
  }
}
