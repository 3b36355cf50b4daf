package dev.interlock.jcstress.page;

import dev.interlock.jcstress.litmus.Answer;
import dev.interlock.jcstress.litmus.Litmus;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.infra.Status;
import org.openjdk.jcstress.infra.TestInfo;
import org.openjdk.jcstress.infra.collectors.DiskReadCollector;
import org.openjdk.jcstress.infra.runners.TestList;

/**
 * Writes the generated parts of {@code docs/memory-orders.md}: the outcomes of the litmus tests, read from
 * the files that the harness left, and the table of weaker accesses.
 *
 * <p>Arguments: the root of the repository, and the folder with {@code *.bin.gz} of one or several runs on
 * this machine and this JDK; their counts add up. Tests that need more processors than there are, which the
 * harness leaves out, are run here, crowded.
 */
public final class MemoryOrders {
  static final String BLOCK = "litmus";
  private static final String PACKAGE = "dev.interlock.jcstress.litmus.";
  private static final int CROWDED_MILLIS = 1500;

  private MemoryOrders() {}

  /** See above. */
  public static void main(String[] arguments) throws IOException, ReflectiveOperationException {
    if (arguments.length != 2) {
      throw new IllegalArgumentException("usage: MemoryOrders ROOT RESULTS");
    }
    Path root = Path.of(arguments[0]);
    List<Row> rows = rows();
    Map<String, Map<String, Long>> seen =
        read(blobs(Path.of(arguments[1])), name -> name.startsWith(PACKAGE));
    for (Row row : rows) {
      if (row.isCrowded()) {
        InProcess.Seen crowded =
            InProcess.run(row.info, CROWDED_MILLIS, 2, MemoryOrders.class.getClassLoader());
        if (crowded.status() != Status.NORMAL) {
          throw new IllegalStateException(crowded.failure(row.info));
        }
        seen.put(row.info.name(), crowded.outcomes());
      }
    }
    for (Row row : rows) {
      if (!seen.containsKey(row.info.name())) {
        throw new IllegalStateException("no results of " + row.info.name());
      }
    }
    Blocks.replace(page(root), BLOCK, litmus(rows, seen));
    Blocks.replace(page(root), OrderTable.BLOCK, OrderTable.of(sources(root)));
    for (Row row : rows) {
      if (row.litmus.java() == Answer.FORBIDDEN && row.count(seen) > 0) {
        throw new IllegalStateException(row.info.name() + ": a forbidden outcome was seen");
      }
    }
  }

  /** The page. */
  public static Path page(Path root) {
    return root.resolve("docs/memory-orders.md");
  }

  /** The main sources. */
  public static Path sources(Path root) {
    return root.resolve("java-core/src/main/java");
  }

  /** One test with what it says of itself. */
  public record Row(TestInfo info, Litmus litmus) {
    /** Whether the harness has too few processors for it. */
    boolean isCrowded() {
      return info.threads() > Runtime.getRuntime().availableProcessors();
    }

    long count(Map<String, Map<String, Long>> seen) {
      long count = 0;
      for (Map.Entry<String, Long> e : seen.getOrDefault(info.name(), Map.of()).entrySet()) {
        count += isAsked(e.getKey()) ? e.getValue() : 0;
      }
      return count;
    }

    long total(Map<String, Map<String, Long>> seen) {
      return seen.getOrDefault(info.name(), Map.of()).values().stream().mapToLong(n -> n).sum();
    }

    boolean isAsked(String outcome) {
      String asked = litmus.asked();
      return asked.startsWith("not ")
          ? !outcome.equals(asked.substring("not ".length()))
          : outcome.equals(asked);
    }

    /** What the grades of the test make of the outcome that is asked for. */
    Answer graded() {
      String asked = litmus.asked();
      Expect expect =
          asked.startsWith("not ") ? info.unmatched().expect() : InProcess.expectOf(info, asked);
      return switch (expect) {
        case FORBIDDEN -> Answer.FORBIDDEN;
        case ACCEPTABLE_INTERESTING -> Answer.ALLOWED;
        default -> throw new IllegalStateException(info.name() + ": " + asked + " is " + expect);
      };
    }
  }

  /** Every litmus test: the shapes in the order of the page, in each the modes as in its class. */
  public static List<Row> rows() throws ReflectiveOperationException {
    List<String> shapes =
        List.of(
            "Coherence",
            "MessagePassing",
            "DoubleChecked",
            "LoadBuffering",
            "StoreBuffering",
            "Dekker",
            "IndependentReads");
    Map<String, Row> byName = new TreeMap<>();
    for (String test : TestList.tests()) {
      if (test.startsWith(PACKAGE)) {
        TestInfo info = TestList.getInfo(test);
        Litmus litmus = Class.forName(info.binaryName()).getAnnotation(Litmus.class);
        if (litmus == null) {
          throw new IllegalStateException(test + " does not say what it asks");
        }
        byName.put(test, new Row(info, litmus));
      }
    }
    List<Row> rows = new ArrayList<>(byName.values());
    rows.sort(
        Comparator.comparing((Row row) -> shapes.indexOf(shapeClass(row)))
            .thenComparing(row -> strength(row.litmus))
            .thenComparing(row -> row.litmus.mode()));
    for (Row row : rows) {
      if (!shapes.contains(shapeClass(row))) {
        throw new IllegalStateException("the page has no place for " + row.info.name());
      }
    }
    return rows;
  }

  private static String shapeClass(Row row) {
    return row.info.name().split("\\.")[PACKAGE.split("\\.").length];
  }

  /** From weak to strong, fences last. */
  private static int strength(Litmus litmus) {
    List<String> modes =
        List.of(
            "plain",
            "plain, final field",
            "opaque",
            "release store alone",
            "acquire load alone",
            "acquire/release",
            "volatile");
    int i = modes.indexOf(litmus.mode());
    return i >= 0 ? i : litmus.mode().startsWith("full") ? modes.size() + 1 : modes.size();
  }

  /** What runs of the harness left in a folder, the oldest first: the time is in their names. */
  static List<Path> blobs(Path results) throws IOException {
    List<Path> blobs;
    try (Stream<Path> files = Files.list(results)) {
      blobs = files.filter(f -> f.toString().endsWith(".bin.gz")).sorted().toList();
    }
    if (blobs.isEmpty()) {
      throw new IllegalStateException("no results of the harness in " + results);
    }
    return blobs;
  }

  /** How often which outcome of the wanted tests was seen, in all these runs. */
  static Map<String, Map<String, Long>> read(List<Path> blobs, Predicate<String> wanted)
      throws IOException {
    Map<String, Map<String, Long>> seen = new TreeMap<>();
    for (Path blob : blobs) {
      DiskReadCollector reader =
          new DiskReadCollector(
              blob.toString(),
              result -> {
                if (!wanted.test(result.getName())) {
                  return;
                }
                if (result.status() != Status.NORMAL) {
                  throw new IllegalStateException(
                      result.getName() + ": " + result.status() + " " + result.getMessages());
                }
                Map<String, Long> counts =
                    seen.computeIfAbsent(result.getName(), name -> new TreeMap<>());
                for (String state : result.getStateKeys()) {
                  counts.merge(state, result.getCount(state), Long::sum);
                }
              });
      try {
        reader.dump();
      } catch (ClassNotFoundException e) {
        throw new IOException(blob + " is not of this version of the harness", e);
      } finally {
        reader.close();
      }
    }
    return seen;
  }

  private static String litmus(List<Row> rows, Map<String, Map<String, Long>> seen)
      throws IOException {
    StringBuilder page = new StringBuilder();
    long samples = rows.stream().mapToLong(row -> row.total(seen)).sum();
    page.append(
        String.format(
            Locale.ROOT,
            "Seen on: %s, %d processors, %s %s; %s %s; %,d samples in %d tests.%n%n",
            processor(),
            Runtime.getRuntime().availableProcessors(),
            System.getProperty("os.name"),
            System.getProperty("os.arch"),
            System.getProperty("java.vm.name"),
            Runtime.version(),
            samples,
            rows.size()));
    Map<String, List<Row>> shapes = new LinkedHashMap<>();
    for (Row row : rows) {
      shapes.computeIfAbsent(shapeClass(row), name -> new ArrayList<>()).add(row);
    }
    List<String> notes = new ArrayList<>();
    for (Map.Entry<String, List<Row>> shape : shapes.entrySet()) {
      Litmus first = shape.getValue().get(0).litmus;
      page.append("### ").append(capitalized(first.shape())).append("\n\n");
      page.append("Asked for: `").append(first.asked()).append("`, in [").append(shape.getKey());
      page.append("](../jcstress-tests/src/main/java/dev/interlock/jcstress/litmus/");
      page.append(shape.getKey()).append(".java).");
      Row any = shape.getValue().get(0);
      if (any.isCrowded()) {
        page.append(
            String.format(
                Locale.ROOT,
                " Its %d threads had to share %d processors: that it was not seen says little.",
                any.info.threads(),
                Runtime.getRuntime().availableProcessors()));
      }
      page.append(
          "\n\n| accesses | seen | of | Java | x86-TSO | Arm |\n|---|---:|---:|---|---|---|\n");
      for (Row row : shape.getValue()) {
        String note = row.litmus.note();
        if (!note.isEmpty() && !notes.contains(note)) {
          notes.add(note);
        }
        page.append(
            String.format(
                Locale.ROOT,
                "| %s | %s | %,d | %s | %s | %s%s |%n",
                row.litmus.mode(),
                row.count(seen) == 0 ? "never" : String.format(Locale.ROOT, "%,d", row.count(seen)),
                row.total(seen),
                row.litmus.java().word(),
                row.litmus.x86().word(),
                row.litmus.arm().word(),
                note.isEmpty() ? "" : " (" + (notes.indexOf(note) + 1) + ")"));
      }
      page.append("\n");
    }
    for (int i = 0; i < notes.size(); i++) {
      page.append("(").append(i + 1).append(") ").append(notes.get(i)).append(".\n");
    }
    page.append("\n").append(blindSpots(shapes, seen));
    return page.toString();
  }

  /** What the language allows and this run did not show: a test that relies on luck would pass. */
  private static String blindSpots(
      Map<String, List<Row>> shapes, Map<String, Map<String, Long>> seen) {
    StringBuilder text = new StringBuilder("### What this machine cannot tell apart\n\n");
    text.append(
        "| shape | wrong here, and not noticed | because | x86-TSO allows | Arm allows |\n");
    text.append("|---|---|---|---|---|\n");
    boolean none = true;
    for (List<Row> shape : shapes.values()) {
      for (Row row : shape) {
        if (row.litmus.java() == Answer.ALLOWED && row.count(seen) == 0) {
          none = false;
          boolean x86 = System.getProperty("os.arch").matches("amd64|x86_64|x86|i386");
          boolean strong = x86 && row.litmus.x86() == Answer.FORBIDDEN;
          text.append("| ").append(row.litmus.shape()).append(" | ").append(row.litmus.mode());
          text.append(" | ");
          text.append(
              row.isCrowded()
                  ? "too few processors to tell"
                  : strong
                      ? "the processor forbids it, and the compiler did not do it"
                      : row.litmus.arm() == Answer.FORBIDDEN && row.litmus.x86() == Answer.FORBIDDEN
                          ? "only a compiler can do it, and it did not"
                          : "it was not met in this run");
          text.append(" | ").append(row.litmus.x86() == Answer.FORBIDDEN ? "no" : "yes");
          text.append(" | ");
          text.append(
              switch (row.litmus.arm()) {
                case ALLOWED -> "yes";
                case FORBIDDEN -> "no";
                case DEPENDS -> "depends";
              });
          text.append(" |\n");
        }
      }
    }
    return none ? "" : text.toString();
  }

  private static String capitalized(String text) {
    return Character.toUpperCase(text.charAt(0)) + text.substring(1);
  }

  private static String processor() throws IOException {
    Path info = Path.of("/proc/cpuinfo");
    if (Files.isReadable(info)) {
      for (String line : Files.readAllLines(info)) {
        if (line.startsWith("model name")) {
          return line.substring(line.indexOf(':') + 1).strip();
        }
      }
    }
    return "a processor of architecture " + System.getProperty("os.arch");
  }
}
