package dev.interlock.benchmarks;

import dev.interlock.benchmarks.harness.Catalogue;
import dev.interlock.benchmarks.harness.Check;
import dev.interlock.benchmarks.harness.Comparison;
import dev.interlock.benchmarks.harness.Effort;
import dev.interlock.benchmarks.harness.Session;
import dev.interlock.benchmarks.harness.Settings;
import dev.interlock.benchmarks.harness.Workload;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.regex.Pattern;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/**
 * Measures ours and the peers and prints how they compare. With a first argument that is no command of
 * ours, JMH's own command line takes over.
 */
@Command(
    name = "benchmarks",
    description = {
      "Measures Interlock and its peers, in one run, and prints how they compare:",
      "  ratio <name> <ours> <peer> <unit> <ours/peer, >1 is better> ±<error>",
      "Any other first argument goes to JMH's own command line (-h, -l, a regular expression ...).",
      ""
    },
    mixinStandardHelpOptions = true,
    synopsisSubcommandLabel = "(smoke | quick | full | list | <JMH options>)",
    subcommands = {Ratios.Listing.class})
public final class Ratios implements Runnable {
  private static final Set<String> OURS =
      Set.of("smoke", "quick", "full", "list", "help", "--help", "--version");

  @CommandLine.Spec private CommandLine.Model.CommandSpec spec;

  /** Runs the command line. */
  public static void main(String[] args) throws Exception {
    if (args.length > 0 && !OURS.contains(args[0])) {
      org.openjdk.jmh.Main.main(args);
      return;
    }
    CommandLine commands = new CommandLine(new Ratios());
    for (Effort effort : Effort.values()) {
      CommandLine measuring = new CommandLine(new Measuring(effort, Arrays.asList(args)));
      measuring.getCommandSpec().usageMessage().description(effort.about());
      commands.addSubcommand(effort.name().toLowerCase(Locale.ROOT), measuring);
    }
    commands.addSubcommand(new CommandLine.HelpCommand());
    System.exit(commands.execute(args));
  }

  @Override
  public void run() {
    spec.commandLine().usage(System.out);
  }

  /** Which workloads. */
  static final class Selection {
    @Option(
        names = "--only",
        paramLabel = "REGEX",
        description = "Only the workloads whose name contains a match; see list.")
    private Pattern only = Pattern.compile("");

    List<Workload> workloads(Effort effort) {
      return Catalogue.workloads(effort).stream()
          .filter(workload -> only.matcher(workload.toString()).find())
          .toList();
    }

    List<Check> checks() {
      return Catalogue.checks().stream()
          .filter(check -> only.matcher(check.name()).find())
          .toList();
    }
  }

  /** {@code list}. */
  @Command(
      name = "list",
      description = "Lists the workloads, what is compared in them, and the targets.",
      mixinStandardHelpOptions = true)
  static final class Listing implements Runnable {
    @CommandLine.Mixin private Selection selection;

    @Override
    public void run() {
      for (Check check : selection.checks()) {
        System.out.println(check.name() + "  (a check, not a figure)");
      }
      double all = 0;
      for (Workload workload : selection.workloads(Effort.FULL)) {
        double seconds = workload.seconds(Effort.FULL, Effort.FULL.usualForks());
        all += seconds;
        System.out.println(
            workload + "  (" + workload.about() + "; full: " + Math.round(seconds) + " s)");
        for (Comparison comparison : workload.comparisons()) {
          String target = comparison.target() == null ? "" : "  " + comparison.target().text();
          System.out.println("    " + workload.nameOf(comparison) + target);
        }
      }
      System.out.println("full takes about " + Math.round(all / 60) + " minutes for these");
    }
  }

  /** {@code smoke}, {@code quick}, {@code full}. */
  @Command(mixinStandardHelpOptions = true)
  static final class Measuring implements Callable<Integer> {
    private final Effort effort;
    private final List<String> command;

    @CommandLine.Mixin private Selection selection;

    @Option(
        names = "--out",
        paramLabel = "DIR",
        description = "Where ratios.json and jmh.json go; the jar's own folder by default.")
    private Path out;

    @Option(
        names = "--forks",
        description = "JVMs for each figure; by default 2 in full, otherwise 1.")
    private Integer forks;

    @Option(
        names = "--collector",
        description =
            "Garbage collector of the measured JVMs: ${DEFAULT-VALUE}, Parallel, Serial, Z.",
        defaultValue = "G1")
    private String collector;

    @Option(
        names = "--heap",
        description = "Heap of the measured JVMs; ${DEFAULT-VALUE}.",
        defaultValue = "2g")
    private String heap;

    @Option(names = "--quiet", description = "No progress, only the result.")
    private boolean quiet;

    @Option(names = "--verbose", description = "JMH's report of every iteration.")
    private boolean verbose;

    @CommandLine.Spec private CommandLine.Model.CommandSpec spec;

    Measuring(Effort effort, List<String> command) {
      this.effort = effort;
      this.command = command;
    }

    @Override
    public Integer call() throws Exception {
      List<Workload> workloads = selection.workloads(effort);
      List<Check> checks = selection.checks();
      if (workloads.isEmpty() && checks.isEmpty()) {
        throw new CommandLine.ParameterException(
            spec.commandLine(), "no workload has such a name; 'list' shows them");
      }
      PrintStream utf8 = new PrintStream(System.out, true, StandardCharsets.UTF_8);
      List<String> line = new ArrayList<>(List.of("java", "-jar", "benchmarks.jar"));
      line.addAll(command);
      Settings settings =
          new Settings(
              effort, forks == null ? effort.usualForks() : forks, collector, heap, verbose);
      return new Session(settings, quiet, utf8, line)
              .run(checks, workloads, out == null ? folderOfJar() : out)
          ? 0
          : 1;
    }

    private static Path folderOfJar() throws Exception {
      Path code = Path.of(Ratios.class.getProtectionDomain().getCodeSource().getLocation().toURI());
      return code.getParent();
    }
  }
}
