package dev.interlock;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import dev.interlock.annotation.Progress;
import dev.interlock.annotation.ProgressGuarantee;
import java.io.IOException;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/**
 * Every public method of the packages on which nobody waits says how far others can delay it, in its
 * annotation or that of its class, and the class says so in words too.
 */
class ProgressGuaranteeTest {
  private static final List<String> PACKAGES = List.of("atomic", "reclaim", "collection");

  private static final Path SOURCES = Path.of("src/main/java/dev/interlock").toAbsolutePath();

  // Each method says its progress.
  @Test
  void publicMethods_eachSaysItsProgress() {
    Set<String> silent = new TreeSet<>();
    int checked = 0;
    for (Class<?> c : publicClasses()) {
      for (Method m : promisedMethods(c)) {
        checked++;
        if (promiseOf(m) == null) {
          String from = m.getDeclaringClass() == c ? "" : ", of " + m.getDeclaringClass().getName();
          silent.add(c.getName() + "." + m.getName() + from);
        }
      }
    }
    assertEquals(Set.of(), silent, "public methods without @ProgressGuarantee, nor on their class");
    assertTrue(checked > 50, "only " + checked + " methods found: are the packages right?");
  }

  // What the annotation says stands under its heading in the documentation as well.
  @Test
  void annotatedClasses_eachHasTheHeading() throws IOException {
    List<String> silent = new ArrayList<>();
    for (Class<?> c : publicClasses()) {
      if (c.getEnclosingClass() != null || !c.isAnnotationPresent(ProgressGuarantee.class)) {
        continue;
      }
      String name = c.getName().substring("dev.interlock.".length()).replace('.', '/');
      String source = Files.readString(SOURCES.resolve(name + ".java"));
      if (!source.contains("<p><b>Progress.</b>")) {
        silent.add(c.getName());
      }
    }
    assertEquals(List.of(), silent, "classes without the heading Progress");
  }

  // What is better in a case is not worse in another one: one of the two is said, and never of the
  // extreme that has none.
  @Test
  void conditions_eachHasItsDirection() {
    Set<String> wrong = new TreeSet<>();
    for (Class<?> c : publicClasses()) {
      checkDirection(c.getName(), c.getAnnotation(ProgressGuarantee.class), wrong);
      for (Method m : promisedMethods(c)) {
        checkDirection(
            c.getName() + "." + m.getName(), m.getAnnotation(ProgressGuarantee.class), wrong);
      }
    }
    assertEquals(Set.of(), wrong, "BLOCKING has no unless, WAIT_FREE no betterWhile");
  }

  private static void checkDirection(
      String name, @Nullable ProgressGuarantee promise, Set<String> wrong) {
    if (promise != null
        && ((promise.value() == Progress.BLOCKING && !promise.unless().isEmpty())
            || (promise.value() == Progress.WAIT_FREE && !promise.betterWhile().isEmpty()))) {
      wrong.add(name);
    }
  }

  /** That this test can fail: a class of three methods, one of which says nothing. */
  @Test
  void check_sample_findsTheSilentOne() throws ReflectiveOperationException {
    assertEquals(null, promiseOf(Sample.class.getMethod("silent")));
    assertEquals(Progress.LOCK_FREE, promiseOf(Sample.class.getMethod("says")).value());
    assertEquals(Progress.WAIT_FREE, promiseOf(Annotated.class.getMethod("byItsClass")).value());
    assertEquals(2, promisedMethods(Sample.class).size());
  }

  // An inherited method that says nothing is found, whatever the class says that inherits it.
  @Test
  void check_inherited_findsTheSilentOne() {
    List<Method> methods = promisedMethods(Heir.class);
    assertEquals(
        List.of("inherited", "overridden", "says"), methods.stream().map(Method::getName).toList());
    assertEquals(null, promiseOf(methods.get(0)));
    assertEquals(Progress.WAIT_FREE, promiseOf(methods.get(1)).value());
    assertEquals(Progress.BLOCKING, promiseOf(methods.get(2)).value());
  }

  abstract static class Ancestor {
    public void inherited() {}

    public void overridden() {}

    @ProgressGuarantee(Progress.BLOCKING)
    public void says() {}
  }

  @ProgressGuarantee(Progress.WAIT_FREE)
  public static class Heir extends Ancestor {
    @Override
    public void overridden() {}
  }

  static class Sample {
    public void silent() {}

    @ProgressGuarantee(Progress.LOCK_FREE)
    public void says() {}

    void notPublic() {}
  }

  @ProgressGuarantee(Progress.WAIT_FREE)
  static class Annotated {
    public void byItsClass() {}
  }

  /**
   * The public methods that a class has of these packages' own: also those inherited from a class that
   * is not public, for which the compiler puts a bridge into the class. Not what a user implements, nor
   * what else the compiler makes.
   */
  private static List<Method> promisedMethods(Class<?> c) {
    Map<String, Method> methods = new TreeMap<>();
    for (Class<?> of = c; of != null && isOurs(of); of = of.getSuperclass()) {
      for (Method m : of.getDeclaredMethods()) {
        boolean callback = c.isInterface() && Modifier.isAbstract(m.getModifiers());
        boolean ofEnum =
            c.isEnum() && (m.getName().equals("values") || m.getName().equals("valueOf"));
        if (Modifier.isPublic(m.getModifiers())
            && !callback
            && !ofEnum
            && !m.isSynthetic()
            && !m.isBridge()) {
          methods.putIfAbsent(m.getName() + Arrays.toString(m.getParameterTypes()), m);
        }
      }
    }
    return List.copyOf(methods.values());
  }

  private static boolean isOurs(Class<?> c) {
    return c.getName().startsWith("dev.interlock.");
  }

  /**
   * What a method promises: it itself, the class that declares it, those around it. What the class says
   * that inherits it is about its own methods: of another's it knows nothing.
   */
  private static @Nullable ProgressGuarantee promiseOf(Method m) {
    ProgressGuarantee promise = m.getAnnotation(ProgressGuarantee.class);
    for (Class<?> of = m.getDeclaringClass(); promise == null && of != null; ) {
      promise = of.getAnnotation(ProgressGuarantee.class);
      of = of.getEnclosingClass();
    }
    return promise;
  }

  /** Exceptions are told about a call and are none. */
  private static List<Class<?>> publicClasses() {
    List<Class<?>> classes = new ArrayList<>();
    for (String name : PACKAGES) {
      for (JavaClass c :
          new ClassFileImporter()
              .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
              .importPackages("dev.interlock." + name)) {
        Class<?> type = c.reflect();
        if (isPublic(type) && !Throwable.class.isAssignableFrom(type)) {
          classes.add(type);
        }
      }
    }
    return classes;
  }

  private static boolean isPublic(Class<?> type) {
    for (Class<?> c = type; c != null; c = c.getEnclosingClass()) {
      if (!Modifier.isPublic(c.getModifiers())) {
        return false;
      }
    }
    return !type.getSimpleName().equals("package-info");
  }
}
