package dev.interlock.examples.census;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.interlock.examples.Launched;
import dev.interlock.examples.census.Census.Report;
import dev.interlock.examples.census.Census.Settings;
import dev.interlock.examples.census.Census.ThreadKind;
import dev.interlock.examples.census.JarRecord.ModuleKind;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.jsoup.Jsoup;
import org.jsoup.nodes.Document;
import org.jsoup.nodes.Element;
import org.jsoup.parser.Parser;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CensusTest {
  @TempDir private Path dir;
  @TempDir private Path elsewhere;

  private static Settings settings(Path dir) {
    return new Settings(dir, 2, 4, ThreadKind.PLATFORM, Integer.MAX_VALUE);
  }

  private Report census() throws InterruptedException {
    return new Census(settings(dir)).run(jar -> {});
  }

  private Path inRepository(String group, String name, String version) {
    return dir.resolve(group.replace('.', '/'))
        .resolve(name)
        .resolve(version)
        .resolve(name + "-" + version + ".jar");
  }

  private String text(Report report) {
    StringWriter text = new StringWriter();
    new TextReport(report, new PrintWriter(text, true)).print();
    return text.toString();
  }

  private Document page(Report report) throws Exception {
    Path file = elsewhere.resolve("page.html");
    HtmlReport.write(report, file);
    Parser strict = Parser.htmlParser().setTrackErrors(20);
    Document page = strict.parseInput(Files.readString(file), "");
    assertEquals(List.of(), List.copyOf(strict.getErrors()));
    return page;
  }

  /** A directory with one of everything. */
  private void oneOfEverything() throws Exception {
    Jars.write(inRepository("org.one", "plain", "1.0"))
        .classFile("one/A", 52)
        .classFile("one/B", 52)
        .classFile("one/C", 61)
        .entry("readme.txt", new byte[3000])
        .close();
    Jars.write(inRepository("org.one", "plain", "1.1")).classFile("one/A", 52).close();
    Jars.write(inRepository("org.two", "copier", "2.0"))
        .manifest("Automatic-Module-Name", "org.two.copier")
        .classFile("one/A", 49)
        .classFile("one/B", 49)
        .close();
    Jars.write(inRepository("org.three", "multi", "3.0"))
        .manifest("Multi-Release", "true")
        .classFile("three/M", 52)
        .classFile("META-INF/versions/9/three/M", 53)
        .classFile("META-INF/versions/21/three/M", 65)
        .close();
    Jars.write(inRepository("org.four", "modular", "4.0"))
        .moduleInfo("org.four.modular", elsewhere.resolve("scratch"))
        .close();
    Files.writeString(dir.resolve("text.jar"), "this is no archive");
    Files.createFile(dir.resolve("empty.jar"));
    byte[] whole = Files.readAllBytes(inRepository("org.one", "plain", "1.0"));
    Files.write(dir.resolve("truncated.jar"), Arrays.copyOf(whole, whole.length / 2));
    Jars.write(dir.resolve("bad<header>.jar"))
        .entry("Bad.class", "not a class".getBytes(StandardCharsets.UTF_8))
        .entry("Short.class", new byte[3])
        .classFile("Good", 61)
        .close();
    Files.writeString(dir.resolve("ignored.txt"), "not looked at");
  }

  private String problem(Report report, String path) {
    return report.totals().problems().stream()
        .filter(p -> p.path().equals(path))
        .map(Totals.Problem::what)
        .findFirst()
        .orElseThrow();
  }

  // Every header is counted under its version, those of a multi-release jar included.
  @Test
  void run_classFiles_countedByVersion() throws Exception {
    oneOfEverything();
    Totals totals = census().totals();
    assertEquals(9, totals.jars());
    assertEquals(6, totals.opened());
    Map<Integer, Integer> byMajor = new TreeMap<>();
    totals.versions().forEach(row -> byMajor.put(row.major(), row.classes()));
    assertEquals(Map.of(49, 2, 52, 4, 53, 1, 61, 3, 65, 1), byMajor);
  }

  // Entries under META-INF/versions count by release when the manifest says multi-release.
  @Test
  void run_multiReleaseJar_countedByRelease() throws Exception {
    oneOfEverything();
    Totals totals = census().totals();
    assertEquals(1, totals.multiReleaseJars());
    assertEquals(Map.of(9, 1, 21, 1), totals.versionedByRelease());
  }

  // Without the manifest's word the same entries mean nothing.
  @Test
  void run_versionsWithoutManifest_isNoMultiRelease() throws Exception {
    Jars.write(dir.resolve("a.jar")).classFile("META-INF/versions/9/A", 53).close();
    assertEquals(0, census().totals().multiReleaseJars());
  }

  // The three ways to describe a module are told apart.
  @Test
  void run_moduleDescriptors_toldApart() throws Exception {
    oneOfEverything();
    Totals totals = census().totals();
    assertEquals(1, totals.modules(ModuleKind.NAMED));
    assertEquals(1, totals.modules(ModuleKind.AUTOMATIC));
    assertEquals(4, totals.modules(ModuleKind.NONE));
  }

  // A class in two artifacts is a duplicate; in two versions of one artifact it is none.
  @Test
  void run_sameClassTwice_countedAcrossArtifactsOnly() throws Exception {
    oneOfEverything();
    Totals totals = census().totals();
    assertEquals(2, totals.duplicateClasses());
    assertEquals(
        List.of(new Totals.SharedRow(List.of("org.one:plain", "org.two:copier"), 2, "one.A")),
        totals.worstShared(10));
    assertEquals(
        List.of(new Totals.CopiedClass("one.A", 2), new Totals.CopiedClass("one.B", 2)),
        totals.mostCopied(10));
  }

  // Each damaged file is named with what is wrong, and the others are counted all the same.
  @Test
  void run_damagedFiles_namedAndTheRestGoesOn() throws Exception {
    oneOfEverything();
    Report report = census();
    assertTrue(problem(report, "text.jar").startsWith("not a zip archive"));
    assertEquals("empty file", problem(report, "empty.jar"));
    assertTrue(problem(report, "truncated.jar").startsWith("truncated or damaged archive"));
    assertEquals(
        "Bad.class is not a class file (starts with 6e6f7420), and 1 more",
        problem(report, "bad<header>.jar"));
    assertEquals(4, report.totals().problems().size());
    assertTrue(report.addsUp());
    assertTrue(report.complete());
  }

  // A directory without jars is no error: the report says that there are none.
  @Test
  void run_emptyDirectory_saysSo() throws Exception {
    Report report = census();
    assertEquals(0, report.totals().jars());
    assertTrue(report.addsUp());
    assertTrue(text(report).contains("No jar files there."));
    assertNotNull(page(report));
  }

  // One worker and no room in the channels is the narrowest pipeline; nothing is lost in it.
  @Test
  void run_oneWorkerAndRendezvous_readsAll() throws Exception {
    oneOfEverything();
    Report report =
        new Census(new Settings(dir, 1, 0, ThreadKind.PLATFORM, Integer.MAX_VALUE)).run(jar -> {});
    assertEquals(9, report.totals().jars());
    assertEquals(0, report.peakQueued());
    assertTrue(report.addsUp());
  }

  // The number of queued jobs never exceeds the capacity.
  @Test
  void run_moreJarsThanCapacity_boundHolds() throws Exception {
    manyJars(100);
    Report report = census();
    assertEquals(100, report.totals().jars());
    assertTrue(report.peakQueued() <= 4, () -> "queued " + report.peakQueued());
  }

  // The limit is exact, and the report says that there was one.
  @Test
  void run_limit_readsThatMany() throws Exception {
    manyJars(20);
    Report report = new Census(new Settings(dir, 3, 2, ThreadKind.PLATFORM, 7)).run(jar -> {});
    assertEquals(7, report.totals().jars());
    assertTrue(report.limited());
    assertTrue(text(report).contains("Limited to the first 7 jars"));
  }

  // Stopped in the middle, as by Ctrl-C: what is open is finished, what was queued is counted, and
  // both reports say that they are partial.
  @Test
  void stop_inTheMiddle_endsInOrderWithPartialReport() throws Exception {
    manyJars(200);
    Census census = new Census(settings(dir));
    Report report =
        census.run(
            jar -> {
              census.stop();
              census.stop();
            });
    assertFalse(report.complete());
    assertTrue(report.addsUp(), report::toString);
    int read = report.totals().jars();
    assertTrue(read >= 1 && read < 200, () -> "read " + read);
    assertTrue(text(report).contains("PARTIAL: stopped before the end"));
    assertNotNull(page(report).selectFirst(".partial"));
  }

  // Stopped before it began, it ends with nothing.
  @Test
  void stop_beforeRun_readsNothing() throws Exception {
    manyJars(5);
    Census census = new Census(settings(dir));
    census.stop();
    Report report = census.run(jar -> {});
    assertEquals(0, report.totals().jars());
    assertFalse(report.complete());
    assertTrue(report.addsUp());
  }

  // Every table fits on a terminal of 100 columns.
  @Test
  void text_everything_fitsInto100Columns() throws Exception {
    oneOfEverything();
    Jars.write(dir.resolve("x".repeat(120) + ".jar")).classFile("one/A", 61).close();
    Files.writeString(dir.resolve("y".repeat(120) + ".jar"), "no archive");
    text(census())
        .lines()
        .skip(1) // the path of the directory is as long as it is
        .forEach(line -> assertTrue(line.length() <= 100, line));
  }

  // The figures of the terminal and those of the page are the same.
  @Test
  void reports_everything_showTheSameFigures() throws Exception {
    oneOfEverything();
    Report report = census();
    String text = text(report);
    Document page = page(report);
    assertTrue(text.contains("9 jars of"), text);
    assertEquals("9", page.selectFirst(".tiles li b").text());
    assertTrue(text.matches("(?s).*\\| Java 8 +\\| +52 \\| +4 \\|.*"), text);
    Element java8 = page.selectFirst("tr:has(td:containsOwn(Java 8))");
    assertEquals("4", java8.child(2).text());
    assertTrue(text.contains("org.one:plain, org.two:copier"), text);
    assertEquals(
        List.of("org.one:plain", "org.two:copier"),
        page.select("tr:contains(org.two:copier) .item").eachText());
  }

  // Names of files are text on the page, whatever they contain.
  @Test
  void page_nameWithMarkup_isEscaped() throws Exception {
    Path evil = dir.resolve("<img src=x onerror=alert(1)>&amp;\"'.jar");
    Files.writeString(evil, "no archive");
    Document page = page(census());
    assertEquals(0, page.select("img").size());
    assertTrue(page.text().contains("<img src=x onerror=alert(1)>&amp;\"'.jar"), page.text());
  }

  // The page loads nothing: no address in it but those that the library's licence mentions.
  @Test
  void page_everything_loadsNothing() throws Exception {
    oneOfEverything();
    Document page = page(census());
    assertEquals(0, page.select("[src], [href], link, iframe, base").size());
    assertTrue(page.select("style").stream().noneMatch(s -> s.data().contains("url(")));
    assertTrue(page.select("style").stream().noneMatch(s -> s.data().contains("@import")));
    assertTrue(page.html().contains("The MIT License"));
    assertTrue(page.select("figure[data-table]").size() >= 5);
    for (Element figure : page.select("figure[data-table]")) {
      assertNotNull(page.getElementById(figure.attr("data-table")));
    }
  }

  // The whole command: page written where it was told, exit code 0 although files are damaged.
  @Test
  void command_damagedFilesAmongOthers_writesThePage() throws Exception {
    oneOfEverything();
    Path html = elsewhere.resolve("out.html");
    Launched census =
        Launched.with(
            "census", "--dir", dir.toString(), "--html", html.toString(), "--workers", "1");
    assertEquals(0, census.code(), census::err);
    assertTrue(census.out().contains("truncated.jar"), census.out());
    assertTrue(census.out().contains("[ok]     each of 9 jars"), census.out());
    assertTrue(Jsoup.parse(Files.readString(html)).title().contains("Census"));
  }

  // Bad input is told in a sentence that names the option and the value, before any work.
  @Test
  void command_badInput_saysWhatIsWrong() throws Exception {
    String there = dir.toString();
    Path file = Files.createFile(elsewhere.resolve("file"));
    assertBad("--workers is 0; it must be between 1 and 1000.", "--dir", there, "--workers", "0");
    assertBad("--capacity is -1; it must be between 0 and", "--dir", there, "--capacity", "-1");
    assertBad("--limit is 0; it must be 1 or more.", "--dir", there, "--limit", "0");
    assertBad("--threads is 'green'", "--dir", there, "--threads", "green");
    assertBad("does not exist.", "--dir", dir.resolve("nosuch").toString());
    assertBad("is not a directory.", "--dir", file.toString());
    assertBad("is a directory; name a file", "--dir", there, "--html", there);
    assertBad(
        "is in a directory that does not exist",
        "--dir",
        there,
        "--html",
        dir.resolve("nosuch/page.html").toString());
  }

  private static void assertBad(String expected, String... options) {
    String[] args = Stream.concat(Stream.of("census"), Stream.of(options)).toArray(String[]::new);
    Launched census = Launched.with(args);
    assertEquals(2, census.code(), census::err);
    assertTrue(census.err().contains(expected), census.err());
    assertFalse(census.err().contains("\tat "), census.err());
    assertEquals("", census.out());
  }

  // The default directory follows what Maven is told, the most specific first.
  @Test
  void localRepository_settings_areHonoured() throws Exception {
    Properties properties = new Properties();
    properties.setProperty("user.home", elsewhere.toString());
    assertEquals(elsewhere.resolve(".m2/repository"), MavenRepository.local(properties, Map.of()));
    Files.createDirectories(elsewhere.resolve(".m2"));
    Files.writeString(
        elsewhere.resolve(".m2/settings.xml"),
        "<settings><localRepository>${user.home}/repo</localRepository></settings>");
    assertEquals(elsewhere.resolve("repo"), MavenRepository.local(properties, Map.of()));
    assertEquals(
        Path.of("/variable"), MavenRepository.local(properties, Map.of("M2_REPO", "/variable")));
    properties.setProperty("maven.repo.local", "/property");
    assertEquals(
        Path.of("/property"), MavenRepository.local(properties, Map.of("M2_REPO", "/variable")));
  }

  private void manyJars(int count) throws Exception {
    for (int i = 0; i < count; i++) {
      Jars.write(dir.resolve("jar" + i + ".jar")).classFile("p" + i + "/A", 61).close();
    }
  }
}
