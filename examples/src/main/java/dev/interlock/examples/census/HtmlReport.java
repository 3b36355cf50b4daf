package dev.interlock.examples.census;

import dev.interlock.examples.census.Census.Report;
import dev.interlock.examples.census.JarRecord.ModuleKind;
import java.io.IOException;
import java.io.InputStream;
import java.io.StringReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.ZoneId;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Properties;
import java.util.SortedMap;
import java.util.stream.Stream;

/**
 * The census as one page that needs no network: style, data and the chart library (Chart.js, with its
 * licence) stand in the file. The charts are drawn from the tables of the page, so every number can be
 * read without them too.
 */
final class HtmlReport {
  private static final int WORST = 12;
  private static final int MOST_WORKERS = 12;
  private static final long[] SIZE_LIMITS = {
    1_000, 10_000, 100_000, 1_000_000, 10_000_000, 100_000_000
  };
  private static final String WEBJAR = "/META-INF/resources/webjars/chart.js/";
  private static final String WEBJAR_PROPERTIES =
      "/META-INF/maven/org.webjars.npm/chart.js/pom.properties";

  private final Report report;
  private final Totals totals;
  private final StringBuilder page = new StringBuilder(300_000);
  private int charts;

  private HtmlReport(Report report) {
    this.report = report;
    this.totals = report.totals();
  }

  /** Writes the page, over one that was there before. */
  static void write(Report report, Path target) throws IOException {
    Files.writeString(target, new HtmlReport(report).render(), StandardCharsets.UTF_8);
  }

  private String render() throws IOException {
    page.append("<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n")
        .append("<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n")
        .append("<meta name=\"color-scheme\" content=\"light dark\">\n")
        .append("<title>Census of jar files</title>\n<style>\n")
        .append(resource("page.css"))
        .append("</style>\n</head>\n<body>\n");
    header();
    page.append("<main>\n");
    versions();
    modules();
    sizeHistogram();
    multiRelease();
    workers();
    duplicates();
    largest();
    problems();
    page.append("</main>\n");
    footer();
    scripts();
    page.append("</body>\n</html>\n");
    return page.toString();
  }

  private void header() {
    page.append("<header>\n<h1>Census of jar files</h1>\n<p class=\"where\">")
        .append(text(report.settings().dir().toString()))
        .append("</p>\n");
    if (!report.complete()) {
      page.append("<p class=\"partial\">Partial: stopped before the end; ")
          .append(Figures.of(report.notOpened(), "queued jar"))
          .append(" not opened.</p>\n");
    } else if (report.limited()) {
      page.append("<p class=\"partial\">Limited to the first ")
          .append(Figures.of(report.fed(), "jar"))
          .append(".</p>\n");
    }
    page.append("<ul class=\"tiles\">\n");
    tile(Figures.count(totals.jars()), "jars");
    tile(Figures.count(totals.artifacts()), "artifacts");
    tile(Figures.bytes(totals.bytes()), "on disk");
    tile(Figures.count(totals.classes()), "class files");
    tile(Figures.count(totals.multiReleaseJars()), "multi-release jars");
    tile(Figures.count(totals.duplicateClasses()), "duplicate class names");
    tile(Figures.count(totals.problems().size()), "damaged or unreadable");
    tile(Figures.seconds(report.seconds()), "elapsed");
    page.append("</ul>\n</header>\n");
  }

  private void tile(String figure, String label) {
    page.append("<li><b>")
        .append(figure)
        .append("</b><span>")
        .append(label)
        .append("</span></li>\n");
  }

  private void versions() {
    section(
        "Class files by Java release",
        "The release that the compiler was told to write for, from the header of every class file.",
        true);
    chart("vertical", "class files", "count", 0, 2);
    tableHead("Release", "Major", "Class files", "Share", "Jars with it as newest");
    for (Totals.VersionRow row : totals.versions()) {
      page.append("<tr>");
      cell(row.javaRelease());
      number(row.major(), String.valueOf(row.major()));
      number(row.classes(), Figures.count(row.classes()));
      number(row.classes(), Figures.percent(row.classes(), totals.classes()));
      number(row.jars(), Figures.count(row.jars()));
      page.append("</tr>\n");
    }
    endTable();
  }

  private void modules() {
    section(
        "Jars by module descriptor",
        "A compiled module-info, an Automatic-Module-Name in the manifest, or neither.",
        false);
    chart("vertical", "jars", "count", 0, 1);
    tableHead("Descriptor", "Jars", "Share");
    Stream.of(ModuleKind.values())
        .sorted(Comparator.comparingInt(totals::modules).reversed())
        .forEach(
            kind -> {
              page.append("<tr>");
              cell(kind.label);
              number(totals.modules(kind), Figures.count(totals.modules(kind)));
              number(totals.modules(kind), Figures.percent(totals.modules(kind), totals.opened()));
              page.append("</tr>\n");
            });
    endTable();
  }

  private void sizeHistogram() {
    section("Jars by size", "Size of the file, in steps of ten.", false);
    chart("vertical", "jars", "count", 0, 1);
    tableHead("Size", "Jars", "Share");
    int[] counts = totals.sizeHistogram(SIZE_LIMITS);
    for (int i = 0; i < counts.length; i++) {
      page.append("<tr>");
      cell(
          i == SIZE_LIMITS.length
              ? "> " + limit(SIZE_LIMITS[i - 1])
              : "\u2264 " + limit(SIZE_LIMITS[i]));
      number(counts[i], Figures.count(counts[i]));
      number(counts[i], Figures.percent(counts[i], totals.opened()));
      page.append("</tr>\n");
    }
    endTable();
  }

  private static String limit(long bytes) {
    return bytes >= 1_000_000 ? bytes / 1_000_000 + " MB" : bytes / 1_000 + " kB";
  }

  private void multiRelease() {
    section(
        "Multi-release entries",
        "Entries that replace others on newer releases, in "
            + Figures.of(totals.multiReleaseJars(), "multi-release jar")
            + ".",
        false);
    if (totals.multiReleaseJars() == 0) {
      none("No multi-release jars.");
      return;
    }
    chart("vertical", "entries", "count", 0, 1);
    tableHead("From", "Entries");
    totals
        .versionedByRelease()
        .forEach(
            (release, n) -> {
              page.append("<tr>");
              cell("Java " + release);
              number(n, Figures.count(n));
              page.append("</tr>\n");
            });
    endTable();
  }

  private void workers() {
    SortedMap<String, Integer> jars = totals.jarsByWorker();
    section("Jars by worker", TextReport.pipeline(report), false);
    if (jars.size() > MOST_WORKERS) {
      int least = Collections.min(jars.values());
      int most = Collections.max(jars.values());
      none("Each of " + jars.size() + " workers read between " + least + " and " + most + " jars.");
      return;
    }
    if (jars.isEmpty()) {
      none("No worker had anything to read.");
      return;
    }
    chart("vertical", "jars", "count", 0, 1);
    tableHead("Thread", "Jars");
    jars.forEach(
        (thread, n) -> {
          page.append("<tr>");
          cell(thread.replace("census-", ""));
          number(n, Figures.count(n));
          page.append("</tr>\n");
        });
    endTable();
  }

  private void duplicates() {
    section(
        "The same classes in several artifacts",
        Figures.of(totals.duplicateClasses(), "class name")
            + " in more than one artifact; versions of one artifact count once. Each row is a set of"
            + " artifacts and the names that all of them have.",
        true);
    List<Totals.SharedRow> rows = totals.worstShared(WORST);
    if (rows.isEmpty()) {
      none("No class name in more than one artifact.");
      return;
    }
    chart("horizontal", "class names", "count", 0, 1);
    tableHead("Artifacts", "Class names", "For example");
    for (Totals.SharedRow row : rows) {
      page.append("<tr><td>");
      for (String artifact : row.artifacts()) {
        page.append("<span class=\"item\">").append(text(artifact)).append("</span>");
      }
      page.append("</td>");
      number(row.classes(), Figures.count(row.classes()));
      page.append("<td class=\"code\">").append(text(row.example())).append("</td></tr>\n");
    }
    endTable();
  }

  private void largest() {
    section("Largest jars", "Size of the file.", true);
    List<Totals.SizeRow> rows = totals.largest(WORST);
    if (rows.isEmpty()) {
      none("No jars.");
      return;
    }
    chart("horizontal", "size", "bytes", 0, 1);
    tableHead("Jar", "Size", "Class files");
    for (Totals.SizeRow row : rows) {
      page.append("<tr><td title=\"").append(text(row.path())).append("\"><span class=\"item\">");
      page.append(text(TextReport.fileOf(row.path()))).append("</span></td>");
      number(row.bytes(), Figures.bytes(row.bytes()));
      number(row.classes(), Figures.count(row.classes()));
      page.append("</tr>\n");
    }
    endTable();
  }

  private void problems() {
    section("Damaged or unreadable", "The rest of the census went on without them.", true);
    List<Totals.Problem> problems = totals.problems();
    if (problems.isEmpty()) {
      none("Every file could be read.");
      return;
    }
    tableHead("File", "What is wrong");
    for (Totals.Problem problem : problems) {
      page.append("<tr><td class=\"code\">").append(text(problem.path())).append("</td>");
      cell(problem.what());
      page.append("</tr>\n");
    }
    endTable();
  }

  private void footer() {
    page.append("<footer>\n<p>Made by the example <code>census</code> of Interlock on JDK ")
        .append(text(Runtime.version().toString()))
        .append(", ")
        .append(
            ZonedDateTime.now(ZoneId.systemDefault())
                .format(DateTimeFormatter.ofPattern("uuuu-MM-dd HH:mm zzz", Locale.ROOT)))
        .append(". Charts: Chart.js (MIT licence, in the source of this page).</p>\n</footer>\n");
  }

  private void scripts() throws IOException {
    Properties webjar = new Properties();
    webjar.load(new StringReader(resource(WEBJAR_PROPERTIES)));
    String base = WEBJAR + webjar.getProperty("version") + "/";
    String library =
        resource(base + "dist/chart.umd.min.js").replaceAll("(?m)^//# sourceMappingURL=.*$", "");
    if (library.contains("</script")) {
      throw new IOException("the chart library cannot stand in a page: it contains </script");
    }
    page.append("<script>\n/*\n")
        .append(resource(base + "LICENSE.md").strip())
        .append("\n*/\n")
        .append(library)
        .append("</script>\n<script>\n")
        .append(resource("charts.js"))
        .append("</script>\n");
  }

  // Parts of a section

  private void section(String title, String explanation, boolean wide) {
    page.append(wide ? "<section class=\"wide\">\n<h2>" : "<section>\n<h2>")
        .append(text(title))
        .append("</h2>\n<p>")
        .append(text(explanation))
        .append("</p>\n");
  }

  private void none(String sentence) {
    page.append("<p class=\"none\">").append(text(sentence)).append("</p>\n</section>\n");
  }

  /** A chart of the table that follows: the columns that hold its labels and its values. */
  private void chart(String direction, String unit, String format, int labels, int values) {
    charts++;
    page.append("<figure data-table=\"data-")
        .append(charts)
        .append("\" data-direction=\"")
        .append(direction)
        .append("\" data-unit=\"")
        .append(unit)
        .append("\" data-format=\"")
        .append(format)
        .append("\" data-labels=\"")
        .append(labels)
        .append("\" data-values=\"")
        .append(values)
        .append("\"><canvas role=\"img\" aria-label=\"Bar chart of the table below\"></canvas>")
        .append("</figure>\n");
  }

  private void tableHead(String... titles) {
    page.append("<div class=\"scroll\"><table id=\"data-")
        .append(charts)
        .append("\">\n<thead><tr>");
    for (String title : titles) {
      boolean words = title.equals("For example") || title.equals("What is wrong");
      page.append(words ? "<th scope=\"col\" class=\"words\">" : "<th scope=\"col\">")
          .append(text(title))
          .append("</th>");
    }
    page.append("</tr></thead>\n<tbody>\n");
  }

  private void endTable() {
    page.append("</tbody>\n</table></div>\n</section>\n");
  }

  private void cell(String content) {
    page.append("<td>").append(text(content)).append("</td>");
  }

  private void number(long value, String shown) {
    page.append("<td class=\"number\" data-value=\"")
        .append(value)
        .append("\">")
        .append(text(shown))
        .append("</td>");
  }

  /** Text for content and quoted attributes alike. */
  static String text(String raw) {
    StringBuilder escaped = new StringBuilder(raw.length() + 16);
    Figures.printable(raw)
        .chars()
        .forEach(
            c -> {
              switch (c) {
                case '&' -> escaped.append("&amp;");
                case '<' -> escaped.append("&lt;");
                case '>' -> escaped.append("&gt;");
                case '"' -> escaped.append("&quot;");
                case '\'' -> escaped.append("&#39;");
                default -> escaped.append((char) c);
              }
            });
    return escaped.toString();
  }

  private static String resource(String name) throws IOException {
    try (InputStream in = HtmlReport.class.getResourceAsStream(name)) {
      if (in == null) {
        throw new IOException("not on the class path: " + name);
      }
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    }
  }
}
