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
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
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
    List<String> conditions = new ArrayList<>();
    for (Class<?> c : annotatedClasses()) {
      @Nullable ProgressGuarantee promise = c.getAnnotation(ProgressGuarantee.class);
      if (promise == null) {
        continue;
      }
      classes++;
      Map<Progress, Set<String>> others = new EnumMap<>(Progress.class);
      for (Method m : c.getDeclaredMethods()) {
        if (!Modifier.isPublic(m.getModifiers()) || m.isSynthetic()) {
          continue;
        }
        @Nullable ProgressGuarantee own = m.getAnnotation(ProgressGuarantee.class);
        Progress progress = own == null ? promise.value() : own.value();
        count.merge(progress, 1, Integer::sum);
        if (progress != promise.value()) {
          others.computeIfAbsent(progress, p -> new TreeSet<>()).add(m.getName());
        }
      }
      if (!promise.unless().isEmpty()) {
        conditions.add(c.getSimpleName() + ": unless " + promise.unless());
      }
      table.row(c.getSimpleName(), text(promise.value()), exceptions(others));
    }
    out().println(table);
    conditions.forEach(condition -> out().println(shortened(condition)));
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

  private static String shortened(String line) {
    return line.length() <= 100 ? line : line.substring(0, 97) + "...";
  }

  /** All classes of the core, by name, from the directory or jar that it was loaded from. */
  private static List<Class<?>> annotatedClasses() throws IOException, URISyntaxException {
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
        for (Path file : files.sorted().toList()) {
          String simple = String.valueOf(file.getFileName());
          if (!simple.endsWith(".class") || simple.contains("-") || simple.contains("$")) {
            continue;
          }
          String type = simple.substring(0, simple.length() - ".class".length());
          try {
            classes.add(Class.forName("dev.interlock." + name + "." + type, false, loader));
          } catch (ClassNotFoundException impossible) { // its file is there
            throw new AssertionError(impossible);
          }
        }
      }
    }
    classes.removeIf(c -> !Modifier.isPublic(c.getModifiers()));
    return classes;
  }
}
