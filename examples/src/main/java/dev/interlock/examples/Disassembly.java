package dev.interlock.examples;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The instructions of a compiled method, from what {@code -XX:CompileCommand=print} wrote. With the plugin
 * {@code hsdis} the virtual machine writes instructions; without it, bytes, which {@code objdump} can read;
 * without that, the few x86 instructions that matter are known here.
 */
final class Disassembly {
  private static final Pattern METHOD =
      Pattern.compile("\\s*Compiled method \\(c2\\).*::(\\w+) \\(\\d+ bytes\\).*");
  private static final Pattern BYTES =
      Pattern.compile("\\s*0x[0-9a-f]+: ((?:[0-9a-f]{2,}[ |]*)+)$");
  private static final Pattern INSTRUCTION = Pattern.compile("\\s*0x[0-9a-f]+:\\s+([a-z].*)");
  private static final Pattern OBJDUMP = Pattern.compile("\\s*[0-9a-f]+:\\t([0-9a-f ]+)\\t(.*)");

  /** x86-64: the locked instructions and the store of 9, as they are encoded. */
  private static final Map<Pattern, String> KNOWN = known();

  private Disassembly() {}

  /** The lines of each method, from its entry to the code for exceptions; the last version of each. */
  static Map<String, List<String>> methods(String printed) {
    Map<String, List<String>> methods = new LinkedHashMap<>();
    List<String> lines = null;
    boolean inside = false;
    for (String line : printed.lines().toList()) {
      Matcher method = METHOD.matcher(line);
      if (method.matches()) {
        lines = new ArrayList<>();
        methods.put(method.group(1), lines);
        inside = false;
      } else if (line.startsWith("[Verified Entry Point]")) {
        inside = true;
      } else if (line.startsWith("[")) {
        inside = false;
      } else if (inside && lines != null) {
        lines.add(line);
      }
    }
    return methods;
  }

  /** What the virtual machine itself disassembled; empty when it has no plugin. */
  static List<String> byPlugin(List<String> lines) {
    List<String> instructions = new ArrayList<>();
    for (String line : lines) {
      Matcher m = INSTRUCTION.matcher(line);
      if (m.matches() && !BYTES.matcher(line).matches()) {
        instructions.add(m.group(1).replaceAll("\\s*;.*", "").replaceAll("\\s+", " ").strip());
      }
    }
    return instructions;
  }

  /** The bytes of the method. */
  static byte[] bytes(List<String> lines) {
    StringBuilder hex = new StringBuilder();
    for (String line : lines) {
      Matcher m = BYTES.matcher(line);
      if (m.matches()) {
        hex.append(m.group(1).replaceAll("[ |]", ""));
      }
    }
    return HexFormat.of().parseHex(hex);
  }

  /** The instructions by objdump of the GNU binutils; null when it is not there. */
  static @Nullable List<String> byObjdump(byte[] code) throws IOException, InterruptedException {
    String machine = isX86() ? "i386:x86-64" : System.getProperty("os.arch", "");
    Path file = Files.createTempFile("interlock-machine-code", ".bin");
    try {
      Files.write(file, code);
      Process process =
          new ProcessBuilder("objdump", "-D", "-w", "-b", "binary", "-m", machine, file.toString())
              .redirectErrorStream(true)
              .start();
      String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      if (!process.waitFor(20, TimeUnit.SECONDS) || process.exitValue() != 0) {
        process.destroyForcibly();
        return null;
      }
      List<String> instructions = new ArrayList<>();
      for (String line : output.lines().toList()) {
        Matcher m = OBJDUMP.matcher(line);
        if (m.matches()) {
          instructions.add(
              String.format(
                  Locale.ROOT,
                  "%-24s  %s",
                  m.group(1).strip(),
                  m.group(2).strip().replaceAll("\\s+", " ")));
        }
      }
      return instructions;
    } catch (IOException notInstalled) {
      return null;
    } finally {
      Files.deleteIfExists(file);
    }
  }

  /** Those of the few known x86 instructions that the bytes hold, in their order. */
  static List<String> byHand(byte[] code) {
    String hex = HexFormat.of().formatHex(code);
    Map<Integer, String> found = new TreeMap<>();
    KNOWN.forEach(
        (pattern, text) -> {
          Matcher m = pattern.matcher(hex);
          while (m.find()) {
            if (m.start() % 2 == 0) {
              String bytes = m.group().replaceAll("(..)", "$1 ").strip();
              found.put(m.start(), String.format(Locale.ROOT, "%-28s %s", bytes, text));
            }
          }
        });
    return List.copyOf(found.values());
  }

  static boolean isX86() {
    String arch = System.getProperty("os.arch", "");
    return arch.equals("amd64") || arch.equals("x86_64");
  }

  private static Map<Pattern, String> known() {
    Map<Pattern, String> known = new LinkedHashMap<>();
    known.put(Pattern.compile("f04.0fc1...."), "lock xadd");
    known.put(Pattern.compile("f04.0fb1...."), "lock cmpxchg");
    known.put(Pattern.compile("f0834424..00"), "lock add $0 to the stack: a full fence");
    known.put(Pattern.compile("f083042400"), "lock add $0 to the stack: a full fence");
    known.put(Pattern.compile("0faef0"), "mfence: a full fence");
    known.put(Pattern.compile("48c7....09000000"), "mov $9 to memory");
    return known;
  }
}
