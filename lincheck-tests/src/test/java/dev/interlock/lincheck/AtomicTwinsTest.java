package dev.interlock.lincheck;

import static dev.interlock.lincheck.OneScenarioKt.call;
import static dev.interlock.lincheck.OneScenarioKt.oneScenario;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.interlock.atomic.BoundedCounter;
import dev.interlock.atomic.LockFreeCounter;
import dev.interlock.atomic.PaddedAtomicLong;
import dev.interlock.atomic.PaddedAtomicReference;
import dev.interlock.atomic.ShardedCounter;
import dev.interlock.atomic.StatisticsCounter;
import dev.interlock.atomic.StatisticsCounter.Snapshot;
import dev.interlock.atomic.TaggedIndex;
import dev.interlock.atomic.TaggedReference;
import dev.interlock.lincheck.broken.CheckThenActCounter;
import dev.interlock.lincheck.broken.SplitExchangeReference;
import dev.interlock.lincheck.broken.SplitIncrementCounter;
import dev.interlock.lincheck.broken.SplitUpdateLong;
import dev.interlock.lincheck.broken.ThreeLoadsStatistics;
import dev.interlock.lincheck.broken.UntaggedIndex;
import dev.interlock.lincheck.broken.UntaggedReference;
import dev.interlock.verification.BoundedCounterSpecification;
import dev.interlock.verification.StatisticsCounterSpecification;
import dev.interlock.verification.VersionedSpecification;
import dev.interlock.verification.WordSpecification;
import java.util.List;
import kotlin.Unit;
import org.jetbrains.lincheck.LincheckAssertionError;
import org.jetbrains.lincheck.datastructures.IntGen;
import org.jetbrains.lincheck.datastructures.LongGen;
import org.jetbrains.lincheck.datastructures.ModelCheckingOptions;
import org.jetbrains.lincheck.datastructures.Operation;
import org.jetbrains.lincheck.datastructures.Param;
import org.junit.jupiter.api.Test;

/**
 * The broken twins of the atomics, found in scenarios in which the right ones pass; and the
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

  public static class SplitIncrement extends Operations {
    private final SplitIncrementCounter counter = new SplitIncrementCounter();

    @Operation
    public long increment() {
      return counter.increment();
    }
  }

  public static class RightIncrement extends Operations {
    private final LockFreeCounter counter = new LockFreeCounter();

    @Operation
    public long increment() {
      return counter.increment();
    }
  }

  public static class Counted {
    private final WordSpecification word = new WordSpecification();

    public long increment() {
      return word.addAndGet(1);
    }
  }

  private static final List<Call> INCREMENT = List.of(call("increment"));

  // A step of a read and a write: two are told the same number.
  @Test
  void splitIncrement_losesACount() {
    findsFault(
        new Subject("LockFreeCounter", "increment of get and set", "A1"),
        SplitIncrement.class,
        "SplitIncrement",
        oneScenario(SplitIncrement.class, Counted.class, INCREMENT, INCREMENT));
  }

  // The right one passes in the same scenario.
  @Test
  void splitIncrement_rightVersion_passes() {
    oneScenario(RightIncrement.class, Counted.class, INCREMENT, INCREMENT)
        .check(RightIncrement.class);
  }

  @Param(name = "n", gen = LongGen.class)
  public static class SplitUpdate extends Operations {
    private final SplitUpdateLong word = new SplitUpdateLong();

    @Operation
    public long update(@Param(name = "n") long n) {
      return word.updateAndGet(x -> 10 * x + n);
    }

    @Operation
    public long getAndAdd(@Param(name = "n") long n) {
      return word.getAndAdd(n);
    }
  }

  @Param(name = "n", gen = LongGen.class)
  public static class RightUpdate extends Operations {
    private final PaddedAtomicLong word = new PaddedAtomicLong();

    @Operation
    public long update(@Param(name = "n") long n) {
      return word.updateAndGet(x -> 10 * x + n);
    }

    @Operation
    public long getAndAdd(@Param(name = "n") long n) {
      return word.getAndAdd(n);
    }
  }

  public static class Updated {
    private final WordSpecification word = new WordSpecification();

    public long update(long n) {
      return word.addAndGet(9 * word.get() + n);
    }

    public long getAndAdd(long n) {
      return word.addAndGet(n) - n;
    }
  }

  private static final List<Call> UPDATE = List.of(call("update", 1L));
  private static final List<Call> ADD_TWO = List.of(call("getAndAdd", 2L));

  // An update that does not look whether its value is still there: an addition is lost.
  @Test
  void splitUpdate_losesAnAddition() {
    findsFault(
        new Subject("PaddedAtomicLong", "update of get and set", "A8"),
        SplitUpdate.class,
        "SplitUpdate",
        oneScenario(SplitUpdate.class, Updated.class, UPDATE, ADD_TWO));
  }

  // The right one passes in the same scenario.
  @Test
  void splitUpdate_rightVersion_passes() {
    oneScenario(RightUpdate.class, Updated.class, UPDATE, ADD_TWO).check(RightUpdate.class);
  }

  @Param(name = "n", gen = LongGen.class)
  public static class SplitExchange extends Operations {
    private final SplitExchangeReference<Long> word = new SplitExchangeReference<>(0L);

    @Operation
    public long getAndSet(@Param(name = "n") long n) {
      return word.getAndSet(n);
    }
  }

  @Param(name = "n", gen = LongGen.class)
  public static class RightExchange extends Operations {
    private final PaddedAtomicReference<Long> word = new PaddedAtomicReference<>(0L);

    @Operation
    public long getAndSet(@Param(name = "n") long n) {
      return word.getAndSet(n);
    }
  }

  public static class Exchanged {
    private final WordSpecification word = new WordSpecification();

    public long getAndSet(long n) {
      return word.getAndSet(n);
    }
  }

  private static final List<Call> PUT_ONE = List.of(call("getAndSet", 1L));
  private static final List<Call> PUT_TWO = List.of(call("getAndSet", 2L));

  // An exchange of a read and a write: both are given the first reference.
  @Test
  void splitExchange_givesOneToTwo() {
    findsFault(
        new Subject("PaddedAtomicReference", "exchange of get and set", "A8"),
        SplitExchange.class,
        "SplitExchange",
        oneScenario(SplitExchange.class, Exchanged.class, PUT_ONE, PUT_TWO));
  }

  // The right one passes in the same scenario.
  @Test
  void splitExchange_rightVersion_passes() {
    oneScenario(RightExchange.class, Exchanged.class, PUT_ONE, PUT_TWO).check(RightExchange.class);
  }

  /** One thread reads, and replaces later what it has read; another one meanwhile goes and comes back. */
  @Param(name = "n", gen = IntGen.class)
  public static class NoTag extends Operations {
    private final UntaggedIndex word = new UntaggedIndex(0);
    private long seen;

    @Operation
    public int read() {
      seen = word.get();
      return TaggedIndex.index(seen);
    }

    @Operation
    public boolean replace(@Param(name = "n") int n) {
      return word.compareAndSet(seen, n);
    }

    @Operation
    public int getAndSet(@Param(name = "n") int n) {
      return TaggedIndex.index(word.getAndSet(n));
    }
  }

  /** The same with the right one. */
  @Param(name = "n", gen = IntGen.class)
  public static class WithTag extends Operations {
    private final TaggedIndex word = new TaggedIndex(0);
    private long seen;

    @Operation
    public int read() {
      seen = word.get();
      return TaggedIndex.index(seen);
    }

    @Operation
    public boolean replace(@Param(name = "n") int n) {
      return word.compareAndSet(seen, n);
    }

    @Operation
    public int getAndSet(@Param(name = "n") int n) {
      return TaggedIndex.index(word.getAndSet(n));
    }
  }

  @Param(name = "n", gen = IntGen.class)
  public static class ReferenceAlone extends Operations {
    private final UntaggedReference<Integer> word = new UntaggedReference<>(0);
    private UntaggedReference.Tagged<Integer> seen = word.read();

    @Operation
    public int read() {
      seen = word.read();
      return seen.reference();
    }

    @Operation
    public boolean replace(@Param(name = "n") int n) {
      return word.compareAndSet(seen, n);
    }

    @Operation
    public int getAndSet(@Param(name = "n") int n) {
      return word.getAndSet(n).reference();
    }
  }

  @Param(name = "n", gen = IntGen.class)
  public static class ReferenceAndTag extends Operations {
    private final TaggedReference<Integer> word = new TaggedReference<>(0);
    private TaggedReference.Tagged<Integer> seen = word.read();

    @Operation
    public int read() {
      seen = word.read();
      return seen.reference();
    }

    @Operation
    public boolean replace(@Param(name = "n") int n) {
      return word.compareAndSet(seen, n);
    }

    @Operation
    public int getAndSet(@Param(name = "n") int n) {
      return word.getAndSet(n).reference();
    }
  }

  /** Replaces only if there was no change since, whatever the value is. */
  public static class Versioned {
    private final VersionedSpecification word = new VersionedSpecification(0);
    private long changes;
    private long seen;

    public int read() {
      seen = changes;
      return (int) word.get();
    }

    public boolean replace(int n) {
      boolean same = word.compareAndSet(word.get(), seen, n);
      changes += same ? 1 : 0;
      return same;
    }

    public int getAndSet(int n) {
      int before = (int) word.get();
      word.getAndSet(n);
      changes++;
      return before;
    }
  }

  private static final List<Call> READ_AND_REPLACE = List.of(call("read"), call("replace", 2));
  private static final List<Call> AWAY_AND_BACK =
      List.of(call("getAndSet", 1), call("getAndSet", 0));

  // ABA: what was read went and came back, and is replaced as if nothing had happened.
  @Test
  void untaggedIndex_isDeceived() {
    findsFault(
        new Subject("TaggedIndex", "no tag: ABA", "A9"),
        NoTag.class,
        "UntaggedIndex",
        oneScenario(NoTag.class, Versioned.class, READ_AND_REPLACE, AWAY_AND_BACK));
  }

  // The right one passes in the same scenario.
  @Test
  void untaggedIndex_rightVersion_passes() {
    oneScenario(WithTag.class, Versioned.class, READ_AND_REPLACE, AWAY_AND_BACK)
        .check(WithTag.class);
  }

  // The same where a version is made, and not compared.
  @Test
  void untaggedReference_isDeceived() {
    findsFault(
        new Subject("TaggedReference", "compared without its tag: ABA", "A9"),
        ReferenceAlone.class,
        "UntaggedReference",
        oneScenario(ReferenceAlone.class, Versioned.class, READ_AND_REPLACE, AWAY_AND_BACK));
  }

  // The right one passes in the same scenario.
  @Test
  void untaggedReference_rightVersion_passes() {
    oneScenario(ReferenceAndTag.class, Versioned.class, READ_AND_REPLACE, AWAY_AND_BACK)
        .check(ReferenceAndTag.class);
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
