package dev.interlock.lincheck;

import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.interlock.lincheck.broken.InvertedScanHazards;
import dev.interlock.lincheck.broken.LatePublishHazards;
import dev.interlock.lincheck.broken.RecyclingStack;
import dev.interlock.lincheck.broken.TinyHazards;
import java.util.LinkedList;
import java.util.List;
import kotlin.Unit;
import org.jetbrains.lincheck.LincheckAssertionError;
import org.jetbrains.lincheck.datastructures.IntGen;
import org.jetbrains.lincheck.datastructures.ModelCheckingOptions;
import org.jetbrains.lincheck.datastructures.Operation;
import org.jetbrains.lincheck.datastructures.Param;
import org.junit.jupiter.api.Test;

/** The checker finds the faults of reclamation, and passes the right version of the same scenario. */
class ReclamationTwinsTest {
  /** A register that is read while it is written. */
  public abstract static class Register extends Operations {
    private final TinyHazards register;

    Register(TinyHazards register) {
      this.register = register;
    }

    @Operation
    public int read() {
      return register.read();
    }

    @Operation
    public void write(@Param(gen = IntGen.class) int v) {
      register.write(v);
    }
  }

  public static class Right extends Register {
    public Right() {
      super(new TinyHazards());
    }
  }

  public static class InvertedScan extends Register {
    public InvertedScan() {
      super(new InvertedScanHazards());
    }
  }

  public static class LatePublish extends Register {
    public LatePublish() {
      super(new LatePublishHazards());
    }
  }

  /** A register. */
  public static class RegisterSpecification {
    private int value;

    public int read() {
      return value;
    }

    public void write(int v) {
      value = v;
    }
  }

  public static class RecyclesAtOnce extends Operations {
    private final RecyclingStack stack = new RecyclingStack();

    public RecyclesAtOnce() {
      stack.push(1);
      stack.push(2);
    }

    @Operation
    public void push(@Param(gen = IntGen.class) int v) {
      stack.push(v);
    }

    @Operation
    public int pop() {
      return stack.pop();
    }
  }

  /** A list, its first element on top. */
  public static class StackSpecification {
    private final LinkedList<Integer> list = new LinkedList<>(List.of(2, 1));

    public void push(int v) {
      list.addFirst(v);
    }

    public int pop() {
      return list.isEmpty() ? -1 : list.removeFirst();
    }
  }

  private static final List<Call> READS = List.of(call("read"), call("read"));
  private static final List<Call> WRITES = List.of(call("write", 1), call("write", 2));

  /** X2: what a reader protects is what is freed under its hands. */
  @Test
  void x2_invertedScan_freesWhatIsProtected() {
    assertInvalid(
        find(
            "Hazard pointers",
            "X2",
            "B1",
            InvertedScan.class,
            RegisterSpecification.class,
            READS,
            WRITES));
  }

  /** X3: the slot is freed between the look and the publication. */
  @Test
  void x3_publishedAfterTheLook_usesAfterFree() {
    assertInvalid(
        find(
            "Hazard pointers",
            "X3",
            "B1",
            LatePublish.class,
            RegisterSpecification.class,
            READS,
            WRITES));
  }

  /** The right version passes the scenario of the two. */
  @Test
  void rightVersion_passesTheScenarioOfItsTwins() {
    options(Right.class, RegisterSpecification.class, READS, WRITES)
        .invocationsPerIteration(500)
        .check(Right.class);
  }

  /** X15: the same slot comes back as the first, with another one behind it. */
  @Test
  void x15_recycledAtOnce_losesElements() {
    assertInvalid(
        find(
            "Off-heap stack",
            "X15",
            "B4",
            RecyclesAtOnce.class,
            StackSpecification.class,
            List.of(call("pop"), call("pop")),
            List.of(call("pop"), call("pop"), call("push", 3), call("push", 4))));
  }

  @SafeVarargs
  private static String find(
      String structure,
      String variant,
      String scope,
      Class<?> twin,
      Class<?> specification,
      List<Call>... threads) {
    LincheckAssertionError[] found = new LincheckAssertionError[1];
    new Subject(structure, variant, scope)
        .measure(
            "twin",
            "found",
            () -> {
              ScenarioCount.INSTANCE.add();
              found[0] =
                  assertThrows(
                      LincheckAssertionError.class,
                      () -> options(twin, specification, threads).check(twin));
              return Unit.INSTANCE;
            });
    return Traces.INSTANCE.keep(twin.getSimpleName(), found[0].getMessage());
  }

  @SafeVarargs
  private static ModelCheckingOptions options(
      Class<?> operations, Class<?> specification, List<Call>... threads) {
    return OneScenarioKt.oneScenario(operations, specification, threads);
  }

  private static Call call(String name, Object... arguments) {
    return OneScenarioKt.call(name, arguments);
  }

  private static void assertInvalid(String trace) {
    assertTrue(trace.contains("Invalid execution results"), trace);
  }
}
