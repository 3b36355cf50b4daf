package dev.interlock.lincheck;

import dev.interlock.lincheck.broken.EarlyPublishedOnce;
import dev.interlock.sync.OnceCell;
import java.util.List;
import org.jetbrains.lincheck.datastructures.Operation;
import org.junit.jupiter.api.Test;

/** The check of what is made once can fail; see {@link BrokenTwinsTest}. */
class OnceTwinsTest {
  public static class EarlyPublished extends Operations {
    private final EarlyPublishedOnce once = new EarlyPublishedOnce();

    @Operation
    public int get() {
      return once.get();
    }
  }

  public static class RightOnce extends Operations {
    private final OnceCell<Integer> cell = OnceCell.create();

    @Operation
    public int get() {
      return cell.getOrInitUninterruptibly(() -> 1);
    }
  }

  public static class One {
    public int get() {
      return 1;
    }
  }

  private static final List<Call> GET = List.of(OneScenarioKt.call("get"));

  // X20: an object is found before its content is.
  @Test
  void x20_referenceBeforeContent_isFoundEmpty() {
    StealingTwinsTest.found(
        new Subject("OnceCell", "X20, the reordering written out", "A12"),
        EarlyPublished.class,
        One.class,
        GET,
        GET);
  }

  // The right one passes in the same scenario.
  @Test
  void x20_rightVersion_passes() {
    OneScenarioKt.oneScenario(RightOnce.class, One.class, GET, GET).check(RightOnce.class);
  }
}
