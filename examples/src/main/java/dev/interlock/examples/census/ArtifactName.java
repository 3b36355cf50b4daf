package dev.interlock.examples.census;

import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The name that all versions of one artifact share. */
final class ArtifactName {
  private static final Pattern VERSIONED = Pattern.compile("(.+?)-\\d[\\w.+-]*");

  private ArtifactName() {}

  /**
   * {@code group:name} where the path is laid out as in a Maven repository, {@code
   * group/name/version/name-version.jar}; otherwise the name of the file without a version.
   */
  static String of(Path relative) {
    String file = relative.getFileName().toString();
    int n = relative.getNameCount();
    if (n >= 4) {
      String name = relative.getName(n - 3).toString();
      if (file.startsWith(name + "-")) {
        return relative.subpath(0, n - 3).toString().replace('\\', '.').replace('/', '.')
            + ":"
            + name;
      }
    }
    String base = file.substring(0, file.length() - ".jar".length());
    Matcher versioned = VERSIONED.matcher(base);
    return versioned.matches() ? versioned.group(1) : base;
  }
}
