package dev.interlock.mutants;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.interlock.jcstress.litmus.Dekker;
import dev.interlock.jcstress.litmus.StoreBuffering;
import dev.interlock.jcstress.page.InProcess;
import dev.interlock.mutants.Mutant.Hardware;
import java.io.IOException;
import java.io.InputStream;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.openjdk.jcstress.infra.TestInfo;
import org.openjdk.jcstress.infra.runners.TestList;

/** The tool that makes order mutants: what it finds, that it changes code, and that a wrong mode is noticed. */
class WeakenTest {
  /** More than enough: on two processors the first 0.2 s show it. */
  private static final int TRIES = 50;

  private static final int MILLIS = 200;

  // Each fence is found, with every weaker one.
  @Test
  void mutantsOf_fences_areFound() throws IOException {
    List<Mutant> mutants = mutantsOf(StoreBuffering.FullFences.class);
    assertEquals(
        List.of("fullFence -> releaseFence", "fullFence -> none"),
        mutants.stream()
            .filter(m -> m.method().equals("left") && m.target().equals("fence"))
            .map(m -> m.from() + " -> " + m.to())
            .toList());
    assertTrue(mutants.stream().noneMatch(m -> m.to().equals(m.from())));
  }

  // Each access by a handle is found under the name of its field, one step and all the way weaker.
  @Test
  void mutantsOf_handles_areFound() throws IOException {
    List<String> ids = mutantsOf(Dekker.Volatile.class).stream().map(Mutant::id).toList();
    assertEquals(
        List.of(
            "jcstress.litmus.Dekker$Volatile.left#0 X setVolatile -> setRelease",
            "jcstress.litmus.Dekker$Volatile.left#0 X setVolatile -> set",
            "jcstress.litmus.Dekker$Volatile.left#1 Y getVolatile -> getAcquire",
            "jcstress.litmus.Dekker$Volatile.left#1 Y getVolatile -> get"),
        ids.stream().filter(id -> id.contains(".left#")).toList());
  }

  // A handle that is used in the argument of another is not confused with it.
  @Test
  void mutantsOf_nestedHandles_areToldApart() throws IOException {
    assertEquals(
        List.of("N getAcquire", "M setRelease"),
        mutantsOf(Samples.class).stream()
            .filter(m -> m.method().equals("nested") && m.to().contains("Opaque"))
            .map(m -> m.target() + " " + m.from())
            .toList());
  }

  // A volatile field is weakened where it is used by name; constructors alone do not count as
  // stores.
  @Test
  void mutantsOf_volatileFields_areFound() throws IOException {
    List<Mutant> fields = mutantsOf(Samples.class).stream().filter(Mutant::isField).toList();
    assertEquals(
        List.of("written", "written", "onlyRead", "onlyRead"),
        fields.stream().map(Mutant::target).toList());
    assertEquals(Hardware.OTHER_INSTRUCTIONS, fields.get(0).hardware());
    assertEquals(Hardware.SAME_INSTRUCTIONS, fields.get(2).hardware());
  }

  // A field that only a class below uses is found where it is declared, and weakened in both.
  @Test
  void mutantsOf_inheritedField_isFound() throws IOException {
    Map<String, byte[]> classes = filesOf(Samples.class);
    classes.putAll(filesOf(Samples.Below.class));
    List<Mutant> mutants =
        Weaken.mutantsOf(classes, Set.of(Samples.class.getName().replace('.', '/'))).stream()
            .filter(m -> m.target().equals("inherited"))
            .toList();
    assertEquals(List.of("acquire/release", "plain"), mutants.stream().map(Mutant::to).toList());
    assertEquals(Hardware.OTHER_INSTRUCTIONS, mutants.get(0).hardware());
    assertEquals(classes.keySet(), Weaken.apply(mutants.get(0), classes).keySet());
    assertEquals(Set.of(mutants.get(1).owner()), Weaken.apply(mutants.get(1), classes).keySet());
  }

  // A load of any mode is a load on x86; a volatile store and a full fence are more than that.
  @Test
  void mutantsOf_hardware_isThatOfX86() throws IOException {
    for (Mutant mutant : mutantsOf(Dekker.Volatile.class)) {
      assertEquals(
          mutant.from().startsWith("set")
              ? Hardware.OTHER_INSTRUCTIONS
              : Hardware.SAME_INSTRUCTIONS,
          mutant.hardware(),
          mutant.id());
    }
  }

  // A mutant differs from the original, from every other mutant, and is a class that the machine
  // accepts.
  @Test
  void apply_everyMutant_changesTheCode() throws IOException, ReflectiveOperationException {
    Map<String, byte[]> seen = new HashMap<>();
    for (Class<?> type :
        List.of(StoreBuffering.FullFences.class, Dekker.Volatile.class, Samples.class)) {
      Map<String, byte[]> classes = filesOf(type);
      for (Mutant mutant : mutantsOf(type)) {
        Map<String, byte[]> changed = Weaken.apply(mutant, classes);
        assertFalse(changed.isEmpty(), mutant.id());
        byte[] file = changed.get(mutant.owner());
        assertFalse(java.util.Arrays.equals(classes.get(mutant.owner()), file), mutant.id());
        for (Map.Entry<String, byte[]> other : seen.entrySet()) {
          assertFalse(
              java.util.Arrays.equals(other.getValue(), file),
              mutant.id() + " is " + other.getKey());
        }
        seen.put(mutant.id(), file);
        Class.forName(type.getName(), true, new Changed(changed)).getDeclaredMethods();
      }
    }
    assertTrue(seen.size() > 15, "only " + seen.keySet());
  }

  // What was read is not written into: the original is there for the next mutant.
  @Test
  void apply_leavesTheOriginal() throws IOException {
    Map<String, byte[]> classes = filesOf(Samples.class);
    for (Mutant mutant : mutantsOf(Samples.class)) {
      Weaken.apply(mutant, classes);
    }
    assertArrayEquals(
        fileOf(Samples.class), classes.get(Samples.class.getName().replace('.', '/')));
  }

  // The fence is what makes this test pass: without it the forbidden outcome is seen.
  @Test
  void fenceRemoved_storeBuffering_isKilled() throws IOException, ReflectiveOperationException {
    assertKilled(StoreBuffering.FullFences.class, "left#1 fence fullFence -> none", "0, 0");
  }

  // And so does volatile in Dekker's entry: with release both get in.
  @Test
  void volatileWeakened_dekker_isKilled() throws IOException, ReflectiveOperationException {
    assertKilled(Dekker.Volatile.class, "left#0 X setVolatile -> setRelease", "true, true");
  }

  // The explanations are read in order, and every structure names classes that are there.
  @Test
  void structures_nameWhatExists() throws IOException, ReflectiveOperationException {
    for (Structure structure : Structure.ALL) {
      for (String name : structure.classes()) {
        Class.forName("dev.interlock." + name, false, getClass().getClassLoader());
      }
      Pattern litmus = Pattern.compile(structure.litmus());
      assertTrue(
          structure.litmus().isEmpty()
              || TestList.tests().stream().anyMatch(t -> litmus.matcher(t).find()),
          structure.name() + ": no test " + litmus);
    }
    for (String explanation : OrderMutants.Survivors.read().explanations().values()) {
      assertNotEquals("", explanation);
    }
  }

  private static void assertKilled(Class<?> test, String mutantEnd, String outcome)
      throws IOException, ReflectiveOperationException {
    Mutant mutant =
        mutantsOf(test).stream().filter(m -> m.id().endsWith(mutantEnd)).findFirst().orElseThrow();
    Changed loader = new Changed(Weaken.apply(mutant, filesOf(test)));
    TestInfo info = TestList.getInfo(test.getCanonicalName());
    String failure = "";
    for (int i = 0; i < TRIES && failure.isEmpty(); i++) {
      failure = InProcess.run(info, MILLIS, 1, loader).failure(info);
    }
    assertTrue(failure.startsWith("forbidden outcome " + outcome), mutant + ": " + failure);
  }

  private static List<Mutant> mutantsOf(Class<?> type) throws IOException {
    Map<String, byte[]> classes = filesOf(type);
    return Weaken.mutantsOf(classes, Set.of(type.getName().replace('.', '/')));
  }

  private static Map<String, byte[]> filesOf(Class<?> type) throws IOException {
    return new HashMap<>(Map.of(type.getName().replace('.', '/'), fileOf(type)));
  }

  private static byte[] fileOf(Class<?> type) throws IOException {
    return fileOf(type.getClassLoader(), type.getName());
  }

  private static byte[] fileOf(ClassLoader loader, String name) throws IOException {
    try (InputStream in = loader.getResourceAsStream(name.replace('.', '/') + ".class")) {
      return in == null ? null : in.readAllBytes();
    }
  }

  /** Loads the packages of the samples and the litmus tests anew, some classes changed. */
  private static final class Changed extends ClassLoader {
    private final Map<String, byte[]> changed;

    Changed(Map<String, byte[]> changed) {
      super(WeakenTest.class.getClassLoader());
      this.changed = changed;
    }

    @Override
    protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
      boolean ours =
          name.startsWith("dev.interlock.jcstress.litmus.") || name.equals(Samples.class.getName());
      if (!ours) {
        return super.loadClass(name, resolve);
      }
      synchronized (getClassLoadingLock(name)) {
        Class<?> loaded = findLoadedClass(name);
        if (loaded == null) {
          byte[] file = changed.get(name.replace('.', '/'));
          try {
            file = file != null ? file : fileOf(getParent(), name);
          } catch (IOException e) {
            throw new ClassNotFoundException(name, e);
          }
          if (file == null) {
            throw new ClassNotFoundException(name);
          }
          loaded = defineClass(name, file, 0, file.length);
        }
        return loaded;
      }
    }
  }
}
