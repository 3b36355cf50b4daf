package dev.interlock.examples;

import java.io.File;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.CodeSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/**
 * What the compiler of this virtual machine makes of an atomic step, on this processor. It starts a second
 * virtual machine that prints the code of four methods, and shows the instructions that matter.
 */
@Command(
    name = "machine-code",
    description = "The machine code of fetch-and-add, compare-and-set and two kinds of store.")
public final class MachineCodeExample extends Example {
  /** What makes an atomic step, or is the store, on x86-64 and on AArch64. */
  private static final Pattern MATTERS =
      Pattern.compile(
          "\\block\\b|\\bxchg .*\\(|mfence|\\$0x9\\b|,0x9\\b|, 9\\b"
              + "|\\bldadd|\\bldaxr|\\bstlxr|\\bldxr|\\bstxr|\\bcas|\\bstlr|\\bdmb|\\bswp|\\bstr\\b");

  private static final Pattern LOCKED = Pattern.compile("\\block\\b|\\bxchg .*\\(|mfence");

  private record Part(String method, String java, String x86, String aarch64) {}

  private static final List<Part> PARTS =
      List.of(
          new Part(
              "fetchAndAdd",
              "VALUE.getAndAdd(cell, 5)",
              "One instruction that cannot fail: wait-free, however many threads add.",
              "ldaddal with the atomics of Armv8.1; a loop of ldaxr and stlxr before."),
          new Part(
              "compareAndSet",
              "VALUE.compareAndSet(cell, expected, 7)",
              "One instruction, but it can fail, and the loop around it then begins again.",
              "casal with the atomics of Armv8.1; a loop of ldaxr and stlxr before."),
          new Part(
              "releaseStore",
              "VALUE.setRelease(cell, 9)",
              "A plain store: x86 keeps stores in order, so the mode binds the compiler alone.",
              "stlr, or a dmb before a plain store: earlier accesses must be done first."),
          new Part(
              "volatileStore",
              "VALUE.setVolatile(cell, 9)",
              "The same store and a locked instruction: no later load may overtake the store.",
              "stlr, or dmb on both sides of the store."));

  @Option(
      names = "--by-hand",
      description = "Look for the known x86 instructions only, as if there were no disassembler.")
  private boolean byHand;

  @Option(names = "--all", description = "Show every instruction, and not those that matter.")
  private boolean all;

  /** For the launcher. */
  public MachineCodeExample() {
    super("A10");
  }

  @Override
  protected void run() throws Exception {
    Map<String, List<String>> methods = Disassembly.methods(printed());
    boolean complete = true;
    boolean told = false;
    out()
        .println(
            System.getProperty("java.vm.name")
                + " "
                + System.getProperty("java.vm.version")
                + " on "
                + System.getProperty("os.arch"));
    for (Part part : PARTS) {
      List<String> lines = methods.get(part.method);
      complete &= lines != null;
      if (lines == null) {
        continue;
      }
      byte[] code = Disassembly.bytes(lines);
      List<String> instructions = byHand ? List.of() : Disassembly.byPlugin(lines);
      String reader = "hsdis, the plugin of this virtual machine";
      if (instructions.isEmpty() && code.length > 0 && !byHand) {
        instructions = Objects.requireNonNullElse(Disassembly.byObjdump(code), List.of());
        reader = "objdump";
      }
      boolean known = instructions.isEmpty();
      if (known) {
        instructions = Disassembly.isX86() ? Disassembly.byHand(code) : List.of();
        reader = "no disassembler: the bytes, and the x86 instructions that this example knows";
      }
      if (!told) {
        out().println("Read by " + reader + ".");
        told = true;
      }
      show(part, code, instructions, known);
      judge(part, instructions);
    }
    out().println();
    check(complete, "the virtual machine printed the code of all " + PARTS.size() + " methods");
    if (!Disassembly.isX86()) {
      out().println("On this processor nothing more is checked: the sentences say what to expect.");
    }
    howToGetADisassembler();
  }

  private void show(Part part, byte[] code, List<String> instructions, boolean known) {
    out().println();
    out().println(part.java + "      " + code.length + " bytes");
    int shown = 0;
    for (String instruction : instructions) {
      if (all || known || MATTERS.matcher(instruction).find()) {
        out().println("    " + shortened(instruction));
        shown++;
      }
    }
    if (shown == 0) {
      for (int i = 0; i < code.length; i += 16) {
        StringBuilder hex = new StringBuilder("   ");
        for (int j = i; j < Math.min(i + 16, code.length); j++) {
          hex.append(' ').append(Character.forDigit((code[j] >> 4) & 15, 16));
          hex.append(Character.forDigit(code[j] & 15, 16));
        }
        out().println(hex);
      }
    }
    out().println("  " + (Disassembly.isX86() ? part.x86 : part.aarch64));
  }

  /** What x86 must show; what other processors show is not known well enough here. */
  private void judge(Part part, List<String> instructions) {
    if (!Disassembly.isX86()) {
      return;
    }
    boolean locked = instructions.stream().anyMatch(i -> LOCKED.matcher(i).find());
    switch (part.method) {
      case "fetchAndAdd" ->
          check(instructions.stream().anyMatch(i -> i.contains("xadd")), "it is lock xadd");
      case "compareAndSet" ->
          check(instructions.stream().anyMatch(i -> i.contains("cmpxchg")), "it is lock cmpxchg");
      case "releaseStore" -> check(!locked, "nothing in it is locked, and there is no fence");
      default -> check(locked, "it has a locked instruction or a fence");
    }
  }

  private void howToGetADisassembler() {
    out().println();
    out().println("To read all instructions (--all) install objdump: apt-get install binutils.");
    out().println("Or put hsdis, built from the JDK's sources (src/utils/hsdis), beside libjvm.");
    out().println("Debian's libhsdis0-fcml is for JDK 8 to 12: newer ones do not load it.");
  }

  private static String shortened(String instruction) {
    return instruction.length() <= 90 ? instruction : instruction.substring(0, 87) + "...";
  }

  /** What a virtual machine prints that compiles the four methods and no other. */
  private static String printed() throws IOException, InterruptedException, URISyntaxException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    // The optimising compiler alone, in the foreground, so that each method is compiled once.
    command.addAll(List.of("-Xmx64m", "-Xbatch", "-XX:-TieredCompilation"));
    command.add("-XX:+UnlockDiagnosticVMOptions");
    String subject = MachineCodeSubject.class.getName();
    command.add("-XX:CompileCommand=quiet");
    command.add("-XX:CompileCommand=dontinline," + subject + "::*");
    for (Part part : PARTS) {
      command.add("-XX:CompileCommand=print," + subject + "::" + part.method);
    }
    command.addAll(List.of("-cp", classPath(), subject));
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    if (!process.waitFor(60, TimeUnit.SECONDS) || process.exitValue() != 0) {
      process.destroyForcibly();
      throw new IllegalStateException("the second virtual machine failed: " + output);
    }
    return output;
  }

  /** The jar or directory that holds the subject; all of the class path when that is not told. */
  private static String classPath() throws URISyntaxException {
    @Nullable CodeSource source = MachineCodeSubject.class.getProtectionDomain().getCodeSource();
    return source == null
        ? System.getProperty("java.class.path", "." + File.pathSeparator)
        : Path.of(source.getLocation().toURI()).toString();
  }
}
