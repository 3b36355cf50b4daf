package dev.interlock;

import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.fields;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noFields;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.fail;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.lang.ArchRule;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Which package may use which, and what no class of the core may do: park outside of {@code
 * internal.wait}, keep state in a thread-local or a static, touch unsafe memory.
 *
 * <p>Read from the class files, so that a fully qualified name does not slip past. What a class file
 * does not keep (constants that the compiler copied, type arguments of local variables) is not seen.
 * Packages that do not exist yet obey.
 */
class PackageArrowsTest {
  private static final String ROOT = "dev.interlock";

  /**
   * Every package of the core, with the packages of the core that it may use; {@code ""} is the root,
   * which holds the errors. A new arrow is drawn here and in no other place; {@link
   * #arrows_runInOneDirection} refuses one that closes a circle.
   */
  private static final Map<String, Set<String>> ARROWS = arrows();

  private static final JavaClasses CORE =
      new ClassFileImporter()
          .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
          .importPackages(ROOT);

  private static Map<String, Set<String>> arrows() {
    Map<String, Set<String>> m = new TreeMap<>();
    // What stands on nothing, or on padding and pauses alone.
    m.put("", Set.of());
    m.put("annotation", Set.of());
    m.put("internal.layout", Set.of());
    m.put("internal.pause", Set.of("internal.layout"));
    m.put("internal.wait", Set.of("internal.layout", "internal.pause"));
    m.put("atomic", Set.of("annotation", "internal.layout", "internal.pause"));

    // What never waits.
    m.put("internal.event", Set.of());
    // A stall of reclamation is told to the flight recorder.
    m.put("reclaim", Set.of("", "annotation", "internal.layout", "internal.event", "atomic"));
    m.put(
        "collection",
        Set.of("", "annotation", "internal.layout", "internal.pause", "atomic", "reclaim"));

    // How a caller waits: asleep, or with a future in its hand.
    m.put("diagnostics", Set.of("", "internal.layout", "internal.wait", "internal.event"));
    m.put("future", Set.of("", "internal.layout", "internal.wait"));
    m.put("internal.op", Set.of("", "internal.layout", "internal.wait", "future"));

    // What is waited for. The two stand beside each other.
    Set<String> waitable =
        Set.of("", "annotation", "internal.layout", "internal.wait", "internal.op", "future");
    m.put("channel", waitable);
    Set<String> sync = new TreeSet<>(waitable);
    sync.addAll(Set.of("atomic", "internal.pause")); // Backoff, and what it is made of
    // A lock tells a detector who holds it, never the other way round: the detector knows no lock.
    sync.addAll(Set.of("diagnostics", "internal.event"));
    m.put("sync", sync);

    // What runs tasks: futures on top of the never-waiting queues.
    m.put(
        "runtime",
        Set.of(
            "",
            "annotation",
            "internal.layout",
            "internal.wait",
            "internal.op",
            "future",
            "diagnostics",
            "atomic",
            "collection"));

    // What is built from all of that.
    Set<String> all = new TreeSet<>(m.keySet());
    m.put("pattern", all);
    m.put("actor", all);
    return m;
  }

  static Collection<String> packages() {
    return ARROWS.keySet();
  }

  /** A package uses no package of the core but those in its row. */
  @ParameterizedTest(name = "[{0}]")
  @MethodSource("packages")
  void package_usesOnlyItsRow(String name) {
    List<String> allowed = new ArrayList<>(List.of(fullName(name)));
    ARROWS.get(name).forEach(other -> allowed.add(fullName(other)));
    check(
        noClasses()
            .that()
            .resideInAPackage(fullName(name))
            .should()
            .dependOnClassesThat(
                resideInAPackage(ROOT + "..")
                    .and(not(resideInAnyPackage(allowed.toArray(String[]::new)))))
            .because("the row of \"" + name + "\" is " + ARROWS.get(name)));
  }

  /** A package without a row would obey nothing. */
  @Test
  void everyPackage_hasARow() {
    Set<String> found = new TreeSet<>();
    for (JavaClass c : CORE) {
      found.add(
          c.getPackageName().equals(ROOT) ? "" : c.getPackageName().substring(ROOT.length() + 1));
    }
    found.removeAll(ARROWS.keySet());
    assertEquals(Set.of(), found, "packages without a row in ARROWS");
  }

  /** No package reaches itself over the arrows. */
  @Test
  void arrows_runInOneDirection() {
    for (String start : ARROWS.keySet()) {
      Set<String> seen = new TreeSet<>();
      Deque<String> next = new ArrayDeque<>(ARROWS.get(start));
      while (!next.isEmpty()) {
        String here = next.remove();
        if (here.equals(start)) {
          fail("the arrows lead from \"" + start + "\" back to itself over " + seen);
        }
        if (seen.add(here)) {
          next.addAll(ARROWS.get(here));
        }
      }
    }
  }

  /** All sleeping happens in one package, where it can be read and where a checker can find it. */
  @Test
  void lockSupport_isCalledByInternalWaitAlone() {
    check(
        noClasses()
            .that()
            .resideOutsideOfPackage(fullName("internal.wait"))
            .should()
            .dependOnClassesThat()
            .haveFullyQualifiedName("java.util.concurrent.locks.LockSupport"));
  }

  /** A model checker cannot reset a thread-local, and a million virtual threads would each pay for it. */
  @Test
  void threadLocal_isNotUsed() {
    check(noClasses().should().dependOnClassesThat().areAssignableTo(ThreadLocal.class));
  }

  @Test
  void unsafeMemory_isNotTouched() {
    check(
        noClasses()
            .should()
            .dependOnClassesThat()
            .haveNameMatching("(sun\\.misc|jdk\\.internal\\.misc)\\.Unsafe"));
  }

  /** State lives in instances. */
  @Test
  void staticFields_areFinal() {
    check(fields().that().areStatic().should().beFinal());
  }

  /** A final reference to a counter is a static that changes all the same. */
  @Test
  void staticFields_areNotAtomics() {
    check(
        noFields()
            .that()
            .areStatic()
            .should()
            .haveRawType(resideInAPackage("java.util.concurrent.atomic")));
  }

  private static String fullName(String name) {
    return name.isEmpty() ? ROOT : ROOT + "." + name;
  }

  private static void check(ArchRule rule) {
    rule.allowEmptyShould(true).check(CORE);
  }
}
