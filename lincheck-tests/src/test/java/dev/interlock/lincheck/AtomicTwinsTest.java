package dev.interlock.lincheck;

import static dev.interlock.lincheck.OneScenarioKt.call;
import static dev.interlock.lincheck.OneScenarioKt.oneScenario;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.interlock.atomic.BoundedCounter;
import dev.interlock.atomic.ShardedCounter;
import dev.interlock.atomic.StatisticsCounter;
import dev.interlock.atomic.StatisticsCounter.Snapshot;
import dev.interlock.lincheck.broken.CheckThenActCounter;
import dev.interlock.lincheck.broken.ThreeLoadsStatistics;
import dev.interlock.verification.BoundedCounterSpecification;
import dev.interlock.verification.StatisticsCounterSpecification;
import dev.interlock.verification.WordSpecification;
import java.util.List;
import kotlin.Unit;
import org.jetbrains.lincheck.LincheckAssertionError;
import org.jetbrains.lincheck.datastructures.LongGen;
import org.jetbrains.lincheck.datastructures.ModelCheckingOptions;
import org.jetbrains.lincheck.datastructures.Operation;
import org.jetbrains.lincheck.datastructures.Param;
import org.junit.jupiter.api.Test;

/**
 * The broken twins of the counters, found in scenarios in which the right ones pass; and the
 * counter-examples that {@link ShardedCounter} documents of itself.
 */
class AtomicTwinsTest {
  @Param(name = "delta", gen = LongGen.class)
  public static class ThreeLoads extends Operations {
    private final ThreeLoadsStatistics counter = new ThreeLoadsStatistics();

    @Operation
    public void add(@Param(name = "delta") long delta) {
      counter.add(delta);
    }

    @Operation
    public Snapshot snapshot() {
      return counter.snapshot();
    }
  }

  @Param(name = "delta", gen = LongGen.class)
  public static class RightStatistics extends Operations {
    private final StatisticsCounter counter = new StatisticsCounter();

    @Operation
    public void add(@Param(name = "delta") long delta) {
      counter.add(delta);
    }

    @Operation
    public Snapshot snapshot() {
      return counter.snapshot();
    }
  }

  public static class Statistics {
    private final StatisticsCounterSpecification counter = new StatisticsCounterSpecification(0);

    public void add(long delta) {
      counter.add(delta);
    }

    public Snapshot snapshot() {
      return counter.snapshot();
    }
  }

  private static final List<Call> ADD = List.of(call("add", 1L));
  private static final List<Call> SNAPSHOT = List.of(call("snapshot"));

  // X21: a value of one moment beside a number of operations of another.
  @Test
  void x21_threeLoads_giveAStateThatNeverWas() {
    findsFault(
        new Subject("StatisticsCounter", "X21", "A3"),
        ThreeLoads.class,
        "ThreeLoads",
        oneScenario(ThreeLoads.class, Statistics.class, ADD, SNAPSHOT));
  }

  // The right one passes in the same scenario.
  @Test
  void x21_rightVersion_passes() {
    oneScenario(RightStatistics.class, Statistics.class, ADD, SNAPSHOT)
        .check(RightStatistics.class);
  }

  public static class CheckThenAct extends Operations {
    private final CheckThenActCounter counter = new CheckThenActCounter(1);

    @Operation
    public boolean tryIncrement() {
      return counter.tryIncrement();
    }

    @Operation
    public long get() {
      return counter.get();
    }
  }

  public static class RightBound extends Operations {
    private final BoundedCounter counter = new BoundedCounter(0, 1);

    @Operation
    public boolean tryIncrement() {
      return counter.tryIncrement();
    }

    @Operation
    public long get() {
      return counter.get();
    }
  }

  public static class Bound {
    private final BoundedCounterSpecification counter = new BoundedCounterSpecification(0, 1, 0);

    public boolean tryIncrement() {
      return counter.tryAdd(1);
    }

    public long get() {
      return counter.get();
    }
  }

  private static final List<Call> TAKE = List.of(call("tryIncrement"));
  private static final List<Call> TAKE_AND_LOOK = List.of(call("tryIncrement"), call("get"));

  // X23: one place, taken twice. No data race, and yet a race.
  @Test
  void x23_checkThenAct_leavesTheRange() {
    findsFault(
        new Subject("BoundedCounter", "X23", "A2"),
        CheckThenAct.class,
        "CheckThenAct",
        oneScenario(CheckThenAct.class, Bound.class, TAKE, TAKE_AND_LOOK));
  }

  // The right one passes in the same scenario.
  @Test
  void x23_rightVersion_passes() {
    oneScenario(RightBound.class, Bound.class, TAKE, TAKE_AND_LOOK).check(RightBound.class);
  }

  @Param(name = "delta", gen = LongGen.class)
  public static class Sharded extends Operations {
    private final ShardedCounter counter = new ShardedCounter();

    @Operation
    public void add(@Param(name = "delta") long delta) {
      counter.add(delta);
    }

    @Operation
    public long sum() {
      return counter.sum();
    }

    @Operation
    public long sumThenReset() {
      return counter.sumThenReset();
    }
  }

  public static class Exact {
    private final WordSpecification word = new WordSpecification();

    public void add(long delta) {
      word.addAndGet(delta);
    }

    public long sum() {
      return word.get();
    }

    public long sumThenReset() {
      return word.getAndSet(0);
    }
  }

  // Why additions of both signs are not linearizable with sums: +1 missed, the -1 after it seen.
  @Test
  void sharded_bothSigns_showACountThatNeverWas() {
    findsFault(
        new Subject("ShardedCounter", "both signs", "A4"),
        Sharded.class,
        "ShardedBothSigns",
        oneScenario(
            Sharded.class,
            Exact.class,
            List.of(call("sum")),
            List.of(call("add", 0L)),
            List.of(call("add", 1L), call("add", -1L))));
  }

  // Why taking the sum is not one step: two sums meanwhile each see the other thread's part taken.
  @Test
  void sharded_sumThenReset_isSeenHalfDone() {
    findsFault(
        new Subject("ShardedCounter", "half taken", "A4"),
        Sharded.class,
        "ShardedHalfTaken",
        oneScenario(
            Sharded.class,
            Exact.class,
            List.of(call("sumThenReset")),
            List.of(call("add", 1L), call("sum")),
            List.of(call("add", 1L), call("sum"))));
  }

  private static void findsFault(
      Subject subject, Class<?> twin, String name, ModelCheckingOptions options) {
    subject.measure(
        "twin",
        "found",
        () -> {
          ScenarioCount.INSTANCE.add();
          String message =
              assertThrows(LincheckAssertionError.class, () -> options.check(twin)).getMessage();
          String trace = Traces.INSTANCE.keep(name, message);
          assertTrue(trace.contains("Invalid execution results"), trace);
          return Unit.INSTANCE;
        });
  }
}
