package dev.interlock.examples;

import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Runs every example with bounded sizes, whatever the one before it did. */
@Command(name = "all", description = "Runs every example with bounded sizes and sums up.")
final class RunAll implements Callable<Integer> {
  @Spec private @Nullable CommandSpec spec;

  @Option(
      names = "--dir",
      paramLabel = "DIR",
      description = "Directory for the census (default: the local Maven repository).")
  private @Nullable Path dir;

  @Override
  public Integer call() {
    CommandLine self = Objects.requireNonNull(spec, "not run by the launcher").commandLine();
    PrintWriter out = self.getOut();
    Tables summary = new Tables().text("example", 20).text("result", 30).number("seconds");
    int failures = 0;
    List<Example> examples = Examples.all();
    for (Example example : examples) {
      String name = Examples.commandOf(example).name();
      List<String> arguments = new ArrayList<>(example.boundedArguments());
      if (dir != null && name.equals("census")) {
        arguments.addAll(List.of("--dir", dir.toString()));
      }
      out.println();
      out.println(("== " + name + " " + String.join(" ", arguments)).strip());
      out.flush();
      CommandLine command = new CommandLine(example).setOut(out).setErr(self.getErr());
      Main.configure(command);
      long start = System.nanoTime();
      int code = command.execute(arguments.toArray(new String[0]));
      double seconds = (System.nanoTime() - start) / 1e9;
      if (code != ExitCode.OK) {
        failures++;
      }
      summary.row(name, result(code), String.format(Locale.ROOT, "%.2f", seconds));
    }
    out.println();
    out.println(summary);
    out.println(
        failures == 0
            ? "All " + examples.size() + " examples: every check held."
            : failures + " of " + examples.size() + " examples failed.");
    out.flush();
    return failures == 0 ? ExitCode.OK : ExitCode.SOFTWARE;
  }

  private static String result(int code) {
    return switch (code) {
      case ExitCode.OK -> "pass";
      case ExitCode.USAGE -> "FAIL (bad input)";
      default -> "FAIL";
    };
  }
}
