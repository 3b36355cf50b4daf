package dev.interlock.atomic;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.File;
import java.io.IOException;
import java.net.JarURLConnection;
import java.net.URISyntaxException;
import java.net.URL;
import java.net.URLConnection;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestReporter;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.openjdk.jol.info.ClassLayout;

/**
 * Two hot words never share a cache line, in this virtual machine and in others that lay objects out
 * differently.
 */
class PaddedLayoutTest {
  // The layout of the virtual machine that runs the tests.
  @Test
  void word_thisVirtualMachine_hasItsLinesToItself(TestReporter reporter) {
    for (String line : PaddedLayout.lines()) {
      reporter.publishEntry("layout", line);
      assertAlone(line);
    }
  }

  // The same with headers of 8, 12 and 16 bytes and references of 4 and 8. An option that this
  // virtual machine does not know leaves its default layout, which is checked then.
  @ParameterizedTest
  @ValueSource(
      strings = {
        "-XX:+UseCompressedOops",
        "-XX:-UseCompressedOops",
        "-XX:-UseCompressedOops -XX:-UseCompressedClassPointers",
        "-XX:+UseCompactObjectHeaders",
        "-XX:+UseCompactObjectHeaders -XX:-UseCompressedOops",
        "-XX:ObjectAlignmentInBytes=16",
      })
  void word_otherLayouts_hasItsLinesToItself(String options, TestReporter reporter)
      throws Exception {
    List<String> lines = linesOfAnotherVirtualMachine(options);
    assertEquals(2, lines.size(), () -> "one line a class, not " + lines);
    for (String line : lines) {
      reporter.publishEntry("layout " + options, line);
      assertAlone(line);
    }
    if (Runtime.version().feature() >= 25 && options.contains("Compact")) {
      assertTrue(lines.get(0).contains(" header 8 "), lines.get(0));
    }
    if (options.contains("-UseCompressedClassPointers") && Runtime.version().feature() < 25) {
      assertTrue(lines.get(0).contains(" header 16 "), lines.get(0));
    }
  }

  /**
   * Objects begin at multiples of 8, so a line of 128 bytes that holds the word reaches at most 128 bytes
   * less the word's own size to either side of it. All of that is inside the object, and nothing but
   * padding and the object's header is in there.
   */
  private static void assertAlone(String line) {
    String[] words = line.split(" ");
    int offset = Integer.parseInt(words[4]);
    int size = Integer.parseInt(words[6]);
    int end = Integer.parseInt(words[8]);
    assertTrue(offset >= PaddedLayout.LINE - size, line);
    assertTrue(end - (offset + size) >= PaddedLayout.LINE - size, line);
    assertEquals("[value]", words[10], line);
  }

  private static List<String> linesOfAnotherVirtualMachine(String options)
      throws IOException, InterruptedException, URISyntaxException {
    Set<String> path = new TreeSet<>();
    for (Class<?> c :
        List.of(
            PaddedLayout.class,
            PaddedAtomicLong.class,
            ClassLayout.class,
            org.jspecify.annotations.Nullable.class)) {
      path.add(rootOf(c));
    }
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of("-Xmx64m", "-Xshare:auto", "-XX:TieredStopAtLevel=1"));
    command.add("-XX:+UnlockExperimentalVMOptions");
    command.add("-XX:+IgnoreUnrecognizedVMOptions");
    if (Runtime.version().feature() >= 24) {
      command.add("--sun-misc-unsafe-memory-access=allow");
    }
    command.addAll(List.of(options.split(" ")));
    command.addAll(List.of("-cp", String.join(File.pathSeparator, path)));
    command.add(PaddedLayout.class.getName());
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    String output =
        new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
    assertTrue(process.waitFor(60, TimeUnit.SECONDS), "the other virtual machine hangs");
    assertEquals(0, process.exitValue(), output);
    return output.lines().filter(l -> l.startsWith("Padded")).toList();
  }

  /** The jar or directory that a class was read from. */
  private static String rootOf(Class<?> c) throws IOException, URISyntaxException {
    String file = c.getName().replace('.', '/') + ".class";
    URL url = c.getResource("/" + file);
    URLConnection connection = url.openConnection();
    if (connection instanceof JarURLConnection jar) {
      return Path.of(jar.getJarFileURL().toURI()).toString();
    }
    String path = Path.of(url.toURI()).toString();
    return path.substring(0, path.length() - file.length());
  }
}
