package dev.interlock.lincheck;

import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.interlock.lincheck.broken.InvertedScanHazards;
import dev.interlock.lincheck.broken.LatePublishHazards;
import dev.interlock.lincheck.broken.OneEpochEarlyRegister;
import dev.interlock.lincheck.broken.RecyclingStack;
import dev.interlock.lincheck.broken.RevivingShares;
import dev.interlock.lincheck.broken.TinyEpochs;
import dev.interlock.lincheck.broken.TinyHazards;
import dev.interlock.lincheck.broken.TinyShares;
import dev.interlock.lincheck.broken.TinySlotQueue;
import dev.interlock.lincheck.broken.UnprotectedNextQueue;
import dev.interlock.lincheck.broken.UntaggedFreeList;
import dev.interlock.reclaim.OffHeapSlab;
import dev.interlock.reclaim.VisibleSlab;
import java.util.LinkedList;
import java.util.List;
import java.util.concurrent.atomic.AtomicIntegerArray;
import kotlin.Unit;
import org.jetbrains.lincheck.LincheckAssertionError;
import org.jetbrains.lincheck.datastructures.IntGen;
import org.jetbrains.lincheck.datastructures.ModelCheckingOptions;
import org.jetbrains.lincheck.datastructures.Operation;
import org.jetbrains.lincheck.datastructures.Param;
import org.junit.jupiter.api.Test;

/** The checker finds the faults of reclamation, and passes the right version of the same scenario. */
class ReclamationTwinsTest {
  /** A register that is read while it is written. */
  public abstract static class Register extends Operations {
    private final TinyHazards register;

    Register(TinyHazards register) {
      this.register = register;
    }

    @Operation
    public int read() {
      return register.read();
    }

    @Operation
    public void write(@Param(gen = IntGen.class) int v) {
      register.write(v);
    }
  }

  public static class Right extends Register {
    public Right() {
      super(new TinyHazards());
    }
  }

  public static class InvertedScan extends Register {
    public InvertedScan() {
      super(new InvertedScanHazards());
    }
  }

  public static class LatePublish extends Register {
    public LatePublish() {
      super(new LatePublishHazards());
    }
  }

  /** A register. */
  public static class RegisterSpecification {
    private int value;

    public int read() {
      return value;
    }

    public void write(int v) {
      value = v;
    }
  }

  public static class RecyclesAtOnce extends Operations {
    private final RecyclingStack stack = new RecyclingStack();

    public RecyclesAtOnce() {
      stack.push(1);
      stack.push(2);
    }

    @Operation
    public void push(@Param(gen = IntGen.class) int v) {
      stack.push(v);
    }

    @Operation
    public int pop() {
      return stack.pop();
    }
  }

  /** A list, its first element on top. */
  public static class StackSpecification {
    private final LinkedList<Integer> list = new LinkedList<>(List.of(2, 1));

    public void push(int v) {
      list.addFirst(v);
    }

    public int pop() {
      return list.isEmpty() ? -1 : list.removeFirst();
    }
  }

  /** A register on epochs that is read while it is written. */
  public abstract static class EpochRegister extends Operations {
    private final TinyEpochs register;

    EpochRegister(TinyEpochs register) {
      this.register = register;
    }

    @Operation
    public int read() {
      return register.read();
    }

    @Operation
    public void write(@Param(gen = IntGen.class) int v) {
      register.write(v);
    }
  }

  public static class RightEpochs extends EpochRegister {
    public RightEpochs() {
      super(new TinyEpochs());
    }
  }

  public static class OneEpochEarly extends EpochRegister {
    public OneEpochEarly() {
      super(new OneEpochEarlyRegister());
    }
  }

  /** A share from which others are made while it is given up. */
  public abstract static class Shares extends Operations {
    private final TinyShares shares;

    Shares(TinyShares shares) {
      this.shares = shares;
    }

    @Operation
    public int shareAndUse() {
      return shares.shareAndUse();
    }

    @Operation
    public void close() {
      shares.close();
    }
  }

  public static class RightShares extends Shares {
    public RightShares() {
      super(new TinyShares());
    }
  }

  public static class RevivesFromZero extends Shares {
    public RevivesFromZero() {
      super(new RevivingShares());
    }
  }

  /** Whether the first share was given up. */
  public static class SharesSpecification {
    private boolean given;

    public int shareAndUse() {
      return given ? 0 : 1;
    }

    public void close() {
      given = true;
    }
  }

  public static class Untagged extends Operations {
    private final UntaggedFreeList list = new UntaggedFreeList();

    @Operation
    public boolean keep() {
      return list.keep();
    }

    @Operation
    public boolean keepSecond() {
      return list.keepSecond();
    }
  }

  /** The slab itself, which tags the head. */
  public static class Tagged extends Operations {
    private final OffHeapSlab slab = VisibleSlab.of(4, 1);
    private final AtomicIntegerArray owners = new AtomicIntegerArray(4);

    private int own(long slot) {
      return owners.incrementAndGet((int) slot);
    }

    @Operation
    public boolean keep() {
      return own(slab.acquire()) == 1;
    }

    @Operation
    public boolean keepSecond() {
      long first = slab.acquire();
      long second = slab.acquire();
      boolean mine = own(first) == 1 & own(second) == 1;
      owners.decrementAndGet((int) first);
      slab.release(first);
      return mine;
    }
  }

  /** No slot has two owners. */
  public static class FreeListSpecification {
    public boolean keep() {
      return true;
    }

    public boolean keepSecond() {
      return true;
    }
  }

  /** A queue with the elements 1 and 2. */
  public abstract static class SlotQueue extends Operations {
    private final TinySlotQueue queue;

    SlotQueue(TinySlotQueue queue) {
      this.queue = queue;
    }

    @Operation
    public int poll() {
      return queue.poll();
    }
  }

  public static class RightSlotQueue extends SlotQueue {
    public RightSlotQueue() {
      super(new TinySlotQueue(VisibleSlab.of(4, 2)));
    }
  }

  public static class UnprotectedNext extends SlotQueue {
    public UnprotectedNext() {
      super(new UnprotectedNextQueue(VisibleSlab.of(4, 2)));
    }
  }

  /** A list of two. */
  public static class QueueSpecification {
    private final LinkedList<Integer> list = new LinkedList<>(List.of(1, 2));

    public int poll() {
      return list.isEmpty() ? -1 : list.removeFirst();
    }
  }

  private static final List<Call> READS = List.of(call("read"), call("read"));
  private static final List<Call> WRITES = List.of(call("write", 1), call("write", 2));

  /** X2: what a reader protects is what is freed under its hands. */
  @Test
  void x2_invertedScan_freesWhatIsProtected() {
    assertInvalid(
        find(
            "Hazard pointers",
            "X2",
            "B1",
            InvertedScan.class,
            RegisterSpecification.class,
            READS,
            WRITES));
  }

  /** X3: the slot is freed between the look and the publication. */
  @Test
  void x3_publishedAfterTheLook_usesAfterFree() {
    assertInvalid(
        find(
            "Hazard pointers",
            "X3",
            "B1",
            LatePublish.class,
            RegisterSpecification.class,
            READS,
            WRITES));
  }

  /** The right version passes the scenario of the two. */
  @Test
  void rightVersion_passesTheScenarioOfItsTwins() {
    passes(Right.class, RegisterSpecification.class, READS, WRITES);
  }

  /** X15: the same slot comes back as the first, with another one behind it. */
  @Test
  void x15_recycledAtOnce_losesElements() {
    assertInvalid(
        find(
            "Off-heap stack",
            "X15",
            "B4",
            RecyclesAtOnce.class,
            StackSpecification.class,
            List.of(call("pop"), call("pop")),
            List.of(call("pop"), call("pop"), call("push", 3), call("push", 4))));
  }

  /** A reader of the epoch before is still there when what it reads is freed. */
  @Test
  void freedOneEpochEarly_usesAfterFree() {
    assertInvalid(
        find(
            "Epochs",
            "one epoch early",
            "B2",
            OneEpochEarly.class,
            RegisterSpecification.class,
            READS,
            WRITES));
    passes(RightEpochs.class, RegisterSpecification.class, READS, WRITES);
  }

  /** What was closed is shared once more. */
  @Test
  void raisedFromZero_sharesWhatIsClosed() {
    List<Call> shares = List.of(call("shareAndUse"), call("shareAndUse"));
    List<Call> close = List.of(call("close"));
    assertInvalid(
        find(
            "RefCounted",
            "raised from zero",
            "B3",
            RevivesFromZero.class,
            SharesSpecification.class,
            shares,
            close));
    passes(RightShares.class, SharesSpecification.class, shares, close);
  }

  /** The head of the free list comes back, with another slot behind it. */
  @Test
  void freeListWithoutTag_givesASlotTwice() {
    List<Call> keep = List.of(call("keep"), call("keep"));
    List<Call> keepSecond = List.of(call("keepSecond"));
    assertInvalid(
        find(
            "Off-heap slab",
            "no tag",
            "B4",
            Untagged.class,
            FreeListSpecification.class,
            keep,
            keepSecond));
    passes(Tagged.class, FreeListSpecification.class, keep, keepSecond);
  }

  /** The slot of the element is given back between the step of the head and the read. */
  @Test
  void nextNotProtected_usesAfterFree() {
    List<Call> one = List.of(call("poll"));
    List<Call> two = List.of(call("poll"), call("poll"));
    assertInvalid(
        find(
            "Off-heap queue",
            "next not protected",
            "B4",
            UnprotectedNext.class,
            QueueSpecification.class,
            one,
            two));
    passes(RightSlotQueue.class, QueueSpecification.class, one, two);
  }

  @SafeVarargs
  private static void passes(Class<?> right, Class<?> specification, List<Call>... threads) {
    options(right, specification, threads).invocationsPerIteration(500).check(right);
  }

  @SafeVarargs
  private static String find(
      String structure,
      String variant,
      String scope,
      Class<?> twin,
      Class<?> specification,
      List<Call>... threads) {
    LincheckAssertionError[] found = new LincheckAssertionError[1];
    new Subject(structure, variant, scope)
        .measure(
            "twin",
            "found",
            () -> {
              ScenarioCount.INSTANCE.add();
              found[0] =
                  assertThrows(
                      LincheckAssertionError.class,
                      () -> options(twin, specification, threads).check(twin));
              return Unit.INSTANCE;
            });
    return Traces.INSTANCE.keep(twin.getSimpleName(), found[0].getMessage());
  }

  @SafeVarargs
  private static ModelCheckingOptions options(
      Class<?> operations, Class<?> specification, List<Call>... threads) {
    return OneScenarioKt.oneScenario(operations, specification, threads);
  }

  private static Call call(String name, Object... arguments) {
    return OneScenarioKt.call(name, arguments);
  }

  private static void assertInvalid(String trace) {
    assertTrue(trace.contains("Invalid execution results"), trace);
  }
}
