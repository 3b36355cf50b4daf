package dev.interlock.lincheck;

import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.interlock.lincheck.broken.EarlyLookDeque;
import dev.interlock.lincheck.broken.SkippingInjector;
import dev.interlock.lincheck.broken.UnarbitratedPopDeque;
import java.util.List;
import kotlin.Unit;
import org.jetbrains.lincheck.LincheckAssertionError;
import org.jetbrains.lincheck.datastructures.IntGen;
import org.jetbrains.lincheck.datastructures.ModelCheckingOptions;
import org.jetbrains.lincheck.datastructures.Operation;
import org.jetbrains.lincheck.datastructures.Param;
import org.junit.jupiter.api.Test;

/** The checks of the deque and the injector can fail; see {@link BrokenTwinsTest}. */
class StealingTwinsTest {
  public static class UnarbitratedPop extends Operations {
    private final UnarbitratedPopDeque deque = new UnarbitratedPopDeque();

    @Operation
    public void push(@Param(gen = IntGen.class) int x) {
      deque.push(x);
    }

    @Operation
    public Integer pop() {
      return deque.pop();
    }

    @Operation
    public Integer steal() {
      return deque.steal();
    }
  }

  public static class EarlyLook extends Operations {
    private final EarlyLookDeque deque = new EarlyLookDeque();

    @Operation
    public void push(@Param(gen = IntGen.class) int x) {
      deque.push(x);
    }

    @Operation
    public Integer pop() {
      return deque.pop();
    }

    @Operation
    public Integer steal() {
      return deque.steal();
    }
  }

  public static class Skipping extends Operations {
    private final SkippingInjector injector = new SkippingInjector();

    @Operation
    public void offer(@Param(gen = IntGen.class) int x) {
      injector.offer(x);
    }

    @Operation
    public Integer poll() {
      return injector.poll();
    }
  }

  public static class QueueSpecification {
    private final java.util.ArrayDeque<Integer> queue = new java.util.ArrayDeque<>();

    public void offer(int x) {
      queue.offer(x);
    }

    public Integer poll() {
      return queue.poll();
    }
  }

  /** The owner and a thief both go home with the last element. */
  @Test
  void popWithoutCas_takesTheLastElementTwice() {
    found(
        new Subject("Work-stealing deque", "last element without CAS", "C7"),
        UnarbitratedPop.class,
        WorkStealingDequeLincheckTest.Specification.class,
        List.of(call("push", 1), call("pop")),
        List.of(call("steal")));
  }

  /** Two thieves come between the owner's look and its store. */
  @Test
  void popThatLooksTooEarly_takesAnElementTwice() {
    found(
        new Subject("Work-stealing deque", "top read too early", "C7"),
        EarlyLook.class,
        WorkStealingDequeLincheckTest.Specification.class,
        List.of(call("push", 1), call("push", 2), call("pop")),
        List.of(call("steal"), call("steal")));
  }

  /** A slot that is filled behind the consumers' back. */
  @Test
  void consumerThatSkipsWithoutClosing_losesAnElement() {
    found(
        new Subject("Injector", "slot passed over, not closed", "C7"),
        Skipping.class,
        QueueSpecification.class,
        List.of(call("offer", 1), call("poll")),
        List.of(call("offer", 2), call("poll")));
  }

  private static Call call(String name, Object... arguments) {
    return OneScenarioKt.call(name, arguments);
  }

  @SafeVarargs
  static void found(Subject subject, Class<?> twin, Class<?> specification, List<Call>... threads) {
    ModelCheckingOptions options = OneScenarioKt.oneScenario(twin, specification, threads);
    String[] message = new String[1];
    subject.measure(
        "twin",
        "found",
        () -> {
          ScenarioCount.INSTANCE.add();
          message[0] =
              assertThrows(LincheckAssertionError.class, () -> options.check(twin)).getMessage();
          return Unit.INSTANCE;
        });
    String trace = Traces.INSTANCE.keep(twin.getSimpleName(), message[0]);
    assertTrue(trace.contains("Invalid execution results"), trace);
  }
}
