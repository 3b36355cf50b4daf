package dev.interlock.benchmarks.harness;

import com.google.gson.GsonBuilder;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.results.format.ResultFormatFactory;
import org.openjdk.jmh.results.format.ResultFormatType;

/** Collects the ratios of a run, prints them as they come, and writes them down. */
public final class Report {
  /** A ratio as the file has it. */
  private record Row(
      String name,
      double ours,
      Double oursError,
      double peer,
      Double peerError,
      String unit,
      double ratio,
      Double ratioError,
      String target,
      String verdict) {}

  private final PrintStream out;
  private final Map<String, Object> environment;
  private final List<Row> rows = new ArrayList<>();
  private final List<Check.Outcome> checks = new ArrayList<>();
  private final List<String> notes = new ArrayList<>();

  /** A report that prints to {@code out}. */
  public Report(PrintStream out, Map<String, Object> environment) {
    this.out = out;
    this.environment = environment;
  }

  /** Adds and prints a ratio; {@code target} may be null. */
  public void add(Ratio ratio, Target target) {
    out.println(ratio.line());
    rows.add(
        new Row(
            ratio.name(),
            ratio.ours().value(),
            finite(ratio.ours().error()),
            ratio.peer().value(),
            finite(ratio.peer().error()),
            ratio.unit(),
            ratio.value(),
            finite(ratio.error()),
            target == null ? null : target.text(),
            target == null ? null : target.judge(ratio).name().toLowerCase(Locale.ROOT)));
  }

  /** Adds and prints the outcome of a check. */
  public void add(Check.Outcome outcome) {
    out.println(outcome.line());
    checks.add(outcome);
  }

  /** Adds a sentence that stands beside the figures. */
  public void note(String note) {
    notes.add(note);
  }

  /** Prints which targets were reached. */
  public void printTargets() {
    for (Row row : rows) {
      if (row.target() != null) {
        out.printf(Locale.ROOT, "target %s %s: %s%n", row.name(), row.target(), row.verdict());
      }
    }
    notes.forEach(note -> out.println("note " + note));
  }

  /** Writes the ratios as JSON. */
  public void write(Path file) throws IOException {
    Map<String, Object> all = new LinkedHashMap<>();
    all.put("environment", environment);
    all.put("ratios", rows);
    all.put("checks", checks);
    all.put("notes", notes);
    Files.createDirectories(file.toAbsolutePath().getParent());
    Files.writeString(
        file, new GsonBuilder().setPrettyPrinting().disableHtmlEscaping().create().toJson(all));
  }

  /** Writes what JMH measured, in its own format. */
  public static void writeJmh(Collection<RunResult> results, Path file) throws IOException {
    Files.createDirectories(file.toAbsolutePath().getParent());
    try (PrintStream to =
        new PrintStream(Files.newOutputStream(file), false, StandardCharsets.UTF_8)) {
      ResultFormatFactory.getInstance(ResultFormatType.JSON, to).writeOut(results);
    }
  }

  private static Double finite(double value) {
    return Double.isFinite(value) ? value : null; // JSON knows no NaN
  }
}
