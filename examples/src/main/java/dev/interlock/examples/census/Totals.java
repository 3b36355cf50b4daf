package dev.interlock.examples.census;

import dev.interlock.examples.census.JarRecord.ModuleKind;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** The sums of a census. Confined to the coroutine that collects; read by others after it has ended. */
final class Totals {
  /**
   * Class files of one format version.
   *
   * @param major the version in the header
   * @param classes how many class files have it
   * @param jars in how many jars it is the newest one
   */
  record VersionRow(int major, int classes, int jars) {
    String javaRelease() {
      // Java 1.0 and 1.1 share 45, 1.2 is 46; from 49 on the name is the number less 44.
      return major >= 49 ? "Java " + (major - 44) : "Java 1." + (major - 44);
    }
  }

  /**
   * Classes that the same artifacts have, all of them.
   *
   * @param artifacts those artifacts, sorted
   * @param classes how many class names they share
   * @param example one of those names
   */
  record SharedRow(List<String> artifacts, int classes, String example) {}

  /**
   * A class that several artifacts have.
   *
   * @param name with dots
   * @param artifacts in how many artifacts
   */
  record CopiedClass(String name, int artifacts) {}

  /**
   * A jar and its size.
   *
   * @param path relative to the directory of the census
   * @param bytes size of the file
   * @param classes how many class files it holds
   */
  record SizeRow(String path, long bytes, int classes) {}

  /**
   * A file with a problem.
   *
   * @param path relative to the directory of the census
   * @param what what is wrong
   */
  record Problem(String path, String what) {}

  private final Set<String> paths = new HashSet<>();
  private int twice;
  private int opened;
  private long bytes;
  private long classes;
  private int multiReleaseJars;
  private final SortedMap<Integer, Integer> classesByMajor = new TreeMap<>();
  private final SortedMap<Integer, Integer> jarsByNewestMajor = new TreeMap<>();
  private final SortedMap<Integer, Integer> versionedByRelease = new TreeMap<>();
  private final EnumMap<ModuleKind, Integer> modules = new EnumMap<>(ModuleKind.class);
  private final SortedMap<String, Integer> jarsByWorker = new TreeMap<>();
  private final List<SizeRow> sizes = new ArrayList<>();
  private final List<Problem> problems = new ArrayList<>();

  /** Artifacts by number, and each one's number alone in an array, shared by all its classes. */
  private final List<String> artifacts = new ArrayList<>();

  private final Map<String, int[]> artifactNumbers = new HashMap<>();

  /** The numbers of the artifacts that have the class, ascending in order of arrival. */
  private final Map<String, int[]> artifactsByClass = new HashMap<>();

  /** Takes in what a worker found. */
  void add(JarRecord jar) {
    if (!paths.add(jar.path())) {
      twice++;
    }
    jarsByWorker.merge(jar.worker(), 1, Integer::sum);
    String problem = jar.problem();
    if (problem != null) {
      problems.add(new Problem(jar.path(), problem));
    }
    bytes += jar.bytes();
    if (!jar.opened()) {
      return;
    }
    opened++;
    int count = jar.classes();
    classes += count;
    sizes.add(new SizeRow(jar.path(), jar.bytes(), count));
    jar.classesByMajor().forEach((major, n) -> classesByMajor.merge(major, n, Integer::sum));
    if (!jar.classesByMajor().isEmpty()) {
      jarsByNewestMajor.merge(jar.classesByMajor().lastKey(), 1, Integer::sum);
    }
    if (jar.multiRelease()) {
      multiReleaseJars++;
      jar.versionedByRelease().forEach((r, n) -> versionedByRelease.merge(r, n, Integer::sum));
    }
    modules.merge(jar.module(), 1, Integer::sum);
    addNames(jar);
  }

  /** Notes a place that could not be walked. */
  void addProblem(String path, String what) {
    problems.add(new Problem(path, what));
  }

  private void addNames(JarRecord jar) {
    int[] alone =
        artifactNumbers.computeIfAbsent(
            jar.artifact(),
            name -> {
              artifacts.add(name);
              return new int[] {artifacts.size() - 1};
            });
    for (String name : jar.classNames()) {
      artifactsByClass.merge(name, alone, Totals::union);
    }
  }

  private static int[] union(int[] present, int[] alone) {
    int place = Arrays.binarySearch(present, alone[0]);
    if (place >= 0) {
      return present;
    }
    int[] more = Arrays.copyOf(present, present.length + 1);
    more[present.length] = alone[0];
    Arrays.sort(more);
    return more;
  }

  int jars() {
    return paths.size();
  }

  /** Files that came more than once: 0 unless the pipeline is broken. */
  int twice() {
    return twice;
  }

  int opened() {
    return opened;
  }

  long bytes() {
    return bytes;
  }

  long classes() {
    return classes;
  }

  int multiReleaseJars() {
    return multiReleaseJars;
  }

  int artifacts() {
    return artifacts.size();
  }

  SortedMap<Integer, Integer> versionedByRelease() {
    return Collections.unmodifiableSortedMap(versionedByRelease);
  }

  int modules(ModuleKind kind) {
    return modules.getOrDefault(kind, 0);
  }

  SortedMap<String, Integer> jarsByWorker() {
    return Collections.unmodifiableSortedMap(jarsByWorker);
  }

  List<Problem> problems() {
    return problems.stream().sorted(Comparator.comparing(Problem::path)).toList();
  }

  List<VersionRow> versions() {
    List<VersionRow> rows = new ArrayList<>();
    classesByMajor.forEach(
        (major, n) -> rows.add(new VersionRow(major, n, jarsByNewestMajor.getOrDefault(major, 0))));
    return rows;
  }

  List<SizeRow> largest(int max) {
    return sizes.stream()
        .sorted(Comparator.comparingLong(SizeRow::bytes).reversed().thenComparing(SizeRow::path))
        .limit(max)
        .toList();
  }

  /** How many jars have up to {@code limits[i]} bytes and more than the limit before. */
  int[] sizeHistogram(long[] limits) {
    int[] counts = new int[limits.length + 1];
    for (SizeRow row : sizes) {
      int i = 0;
      while (i < limits.length && row.bytes() > limits[i]) {
        i++;
      }
      counts[i]++;
    }
    return counts;
  }

  int duplicateClasses() {
    int count = 0;
    for (int[] in : artifactsByClass.values()) {
      if (in.length > 1) {
        count++;
      }
    }
    return count;
  }

  /** The sets of artifacts that share most classes. */
  List<SharedRow> worstShared(int max) {
    Map<List<Integer>, List<String>> groups = new HashMap<>();
    artifactsByClass.forEach(
        (name, in) -> {
          if (in.length > 1) {
            groups
                .computeIfAbsent(Arrays.stream(in).boxed().toList(), key -> new ArrayList<>())
                .add(name);
          }
        });
    return groups.entrySet().stream()
        .map(
            e ->
                new SharedRow(
                    e.getKey().stream().map(artifacts::get).sorted().toList(),
                    e.getValue().size(),
                    dotted(Collections.min(e.getValue()))))
        .sorted(
            Comparator.comparingInt(SharedRow::classes)
                .reversed()
                .thenComparing(row -> row.artifacts().toString()))
        .limit(max)
        .toList();
  }

  /** The classes that most artifacts have. */
  List<CopiedClass> mostCopied(int max) {
    return artifactsByClass.entrySet().stream()
        .filter(e -> e.getValue().length > 1)
        .map(e -> new CopiedClass(dotted(e.getKey()), e.getValue().length))
        .sorted(
            Comparator.comparingInt(CopiedClass::artifacts)
                .reversed()
                .thenComparing(CopiedClass::name))
        .limit(max)
        .toList();
  }

  private static String dotted(@Nullable String name) {
    return name == null ? "" : name.replace('/', '.');
  }
}
