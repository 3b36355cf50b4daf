package dev.interlock.lincheck;

import dev.interlock.atomic.StatisticsCounter;
import dev.interlock.atomic.StatisticsCounter.Snapshot;
import dev.interlock.verification.StatisticsCounterSpecification;
import org.jetbrains.lincheck.datastructures.IntGen;
import org.jetbrains.lincheck.datastructures.Operation;
import org.jetbrains.lincheck.datastructures.Param;
import org.junit.jupiter.api.Test;

/** Every pair of operations of a statistics counter is linearizable, snapshots above all. */
class StatisticsCounterLincheckTest {
  /** Near the end of the range, so that some of the large steps are refused. */
  private static final long START = Long.MAX_VALUE - (5L << 40);

  @Param(name = "n", gen = IntGen.class, conf = "-2:2")
  public static class CounterOperations extends Operations {
    private final StatisticsCounter counter = new StatisticsCounter(START);

    @Operation
    public boolean increment() {
      return counter.increment();
    }

    @Operation
    public boolean decrement() {
      return counter.decrement();
    }

    @Operation
    public boolean add(@Param(name = "n") int n) {
      return counter.add(n);
    }

    /** A step that no word holds: an epoch ends. */
    @Operation
    public boolean addLarge(@Param(name = "n") int n) {
      return counter.add((long) n << 41);
    }

    @Operation
    public boolean shutdown() {
      return counter.shutdown();
    }

    @Operation
    public Snapshot snapshot() {
      return counter.snapshot();
    }

    @Operation
    public long current() {
      return counter.current();
    }

    @Operation
    public long highest() {
      return counter.highest();
    }

    @Operation
    public long operations() {
      return counter.operations();
    }

    @Operation
    public boolean isActive() {
      return counter.isActive();
    }
  }

  public static class Specification {
    private final StatisticsCounterSpecification counter =
        new StatisticsCounterSpecification(START);

    public boolean increment() {
      return counter.add(1);
    }

    public boolean decrement() {
      return counter.add(-1);
    }

    public boolean add(int n) {
      return counter.add(n);
    }

    public boolean addLarge(int n) {
      return counter.add((long) n << 41);
    }

    public boolean shutdown() {
      return counter.shutdown();
    }

    public Snapshot snapshot() {
      return counter.snapshot();
    }

    public long current() {
      return counter.snapshot().current();
    }

    public long highest() {
      return counter.snapshot().highest();
    }

    public long operations() {
      return counter.snapshot().operations();
    }

    public boolean isActive() {
      return counter.snapshot().active();
    }
  }

  private final Subject subject = new Subject("StatisticsCounter", "near the end", "A3");

  @Test
  void everyPair_modelChecking() {
    subject.modelCheckLockFree(CounterOperations.class, Specification.class);
  }

  @Test
  void everyPair_stress() {
    subject.stress(CounterOperations.class, Specification.class);
  }
}
