package dev.interlock.examples;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.interlock.examples.census.Jars;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LauncherTest {
  // Every example stands in the list, with the rows of the scope that it shows.
  @Test
  void list_always_namesEveryExampleWithItsScope() {
    Launched list = Launched.with("list");
    assertEquals(0, list.code());
    for (Example example : Examples.all()) {
      String name = Examples.commandOf(example).name();
      assertTrue(
          list.out()
              .lines()
              .anyMatch(l -> l.contains(" " + name + " ") && l.contains(example.scope().get(0))),
          () -> name + " in\n" + list.out());
    }
  }

  // Tables fit on a terminal of 100 columns.
  @Test
  void list_always_fitsInto100Columns() {
    Launched.with("list").out().lines().forEach(l -> assertTrue(l.length() <= 100, l));
  }

  // Every example has help that names it and says what it does.
  @Test
  void help_ofEachExample_describesIt() {
    for (Example example : Examples.all()) {
      String name = Examples.commandOf(example).name();
      Launched help = Launched.with("run", name, "--help");
      assertEquals(0, help.code(), name);
      assertTrue(help.out().startsWith("Usage: interlock-examples run " + name), help.out());
      assertTrue(help.out().contains("-h, --help"), help.out());
    }
  }

  // The main job has a command of its own.
  @Test
  void help_ofCensusAsCommand_isThere() {
    Launched help = Launched.with("census", "--help");
    assertEquals(0, help.code());
    assertTrue(help.out().contains("--capacity"), help.out());
  }

  // A word that is no name leads to the names that are near, without a trace.
  @Test
  void run_misspelledName_suggestsTheRightOne() {
    Launched run = Launched.with("run", "cencus");
    assertEquals(2, run.code());
    assertTrue(run.err().contains("There is no example called 'cencus'."), run.err());
    assertTrue(run.err().contains("Did you mean census?"), run.err());
    assertFalse(run.err().contains("\tat "), run.err());
  }

  // A word like no name leads to all names.
  @Test
  void run_nameLikeNoOther_listsAll() {
    Launched run = Launched.with("run", "xylophone");
    assertEquals(2, run.code());
    for (Example example : Examples.all()) {
      assertTrue(run.err().contains(Examples.commandOf(example).name()), run.err());
    }
  }

  // Nothing to run is bad input, with help.
  @Test
  void run_withoutName_saysSo() {
    Launched run = Launched.with("run");
    assertEquals(2, run.code());
    assertTrue(run.err().startsWith("Say which example to run."), run.err());
  }

  // Nothing to do is bad input, with help.
  @Test
  void launcher_withoutCommand_saysSo() {
    Launched launcher = Launched.with();
    assertEquals(2, launcher.code());
    assertTrue(launcher.err().startsWith("Say what to do"), launcher.err());
  }

  // An option that does not exist is named in one sentence.
  @Test
  void run_unknownOption_isNamed() {
    Launched run = Launched.with("run", "census", "--nosuch");
    assertEquals(2, run.code());
    assertTrue(run.err().contains("--nosuch"), run.err());
    assertFalse(run.err().contains("\tat "), run.err());
  }

  // A size that is no number is named in one sentence.
  @Test
  void run_sizeThatIsNoNumber_isNamed() {
    Launched run = Launched.with("census", "--workers", "many");
    assertEquals(2, run.code());
    assertTrue(run.err().contains("'many' is not an int"), run.err());
  }

  // All means all: each has a line in the summary, and their checks decide.
  @Test
  void runAll_bounded_passesAndSumsUp(@TempDir Path dir) throws Exception {
    Jars.write(dir.resolve("a-1.0.jar")).classFile("a/A", 61).close();
    Launched all = Launched.with("run", "all", "--dir", dir.toString());
    assertEquals(0, all.code(), () -> all.out() + all.err());
    String summary = all.out().substring(all.out().indexOf("| example "));
    for (Example example : Examples.all()) {
      String name = Examples.commandOf(example).name();
      assertTrue(summary.matches("(?s).*\\| " + name + " +\\| pass .*"), summary);
    }
    assertTrue(summary.contains("every check held"), summary);
  }

  // One that fails is seen in the summary and in the exit code.
  @Test
  void runAll_oneFails_saysWhich(@TempDir Path dir) {
    Launched all = Launched.with("run", "all", "--dir", dir.resolve("nosuch").toString());
    assertEquals(1, all.code());
    String summary = all.out().substring(all.out().indexOf("| example "));
    assertTrue(summary.matches("(?s).*\\| census +\\| FAIL .*"), summary);
    assertTrue(summary.contains("1 of " + Examples.all().size() + " examples failed."), summary);
  }
}
