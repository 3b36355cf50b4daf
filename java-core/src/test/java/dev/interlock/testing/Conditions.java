package dev.interlock.testing;

import static org.junit.jupiter.api.Assertions.fail;

import java.lang.ref.Reference;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

/** Waiting for what another thread brings about. */
public final class Conditions {
  /** Far longer than anything here takes; who reaches it hangs. */
  static final int DEADLINE_SECONDS = 60;

  private Conditions() {}

  /** Looks until {@code condition} holds. */
  public static void await(BooleanSupplier condition) {
    await(condition, () -> "the condition");
  }

  /** Looks until {@code condition} holds; {@code what} is the text of the failure. */
  public static void await(BooleanSupplier condition, Supplier<String> what) {
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(DEADLINE_SECONDS);
    for (int looks = 1; !condition.getAsBoolean(); looks++) {
      if (looks % 64 == 0) {
        Thread.yield(); // the other thread may need this processor
        if (System.nanoTime() > deadline) {
          fail("waited in vain for " + what.get());
        }
      } else {
        Thread.onSpinWait();
      }
    }
  }

  /** Collects garbage until nothing reaches these. */
  public static void awaitCollected(List<? extends Reference<?>> references) {
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(DEADLINE_SECONDS);
    while (true) {
      System.gc();
      long reachable = references.stream().filter(r -> !r.refersTo(null)).count();
      if (reachable == 0) {
        return;
      }
      if (System.nanoTime() > deadline) {
        fail(reachable + " of " + references.size() + " are still reachable");
      }
    }
  }
}
