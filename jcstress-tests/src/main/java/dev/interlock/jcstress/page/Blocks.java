package dev.interlock.jcstress.page;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** The generated parts of a page: what stands between {@code <!-- name:begin -->} and its end. */
public final class Blocks {
  private Blocks() {}

  /** Replaces one of them. */
  public static void replace(Path page, String name, String block) throws IOException {
    String text = Files.readString(page);
    int[] bounds = bounds(page, text, name);
    Files.writeString(page, text.substring(0, bounds[0]) + block + text.substring(bounds[1]));
  }

  /** What stands there now. */
  public static String read(Path page, String name) throws IOException {
    String text = Files.readString(page);
    int[] bounds = bounds(page, text, name);
    return text.substring(bounds[0], bounds[1]);
  }

  private static int[] bounds(Path page, String text, String name) {
    String begin = "<!-- " + name + ":begin -->\n";
    String end = "<!-- " + name + ":end -->";
    int from = text.indexOf(begin);
    int to = text.indexOf(end);
    if (from < 0 || to < from) {
      throw new IllegalArgumentException(page + " has no block between " + begin + " and " + end);
    }
    return new int[] {from + begin.length(), to};
  }
}
