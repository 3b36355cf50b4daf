package dev.interlock.examples;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.interlock.examples.readme.WordCount;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** What the README shows is code that was compiled. */
class ReadmeTest {
  private static final Path README = Path.of("..", "README.md");
  private static final Path SOURCES = Path.of("src", "main");

  private static final Pattern BLOCK = Pattern.compile("(?s)```(java|kotlin)\n(.*?)```");
  private static final Pattern REGION =
      Pattern.compile("(?s)// readme:begin\n(.*?)\n *// readme:end");

  // Each sample stands in a source file, but for the line breaks.
  @Test
  void samples_standInASource() throws IOException {
    List<String> regions = new ArrayList<>();
    for (Path source :
        List.of(
            SOURCES.resolve("java/dev/interlock/examples/readme/WordCount.java"),
            SOURCES.resolve("kotlin/dev/interlock/examples/readme/SuspendingWordCount.kt"))) {
      Matcher m = REGION.matcher(Files.readString(source));
      assertTrue(m.find(), source + " has no region");
      regions.add(words(m.group(1)));
    }
    List<String> samples = new ArrayList<>();
    Matcher m = BLOCK.matcher(Files.readString(README));
    while (m.find()) {
      samples.add(words(m.group(2)));
    }
    assertEquals(regions, samples);
  }

  // The first sample counts.
  @Test
  void sample_counts() throws InterruptedException {
    WordCount count = new WordCount(List.of("a", "b", "a"));
    assertEquals(Map.of("a", 2, "b", 1), count.count(body -> new Thread(body).start()));
  }

  private static String words(String code) {
    return code.replaceAll("\\s+", "");
  }
}
