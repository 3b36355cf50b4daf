package dev.interlock.lincheck;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.interlock.lincheck.broken.NaivePhilosophers;
import dev.interlock.lincheck.broken.PolitePhilosophers;
import java.util.List;
import kotlin.Unit;
import org.jetbrains.lincheck.LincheckAssertionError;
import org.jetbrains.lincheck.datastructures.IntGen;
import org.jetbrains.lincheck.datastructures.ModelCheckingOptions;
import org.jetbrains.lincheck.datastructures.Operation;
import org.jetbrains.lincheck.datastructures.Param;
import org.junit.jupiter.api.Test;

/** X22: dining philosophers, the naive and the polite ones; see {@link BrokenTwinsTest}. */
class PhilosophersTwinsTest {
  private static final int SEATS = 2;

  public static class Naive extends Operations {
    private final NaivePhilosophers table = new NaivePhilosophers(SEATS, false);

    @Operation
    public boolean eat(@Param(gen = IntGen.class, conf = "0:1") int seat) {
      return table.eat(seat);
    }
  }

  public static class Ordered extends Operations {
    private final NaivePhilosophers table = new NaivePhilosophers(SEATS, true);

    @Operation
    public boolean eat(@Param(gen = IntGen.class, conf = "0:1") int seat) {
      return table.eat(seat);
    }
  }

  /** Everybody eats, one after the other. */
  public static class Meals {
    public boolean eat(int seat) {
      return true;
    }
  }

  /** Each with one fork in hand, all wait. */
  @Test
  void x22_naiveOrder_deadlocks() {
    ModelCheckingOptions options =
        OneScenarioKt.oneScenario(
            Naive.class, Meals.class, List.of(call("eat", 0)), List.of(call("eat", 1)));
    new Subject("Philosophers", "X22, naive order", "D11")
        .measure(
            "twin",
            "found",
            () -> {
              ScenarioCount.INSTANCE.add();
              LincheckAssertionError failure =
                  assertThrows(LincheckAssertionError.class, () -> options.check(Naive.class));
              String trace = Traces.INSTANCE.keep("NaivePhilosophers", failure.getMessage());
              assertTrue(trace.contains("has hung") || trace.contains("deadlock"), trace);
              return Unit.INSTANCE;
            });
  }

  /** With an order of the forks the same scenario passes. */
  @Test
  void x22_orderOfForks_passes() {
    OneScenarioKt.oneScenario(
            Ordered.class, Meals.class, List.of(call("eat", 0)), List.of(call("eat", 1)))
        .check(Ordered.class);
  }

  /**
   * In step: all take the left fork, all find the right one taken, all put back. Every call succeeds or fails
   * at once, so nothing hangs for a checker to see: the fault is a count of meals.
   */
  @Test
  void x22_politeOnes_liveLock() {
    int rounds = 1_000;
    new Subject("Philosophers", "X22, polite", "D11")
        .measure(
            "twin",
            "found",
            () -> {
              ScenarioCount.INSTANCE.add();
              PolitePhilosophers table = new PolitePhilosophers(5);
              int meals = 0;
              int steps = 0;
              for (int round = 0; round < rounds; round++) {
                InvocationCount.INSTANCE.add();
                for (int seat = 0; seat < 5; seat++) {
                  assertTrue(table.takeFirst(seat));
                }
                for (int seat = 0; seat < 5; seat++) {
                  meals += table.takeSecondAndEat(seat) ? 1 : 0;
                }
                for (int seat = 0; seat < 5; seat++) {
                  table.putBack(seat);
                }
                steps += 15;
              }
              assertEquals(0, meals);
              // One of them stays away for a step, and its neighbour eats.
              for (int seat = 1; seat < 5; seat++) {
                assertTrue(table.takeFirst(seat));
              }
              assertTrue(table.takeSecondAndEat(4));
              Traces.INSTANCE.keep(
                  "X22-polite-philosophers",
                  steps + " steps of five philosophers, nobody ever waited: no meal");
              return Unit.INSTANCE;
            });
  }

  private static Call call(String name, Object... arguments) {
    return OneScenarioKt.call(name, arguments);
  }
}
