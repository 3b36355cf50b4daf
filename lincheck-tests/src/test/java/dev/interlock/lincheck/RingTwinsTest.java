package dev.interlock.lincheck;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.interlock.collection.MpmcArrayQueue;
import dev.interlock.collection.MpscQueue;
import dev.interlock.collection.SpscRingBuffer;
import dev.interlock.lincheck.broken.OneShortRing;
import dev.interlock.lincheck.broken.TwoProducerRing;
import dev.interlock.verification.RingSpecification;
import java.util.List;
import kotlin.Unit;
import org.jetbrains.lincheck.LincheckAssertionError;
import org.jetbrains.lincheck.datastructures.IntGen;
import org.jetbrains.lincheck.datastructures.ModelCheckingOptions;
import org.jetbrains.lincheck.datastructures.Operation;
import org.jetbrains.lincheck.datastructures.Param;
import org.junit.jupiter.api.Test;

/** The checks of the rings can fail; see {@link BrokenTwinsTest}. */
class RingTwinsTest {
  public static class TwoSpecification extends RingSpecification {
    public TwoSpecification() {
      super(2);
    }
  }

  public static class OneShort extends Operations {
    private final OneShortRing ring = new OneShortRing(2);

    @Operation
    public boolean offer(@Param(gen = IntGen.class, conf = "1:3") int n) {
      return ring.offer(n);
    }

    @Operation
    public Integer poll() {
      return ring.poll();
    }
  }

  /** X10: the second of two elements is refused by a ring for two. */
  @Test
  void x10_ringWithoutASparePlace_holdsOneLess() {
    found(
        new Subject("SpscRingBuffer", "X10, n - 1 of n", "C3"),
        OneShort.class,
        TwoSpecification.class,
        List.of(call("offer", 1), call("offer", 2)),
        List.of(call("poll")));
  }

  public static class TwoProducers extends Operations {
    private final TwoProducerRing ring = new TwoProducerRing(2);

    @Operation
    public boolean offer(@Param(gen = IntGen.class, conf = "1:3") int n) {
      return ring.offer(n);
    }

    @Operation
    public Integer poll() {
      return ring.poll();
    }
  }

  /** X10: two producers write the same place. */
  @Test
  void x10_twoProducersOnARingForOne_loseAnElement() {
    found(
        new Subject("SpscRingBuffer", "X10, two producers", "C3"),
        TwoProducers.class,
        TwoSpecification.class,
        List.of(call("offer", 1)),
        List.of(call("offer", 2), call("poll"), call("poll")));
  }

  public static class RelaxedMpmc extends Operations {
    private final MpmcArrayQueue<Integer> queue = new MpmcArrayQueue<>(2);

    @Operation
    public boolean offer(@Param(gen = IntGen.class, conf = "1:3") int n) {
      return queue.offer(n);
    }

    @Operation
    public Integer poll() {
      return queue.relaxedPoll();
    }
  }

  /** What the strict poll waits for: an element that was offered completely stands behind a gap. */
  @Test
  void relaxedPollOfMpmc_behindAStoppedProducer_missesAnElement() {
    found(
        new Subject("MpmcArrayQueue", "relaxed poll taken for strict", "C4"),
        RelaxedMpmc.class,
        TwoSpecification.class,
        List.of(call("offer", 1)),
        List.of(call("offer", 2), call("poll")));
  }

  public static class RelaxedMpsc extends Operations {
    private final MpscQueue<Integer> queue = new MpscQueue<>(2);

    @Operation
    public boolean offer(@Param(gen = IntGen.class, conf = "1:3") int n) {
      return queue.offer(n);
    }

    @Operation
    public Integer poll() {
      return queue.relaxedPoll();
    }
  }

  /** The same of the mailbox. */
  @Test
  void relaxedPollOfMpsc_behindAStoppedProducer_missesAnElement() {
    found(
        new Subject("MpscQueue", "relaxed poll taken for strict", "C6"),
        RelaxedMpsc.class,
        MpscQueueLincheckTest.Specification.class,
        List.of(call("offer", 1)),
        List.of(call("offer", 2), call("poll")));
  }

  public static class StrictMpmc extends Operations {
    private final MpmcArrayQueue<Integer> queue = new MpmcArrayQueue<>(2);

    @Operation
    public boolean offer(@Param(gen = IntGen.class, conf = "1:3") int n) {
      return queue.offer(n);
    }

    @Operation
    public Integer poll() {
      return queue.poll();
    }
  }

  /** The strict forms are not obstruction-free, as their documentation says: the check for it fails. */
  @Test
  void strictPollOfMpmc_behindAStoppedProducer_waits() {
    ModelCheckingOptions options =
        OneScenarioKt.oneScenario(
            StrictMpmc.class,
            TwoSpecification.class,
            List.of(call("offer", 1)),
            List.of(call("offer", 2), call("poll")));
    options.checkObstructionFreedom(true);
    LincheckAssertionError found =
        assertThrows(LincheckAssertionError.class, () -> options.check(StrictMpmc.class));
    assertTrue(found.getMessage().contains("should be non-blocking"), found.getMessage());
  }

  /** The same scenarios pass where they should: the strict forms, and one producer. */
  @Test
  void rightVersions_passTheScenariosOfTheirTwins() {
    OneScenarioKt.oneScenario(
            StrictMpmc.class,
            TwoSpecification.class,
            List.of(call("offer", 1)),
            List.of(call("offer", 2), call("poll"), call("poll")))
        .check(StrictMpmc.class);
    SpscRingBuffer<Integer> two = new SpscRingBuffer<>(2);
    assertTrue(two.offer(1) && two.offer(2));
    assertEquals(2, two.size());
  }

  @SafeVarargs
  private static void found(
      Subject subject,
      Class<? extends Operations> twin,
      Class<?> specification,
      List<Call>... threads) {
    ModelCheckingOptions options = OneScenarioKt.oneScenario(twin, specification, threads);
    subject.measure(
        "twin",
        "found",
        () -> {
          ScenarioCount.INSTANCE.add();
          LincheckAssertionError failure =
              assertThrows(LincheckAssertionError.class, () -> options.check(twin));
          String trace = Traces.INSTANCE.keep(twin.getSimpleName(), failure.getMessage());
          assertTrue(trace.contains("Invalid execution results"), trace);
          return Unit.INSTANCE;
        });
  }

  private static Call call(String name, Object... arguments) {
    return OneScenarioKt.call(name, arguments);
  }
}
