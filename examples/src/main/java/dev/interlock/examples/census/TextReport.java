package dev.interlock.examples.census;

import dev.interlock.examples.Tables;
import dev.interlock.examples.census.Census.Report;
import dev.interlock.examples.census.JarRecord.ModuleKind;
import java.io.PrintWriter;
import java.util.List;
import java.util.Locale;

/** The census on a terminal of 100 columns. */
final class TextReport {
  private static final int WORST = 10;
  private static final int PROBLEMS = 20;

  private final Report report;
  private final Totals totals;
  private final PrintWriter out;

  TextReport(Report report, PrintWriter out) {
    this.report = report;
    this.totals = report.totals();
    this.out = out;
  }

  void print() {
    summary();
    versions();
    modules();
    multiRelease();
    duplicates();
    sizes();
    problems();
  }

  private void summary() {
    out.println("Census of " + Figures.printable(report.settings().dir().toString()));
    if (!report.complete()) {
      out.println(
          "PARTIAL: stopped before the end; "
              + Figures.of(report.notOpened(), "queued jar")
              + " not opened.");
    } else if (report.limited()) {
      out.println("Limited to the first " + Figures.of(report.fed(), "jar") + " by --limit.");
    }
    out.printf(
        Locale.ROOT,
        "%s of %s, %s, %s, in %s (%.0f jars/s)%n",
        Figures.of(totals.jars(), "jar"),
        Figures.of(totals.artifacts(), "artifact"),
        Figures.bytes(totals.bytes()),
        Figures.of(totals.classes(), "class file"),
        Figures.seconds(report.seconds()),
        totals.jars() / Math.max(report.seconds(), 1e-9));
    out.println(pipeline(report).replace("; the walker", ";\nthe walker"));
    if (totals.jars() == 0) {
      out.println("No jar files there.");
    }
  }

  /** One sentence on the channels, for both reports. */
  static String pipeline(Report report) {
    Census.Settings settings = report.settings();
    return Figures.of(settings.workers(), "worker")
        + " on "
        + settings.threads().name().toLowerCase(Locale.ROOT)
        + " threads; channels of capacity "
        + settings.capacity()
        + ", at most "
        + report.peakQueued()
        + " queued; the walker was held back for "
        + Figures.seconds(report.walkerWaitedNanos() / 1e9)
        + ".";
  }

  private void versions() {
    if (totals.classes() == 0) {
      return;
    }
    heading("Class-file versions");
    Tables table =
        new Tables()
            .text("release", 10)
            .number("major")
            .number("class files")
            .number("share")
            .number("jars with it as newest");
    for (Totals.VersionRow row : totals.versions()) {
      table.row(
          row.javaRelease(),
          row.major(),
          Figures.count(row.classes()),
          Figures.percent(row.classes(), totals.classes()),
          Figures.count(row.jars()));
    }
    out.println(table);
  }

  private void modules() {
    if (totals.opened() == 0) {
      return;
    }
    heading("Module descriptors");
    Tables table = new Tables().text("descriptor", 24).number("jars").number("share");
    for (ModuleKind kind : ModuleKind.values()) {
      table.row(
          kind.label,
          Figures.count(totals.modules(kind)),
          Figures.percent(totals.modules(kind), totals.opened()));
    }
    out.println(table);
  }

  private void multiRelease() {
    if (totals.multiReleaseJars() == 0) {
      return;
    }
    heading("Multi-release jars: " + Figures.count(totals.multiReleaseJars()));
    Tables table = new Tables().text("for", 12).number("entries");
    totals
        .versionedByRelease()
        .forEach((release, n) -> table.row("Java " + release + "+", Figures.count(n)));
    out.println(table);
  }

  private void duplicates() {
    int duplicates = totals.duplicateClasses();
    if (duplicates == 0) {
      return;
    }
    heading(
        "Classes in more than one artifact: "
            + Figures.count(duplicates)
            + " (versions of one artifact count once)");
    Tables table = new Tables().number("same classes").wrapped("in all of these artifacts", 78);
    for (Totals.SharedRow row : totals.worstShared(WORST)) {
      table.row(Figures.count(row.classes()), artifacts(row.artifacts(), 3));
    }
    out.println(table);
    out.println();
    Tables copied = new Tables().number("artifacts").text("most copied class", 78);
    for (Totals.CopiedClass row : totals.mostCopied(5)) {
      copied.row(row.artifacts(), Figures.printable(row.name()));
    }
    out.println(copied);
  }

  private void sizes() {
    if (totals.opened() == 0) {
      return;
    }
    heading("Largest jars");
    Tables table = new Tables().number("size").number("class files").text("jar", 70);
    for (Totals.SizeRow row : totals.largest(WORST)) {
      table.row(
          Figures.bytes(row.bytes()),
          Figures.count(row.classes()),
          Figures.printable(fileOf(row.path())));
    }
    out.println(table);
  }

  private void problems() {
    List<Totals.Problem> problems = totals.problems();
    if (problems.isEmpty()) {
      return;
    }
    heading("Damaged or unreadable: " + Figures.count(problems.size()));
    Tables table = new Tables().wrapped("file", 50).wrapped("what is wrong", 40);
    for (Totals.Problem problem : problems.subList(0, Math.min(PROBLEMS, problems.size()))) {
      table.row(Figures.printable(problem.path()), Figures.printable(problem.what()));
    }
    out.println(table);
    if (problems.size() > PROBLEMS) {
      out.println("and " + (problems.size() - PROBLEMS) + " more; the page lists them all.");
    }
  }

  /** The first few names, and how many more. */
  static String artifacts(List<String> names, int max) {
    String first =
        Figures.printable(String.join(", ", names.subList(0, Math.min(max, names.size()))));
    return names.size() > max ? first + " and " + (names.size() - max) + " more" : first;
  }

  static String fileOf(String path) {
    return path.substring(Math.max(path.lastIndexOf('/'), path.lastIndexOf('\\')) + 1);
  }

  private void heading(String text) {
    out.println();
    out.println(text);
  }
}
