package dev.interlock;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * Every access to memory that is weaker than volatile, and every fence, says why that suffices: a
 * comment {@code // Ordering: Mode. ...} right above it, with the mode of the call below.
 */
class MemoryOrderCommentTest {
  private static final Path SOURCES = Path.of("src/main/java").toAbsolutePath();

  /** Calls whose name tells the mode. */
  private static final Pattern MODED =
      Pattern.compile(
          "\\.(?:get|set|getAndSet|getAndAdd|getAndBitwise\\w+?|compareAndExchange"
              + "|weakCompareAndSet)(Opaque|Plain|Acquire|Release|Volatile)\\(");

  /** Plain access through a handle, whose name is in capitals; weak compare-and-set is volatile. */
  private static final Pattern PLAIN = Pattern.compile("\\b[A-Z][A-Z0-9_]*\\.(?:get|set)\\(");

  private static final Pattern FENCE =
      Pattern.compile("\\bVarHandle\\.(acquire|release|full|loadLoad|storeStore)Fence\\(");

  private static final Pattern COMMENT = Pattern.compile("^\\s*// Ordering: (\\w+)\\. +\\S");

  /** Where the tests lie that a comment names as its evidence. */
  private static final Path LITMUS =
      Path.of("../jcstress-tests/src/main/java/dev/interlock/jcstress").toAbsolutePath();

  private static final Pattern EVIDENCE =
      Pattern.compile("\\bEvidence: ((?:[A-Z]\\w+(?:, (?=[A-Z]))?)+)");

  // What a comment names as its evidence is a test of the harness.
  @Test
  void mainSources_evidence_isThere() throws IOException {
    List<String> missing = new ArrayList<>();
    int named = 0;
    try (Stream<Path> files = Files.walk(SOURCES)) {
      for (Path file : files.filter(f -> f.toString().endsWith(".java")).sorted().toList()) {
        for (String test : evidence(Files.readAllLines(file))) {
          named++;
          Path source = LITMUS.resolve(test + ".java");
          if (!Files.exists(source) || !Files.readString(source).contains("@JCStressTest")) {
            missing.add(SOURCES.relativize(file) + ": " + test);
          }
        }
      }
    }
    assertEquals(List.of(), missing, "named as evidence, and no test of jcstress-tests");
    assertTrue(named > 20, "only " + named + " found: is the expression right?");
  }

  // A name alone, two of them, one behind the end of a line, one with words behind it; no name is
  // one too.
  @Test
  void evidence_samples_areFound() {
    assertEquals(List.of("A1"), evidence(List.of("  // Ordering: Opaque. Why. Evidence: A1.")));
    assertEquals(
        List.of("Ab", "Cd"), evidence(List.of("// Ordering: Release. Evidence: Ab, Cd.", "x();")));
    assertEquals(List.of("Ab"), evidence(List.of("// Ordering: Release. Evidence:", "// Ab.")));
    assertEquals(List.of("Ab"), evidence(List.of("// Evidence: Ab, and its twin without it.")));
    assertEquals(List.of("?"), evidence(List.of("// Ordering: Release. Evidence: none.")));
    assertEquals(List.of(), evidence(List.of("  String evidence = x;", "  // no word of it")));
  }

  /** The tests that comments name; "?" for one that names none after the word. */
  private static List<String> evidence(List<String> lines) {
    List<String> tests = new ArrayList<>();
    StringBuilder comment = new StringBuilder();
    for (String line : lines) {
      String code = line.strip();
      if (code.startsWith("//")) {
        comment.append(' ').append(code.substring(2).strip());
        continue;
      }
      addEvidence(comment, tests);
    }
    addEvidence(comment, tests);
    return tests;
  }

  private static void addEvidence(StringBuilder comment, List<String> tests) {
    if (comment.indexOf("Evidence:") >= 0) {
      Matcher m = EVIDENCE.matcher(comment);
      tests.addAll(m.find() ? List.of(m.group(1).split(", ")) : List.of("?"));
    }
    comment.setLength(0);
  }

  // The sources keep the rule, and there is something to check.
  @Test
  void mainSources_eachWeakAccess_saysWhy() throws IOException {
    List<String> problems = new ArrayList<>();
    int checked = 0;
    try (Stream<Path> files = Files.walk(SOURCES)) {
      for (Path file : files.filter(f -> f.toString().endsWith(".java")).sorted().toList()) {
        List<String> lines = Files.readAllLines(file);
        problems.addAll(problems(SOURCES.relativize(file).toString(), lines));
        checked += (int) lines.stream().filter(line -> modeOf(line) != null).count();
      }
    }
    assertEquals(List.of(), problems);
    assertTrue(checked > 0, "no weak access found: is the folder right? " + SOURCES);
  }

  // This test can fail: no comment, another mode, no reason, or something in between.
  @Test
  void check_badSamples_findsEach() {
    assertProblem("no comment", "  int n = (int) N.getOpaque(this);");
    assertProblem(
        "says Acquire", "  // Ordering: Acquire. Pairs with x.", "  N.setRelease(this, 1);");
    assertProblem("no comment", "  // Ordering: Release", "  N.setRelease(this, 1);");
    assertProblem(
        "no comment",
        "  // Ordering: Plain. Before publication.",
        "  int i = 0;",
        "  N.set(this, 1);");
    assertProblem("no comment", "  VarHandle.releaseFence();");
    assertProblem(
        "says Volatile",
        "  // Ordering: Volatile. Wrong.",
        "  while (!N.weakCompareAndSetAcquire(this, 0, 1)) {");
    assertProblem("no comment", "  N.compareAndExchangeAcquire(this, 0, 1);");
    assertProblem("no comment", "  N.weakCompareAndSetPlain(this, 0, 1);");
    assertProblem("no comment", "  N.getAndAddRelease(this, 1);");
    assertProblem("no comment", "  return (long) PASSED.get(this);");
  }

  // What keeps the rule passes, and what is volatile needs no comment.
  @Test
  void check_goodSamples_passes() {
    assertPasses("  // Ordering: Opaque. Only a hint.", "  int n = (int) N.getOpaque(this);");
    assertPasses(
        "  // Ordering: Release. Pairs with nAcquire(), in a reason that takes",
        "  // more than one line.",
        "  N.setRelease(this, 1);");
    assertPasses("  // Ordering: Full. Store before load.", "  VarHandle.fullFence();");
    assertPasses("  // Ordering: Release. Pairs with y.", "  VarHandle.releaseFence();");
    assertPasses("  // Ordering: Plain. Needs the lock.", "  return (long) PASSED.get(this);");
    assertPasses("  N.setVolatile(this, 1);");
    assertPasses("  N.compareAndSet(this, 0, 1);", "  N.getAndSet(this, 1);");
    assertPasses("  N.weakCompareAndSet(this, 0, 1);", "  map.get(key);", "  guard.set(1);");
    assertPasses("  // N.setRelease(this, 1) would not do", "   * {@code N.getOpaque(this)}");
  }

  private static void assertProblem(String expected, String... lines) {
    List<String> problems = problems("Sample", List.of(lines));
    assertEquals(1, problems.size(), () -> "for " + List.of(lines));
    assertTrue(problems.get(0).contains(expected), problems.get(0));
  }

  private static void assertPasses(String... lines) {
    assertEquals(List.of(), problems("Sample", List.of(lines)));
  }

  private static List<String> problems(String file, List<String> lines) {
    List<String> problems = new ArrayList<>();
    for (int i = 0; i < lines.size(); i++) {
      String mode = modeOf(lines.get(i));
      if (mode == null) {
        continue;
      }
      String said = orderingAbove(lines, i);
      String where = file + ":" + (i + 1) + " " + lines.get(i).strip();
      if (said == null) {
        problems.add(where + ": no comment '// Ordering: " + mode + ". <why>' right above");
      } else if (!said.equals(mode)) {
        problems.add(where + ": the comment says " + said + ", the call is " + mode);
      }
    }
    return problems;
  }

  /** The mode of the weak access or fence in this line of code, or null. */
  private static String modeOf(String line) {
    String code = line.strip();
    if (code.startsWith("*") || code.startsWith("//") || code.startsWith("/*")) {
      return null;
    }
    Matcher fence = FENCE.matcher(line);
    if (fence.find()) {
      String kind = fence.group(1);
      return Character.toUpperCase(kind.charAt(0)) + kind.substring(1);
    }
    Matcher moded = MODED.matcher(line);
    if (moded.find()) {
      return moded.group(1).equals("Volatile") ? null : moded.group(1);
    }
    return PLAIN.matcher(line).find() ? "Plain" : null;
  }

  /** The mode that the block of comments right above line {@code i} gives, or null. */
  private static String orderingAbove(List<String> lines, int i) {
    String said = null;
    for (int j = i - 1; j >= 0 && lines.get(j).strip().startsWith("//"); j--) {
      Matcher m = COMMENT.matcher(lines.get(j));
      if (m.find()) {
        said = m.group(1);
        break;
      }
    }
    return said;
  }
}
