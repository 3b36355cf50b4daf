package dev.interlock.examples;

import dev.interlock.annotation.Progress;
import dev.interlock.annotation.ProgressGuarantee;
import java.io.IOException;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.net.URISyntaxException;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** A table that nobody wrote: read from the annotations of the classes that run. */
@Command(
    name = "progress",
    description = "The progress guarantees of all classes, read from their annotations.")
public final class ProgressExample extends Example {
  @Option(
      names = "--methods",
      description = "A row for each method too whose promise differs from that of its class.")
  private boolean methods;

  /** For the launcher. */
  public ProgressExample() {
    super("A11");
  }

  @Override
  protected void run() throws Exception {
    Tables table = new Tables().text("class", 30).text("all its methods", 18).wrapped("but", 40);
    int classes = 0;
    Map<Progress, Integer> count = new EnumMap<>(Progress.class);
    Map<String, Set<String>> conditions = new LinkedHashMap<>();
    for (Class<?> c : publicClasses()) {
      @Nullable ProgressGuarantee promise = promiseOf(c);
      if (promise == null) {
        continue;
      }
      classes++;
      Map<Progress, Set<String>> others = new EnumMap<>(Progress.class);
      Map<String, Set<String>> ofMethods = new LinkedHashMap<>();
      for (Method m : methodsOf(c)) {
        @Nullable ProgressGuarantee own = m.getAnnotation(ProgressGuarantee.class);
        Progress progress = own == null ? promise.value() : own.value();
        count.merge(progress, 1, Integer::sum);
        if (progress != promise.value()) {
          others.computeIfAbsent(progress, p -> new TreeSet<>()).add(m.getName());
        }
        if (own != null && isConditional(own)) {
          ofMethods.computeIfAbsent(condition(own), p -> new TreeSet<>()).add(m.getName());
        }
      }
      if (isConditional(promise) && c.isAnnotationPresent(ProgressGuarantee.class)) {
        conditions.computeIfAbsent(condition(promise), p -> new LinkedHashSet<>()).add(name(c));
      }
      ofMethods.forEach(
          (condition, names) ->
              conditions
                  .computeIfAbsent(condition, p -> new LinkedHashSet<>())
                  .add(name(c) + " (" + String.join(", ", names) + ")"));
      table.row(name(c), text(promise.value()), exceptions(others));
    }
    out().println(table);
    out().println("Some promises depend on something:");
    conditions.forEach(
        (condition, who) -> printWrapped(String.join(", ", who) + ": " + condition + "."));
    StringBuilder sum = new StringBuilder();
    count.forEach(
        (progress, methodsOfIt) ->
            sum.append(sum.length() == 0 ? "" : ", ")
                .append(methodsOfIt)
                .append(' ')
                .append(text(progress)));
    out().println("Public methods: " + sum + ".");
    check(classes > 0, classes + " classes say how far others can delay their calls");
  }

  /** What a class says of its methods: it itself, or the class around it. */
  private static @Nullable ProgressGuarantee promiseOf(Class<?> c) {
    @Nullable ProgressGuarantee promise = null;
    for (@Nullable Class<?> of = c; promise == null && of != null; of = of.getEnclosingClass()) {
      promise = of.getAnnotation(ProgressGuarantee.class);
    }
    return promise;
  }

  /** Its public methods, and those that it has from classes of the toolkit which are not public. */
  private static List<Method> methodsOf(Class<?> c) {
    Map<String, Method> methods = new TreeMap<>();
    for (@Nullable Class<?> of = c;
        of != null && of.getName().startsWith("dev.interlock.");
        of = of.getSuperclass()) {
      for (Method m : of.getDeclaredMethods()) {
        boolean callback = c.isInterface() && Modifier.isAbstract(m.getModifiers());
        if (Modifier.isPublic(m.getModifiers()) && !m.isSynthetic() && !callback) {
          methods.putIfAbsent(m.getName() + Arrays.toString(m.getParameterTypes()), m);
        }
      }
    }
    return List.copyOf(methods.values());
  }

  private static boolean isConditional(ProgressGuarantee promise) {
    return !promise.unless().isEmpty() || !promise.betterWhile().isEmpty();
  }

  private static String condition(ProgressGuarantee promise) {
    return text(promise.value())
        + (promise.unless().isEmpty() ? "" : ", unless " + promise.unless())
        + (promise.betterWhile().isEmpty() ? "" : ", better while " + promise.betterWhile());
  }

  private static String name(Class<?> c) {
    @Nullable Class<?> around = c.getEnclosingClass();
    return around == null ? c.getSimpleName() : name(around) + "." + c.getSimpleName();
  }

  private String exceptions(Map<Progress, Set<String>> others) {
    StringBuilder text = new StringBuilder();
    others.forEach(
        (progress, names) ->
            text.append(text.length() == 0 ? "" : "; ")
                .append(text(progress))
                .append(": ")
                .append(
                    methods || names.size() <= 4
                        ? String.join(", ", names)
                        : names.size() + " methods"));
    return text.toString();
  }

  private static String text(Progress progress) {
    return progress.name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  private static final int WIDTH = 100;

  /** One item, its further lines set in. */
  private void printWrapped(String item) {
    StringBuilder line = new StringBuilder(" *");
    for (String word : item.split(" ", -1)) {
      if (line.length() + 1 + word.length() > WIDTH) {
        out().println(line);
        line = new StringBuilder("  ");
      }
      line.append(' ').append(word);
    }
    out().println(line);
  }

  /** All public classes of the core, nested ones behind theirs, from where it was loaded. */
  private static List<Class<?>> publicClasses() throws IOException, URISyntaxException {
    Path core =
        Path.of(
            ProgressGuarantee.class.getProtectionDomain().getCodeSource().getLocation().toURI());
    if (Files.isDirectory(core)) {
      return classesIn(core);
    }
    try (FileSystem jar = FileSystems.newFileSystem(core)) {
      return classesIn(jar.getPath("/"));
    }
  }

  private static List<Class<?>> classesIn(Path root) throws IOException {
    List<Class<?>> classes = new ArrayList<>();
    ClassLoader loader = ProgressGuarantee.class.getClassLoader();
    for (String name : List.of("atomic", "reclaim", "collection", "sync", "channel")) {
      Path directory = root.resolve("dev/interlock/" + name);
      if (!Files.isDirectory(directory)) {
        continue;
      }
      try (Stream<Path> files = Files.list(directory)) {
        // Sorted without the ending, a nested class stands behind the one around it.
        List<String> types =
            files
                .map(file -> String.valueOf(file.getFileName()))
                .filter(file -> file.endsWith(".class") && !file.contains("-"))
                .map(file -> file.substring(0, file.length() - ".class".length()))
                .sorted()
                .toList();
        for (String type : types) {
          try {
            classes.add(Class.forName("dev.interlock." + name + "." + type, false, loader));
          } catch (ClassNotFoundException impossible) { // its file is there
            throw new AssertionError(impossible);
          }
        }
      }
    }
    classes.removeIf(c -> !isPublic(c) || Throwable.class.isAssignableFrom(c));
    return classes;
  }

  private static boolean isPublic(Class<?> type) {
    for (@Nullable Class<?> c = type; c != null; c = c.getEnclosingClass()) {
      if (!Modifier.isPublic(c.getModifiers())) {
        return false;
      }
    }
    return true;
  }
}
