package dev.interlock.lincheck;

import dev.interlock.atomic.ShardedCounter;
import dev.interlock.verification.WordSpecification;
import org.jetbrains.lincheck.datastructures.IntGen;
import org.jetbrains.lincheck.datastructures.Operation;
import org.jetbrains.lincheck.datastructures.Param;
import org.junit.jupiter.api.Test;

/**
 * What of a sharded counter is linearizable: increments by one, with sums. The others are not, and are
 * not meant to be; {@link AtomicTwinsTest} has a counter-example for each. Here they run too, for progress
 * and for the promise that no addition is lost, but what they return is not compared.
 */
class ShardedCounterLincheckTest {
  public static class IncrementsAndSums extends Operations {
    private final ShardedCounter counter = new ShardedCounter();

    @Operation
    public void increment() {
      counter.increment();
    }

    @Operation
    public long sum() {
      return counter.sum();
    }
  }

  public static class CountSpecification {
    private final WordSpecification word = new WordSpecification();

    public void increment() {
      word.addAndGet(1);
    }

    public long sum() {
      return word.get();
    }
  }

  @Param(name = "n", gen = IntGen.class, conf = "-2:2")
  public static class AllOperations extends Operations {
    private final ShardedCounter counter = new ShardedCounter();

    @Operation
    public void increment() {
      counter.increment();
    }

    @Operation
    public void decrement() {
      counter.decrement();
    }

    @Operation
    public void add(@Param(name = "n") int n) {
      counter.add(n);
    }

    @Operation
    public void sum() {
      counter.sum();
    }

    @Operation
    public void sumThenReset() {
      counter.sumThenReset();
    }

    @Operation
    public boolean text() {
      return counter.toString().startsWith("ShardedCounter[");
    }
  }

  public static class NothingSpecification {
    public void increment() {}

    public void decrement() {}

    public void add(int n) {}

    public void sum() {}

    public void sumThenReset() {}

    public boolean text() {
      return true;
    }
  }

  private final Subject counting = new Subject("ShardedCounter", "increments and sums", "A4");
  private final Subject progress = new Subject("ShardedCounter", "progress of all", "A4");

  @Test
  void incrementsAndSums_modelChecking() {
    counting.modelCheckLockFree(IncrementsAndSums.class, CountSpecification.class);
  }

  @Test
  void incrementsAndSums_stress() {
    counting.stress(IncrementsAndSums.class, CountSpecification.class);
  }

  @Test
  void everyPair_modelChecking() {
    progress.modelCheckLockFree(AllOperations.class, NothingSpecification.class);
  }

  @Test
  void everyPair_stress() {
    progress.stress(AllOperations.class, NothingSpecification.class);
  }
}
