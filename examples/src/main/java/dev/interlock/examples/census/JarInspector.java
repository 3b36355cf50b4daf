package dev.interlock.examples.census;

import dev.interlock.examples.census.JarRecord.ModuleKind;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.lang.module.InvalidModuleDescriptorException;
import java.lang.module.ModuleDescriptor;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.jar.Attributes;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import java.util.jar.Manifest;
import org.jspecify.annotations.Nullable;

/** Reads one jar. Holds nothing between two of them, so any number of threads may use it. */
final class JarInspector {
  private static final int CLASS_MAGIC = 0xCAFEBABE;
  private static final int HEADER_BYTES = 8;
  private static final int READ_AHEAD_BYTES = 1 << 18;
  private static final String VERSIONS = "META-INF/versions/";
  private static final String MODULE_INFO = "module-info.class";

  /** The first release had the major version 45, and was Java 1.1 and 1.0.2 alike. */
  static final int FIRST_MAJOR = 45;

  private final Path root;

  JarInspector(Path root) {
    this.root = root;
  }

  /** What is in the file; what is wrong with it is told in the record, never thrown. */
  JarRecord inspect(Path jar) {
    Path relative = root.relativize(jar);
    Findings found = new Findings();
    long bytes = 0;
    try {
      bytes = Files.size(jar);
      if (!Files.isReadable(jar)) {
        found.problem("cannot be read: permission denied");
      } else {
        readInOrder(jar);
        read(jar, found);
      }
    } catch (IOException e) {
      found.problem(notAnArchive(jar, e));
    } catch (RuntimeException e) { // how some damage in the directory of a zip file shows itself
      found.problem("damaged archive: " + e);
    }
    return new JarRecord(
        relative.toString(),
        ArtifactName.of(relative),
        bytes,
        found.opened,
        Collections.unmodifiableSortedMap(found.classesByMajor),
        Collections.unmodifiableList(found.classNames),
        Collections.unmodifiableSortedMap(found.versionedByRelease),
        found.module,
        found.moduleName,
        found.problem(),
        Thread.currentThread().getName());
  }

  /**
   * Brings the file into the memory of the operating system. The headers lie all over it, and a disk
   * answers one long read sooner than thousands of short ones.
   */
  private static void readInOrder(Path jar) throws IOException {
    try (FileChannel file = FileChannel.open(jar, StandardOpenOption.READ)) {
      ByteBuffer buffer = ByteBuffer.allocate(READ_AHEAD_BYTES);
      while (file.read(buffer) >= 0) {
        buffer.clear();
      }
    }
  }

  private static void read(Path jar, Findings found) throws IOException {
    try (JarFile file = new JarFile(new File(jar.toString()), false)) {
      found.opened = true;
      boolean multiRelease = file.isMultiRelease();
      JarEntry descriptor = null;
      int descriptorRelease = -1;
      for (JarEntry entry : Collections.list(file.entries())) {
        String name = entry.getName();
        int release = releaseOf(name);
        if (release > 0 && multiRelease && !entry.isDirectory()) {
          found.versionedByRelease.merge(release, 1, Integer::sum);
        }
        if (!name.endsWith(".class")) {
          continue;
        }
        readHeader(file, entry, found);
        boolean atRoot = name.equals(MODULE_INFO);
        if (atRoot || (multiRelease && release > 0 && name.endsWith("/" + MODULE_INFO))) {
          int candidate = atRoot ? 0 : release;
          if (candidate > descriptorRelease) {
            descriptor = entry;
            descriptorRelease = candidate;
          }
        } else if (!name.startsWith("META-INF/") && !name.endsWith("package-info.class")) {
          found.classNames.add(name.substring(0, name.length() - ".class".length()));
        }
      }
      describeModule(file, descriptor, found);
    }
  }

  /** Counts the version in the first 8 bytes of a class file: u4 magic, u2 minor, u2 major. */
  private static void readHeader(JarFile file, JarEntry entry, Findings found) {
    byte[] header;
    try (InputStream in = file.getInputStream(entry)) {
      header = in.readNBytes(HEADER_BYTES);
    } catch (IOException | RuntimeException e) {
      found.problem(entry.getName() + " cannot be read (" + reason(e) + ")");
      return;
    }
    if (header.length < HEADER_BYTES) {
      found.problem(entry.getName() + " ends after " + header.length + " bytes");
      return;
    }
    int magic = u2(header, 0) << 16 | u2(header, 2);
    int major = u2(header, 6);
    if (magic != CLASS_MAGIC) {
      found.problem(
          String.format("%s is not a class file (starts with %08x)", entry.getName(), magic));
    } else if (major < FIRST_MAJOR) {
      found.problem(entry.getName() + " has the impossible version " + major);
    } else {
      found.classesByMajor.merge(major, 1, Integer::sum);
    }
  }

  private static void describeModule(JarFile file, @Nullable JarEntry descriptor, Findings found)
      throws IOException {
    if (descriptor != null) {
      found.module = ModuleKind.NAMED;
      try (InputStream in = file.getInputStream(descriptor)) {
        found.moduleName = ModuleDescriptor.read(in).name();
      } catch (InvalidModuleDescriptorException e) {
        if (!isNewerThanThisJdk(file, descriptor)) {
          found.problem(descriptor.getName() + " is not valid (" + reason(e) + ")");
        }
      }
      return;
    }
    Manifest manifest = file.getManifest();
    Attributes attributes = manifest == null ? null : manifest.getMainAttributes();
    String automatic = attributes == null ? null : attributes.getValue("Automatic-Module-Name");
    if (automatic != null) {
      found.module = ModuleKind.AUTOMATIC;
      found.moduleName = automatic;
    }
  }

  /** A JDK does not read the descriptors of its successors; that is no damage. */
  private static boolean isNewerThanThisJdk(JarFile file, JarEntry descriptor) throws IOException {
    try (InputStream in = file.getInputStream(descriptor)) {
      byte[] header = in.readNBytes(HEADER_BYTES);
      return header.length == HEADER_BYTES
          && u2(header, 6) > Runtime.version().feature() + FIRST_MAJOR - 1;
    }
  }

  /** N for an entry under META-INF/versions/N/, otherwise -1. */
  private static int releaseOf(String name) {
    if (!name.startsWith(VERSIONS)) {
      return -1;
    }
    int end = name.indexOf('/', VERSIONS.length());
    if (end < 0) {
      return -1;
    }
    try {
      return Integer.parseInt(name.substring(VERSIONS.length(), end));
    } catch (NumberFormatException notARelease) {
      return -1;
    }
  }

  /** Tells a file that never was an archive from one that has lost its end. */
  private static String notAnArchive(Path jar, IOException e) {
    try (InputStream in = Files.newInputStream(jar)) {
      byte[] start = in.readNBytes(2);
      if (start.length == 0) {
        return "empty file";
      }
      if (start.length < 2 || start[0] != 'P' || start[1] != 'K') {
        return "not a zip archive (" + reason(e) + ")";
      }
    } catch (IOException unreadable) {
      return "cannot be read (" + reason(unreadable) + ")";
    }
    return "truncated or damaged archive (" + reason(e) + ")";
  }

  private static String reason(Exception e) {
    String message = e.getMessage();
    return message == null ? e.getClass().getSimpleName() : message;
  }

  private static int u2(byte[] bytes, int at) {
    return (bytes[at] & 0xff) << 8 | (bytes[at + 1] & 0xff);
  }

  /** What was found so far in one jar. */
  private static final class Findings {
    boolean opened;
    final SortedMap<Integer, Integer> classesByMajor = new TreeMap<>();
    final List<String> classNames = new ArrayList<>();
    final SortedMap<Integer, Integer> versionedByRelease = new TreeMap<>();
    ModuleKind module = ModuleKind.NONE;
    @Nullable String moduleName;
    private @Nullable String firstProblem;
    private int problems;

    void problem(String what) {
      if (firstProblem == null) {
        firstProblem = what;
      }
      problems++;
    }

    @Nullable String problem() {
      return problems > 1 ? firstProblem + ", and " + (problems - 1) + " more" : firstProblem;
    }
  }
}
