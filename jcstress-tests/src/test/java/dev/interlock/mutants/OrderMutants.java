package dev.interlock.mutants;

import com.google.gson.GsonBuilder;
import dev.interlock.jcstress.page.Blocks;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Makes every mutant of every {@link Structure}, runs the tests of the structure against it, each kind in a
 * process of its own and bounded in time, until one of them notices; prints the score and the survivors;
 * and writes {@code docs/order-mutants.md} and {@code target/order-mutants.json}.
 *
 * <p>Argument: the root of the repository. Properties: {@code mutants.only}, an expression that the name of
 * a structure or of a mutant contains (results of the others are kept from the last run);
 * {@code mutants.seconds}, after which no further mutant is begun; {@code mutants.millis}, for each test of
 * the harness; {@code mutants.everything}, for all kinds of tests where only the compiler differs, too;
 * {@code mutants.missing}, for those alone that have no result yet; {@code mutants.x86}, for those alone
 * that run other instructions on x86.
 *
 * <p>Ends with 1 when a mutant survives that would run other instructions on x86 and that nobody has
 * explained in {@code survivors.txt}.
 */
final class OrderMutants {
  private static final String BLOCK = "mutants";
  private static final String JCSTRESS = "jcstress";
  private static final String STRESS = "stress tests";
  private static final String PREFIX = "dev/interlock/";
  private static final int SHORTEST_LIMIT_SECONDS = 20;
  private static final int PATIENCE_SECONDS = 300;

  /** What the optimising compiler may do it does more often, and in another order at each run. */
  private static final List<String> SHUFFLED =
      List.of(
          "-XX:+IgnoreUnrecognizedVMOptions",
          "-XX:+UnlockDiagnosticVMOptions",
          "-XX:+StressLCM",
          "-XX:+StressGCM",
          "-XX:-UseBiasedLocking");

  /** The soaks of a class are among its tests, for seconds in place of minutes. */
  private static final List<String> SHORT_SOAK = List.of("-Dinterlock.soak.seconds=3");

  /** One mutant and what came of it; the names of the fields are those of the JSON file. */
  record Result(
      String structure,
      String mutant,
      int line,
      String x86,
      String result,
      String by,
      double seconds,
      String explanation) {
    boolean isOf(Mutant other) {
      return mutant.equals(other.id()) && !result.equals("not run");
    }

    boolean isKilled() {
      return result.equals("killed");
    }

    boolean isSurvivor() {
      return result.equals("survived");
    }

    boolean isOtherCode() {
      return x86.equals("other instructions");
    }
  }

  private final Path root;
  private final Path work;
  private final Path json;
  private final Set<String> current = new TreeSet<>();
  private final List<Result> results = new ArrayList<>();
  private final Map<String, List<Step>> unchanged = new TreeMap<>();
  private final String only = System.getProperty("mutants.only", "");
  private final boolean missing = Boolean.getBoolean("mutants.missing");
  private final boolean otherAlone = Boolean.getBoolean("mutants.x86");
  private final boolean everything = Boolean.getBoolean("mutants.everything");
  private final int litmusMillis = Integer.getInteger("mutants.millis", 150);
  private final long deadline =
      System.nanoTime() + TimeUnit.SECONDS.toNanos(Integer.getInteger("mutants.seconds", 3600));
  private final Map<String, byte[]> classes = new TreeMap<>();
  private final Survivors survivors;

  private OrderMutants(Path root) throws IOException {
    this.root = root;
    work = root.resolve("jcstress-tests/target/mutants");
    json = root.resolve("jcstress-tests/target/order-mutants.json");
    survivors = Survivors.read();
    Path folder = root.resolve("java-core/target/classes");
    try (Stream<Path> files = Files.walk(folder.resolve(PREFIX))) {
      for (Path file : files.filter(f -> f.toString().endsWith(".class")).toList()) {
        String name = folder.relativize(file).toString().replace(File.separatorChar, '/');
        classes.put(name.substring(0, name.length() - ".class".length()), Files.readAllBytes(file));
      }
    }
  }

  /** See above. */
  public static void main(String[] arguments) throws IOException, InterruptedException {
    Path root = Path.of(arguments[0]).toAbsolutePath().normalize();
    OrderMutants mutants = new OrderMutants(root);
    for (Structure structure : Structure.ALL) {
      mutants.mutantsOf(structure).forEach(mutant -> mutants.current.add(mutant.id()));
    }
    mutants.results.addAll(mutants.read());
    // Those that the processor itself can tell from the original come first, in case time runs out.
    for (Mutant.Hardware hardware : Mutant.Hardware.values()) {
      if (mutants.otherAlone && hardware != Mutant.Hardware.OTHER_INSTRUCTIONS) {
        continue;
      }
      for (Structure structure : Structure.ALL) {
        mutants.run(structure, hardware);
      }
    }
    mutants.sortAndComplete();
    mutants.save();
    List<Result> all = mutants.explained();
    System.out.println(score(all));
    Blocks.replace(root.resolve("docs/order-mutants.md"), BLOCK, page(all));
    List<Result> unexplained =
        all.stream()
            .filter(r -> r.isSurvivor() && r.isOtherCode() && r.explanation.isEmpty())
            .toList();
    for (Result result : unexplained) {
      System.out.println("survived, and nobody has said why: " + result.mutant);
    }
    System.exit(unexplained.isEmpty() ? 0 : 1);
  }

  /** What earlier runs have found, of mutants that there still are. */
  private List<Result> read() throws IOException {
    return Files.exists(json)
        ? Stream.of(new GsonBuilder().create().fromJson(Files.readString(json), Result[].class))
            .filter(result -> current.contains(result.mutant))
            .toList()
        : List.of();
  }

  /** All mutants in the order of the structures; those without a result are said to have none. */
  private void sortAndComplete() {
    Map<String, Result> known = new HashMap<>();
    results.forEach(result -> known.put(result.mutant, result));
    results.clear();
    for (Structure structure : Structure.ALL) {
      for (Mutant m : mutantsOf(structure)) {
        Result none = notRun(structure, m);
        results.add(known.getOrDefault(m.id(), none));
      }
    }
  }

  private static Result notRun(Structure structure, Mutant m) {
    return new Result(
        structure.name(), m.id(), m.line(), wordsFor(m.hardware()), "not run", "", 0, "");
  }

  private void save() throws IOException {
    Files.createDirectories(json.getParent());
    Files.writeString(
        json, new GsonBuilder().disableHtmlEscaping().setPrettyPrinting().create().toJson(results));
  }

  /** Takes the place of an older result of the same mutant, unless it says nothing. */
  private void add(Result result) {
    for (int i = 0; i < results.size(); i++) {
      if (results.get(i).mutant.equals(result.mutant)) {
        if (!result.result.equals("not run")) {
          results.set(i, result);
        }
        return;
      }
    }
    results.add(result);
  }

  private List<Mutant> mutantsOf(Structure structure) {
    return Weaken.mutantsOf(classes, chosen(structure));
  }

  private void run(Structure structure, Mutant.Hardware hardware)
      throws IOException, InterruptedException {
    boolean whole = structure.name().matches(".*(" + only + ").*");
    List<Mutant> wanted =
        mutantsOf(structure).stream()
            .filter(m -> m.hardware() == hardware)
            .filter(m -> whole || m.id().matches(".*(" + only + ").*"))
            .filter(m -> !missing || results.stream().noneMatch(r -> r.isOf(m)))
            .toList();
    if (wanted.isEmpty()) {
      return;
    }
    System.out.printf("%s: %d mutants, %s%n", structure.name(), wanted.size(), wordsFor(hardware));
    List<Step> steps = unchanged.get(structure.name());
    if (steps == null && System.nanoTime() < deadline) {
      steps = steps(structure);
      unchanged.put(structure.name(), steps);
    }
    for (Mutant mutant : wanted) {
      Result result = run(structure, mutant, steps);
      System.out.printf(
          Locale.ROOT,
          "  %-9s %s %s%n",
          result.result,
          mutant,
          result.by.isEmpty() ? "" : "by " + result.by);
      add(result);
      save();
    }
  }

  private Result run(Structure structure, Mutant mutant, List<Step> steps)
      throws IOException, InterruptedException {
    String x86 = wordsFor(mutant.hardware());
    String result = "survived";
    String by = "";
    long begin = System.nanoTime();
    if (begin > deadline) {
      return notRun(structure, mutant);
    }
    Map<String, byte[]> changed = Weaken.apply(mutant, classes);
    for (Step step : steps) {
      if (!step.isWorthwhile(mutant)) {
        continue;
      }
      if (step.limitSeconds == 0) {
        step.runUnchanged(structure);
      }
      Outcome outcome = step.run(changed, step.limitSeconds);
      if (outcome.code == MutantRun.BROKEN) {
        throw new IllegalStateException(mutant + ": " + step.name + ": " + outcome);
      }
      if (outcome.code != MutantRun.PASSED) {
        result = "killed";
        by = step.name + ", " + outcome.verdict;
        break;
      }
    }
    double seconds = Math.round((System.nanoTime() - begin) / 1e8) / 10.0;
    return new Result(structure.name(), mutant.id(), mutant.line(), x86, result, by, seconds, "");
  }

  private static String wordsFor(Mutant.Hardware hardware) {
    return hardware == Mutant.Hardware.OTHER_INSTRUCTIONS
        ? "other instructions"
        : "same instructions";
  }

  /** The classes of a structure with their nested ones. */
  private Set<String> chosen(Structure structure) {
    Set<String> chosen = new TreeSet<>();
    for (String name : structure.classes()) {
      String file = PREFIX + name.replace('.', '/');
      if (!classes.containsKey(file)) {
        throw new IllegalStateException(structure.name() + ": there is no class " + name);
      }
      for (String c : classes.keySet()) {
        if (c.equals(file) || c.startsWith(file + "$")) {
          chosen.add(c);
        }
      }
    }
    return chosen;
  }

  private List<Step> steps(Structure structure) throws IOException {
    List<Step> steps = new ArrayList<>();
    Path empty = Files.createDirectories(work.resolve("empty"));
    if (!structure.litmus().isEmpty()) {
      steps.add(
          new Step(
              JCSTRESS,
              empty,
              SHUFFLED,
              List.of("litmus", String.valueOf(litmusMillis), structure.litmus())));
    }
    if (!structure.tests().isEmpty()) {
      List<String> arguments = new ArrayList<>(List.of("junit", ".*"));
      structure.tests().forEach(test -> arguments.add("dev.interlock." + test));
      steps.add(new Step(STRESS, root.resolve("java-core"), SHORT_SOAK, arguments));
    }
    if (!structure.lincheck().isEmpty()) {
      List<String> arguments = new ArrayList<>(List.of("junit", "(?i)stress"));
      structure.lincheck().forEach(test -> arguments.add("dev.interlock.lincheck." + test));
      List<String> options = new ArrayList<>();
      options.add("-javaagent:" + agent());
      options.add("-Xshare:off");
      options.add("-Ddev.interlock.spin.max=0");
      if (Runtime.version().feature() >= 24) {
        options.add("--sun-misc-unsafe-memory-access=allow");
      }
      steps.add(new Step("Lincheck", empty, options, arguments));
    }
    return steps;
  }

  private static String agent() {
    for (String entry : classPath()) {
      if (entry.contains("byte-buddy-agent")) {
        return entry;
      }
    }
    throw new IllegalStateException("no byte-buddy-agent in the class path");
  }

  private static List<String> classPath() {
    return Stream.of(System.getProperty("java.class.path").split(File.pathSeparator))
        .map(entry -> Path.of(entry).toAbsolutePath().toString())
        .toList();
  }

  private record Outcome(int code, String verdict, Path log) {}

  /** One kind of test, in a process of its own. */
  private final class Step {
    final String name;
    private final Path folder;
    private final List<String> options;
    private final List<String> arguments;

    /** 0 before the unchanged structure has passed. */
    int limitSeconds;

    Step(String name, Path folder, List<String> options, List<String> arguments) {
      this.name = name;
      this.folder = folder;
      this.options = options;
      this.arguments = arguments;
    }

    /** It has to pass, and how long it takes bounds the mutants. */
    void runUnchanged(Structure structure) throws IOException, InterruptedException {
      long begin = System.nanoTime();
      Outcome outcome = run(Map.of(), PATIENCE_SECONDS);
      double seconds = (System.nanoTime() - begin) / 1e9;
      if (outcome.code != MutantRun.PASSED) {
        throw new IllegalStateException(
            structure.name() + ": " + name + " fails without any mutation: " + outcome);
      }
      limitSeconds = Math.max(SHORTEST_LIMIT_SECONDS, (int) (4 * seconds));
      System.out.printf(Locale.ROOT, "  unchanged: %s passed in %.1f s%n", name, seconds);
    }

    /**
     * Where only the compiler differs, jcstress is run, for there the code is hot and the choices of the
     * compiler are shuffled; the stress tests as well if an access has become plain, which may make a loop
     * endless.
     */
    boolean isWorthwhile(Mutant mutant) {
      return everything
          || mutant.hardware() == Mutant.Hardware.OTHER_INSTRUCTIONS
          || name.equals(JCSTRESS)
          || (mutant.isPlain() && name.equals(STRESS));
    }

    Outcome run(Map<String, byte[]> changed, int limitSeconds)
        throws IOException, InterruptedException {
      Path mutant = work.resolve("classes");
      deleteAll(mutant);
      for (Map.Entry<String, byte[]> file : changed.entrySet()) {
        Path target = mutant.resolve(file.getKey() + ".class");
        Files.createDirectories(target.getParent());
        Files.write(target, file.getValue());
      }
      List<String> path = new ArrayList<>();
      path.add(mutant.toString());
      path.add(root.resolve("java-core/target/classes").toString());
      path.add(root.resolve("java-core/target/test-classes").toString());
      path.addAll(classPath());
      path.add(root.resolve("lincheck-tests/target/classes").toString());
      path.add(root.resolve("lincheck-tests/target/test-classes").toString());
      List<String> command = new ArrayList<>();
      command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
      command.add("-Xmx1g");
      command.add("-ea");
      command.addAll(options);
      command.add("-cp");
      command.add(String.join(File.pathSeparator, path));
      command.add(MutantRun.class.getName());
      command.addAll(arguments);
      Path log = work.resolve("last.log");
      Process process =
          new ProcessBuilder(command)
              .directory(folder.toFile())
              .redirectErrorStream(true)
              .redirectOutput(log.toFile())
              .start();
      if (!process.waitFor(limitSeconds, TimeUnit.SECONDS)) {
        process.destroyForcibly().waitFor();
        return new Outcome(MutantRun.FAILED, "hangs (stopped after " + limitSeconds + " s)", log);
      }
      String verdict =
          Files.readString(log)
              .lines()
              .filter(line -> line.startsWith(MutantRun.VERDICT))
              .findFirst()
              .orElse(MutantRun.VERDICT + "exit code " + process.exitValue())
              .substring(MutantRun.VERDICT.length());
      return new Outcome(process.exitValue(), verdict, log);
    }
  }

  private static void deleteAll(Path folder) throws IOException {
    if (Files.exists(folder)) {
      try (Stream<Path> files = Files.walk(folder)) {
        for (Path file : files.sorted((a, b) -> b.compareTo(a)).toList()) {
          Files.delete(file);
        }
      }
    }
  }

  private List<Result> explained() {
    return results.stream()
        .map(
            r ->
                new Result(
                    r.structure,
                    r.mutant,
                    r.line,
                    r.x86,
                    r.result,
                    r.by,
                    r.seconds,
                    r.isSurvivor() ? survivors.explanationOf(r.mutant) : ""))
        .toList();
  }

  private static long count(List<Result> results, boolean otherCode, String result) {
    return results.stream()
        .filter(r -> r.isOtherCode() == otherCode && r.result.equals(result))
        .count();
  }

  private static String score(List<Result> all) {
    long run = all.stream().filter(r -> !r.result.equals("not run")).count();
    long otherKilled = count(all, true, "killed");
    return String.format(
        Locale.ROOT,
        "%d of %d mutants killed; of those among them that run other instructions on x86, %d of %d."
            + " Not run: %d of %d.",
        all.stream().filter(Result::isKilled).count(),
        run,
        otherKilled,
        otherKilled + count(all, true, "survived"),
        all.size() - run,
        all.size());
  }

  private static String page(List<Result> all) {
    StringBuilder page = new StringBuilder();
    page.append(
        String.format(
            Locale.ROOT,
            "%s Run on %s, JDK %s, %d processors.%n%n",
            score(all),
            System.getProperty("os.arch"),
            Runtime.version(),
            Runtime.getRuntime().availableProcessors()));
    page.append("| structure | mutants | other instructions: killed | survived |");
    page.append(" same instructions: killed | equivalent on x86-TSO | not run |\n");
    page.append("|---|---:|---:|---:|---:|---:|---:|\n");
    Map<String, List<Result>> structures =
        all.stream()
            .collect(
                Collectors.groupingBy(Result::structure, LinkedHashMap::new, Collectors.toList()));
    structures.forEach(
        (name, own) ->
            page.append(
                String.format(
                    Locale.ROOT,
                    "| %s | %d | %d | %d | %d | %d | %d |%n",
                    name,
                    own.size(),
                    count(own, true, "killed"),
                    count(own, true, "survived"),
                    count(own, false, "killed"),
                    count(own, false, "survived"),
                    own.stream().filter(r -> r.result.equals("not run")).count())));
    page.append("\n### Survivors that run other instructions\n\n");
    table(page, all.stream().filter(r -> r.isSurvivor() && r.isOtherCode()).toList(), true);
    page.append("\n### Equivalent on x86-TSO\n\n");
    table(page, all.stream().filter(r -> r.isSurvivor() && !r.isOtherCode()).toList(), true);
    page.append("\n### Killed\n\n");
    table(page, all.stream().filter(Result::isKilled).toList(), false);
    return page.toString();
  }

  private static void table(StringBuilder page, List<Result> results, boolean survivors) {
    if (results.isEmpty()) {
      page.append("None.\n");
      return;
    }
    page.append(survivors ? "| mutant | why |\n" : "| mutant | by |\n");
    page.append("|---|---|\n");
    for (Result r : results) {
      String explanation = r.explanation.isEmpty() ? rule(r) : r.explanation;
      page.append("| `").append(r.mutant).append("` | ");
      page.append((survivors ? explanation : r.by).replace("|", "\\|")).append(" |\n");
    }
  }

  /** What holds of every mutant of its kind on x86. */
  private static String rule(Result r) {
    if (r.isOtherCode()) {
      return "**not explained**";
    }
    if (r.mutant.contains("volatile field")) {
      return "loaded by name, never stored: a `mov` in every mode";
    }
    if (r.mutant.contains("ence -> none")) {
      return "no instruction";
    }
    if (r.mutant.contains("ompareAnd") || r.mutant.contains(" getAnd")) {
      return "the same locked instruction";
    }
    return r.mutant.contains(" get") ? "a load is a `mov` in every mode" : "a `mov` in both modes";
  }

  /** Explanations by hand, from {@code survivors.txt}: an expression, {@code =>}, a sentence. */
  record Survivors(Map<String, String> explanations) {
    static Survivors read() throws IOException {
      Map<String, String> explanations = new LinkedHashMap<>();
      try (var in =
          Objects.requireNonNull(OrderMutants.class.getResourceAsStream("survivors.txt"))) {
        for (String line : new String(in.readAllBytes(), "UTF-8").lines().toList()) {
          if (!line.isBlank() && !line.startsWith("#")) {
            String[] parts = line.split(" => ", 2);
            if (parts.length != 2) {
              throw new IllegalStateException("survivors.txt: no ' => ' in " + line);
            }
            explanations.put(parts[0].strip(), parts[1].strip());
          }
        }
      }
      return new Survivors(explanations);
    }

    String explanationOf(String mutant) {
      for (Map.Entry<String, String> e : explanations.entrySet()) {
        if (mutant.matches(e.getKey())) {
          return e.getValue();
        }
      }
      return "";
    }
  }
}
