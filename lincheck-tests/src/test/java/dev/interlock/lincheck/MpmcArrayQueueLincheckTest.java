package dev.interlock.lincheck;

import dev.interlock.collection.MpmcArrayQueue;
import dev.interlock.verification.Matrix;
import java.util.ArrayList;
import java.util.List;
import org.jetbrains.lincheck.datastructures.IntGen;
import org.jetbrains.lincheck.datastructures.ModelCheckingOptions;
import org.jetbrains.lincheck.datastructures.Operation;
import org.jetbrains.lincheck.datastructures.Param;
import org.jetbrains.lincheck.datastructures.verifier.EpsilonVerifier;
import org.junit.jupiter.api.Test;

/**
 * Every pair of operations of the many-to-many ring is linearizable. The strict ones wait for a thread that
 * was stopped half-way, so obstruction freedom is checked of the others: the relaxed ones and the size. What
 * the relaxed ones give up is shown in {@link RingTwinsTest}: their null is not linearizable.
 *
 * <p>Not here: traversal, which is weakly consistent; batches of more than one element, which may be shorter
 * than there is room; {@code fill}, which may have to wait for a consumer when others take the room.
 */
class MpmcArrayQueueLincheckTest {
  @Param(name = "n", gen = IntGen.class, conf = "1:3")
  public abstract static class QueueOperations extends Operations {
    private final MpmcArrayQueue<Integer> queue;

    QueueOperations(int capacity) {
      queue = new MpmcArrayQueue<>(capacity);
    }

    @Operation
    public boolean offer(@Param(name = "n") int n) {
      return queue.offer(n);
    }

    @Operation
    public boolean offerAfterRelaxedOffer(@Param(name = "n") int n) {
      return queue.relaxedOffer(n) || queue.offer(n);
    }

    @Operation
    public int offerBatchOfOne(@Param(name = "n") int n) {
      return queue.offerBatch(new Integer[] {n}, 0, 1);
    }

    @Operation
    public Integer poll() {
      return queue.poll();
    }

    @Operation
    public Integer pollAfterRelaxedPoll() {
      Integer n = queue.relaxedPoll();
      return n != null ? n : queue.poll();
    }

    @Operation
    public Integer pollBatchOfOne() {
      Integer[] one = new Integer[1];
      return queue.pollBatch(one, 0, 1) == 1 ? one[0] : null;
    }

    @Operation
    public List<Integer> drainOne() {
      List<Integer> drained = new ArrayList<>();
      queue.drain(drained::add, 1);
      return drained;
    }

    @Operation
    public Integer peek() {
      return queue.peek();
    }

    @Operation
    public boolean remove(@Param(name = "n") int n) {
      return queue.remove((Object) n);
    }

    @Operation
    public int size() {
      return queue.size();
    }

    @Operation
    public boolean isEmpty() {
      return queue.isEmpty();
    }
  }

  public static class One extends QueueOperations {
    public One() {
      super(1);
    }
  }

  public static class Three extends QueueOperations {
    public Three() {
      super(3);
    }
  }

  /** The operations that are called lock-free. */
  @Param(name = "n", gen = IntGen.class, conf = "1:3")
  public static class Relaxed extends Operations {
    private final MpmcArrayQueue<Integer> queue = new MpmcArrayQueue<>(2);

    @Operation
    public boolean relaxedOffer(@Param(name = "n") int n) {
      return queue.relaxedOffer(n);
    }

    @Operation
    public Integer relaxedPoll() {
      return queue.relaxedPoll();
    }

    @Operation
    public Integer relaxedPeek() {
      return queue.relaxedPeek();
    }

    @Operation
    public int size() {
      return queue.size();
    }

    @Operation
    public boolean isEmpty() {
      return queue.isEmpty();
    }
  }

  private final Subject one = new Subject("MpmcArrayQueue", "capacity 1", "C4");
  private final Subject three = new Subject("MpmcArrayQueue", "capacity 3", "C4");

  @Test
  void one_everyPair_modelChecking() {
    one.modelCheck(One.class, SpscRingBufferLincheckTest.OneSpecification.class);
  }

  @Test
  void three_everyPair_modelChecking() {
    three.modelCheck(Three.class, SpscRingBufferLincheckTest.ThreeSpecification.class);
  }

  @Test
  void three_everyPair_stress() {
    three.stress(Three.class, SpscRingBufferLincheckTest.ThreeSpecification.class);
  }

  /** No thread that was stopped anywhere keeps a relaxed operation from its end, whatever it returns. */
  @Test
  void relaxed_modelChecking_noneWaits() {
    progressOnly(new Subject("MpmcArrayQueue", "relaxed, progress alone", "C4"), Relaxed.class);
  }

  static void progressOnly(Subject subject, Class<? extends Operations> operations) {
    ModelCheckingOptions options = new ModelCheckingOptions();
    options
        .checkObstructionFreedom(true)
        .iterations(30)
        .invocationsPerIteration(150)
        .threads(3)
        .actorsPerThread(2)
        .actorsBefore(1)
        .verifier(EpsilonVerifier.class)
        .executionGenerator(PairwiseScenarios.class);
    subject.measure(
        Matrix.NON_BLOCKING,
        "passed",
        () -> {
          options.check(operations);
          return kotlin.Unit.INSTANCE;
        });
  }
}
