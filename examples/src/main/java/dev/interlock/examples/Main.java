package dev.interlock.examples;

import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;

/** The launcher of the examples. */
@Command(
    name = "interlock-examples",
    mixinStandardHelpOptions = true,
    description = "Runs the examples of the toolkit.",
    subcommands = Main.Census.class)
public final class Main implements Callable<Integer> {
  public static void main(String[] args) {
    System.exit(new CommandLine(new Main()).execute(args));
  }

  @Override
  public Integer call() {
    CommandLine.usage(this, System.out);
    return CommandLine.ExitCode.USAGE;
  }

  /** Says on what the examples run. */
  @Command(name = "census", description = "Shows the JDK and the machine.")
  static final class Census implements Callable<Integer> {
    @Override
    public Integer call() {
      System.out.printf(
          "JDK %s, %d processors, %s%n",
          Runtime.version(), Runtime.getRuntime().availableProcessors(), virtualThreads());
      return CommandLine.ExitCode.OK;
    }

    private static String virtualThreads() {
      return Runtime.version().feature() >= 21 ? "virtual threads" : "no virtual threads";
    }
  }
}
