package dev.interlock.lincheck;

import java.util.concurrent.atomic.AtomicInteger;
import org.jetbrains.lincheck.datastructures.ModelCheckingOptions;
import org.jetbrains.lincheck.datastructures.Operation;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.Test;

/** The build, not the toolkit: the checker passes a right counter and refuses a torn one. */
class ToolchainTest {
  public static class Atomic {
    private final AtomicInteger value = new AtomicInteger();

    @Operation
    public int increment() {
      return value.incrementAndGet();
    }
  }

  public static class Torn {
    private int value;

    @Operation
    public int increment() {
      return ++value;
    }
  }

  private static ModelCheckingOptions bounds() {
    return new ModelCheckingOptions().iterations(5).invocationsPerIteration(200).threads(2);
  }

  @Test
  void atomicCounter_passes() {
    bounds().check(Atomic.class);
  }

  @Test
  void tornCounter_isRefused() {
    Assertions.assertThrows(Throwable.class, () -> bounds().check(Torn.class));
  }
}
