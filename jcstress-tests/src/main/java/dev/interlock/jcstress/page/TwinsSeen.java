package dev.interlock.jcstress.page;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.infra.TestInfo;
import org.openjdk.jcstress.infra.runners.TestList;

/**
 * Whether the harness found the broken twins of the memory model. A twin's fault is an outcome that the
 * harness counts and that fails no test; so a run in which it never showed would prove nothing, and nobody
 * would notice.
 *
 * <p>Arguments: a folder with {@code *.bin.gz}, of which the latest run counts, and the file for the rows of
 * the verification matrix. Fails when a twin that every machine shows was not seen.
 */
public final class TwinsSeen {
  /** On a machine with much other work the harness gets too little time for some: then it is tried here. */
  private static final int MORE_TRIES = 10;

  private static final int TRY_MILLIS = 3_000;

  private TwinsSeen() {}

  /**
   * One twin.
   *
   * @param everywhere whether it must be seen in every run; otherwise x86 hides it, and the row says whether
   *     it was
   */
  record Twin(String test, String structure, String variant, String scope, boolean everywhere) {}

  static final List<Twin> TWINS =
      List.of(
          new Twin(
              "MutualExclusion.DekkerReleaseTwin",
              "Mutual exclusion",
              "X24, Dekker by acquire and release",
              "A5",
              true),
          new Twin(
              "MutualExclusion.PetersonReleaseTwin",
              "Mutual exclusion",
              "X24, Peterson by acquire and release",
              "A5",
              true),
          new Twin("SeqLockTornRead.PlainTwin", "SeqLock", "X25, plain", "D9", true),
          new Twin("SeqLockTornRead.OpaqueTwin", "SeqLock", "X25, opaque", "D9", false),
          new Twin(
              "SeqLockTornRead.ReleaseTwin", "SeqLock", "X25, acquire and release", "D9", false),
          new Twin("OnceCellPublication.PlainTwin", "OnceCell", "X20, plain", "A12", false),
          new Twin("OnceCellPublication.TwoReadsTwin", "OnceCell", "X20, read twice", "A12", false),
          new Twin(
              "SpinLockPublication.OpaqueUnlockTwin", "SpinLock", "opaque unlock", "D1", false));

  /** See above. */
  public static void main(String[] arguments) throws IOException, ReflectiveOperationException {
    if (arguments.length != 2) {
      throw new IllegalArgumentException("usage: TwinsSeen RESULTS ROWS");
    }
    List<Path> blobs = MemoryOrders.blobs(Path.of(arguments[0]));
    List<String> wanted = TWINS.stream().map(twin -> nameOf(twin.test)).toList();
    Map<String, Map<String, Long>> seen =
        MemoryOrders.read(blobs.subList(blobs.size() - 1, blobs.size()), wanted::contains);
    List<String> rows = new ArrayList<>();
    List<String> hidden = new ArrayList<>();
    for (Twin twin : TWINS) {
      TestInfo info = TestList.getInfo(nameOf(twin.test));
      Map<String, Long> outcomes = seen.get(info.name());
      if (outcomes == null) {
        throw new IllegalStateException("no results of " + twin.test);
      }
      for (int i = 0; twin.everywhere && faults(info, outcomes) == 0 && i < MORE_TRIES; i++) {
        InProcess.run(info, TRY_MILLIS, 2, TwinsSeen.class.getClassLoader())
            .outcomes()
            .forEach((outcome, count) -> outcomes.merge(outcome, count, Long::sum));
      }
      long faults = faults(info, outcomes);
      rows.add(row(twin, outcomes.values().stream().mapToLong(n -> n).sum(), faults));
      if (faults == 0 && twin.everywhere) {
        hidden.add(twin.test);
      }
    }
    Files.writeString(Path.of(arguments[1]), "[\n" + String.join(",\n", rows) + "\n]\n");
    if (!hidden.isEmpty()) {
      throw new IllegalStateException(
          "the fault of "
              + hidden
              + " was not seen: either this machine is too busy, or the tests that have these twins "
              + "beside them show nothing");
    }
  }

  private static String nameOf(String test) {
    return "dev.interlock.jcstress." + test;
  }

  /** How often an outcome was seen that the right version does not have. */
  static long faults(TestInfo info, Map<String, Long> outcomes) {
    long faults = 0;
    for (Map.Entry<String, Long> e : outcomes.entrySet()) {
      boolean fault = InProcess.expectOf(info, e.getKey()) == Expect.ACCEPTABLE_INTERESTING;
      faults += fault ? e.getValue() : 0;
    }
    return faults;
  }

  /** A row of the matrix, as {@code lincheck-tests} writes them. */
  static String row(Twin twin, long runs, long faults) {
    return """
          {
            "structure": "%s",
            "variant": "%s",
            "scope": "%s",
            "check": "twin, jcstress",
            "scenarios": 1,
            "invocations": %d,
            "result": "%s",
            "seconds": 0.0,
            "jdk": %d,
            "deep": false
          }"""
        .formatted(
            twin.structure,
            twin.variant,
            twin.scope,
            runs,
            faults > 0 ? "found" : "not seen on " + System.getProperty("os.arch"),
            Runtime.version().feature());
  }
}
