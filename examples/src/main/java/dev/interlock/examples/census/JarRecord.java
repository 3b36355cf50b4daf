package dev.interlock.examples.census;

import java.util.List;
import java.util.SortedMap;
import org.jspecify.annotations.Nullable;

/**
 * What a worker found in one file. A worker makes it, the collecting coroutine reads it; the channel
 * between them is all the synchronization it needs.
 *
 * @param path relative to the directory of the census
 * @param artifact group and name without version, so that versions of one artifact are the same
 * @param bytes size of the file
 * @param opened whether it could be opened as a zip archive at all
 * @param classesByMajor class files by major version of their format
 * @param classNames names of the classes outside of META-INF, as in {@code java/lang/Object}
 * @param versionedByRelease entries under META-INF/versions by Java release; empty unless the manifest
 *     says that the jar is multi-release
 * @param module how it describes itself as a module
 * @param moduleName the name it gives itself, if it does
 * @param problem what is wrong with the file, or null
 * @param worker the thread that read it
 */
record JarRecord(
    String path,
    String artifact,
    long bytes,
    boolean opened,
    SortedMap<Integer, Integer> classesByMajor,
    List<String> classNames,
    SortedMap<Integer, Integer> versionedByRelease,
    ModuleKind module,
    @Nullable String moduleName,
    @Nullable String problem,
    String worker) {

  /** How a jar describes itself as a module. */
  enum ModuleKind {
    NAMED("module-info"),
    AUTOMATIC("Automatic-Module-Name"),
    NONE("none");

    final String label;

    ModuleKind(String label) {
      this.label = label;
    }
  }

  int classes() {
    return classesByMajor.values().stream().mapToInt(Integer::intValue).sum();
  }

  boolean multiRelease() {
    return !versionedByRelease.isEmpty();
  }
}
