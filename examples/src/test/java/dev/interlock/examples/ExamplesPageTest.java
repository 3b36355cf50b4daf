package dev.interlock.examples;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/** The table of examples in the module's README is that of the launcher. */
class ExamplesPageTest {
  private static final Path PAGE = Path.of("README.md");

  private static final String BEGIN = "<!-- examples:begin -->\n";
  private static final String END = "<!-- examples:end -->";

  /** Writes the table instead of comparing it. */
  private static final String WRITE = "interlock.examples.write";

  // Every example has its line, in the order of the list.
  @Test
  void table_onThePage_isThatOfTheLauncher() throws IOException {
    String page = Files.readString(PAGE);
    int from = page.indexOf(BEGIN) + BEGIN.length();
    int to = page.indexOf(END);
    assertTrue(from >= BEGIN.length() && from <= to, "no block between " + BEGIN + END);
    if (System.getProperty(WRITE) != null) {
      Files.writeString(PAGE, page.substring(0, from) + table() + page.substring(to));
      return;
    }
    assertEquals(
        table(),
        page.substring(from, to),
        "out of date: ./mvnw -q test -pl examples -am -Dtest=ExamplesPageTest -D"
            + WRITE
            + " -Dsurefire.failIfNoSpecifiedTests=false");
  }

  private static String table() {
    StringBuilder table = new StringBuilder("| name | what it shows | scope |\n|---|---|---|\n");
    for (Example example : Examples.all()) {
      String shows = String.join(" ", Examples.commandOf(example).description());
      table
          .append("| `")
          .append(Examples.commandOf(example).name())
          .append("` | ")
          .append(shows.replace("%n", " ").replace("%%", "%").replace("|", "\\|"))
          .append(" | ")
          .append(String.join(" ", example.scope()))
          .append(" |\n");
    }
    return table.toString();
  }
}
