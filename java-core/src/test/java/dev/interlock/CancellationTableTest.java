package dev.interlock;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** docs/cancellation.md: each row names tests, and those tests exist. */
class CancellationTableTest {
  private static final Path ROOT = Path.of("").toAbsolutePath().getParent();
  private static final Path TABLE = ROOT.resolve("docs/cancellation.md");

  /** `Class#method`, or `coroutines.Class#method` for a test written in Kotlin. */
  private static final Pattern REFERENCE = Pattern.compile("`((?:coroutines\\.)?\\w+)#(\\w+)`");

  /** An annotation of a test, other annotations, and the declaration. */
  private static final Pattern TEST =
      Pattern.compile(
          "@(?:Test|ParameterizedTest)\\b(?:\\([^)]*\\))?(?:\\s+@\\w+(?:\\([^)]*\\))?)*\\s+"
              + "(?:void|fun)\\s+(\\w+)\\(");

  // Every test that the document names exists.
  @Test
  void document_eachTestNamed_exists() throws IOException {
    assertEquals(List.of(), unknown(Files.readString(TABLE), testsInSources()));
  }

  // Every row names a test.
  @Test
  void document_eachRow_namesATest() throws IOException {
    List<String> rows = rows(Files.readString(TABLE));
    assertTrue(rows.size() > 60, () -> rows.size() + " rows");
    for (String row : rows) {
      assertTrue(REFERENCE.matcher(row).find(), row);
    }
  }

  // Every waiting operation has its rows, for each kind of waiter that can call it.
  @Test
  void document_eachOperationAndWaiter_hasRows() throws IOException {
    Set<String> expected = new TreeSet<>();
    for (String operation :
        List.of(
            "lock",
            "tryLock(timeout)",
            "lock(owner)",
            "recover",
            "await(guard)",
            "await(guard, timeout)",
            "acquire(n)",
            "tryAcquire(n, timeout)",
            "send",
            "send(timeout)",
            "receive",
            "receive(timeout)",
            "receiveBatch",
            "iteration")) {
      expected.add(operation + " / thread");
      expected.add(operation + " / coroutine");
    }
    for (String operation :
        List.of(
            "lockAsync",
            "lockAsync(owner)",
            "awaitAsync(guard)",
            "acquireAsync(n)",
            "sendAsync",
            "receiveAsync",
            "receiveBatchAsync")) {
      expected.add(operation + " / future");
    }
    Set<String> present = new TreeSet<>();
    for (String row : rows(Files.readString(TABLE))) {
      String[] cells = row.split("\\|");
      present.add(cells[1].strip() + " / " + cells[2].strip());
    }
    expected.removeAll(present);
    assertEquals(Set.of(), expected, "rows that are missing");
  }

  // Every test that was written for the table stands in it.
  @Test
  void tests_writtenForTheTable_standInIt() throws IOException {
    String document = Files.readString(TABLE);
    Map<String, Set<String>> tests = testsInSources();
    for (String type : List.of("CancellationTest", "coroutines.CoroutineCancellationTest")) {
      for (String method : tests.get(type)) {
        String reference = "`" + type + "#" + method + "`";
        assertTrue(document.contains(reference), () -> reference + " is in no row");
      }
    }
  }

  // This test can fail: a misspelt method, a class that is not there, a method that is no test.
  @Test
  void check_badSample_findsIt() {
    Map<String, Set<String>> tests =
        Map.of(
            "RealTest",
            testsIn(
                """
                class RealTest {
                  @Test
                  void real_one() {}

                  @ParameterizedTest(name = "{0}")
                  @ValueSource(ints = {0, 1})
                  void real_two(int n) {}

                  private void helper() {}
                }
                """));
    assertEquals(Set.of("real_one", "real_two"), tests.get("RealTest"));
    assertEquals(
        List.of("RealTest#real_three", "UnrealTest#real_one", "RealTest#helper"),
        unknown(
            "`RealTest#real_one` `RealTest#real_three` `UnrealTest#real_one` `RealTest#helper`",
            tests));
    assertFalse(REFERENCE.matcher("| lock | thread | interrupted | none | |").find());
  }

  private static List<String> unknown(String document, Map<String, Set<String>> tests) {
    List<String> unknown = new ArrayList<>();
    for (Matcher m = REFERENCE.matcher(document); m.find(); ) {
      if (!tests.getOrDefault(m.group(1), Set.of()).contains(m.group(2))) {
        unknown.add(m.group(1) + "#" + m.group(2));
      }
    }
    return unknown;
  }

  /** The rows of all tables, without their heads. */
  private static List<String> rows(String document) {
    List<String> rows = new ArrayList<>();
    boolean inTests = false;
    for (String line : document.split("\n")) {
      if (!line.startsWith("|")) {
        inTests = false;
      } else if (line.endsWith("| test |")) {
        inTests = true;
      } else if (inTests && !line.startsWith("|---")) {
        rows.add(line);
      }
    }
    return rows;
  }

  private static Map<String, Set<String>> testsInSources() throws IOException {
    Map<String, Set<String>> tests = new TreeMap<>();
    collect(ROOT.resolve("java-core/src/test/java"), ".java", "", tests);
    collect(ROOT.resolve("kotlin-async/src/test/kotlin"), ".kt", "coroutines.", tests);
    return tests;
  }

  private static void collect(
      Path folder, String ending, String prefix, Map<String, Set<String>> into) throws IOException {
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path file : files.filter(f -> f.toString().endsWith(ending)).toList()) {
        String name = file.getFileName().toString();
        String type = prefix + name.substring(0, name.length() - ending.length());
        into.computeIfAbsent(type, t -> new LinkedHashSet<>())
            .addAll(testsIn(Files.readString(file)));
      }
    }
  }

  private static Set<String> testsIn(String source) {
    Set<String> tests = new LinkedHashSet<>();
    for (Matcher m = TEST.matcher(source); m.find(); ) {
      tests.add(m.group(1));
    }
    return tests;
  }
}
