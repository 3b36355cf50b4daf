package dev.interlock;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.interlock.future.PollFuture;
import dev.interlock.sync.Barrier;
import dev.interlock.sync.Condition;
import dev.interlock.sync.CountDownLatch;
import dev.interlock.sync.Lazy;
import dev.interlock.sync.Mutex;
import dev.interlock.sync.Notify;
import dev.interlock.sync.OnceCell;
import dev.interlock.sync.ReadGuard;
import dev.interlock.sync.ReentrantMutex;
import dev.interlock.sync.RwLock;
import dev.interlock.sync.Semaphore;
import dev.interlock.sync.WaitGroup;
import dev.interlock.sync.WriteGuard;
import java.io.IOException;
import java.lang.reflect.Method;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
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
          "@(?:Test|ParameterizedTest)\\b(?:\\([^)]*\\))?(?:\\s+@\\w+(?:\\([^)]*\\))?(?:\\s*//.*)?)*\\s+"
              + "(?:void|fun)\\s+(\\w+)\\(");

  /** The waiting operations of each table, by the beginning of its heading. */
  private static final Map<String, List<String>> OPERATIONS =
      Map.ofEntries(
          Map.entry(
              "Mutex",
              List.of(
                  "lock",
                  "tryLock(timeout)",
                  "lockAsync",
                  "lock(owner)",
                  "tryLock(owner, timeout)",
                  "lockAsync(owner)")),
          Map.entry(
              "RwLock",
              List.of(
                  "read",
                  "tryRead(timeout)",
                  "readAsync",
                  "write",
                  "tryWrite(timeout)",
                  "writeAsync",
                  "upgrade",
                  "tryUpgrade(timeout)",
                  "upgradeAsync")),
          Map.entry(
              "Condition",
              List.of(
                  "await(guard)",
                  "await(guard, timeout)",
                  "awaitUntil(guard, predicate)",
                  "awaitUntil(guard, predicate, timeout)",
                  "awaitAsync(guard)")),
          Map.entry(
              "Semaphore", List.of("acquire(n)", "tryAcquire(n, timeout)", "acquireAsync(n)")),
          Map.entry(
              "CountDownLatch and WaitGroup", List.of("await", "await(timeout)", "awaitAsync")),
          Map.entry(
              "OnceCell",
              List.of(
                  "getOrInit", "getOrInitAsync", "claimAsync", "get", "get(timeout)", "getAsync")),
          Map.entry("Lazy", List.of("getInterruptibly", "getAsync")),
          Map.entry("Barrier", List.of("await", "await(timeout)", "awaitAsync")),
          Map.entry("Notify", List.of("await", "await(timeout)", "awaitAsync")));

  /** Where the operations of a class stand. */
  private static final Map<Class<?>, String> HEADINGS =
      Map.ofEntries(
          Map.entry(Mutex.class, "Mutex"),
          Map.entry(ReentrantMutex.class, "Mutex"),
          Map.entry(RwLock.class, "RwLock"),
          Map.entry(ReadGuard.class, "RwLock"),
          Map.entry(WriteGuard.class, "RwLock"),
          Map.entry(Condition.class, "Condition"),
          Map.entry(Semaphore.class, "Semaphore"),
          Map.entry(CountDownLatch.class, "CountDownLatch and WaitGroup"),
          Map.entry(WaitGroup.class, "CountDownLatch and WaitGroup"),
          Map.entry(OnceCell.class, "OnceCell"),
          Map.entry(Lazy.class, "Lazy"),
          Map.entry(Barrier.class, "Barrier"),
          Map.entry(Notify.class, "Notify"));

  /** Operations of channels, and of mutexes that can be poisoned: they have rows, of whatever kind. */
  private static final List<String> MORE_OPERATIONS =
      List.of(
          "recover",
          "recoverAsync",
          "lockAll",
          "tryLockAll(timeout)",
          "lockAllAsync",
          "send",
          "send(timeout)",
          "sendAsync",
          "receive",
          "receive(timeout)",
          "receiveAsync",
          "receiveBatch",
          "receiveBatchAsync",
          "iteration");

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

  // Every waiting operation has its rows: for each kind of waiter that can call it, one for an end
  // while it waits, and one for an end that meets the grant.
  @Test
  void document_eachOperationWaiterAndEnd_hasRows() throws IOException {
    String document = Files.readString(TABLE);
    Set<String> missing = new TreeSet<>();
    OPERATIONS.forEach(
        (heading, operations) -> {
          String section = section(document, heading);
          for (String operation : operations) {
            for (String waiter : waiters(operation)) {
              List<String> ends = ends(section, operation, waiter);
              for (Pattern end : endsOf(operation, waiter)) {
                if (ends.stream().noneMatch(e -> end.matcher(e).find())) {
                  missing.add(heading + ": " + operation + " / " + waiter + " / " + end);
                }
              }
            }
          }
        });
    for (String operation : MORE_OPERATIONS) {
      for (String waiter : waiters(operation)) {
        if (ends(document, operation, waiter).isEmpty()) {
          missing.add(operation + " / " + waiter);
        }
      }
    }
    assertEquals(Set.of(), missing, "rows that are missing");
  }

  // No waiting operation is forgotten above: those of the classes are all there. A block form waits
  // as the operation that it is made of.
  @Test
  void operations_ofTheClasses_areListed() {
    HEADINGS.forEach(
        (type, heading) -> {
          for (Method method : type.getMethods()) {
            boolean interruptible =
                List.of(method.getExceptionTypes()).contains(InterruptedException.class);
            boolean future = PollFuture.class.isAssignableFrom(method.getReturnType());
            if ((!interruptible && !future)
                || method.getDeclaringClass() == Object.class
                || method.getName().startsWith("with")) {
              continue;
            }
            boolean timed = List.of(method.getParameterTypes()).contains(Duration.class);
            List<String> all = new ArrayList<>(OPERATIONS.get(heading));
            all.addAll(MORE_OPERATIONS);
            assertTrue(
                all.stream()
                    .anyMatch(
                        operation ->
                            operation.replaceFirst("\\(.*", "").equals(method.getName())
                                && operation.contains("timeout") == timed),
                () -> method + " is not in the list of " + heading);
          }
        });
  }

  private static List<String> waiters(String operation) {
    if (operation.equals("getInterruptibly")) {
      return List.of("thread", "coroutine");
    }
    return operation.contains("Async") ? List.of("future") : List.of("thread", "coroutine");
  }

  /** How a wait of it can end early, in the words of the third column. */
  private static List<Pattern> endsOf(String operation, String waiter) {
    String meets = ".*\\b(as|when|after)\\b";
    if (waiter.equals("future")) {
      return patterns("dropped.*while it waits", "dropped" + meets);
    }
    if (operation.contains("timeout")) {
      String[] timed = {"its time runs out($|,)", "its time runs out" + meets};
      return waiter.equals("thread")
          ? patterns(timed[0], timed[1], "interrupted")
          : patterns(timed);
    }
    String ended = waiter.equals("thread") ? "interrupted" : "cancelled";
    return patterns(ended + ".*while it waits", ended + meets);
  }

  private static List<Pattern> patterns(String... expressions) {
    return Stream.of(expressions).map(Pattern::compile).toList();
  }

  /** The text under a heading of the second level. */
  private static String section(String document, String heading) {
    int start = document.indexOf("\n## " + heading);
    assertTrue(start >= 0, () -> "no section " + heading);
    int end = document.indexOf("\n## ", start + 1);
    return document.substring(start, end < 0 ? document.length() : end);
  }

  /** The third cells of the rows of an operation; a row may name several. */
  private static List<String> ends(String text, String operation, String waiter) {
    List<String> ends = new ArrayList<>();
    for (String row : rows(text)) {
      String[] cells = row.split("\\|");
      if (List.of(cells[1].strip().split(", (?![^(]*\\))")).contains(operation)
          && cells[2].strip().equals(waiter)) {
        ends.add(cells[3].strip());
      }
    }
    return ends;
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

                  @Test
                  @SuppressWarnings("unchecked") // a reason
                  void real_four() {}

                  private void helper() {}
                }
                """));
    assertEquals(Set.of("real_one", "real_two", "real_four"), tests.get("RealTest"));
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
