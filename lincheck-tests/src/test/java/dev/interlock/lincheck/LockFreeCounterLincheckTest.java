package dev.interlock.lincheck;

import dev.interlock.atomic.LockFreeCounter;
import dev.interlock.verification.WordSpecification;
import org.jetbrains.lincheck.datastructures.IntGen;
import org.jetbrains.lincheck.datastructures.Operation;
import org.jetbrains.lincheck.datastructures.Param;
import org.junit.jupiter.api.Test;

/** Every pair of operations of a counter is linearizable. */
class LockFreeCounterLincheckTest {
  @Param(name = "n", gen = IntGen.class, conf = "-1:2")
  public static class CounterOperations extends Operations {
    private final LockFreeCounter counter = new LockFreeCounter();

    @Operation
    public long increment() {
      return counter.increment();
    }

    @Operation
    public long decrement() {
      return counter.decrement();
    }

    @Operation
    public long add(@Param(name = "n") int n) {
      return counter.add(n);
    }

    @Operation
    public long get() {
      return counter.get();
    }

    @Operation
    public boolean compareAndSet(@Param(name = "n") int expected, @Param(name = "n") int n) {
      return counter.compareAndSet(expected, n);
    }

    @Operation
    public long getAndSet(@Param(name = "n") int n) {
      return counter.getAndSet(n);
    }

    @Operation
    public String text() {
      return counter.toString();
    }
  }

  public static class Specification {
    private final WordSpecification word = new WordSpecification();

    public long increment() {
      return word.addAndGet(1);
    }

    public long decrement() {
      return word.addAndGet(-1);
    }

    public long add(int n) {
      return word.addAndGet(n);
    }

    public long get() {
      return word.get();
    }

    public boolean compareAndSet(int expected, int n) {
      return word.compareAndSet(expected, n);
    }

    public long getAndSet(int n) {
      return word.getAndSet(n);
    }

    public String text() {
      return "LockFreeCounter[" + word.get() + "]";
    }
  }

  private final Subject subject = new Subject("LockFreeCounter", "64 bits", "A1");

  @Test
  void everyPair_modelChecking() {
    subject.modelCheckLockFree(CounterOperations.class, Specification.class);
  }

  @Test
  void everyPair_stress() {
    subject.stress(CounterOperations.class, Specification.class);
  }
}
