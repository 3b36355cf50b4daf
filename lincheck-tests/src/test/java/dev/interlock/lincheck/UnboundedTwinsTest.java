package dev.interlock.lincheck;

import static dev.interlock.lincheck.OneScenarioKt.call;
import static dev.interlock.lincheck.OneScenarioKt.oneScenario;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.interlock.collection.MichaelScottQueue;
import dev.interlock.collection.MpmcUnboundedQueue;
import dev.interlock.collection.TreiberStack;
import dev.interlock.lincheck.broken.BlindRemovalQueue;
import dev.interlock.lincheck.broken.CarelessWithdrawalStack;
import dev.interlock.lincheck.broken.CutLinkQueue;
import dev.interlock.lincheck.broken.EarlyHintQueue;
import dev.interlock.lincheck.broken.HastyReuseQueue;
import dev.interlock.lincheck.broken.IntQueue;
import dev.interlock.lincheck.broken.SameBlankQueue;
import dev.interlock.lincheck.broken.UnhelpfulArrayQueue;
import dev.interlock.lincheck.broken.UnhelpfulQueue;
import dev.interlock.verification.StackSpecification;
import dev.interlock.verification.UnboundedQueueSpecification;
import java.util.List;
import kotlin.Unit;
import org.jetbrains.lincheck.LincheckAssertionError;
import org.jetbrains.lincheck.datastructures.IntGen;
import org.jetbrains.lincheck.datastructures.ModelCheckingOptions;
import org.jetbrains.lincheck.datastructures.Operation;
import org.jetbrains.lincheck.datastructures.Param;
import org.junit.jupiter.api.Test;

/**
 * The checks of the unbounded queues and of the stack can fail: each wrong version is found, in a scenario
 * in which the right one passes under the same options. And what is said not to be one step is not.
 */
class UnboundedTwinsTest {
  public abstract static class OfferAndPoll extends Operations {
    private final IntQueue queue;

    OfferAndPoll(IntQueue queue) {
      this.queue = queue;
    }

    @Operation
    public boolean offer(@Param(gen = IntGen.class, conf = "1:3") int element) {
      return queue.offer(element);
    }

    @Operation
    public Integer poll() {
      return queue.poll();
    }
  }

  public static class Unhelpful extends OfferAndPoll {
    public Unhelpful() {
      super(new UnhelpfulQueue());
    }
  }

  public static class CutLink extends OfferAndPoll {
    public CutLink() {
      super(new CutLinkQueue());
    }
  }

  public static class EarlyHint extends OfferAndPoll {
    public EarlyHint() {
      super(new EarlyHintQueue());
    }
  }

  public static class UnhelpfulArray extends OfferAndPoll {
    public UnhelpfulArray() {
      super(new UnhelpfulArrayQueue());
    }
  }

  public static class SameBlank extends OfferAndPoll {
    public SameBlank() {
      super(new SameBlankQueue());
    }
  }

  public static class HastyReuse extends OfferAndPoll {
    public HastyReuse() {
      super(new HastyReuseQueue());
    }
  }

  public static class BlindRemoval extends Operations {
    private final BlindRemovalQueue queue = new BlindRemovalQueue();

    @Operation
    public boolean offer(@Param(gen = IntGen.class, conf = "1:3") int element) {
      return queue.offer(element);
    }

    @Operation
    public Integer poll() {
      return queue.poll();
    }

    @Operation
    public boolean remove(@Param(gen = IntGen.class, conf = "1:3") int element) {
      return queue.remove(element);
    }
  }

  public static class CarelessWithdrawal extends Operations {
    private final CarelessWithdrawalStack stack = new CarelessWithdrawalStack();

    @Operation
    public void push(@Param(gen = IntGen.class, conf = "1:3") int element) {
      stack.push(element);
    }

    @Operation
    public Integer pop() {
      return stack.pop();
    }
  }

  public static class RightLinked extends Operations {
    private final MichaelScottQueue<Integer> queue = new MichaelScottQueue<>();

    @Operation
    public boolean offer(@Param(gen = IntGen.class, conf = "1:3") int element) {
      return queue.offer(element);
    }

    @Operation
    public Integer poll() {
      return queue.poll();
    }

    @Operation
    public int size() {
      return queue.size();
    }
  }

  public static class RightArrays extends Operations {
    private final MpmcUnboundedQueue<Integer> queue = new MpmcUnboundedQueue<>(1);

    @Operation
    public boolean offer(@Param(gen = IntGen.class, conf = "1:3") int element) {
      return queue.offer(element);
    }

    @Operation
    public Integer poll() {
      return queue.poll();
    }

    @Operation
    public boolean remove(@Param(gen = IntGen.class, conf = "1:3") int element) {
      return queue.remove((Object) element);
    }

    @Operation
    public int size() {
      return queue.size();
    }
  }

  public static class RightStack extends Operations {
    private final TreiberStack<Integer> stack = new TreiberStack<>();

    @Operation
    public void push(@Param(gen = IntGen.class, conf = "1:3") int element) {
      stack.push(element);
    }

    @Operation
    public Integer pop() {
      return stack.pop();
    }
  }

  /** A producer that was stopped with the tail behind stops all others. */
  @Test
  void tailThatNobodyHelps_isNotLockFree() {
    List<Call>[] threads = threads(List.of(call("offer", 1)), List.of(call("offer", 2)));
    finds("MichaelScottQueue", "tail not helped", "C2", Unhelpful.class, threads, "active lock");
    passes(RightLinked.class, threads);
  }

  /** A node that was given null for its link takes an element with it. */
  @Test
  void deadNodeWithoutLink_losesAnElement() {
    List<Call>[] threads =
        threads(List.of(call("offer", 1), call("poll")), List.of(call("offer", 2), call("poll")));
    finds(
        "MichaelScottQueue", "link cut to null", "C2", CutLink.class, threads, "Invalid execution");
    passes(RightLinked.class, threads);
  }

  /** A hint that is there before its element hides the next one. */
  @Test
  void hintBeforeItsElement_hidesTheNext() {
    List<Call>[] threads =
        threads(List.of(call("offer", 1)), List.of(call("offer", 2), call("poll")));
    finds(
        "MpmcUnboundedQueue",
        "hint before its element",
        "C5",
        EarlyHint.class,
        threads,
        "Invalid execution");
    passes(RightArrays.class, threads);
  }

  /** A producer that was stopped with the tail behind stops all others. */
  @Test
  void segmentThatNobodyHelpsIn_isNotLockFree() {
    List<Call>[] threads =
        threads(List.of(call("offer", 1), call("offer", 2)), List.of(call("offer", 3)));
    finds(
        "MpmcUnboundedQueue",
        "tail not helped",
        "C5",
        UnhelpfulArray.class,
        threads,
        "active lock");
    passes(RightArrays.class, threads);
  }

  /** A mark of a consumer lands on an element when the array is used again before he has left it. */
  @Test
  void arrayUsedAgainAtOnce_losesAnElement() {
    List<Call>[] threads =
        threads(
            List.of(call("offer", 1), call("poll")),
            List.of(
                call("offer", 2),
                call("poll"),
                call("offer", 3),
                call("poll"),
                call("poll"),
                call("poll")));
    finds(
        "MpmcUnboundedQueue",
        "array used again at once",
        "C5",
        HastyReuse.class,
        threads,
        "Invalid execution");
    passes(RightArrays.class, threads);
  }

  /** A cell that is blank to a producer of the last life takes its element with it. */
  @Test
  void blankOfEveryLife_losesAnElement() {
    List<Call>[] threads =
        threads(
            List.of(call("offer", 1)),
            List.of(
                call("offer", 2),
                call("poll"),
                call("offer", 3),
                call("poll"),
                call("offer", 2),
                call("poll"),
                call("poll"),
                call("poll")));
    finds(
        "MpmcUnboundedQueue",
        "the same blank in every life",
        "C5",
        SameBlank.class,
        threads,
        "Invalid execution");
    passes(RightArrays.class, threads);
  }

  /** A removal that consumers do not know of gives the element to two. */
  @Test
  void removalThatConsumersDoNotSee_givesTwice() {
    List<Call>[] threads =
        threads(List.of(call("offer", 1), call("poll")), List.of(call("remove", 1)));
    finds(
        "MpmcUnboundedQueue",
        "removal unannounced",
        "C5",
        BlindRemoval.class,
        threads,
        "Invalid execution");
    passes(RightArrays.class, threads);
  }

  /** An offer that is taken back without asking gives the element to two. */
  @Test
  void withdrawalWithoutAsking_givesTwice() {
    List<Call>[] threads =
        threads(List.of(call("push", 1), call("pop")), List.of(call("push", 2), call("pop")));
    finds(
        "TreiberStack",
        "offer taken back blindly",
        "C1",
        CarelessWithdrawal.class,
        threads,
        "Invalid execution");
    passes(RightStack.class, threads);
  }

  /** Why size of the linked queue is not among its checked operations: it counts over time. */
  @Test
  void size_ofTheLinkedQueue_isNotOneStep() {
    List<Call>[] threads =
        threads(List.of(call("offer", 1), call("size")), List.of(call("poll"), call("offer", 2)));
    notOneStep(RightLinked.class, threads);
  }

  /** Why size of the queue of arrays is not, beside a removal: it counts that after it has happened. */
  @Test
  void size_ofTheQueueOfArrays_isNotOneStepBesideARemoval() {
    List<Call>[] threads =
        threads(List.of(call("offer", 1), call("remove", 1)), List.of(call("poll"), call("size")));
    notOneStep(RightArrays.class, threads);
  }

  /** And without one it is. */
  @Test
  void size_ofTheQueueOfArrays_isOneStepWithoutRemovals() {
    passes(
        RightArrays.class,
        threads(
            List.of(call("offer", 1), call("poll"), call("offer", 2)),
            List.of(call("size"), call("poll"), call("size"))));
  }

  private static void notOneStep(Class<?> operations, List<Call>[] threads) {
    ModelCheckingOptions options = options(operations, threads);
    assertThrows(LincheckAssertionError.class, () -> options.check(operations));
  }

  private static void finds(
      String structure,
      String fault,
      String scope,
      Class<?> twin,
      List<Call>[] threads,
      String what) {
    ModelCheckingOptions options = options(twin, threads);
    LincheckAssertionError[] found = new LincheckAssertionError[1];
    new Subject(structure, fault, scope)
        .measure(
            "twin",
            "found",
            () -> {
              ScenarioCount.INSTANCE.add();
              found[0] = assertThrows(LincheckAssertionError.class, () -> options.check(twin));
              return Unit.INSTANCE;
            });
    String trace = Traces.INSTANCE.keep(twin.getSimpleName(), found[0].getMessage());
    assertTrue(trace.contains(what), trace);
  }

  private static void passes(Class<?> right, List<Call>[] threads) {
    ModelCheckingOptions options = options(right, threads);
    options.invocationsPerIteration(Bounds.INSTANCE.choose(1_000, 20_000));
    options.check(right);
  }

  private static ModelCheckingOptions options(Class<?> operations, List<Call>[] threads) {
    Class<?> specification =
        operations == CarelessWithdrawal.class || operations == RightStack.class
            ? StackSpecification.class
            : UnboundedQueueSpecification.class;
    ModelCheckingOptions options = oneScenario(operations, specification, threads);
    options.checkObstructionFreedom(true);
    options.invocationsPerIteration(Bounds.INSTANCE.choose(4_000, 20_000));
    return options;
  }

  @SafeVarargs
  private static List<Call>[] threads(List<Call>... threads) {
    return threads;
  }
}
