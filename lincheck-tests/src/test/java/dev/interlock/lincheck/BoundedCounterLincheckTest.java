package dev.interlock.lincheck;

import dev.interlock.atomic.BoundedCounter;
import dev.interlock.verification.BoundedCounterSpecification;
import org.jetbrains.lincheck.datastructures.IntGen;
import org.jetbrains.lincheck.datastructures.Operation;
import org.jetbrains.lincheck.datastructures.Param;
import org.junit.jupiter.api.Test;

/** Every pair of operations of a counter in a range is linearizable; refusals are too. */
class BoundedCounterLincheckTest {
  @Param(name = "n", gen = IntGen.class, conf = "-2:2")
  public static class CounterOperations extends Operations {
    private final BoundedCounter counter = new BoundedCounter(-1, 1, 0);

    @Operation
    public boolean tryIncrement() {
      return counter.tryIncrement();
    }

    @Operation
    public boolean tryDecrement() {
      return counter.tryDecrement();
    }

    @Operation
    public boolean tryAdd(@Param(name = "n") int n) {
      return counter.tryAdd(n);
    }

    @Operation
    public long get() {
      return counter.get();
    }

    /** Values outside of the range are an exception, which is a result as well. */
    @Operation
    public boolean compareAndSet(@Param(name = "n") int expected, @Param(name = "n") int n) {
      return counter.compareAndSet(expected, n);
    }

    @Operation
    public String text() {
      return counter.toString();
    }
  }

  public static class Specification {
    private final BoundedCounterSpecification counter = new BoundedCounterSpecification(-1, 1, 0);

    public boolean tryIncrement() {
      return counter.tryAdd(1);
    }

    public boolean tryDecrement() {
      return counter.tryAdd(-1);
    }

    public boolean tryAdd(int n) {
      return counter.tryAdd(n);
    }

    public long get() {
      return counter.get();
    }

    public boolean compareAndSet(int expected, int n) {
      return counter.compareAndSet(expected, n);
    }

    public String text() {
      return "BoundedCounter[" + counter.get() + " of -1..1]";
    }
  }

  private final Subject subject = new Subject("BoundedCounter", "-1 to 1", "A2");

  @Test
  void everyPair_modelChecking() {
    subject.modelCheckLockFree(CounterOperations.class, Specification.class);
  }

  @Test
  void everyPair_stress() {
    subject.stress(CounterOperations.class, Specification.class);
  }
}
