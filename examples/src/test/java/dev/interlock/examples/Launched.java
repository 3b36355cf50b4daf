package dev.interlock.examples;

import java.io.PrintWriter;
import java.io.StringWriter;
import picocli.CommandLine;

/** One run of the launcher, with what it wrote. */
public record Launched(int code, String out, String err) {
  /** Runs the launcher as {@code main} does, but for the end of the process. */
  public static Launched with(String... args) {
    StringWriter out = new StringWriter();
    StringWriter err = new StringWriter();
    CommandLine launcher =
        Main.commandLine().setOut(new PrintWriter(out, true)).setErr(new PrintWriter(err, true));
    int code = launcher.execute(args);
    return new Launched(code, out.toString(), err.toString());
  }
}
