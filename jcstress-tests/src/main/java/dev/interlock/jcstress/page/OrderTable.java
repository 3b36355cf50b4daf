package dev.interlock.jcstress.page;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * The accesses weaker than volatile in the main sources, from the comments {@code // Ordering: Mode. why}
 * that stand right above each of them. Run alone, it writes that part of the page and nothing else.
 */
public final class OrderTable {
  /** The block of the page. */
  public static final String BLOCK = "orders";

  private static final Pattern COMMENT = Pattern.compile("^\\s*// Ordering: (\\w+)\\. +(.*)$");
  private static final Pattern MORE = Pattern.compile("^\\s*// ?(.*)$");
  private static final Pattern CALL = Pattern.compile("\\b([A-Z][A-Za-z0-9_]*)\\.(\\w+)\\(");

  private OrderTable() {}

  /** Arguments: the root of the repository. */
  public static void main(String[] arguments) throws IOException {
    Path root = Path.of(arguments[0]);
    Blocks.replace(MemoryOrders.page(root), BLOCK, of(MemoryOrders.sources(root)));
  }

  /** The table for all sources below a folder. */
  public static String of(Path sources) throws IOException {
    StringBuilder table = new StringBuilder("| class | access | mode | why |\n|---|---|---|---|\n");
    Map<String, Integer> rows = new LinkedHashMap<>();
    try (Stream<Path> files = Files.walk(sources)) {
      for (Path file : files.filter(f -> f.toString().endsWith(".java")).sorted().toList()) {
        String name = className(sources.relativize(file));
        for (Access access : accesses(Files.readAllLines(file))) {
          String row = "| `" + name + "` | `" + access.call + "` | " + access.mode + " | ";
          rows.merge(row + access.why.replace("|", "\\|"), 1, Integer::sum);
        }
      }
    }
    rows.forEach(
        (row, n) -> table.append(row).append(n == 1 ? "" : " (" + n + " places)").append(" |\n"));
    return table.toString();
  }

  record Access(String call, String mode, String why) {}

  static List<Access> accesses(List<String> lines) {
    List<Access> found = new ArrayList<>();
    for (int i = 0; i < lines.size(); i++) {
      Matcher comment = COMMENT.matcher(lines.get(i));
      if (!comment.matches()) {
        continue;
      }
      StringBuilder why = new StringBuilder(comment.group(2).strip());
      int j = i + 1;
      for (; j < lines.size(); j++) {
        Matcher more = MORE.matcher(lines.get(j));
        if (!more.matches()) {
          break;
        }
        why.append(' ').append(more.group(1).strip());
      }
      String code = j < lines.size() ? lines.get(j).strip() : "";
      found.add(new Access(callIn(code), comment.group(1), why.toString()));
    }
    return found;
  }

  /** The first call on a handle or of a fence; otherwise the line as it is. */
  private static String callIn(String code) {
    Matcher call = CALL.matcher(code);
    while (call.find()) {
      String on = call.group(1);
      if (on.equals("VarHandle") || on.equals(on.toUpperCase(java.util.Locale.ROOT))) {
        return on + "." + call.group(2);
      }
    }
    return code;
  }

  private static String className(Path file) {
    String name = file.toString().replace(file.getFileSystem().getSeparator(), ".");
    return name.replaceFirst("^dev\\.interlock\\.", "").replaceFirst("\\.java$", "");
  }
}
