package dev.interlock.benchmarks.harness;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Where and how a run was made: a figure without it means nothing. */
public final class Environment {
  private Environment() {}

  /** What is known, by name. */
  public static Map<String, Object> describe(Settings settings, List<String> command) {
    Map<String, Object> facts = new LinkedHashMap<>();
    facts.put("date", Instant.now().truncatedTo(ChronoUnit.SECONDS).toString());
    facts.put("command", String.join(" ", command));
    facts.put("commit", commit());
    facts.put("effort", settings.effort().name().toLowerCase(java.util.Locale.ROOT));
    facts.put("jdk", Runtime.version().toString());
    facts.put("vm", System.getProperty("java.vm.name") + " " + System.getProperty("java.vendor"));
    facts.put("jvmArgs", settings.jvmArgs());
    facts.put("os", System.getProperty("os.name") + " " + System.getProperty("os.version"));
    facts.put("processors", Runtime.getRuntime().availableProcessors());
    facts.put("processor", processor());
    facts.put("kotlinxCoroutines", version("kotlinx_coroutines_core"));
    return facts;
  }

  private static String processor() {
    try {
      return Files.readAllLines(Path.of("/proc/cpuinfo")).stream()
          .filter(line -> line.startsWith("model name"))
          .map(line -> line.substring(line.indexOf(':') + 1).trim())
          .findFirst()
          .orElse(System.getProperty("os.arch"));
    } catch (IOException noSuchFile) {
      return System.getProperty("os.arch");
    }
  }

  private static String version(String library) {
    try (var in =
        Environment.class
            .getClassLoader()
            .getResourceAsStream("META-INF/" + library + ".version")) {
      return in == null ? "unknown" : new String(in.readAllBytes(), StandardCharsets.UTF_8).trim();
    } catch (IOException unreadable) {
      return "unknown";
    }
  }

  private static String commit() {
    try {
      Process git =
          new ProcessBuilder("git", "describe", "--always", "--dirty", "--abbrev=12")
              .redirectError(ProcessBuilder.Redirect.DISCARD)
              .start();
      String commit =
          new String(git.getInputStream().readAllBytes(), StandardCharsets.UTF_8).trim();
      return commit.isEmpty() ? "unknown" : commit;
    } catch (IOException noGit) {
      return "unknown";
    }
  }
}
