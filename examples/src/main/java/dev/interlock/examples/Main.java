package dev.interlock.examples;

import dev.interlock.examples.census.CensusExample;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;
import picocli.CommandLine.UnmatchedArgumentException;

/**
 * The launcher of the examples. Exit codes: 0 when every check held, 1 when a check failed, 2 for bad
 * input.
 */
@Command(
    name = "interlock-examples",
    description = "Runs the examples of the toolkit; each checks its own result.",
    synopsisSubcommandLabel = "COMMAND",
    footer = {
      "",
      "Exit code: 0 every check held, 1 a check failed, 2 bad input.",
      "The main job: census (reads the local Maven repository, changes nothing in it)."
    })
public final class Main implements Callable<Integer> {
  @Spec private @Nullable CommandSpec spec;

  private Main() {}

  /** Runs one command and ends the process with its exit code. */
  public static void main(String[] args) {
    System.exit(commandLine().execute(args));
  }

  /** The launcher with all its commands, writing to the standard streams. */
  public static CommandLine commandLine() {
    CommandLine run = new CommandLine(new Run());
    run.addSubcommand(new RunAll());
    for (Example example : Examples.all()) {
      run.addSubcommand(example);
    }
    CommandLine launcher = new CommandLine(new Main());
    launcher.addSubcommand(new ListExamples());
    launcher.addSubcommand(run);
    launcher.addSubcommand(new CensusExample());
    configure(launcher);
    return launcher;
  }

  /** How input is read and errors are told, for every command. */
  static void configure(CommandLine commandLine) {
    addHelp(commandLine);
    commandLine.setUsageHelpAutoWidth(true);
    commandLine.setUsageHelpLongOptionsMaxWidth(34);
    commandLine.setParameterExceptionHandler((e, args) -> badInput(e));
    commandLine.setExecutionExceptionHandler((e, command, parsed) -> failed(e, command));
  }

  private static void addHelp(CommandLine commandLine) {
    commandLine
        .getCommandSpec()
        .addOption(
            OptionSpec.builder("-h", "--help")
                .type(boolean.class)
                .usageHelp(true)
                .showDefaultValue(CommandLine.Help.Visibility.NEVER)
                .description("Show this help and end.")
                .build());
    new LinkedHashSet<>(commandLine.getSubcommands().values()).forEach(Main::addHelp);
  }

  @Override
  public Integer call() {
    return missing(spec, "Say what to do: list, run NAME, run all, or census.");
  }

  private static int badInput(ParameterException e) {
    CommandLine command = e.getCommandLine();
    PrintWriter err = command.getErr();
    String unknown = unknownName(e);
    if (unknown == null) {
      err.println(sentence(e.getMessage()));
    } else {
      boolean example = command.getCommandName().equals("run");
      err.println(
          "There is no " + (example ? "example" : "command") + " called '" + unknown + "'.");
      List<String> near = near(unknown, List.copyOf(command.getSubcommands().keySet()));
      if (!near.isEmpty()) {
        err.println("Did you mean " + String.join(" or ", near) + "?");
      } else {
        err.println("There are: " + String.join(", ", command.getSubcommands().keySet()) + ".");
      }
    }
    err.println("For help: " + command.getCommandSpec().qualifiedName() + " --help");
    err.flush();
    return ExitCode.USAGE;
  }

  /** The word that should have been the name of a command, if that is what was wrong. */
  private static @Nullable String unknownName(ParameterException e) {
    if (e instanceof UnmatchedArgumentException unmatched
        && !unmatched.getUnmatched().isEmpty()
        && !unmatched.getUnmatched().get(0).startsWith("-")
        && !e.getCommandLine().getSubcommands().isEmpty()) {
      return unmatched.getUnmatched().get(0);
    }
    return null;
  }

  /** The names that start alike, contain the word, or are a few typing errors away. */
  private static List<String> near(String word, List<String> names) {
    String typed = word.toLowerCase(Locale.ROOT);
    List<String> near = new ArrayList<>();
    for (String name : names) {
      if (name.contains(typed) || typed.contains(name) || distance(typed, name) <= 3) {
        near.add(name);
      }
    }
    return near;
  }

  /** The least number of letters to insert, delete or replace (Levenshtein). */
  private static int distance(String a, String b) {
    int[] row = new int[b.length() + 1];
    for (int j = 0; j <= b.length(); j++) {
      row[j] = j;
    }
    for (int i = 1; i <= a.length(); i++) {
      int diagonal = row[0];
      row[0] = i;
      for (int j = 1; j <= b.length(); j++) {
        int replaced = diagonal + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
        diagonal = row[j];
        row[j] = Math.min(replaced, Math.min(row[j], row[j - 1]) + 1);
      }
    }
    return row[b.length()];
  }

  private static int failed(Exception e, CommandLine command) {
    // Not foreseen, so the trace is the message: this is a defect of an example, not of its input.
    PrintWriter err = command.getErr();
    err.println("The example " + command.getCommandName() + " failed:");
    e.printStackTrace(err);
    err.flush();
    return ExitCode.SOFTWARE;
  }

  private static String sentence(@Nullable String message) {
    String text = message == null ? "The input is not understood" : message.strip();
    return text.endsWith(".") || text.endsWith("?") ? text : text + ".";
  }

  private static int missing(@Nullable CommandSpec spec, String sentence) {
    if (spec == null) {
      throw new IllegalStateException("not run by the launcher");
    }
    PrintWriter err = spec.commandLine().getErr();
    err.println(sentence);
    err.println();
    spec.commandLine().usage(err);
    err.flush();
    return ExitCode.USAGE;
  }

  /** Runs one example, or all. */
  @Command(
      name = "run",
      description = "Runs one example, or all.",
      synopsisSubcommandLabel = "NAME",
      commandListHeading = "%nExamples:%n")
  static final class Run implements Callable<Integer> {
    @Spec private @Nullable CommandSpec spec;

    @Override
    public Integer call() {
      return missing(spec, "Say which example to run.");
    }
  }

  /** Lists the examples. */
  @Command(name = "list", description = "Lists the examples.")
  static final class ListExamples implements Callable<Integer> {
    @Spec private @Nullable CommandSpec spec;

    @Override
    public Integer call() {
      if (spec == null) {
        throw new IllegalStateException("not run by the launcher");
      }
      Tables table =
          new Tables().text("name", 20).wrapped("what it shows", 54).wrapped("scope", 14);
      for (Example example : Examples.all()) {
        Command command = Examples.commandOf(example);
        table.row(
            command.name(),
            String.join(" ", command.description()),
            String.join(" ", example.scope()));
      }
      PrintWriter out = spec.commandLine().getOut();
      out.println(table);
      out.flush();
      return ExitCode.OK;
    }
  }
}
