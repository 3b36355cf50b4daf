package dev.interlock.lincheck;

import dev.interlock.collection.MpscQueue;
import dev.interlock.verification.RingSpecification;
import java.util.ArrayList;
import java.util.List;
import org.jetbrains.lincheck.datastructures.IntGen;
import org.jetbrains.lincheck.datastructures.Operation;
import org.jetbrains.lincheck.datastructures.Param;
import org.junit.jupiter.api.Test;

/**
 * Every pair of operations of the mailbox is linearizable; those of the consumer stand on one thread. The
 * first segment has one place, the second two, so that scenarios come to their ends. {@code poll} and {@code
 * peek} wait for a producer that was stopped half-way, so obstruction freedom is checked of the others.
 *
 * <p>Not here: traversal, which is weakly consistent, and a batch of two, which is one step to other producers
 * only: the consumer may take the first before the second is there, and waits for it if it asks.
 */
class MpscQueueLincheckTest {
  @Param(name = "n", gen = IntGen.class, conf = "1:3")
  public static class QueueOperations extends Operations {
    private final MpscQueue<Integer> queue = new MpscQueue<>(1);

    @Operation
    public boolean offer(@Param(name = "n") int n) {
      return queue.offer(n);
    }

    @Operation
    public int fillOne(@Param(name = "n") int n) {
      return queue.fill(() -> n, 1);
    }

    @Operation
    public void offerBatchOfTwo(@Param(name = "n") int n) {
      queue.offerBatch(new Integer[] {n, -n}, 0, 2);
    }

    @Operation(nonParallelGroup = "consumer")
    public Integer poll() {
      return queue.poll();
    }

    @Operation(nonParallelGroup = "consumer")
    public Integer pollAfterRelaxedPoll() {
      Integer n = queue.relaxedPoll();
      return n != null ? n : queue.poll();
    }

    @Operation(nonParallelGroup = "consumer")
    public List<Integer> drainOne() {
      List<Integer> drained = new ArrayList<>();
      queue.drain(drained::add, 1);
      return drained;
    }

    @Operation(nonParallelGroup = "consumer")
    public Integer peek() {
      return queue.peek();
    }

    @Operation(nonParallelGroup = "consumer")
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

  /** Never full. */
  public static class Specification extends RingSpecification {
    public Specification() {
      super(Integer.MAX_VALUE);
    }
  }

  /** The operations that are called wait-free or lock-free. */
  @Param(name = "n", gen = IntGen.class, conf = "1:3")
  public static class NonBlocking extends Operations {
    private final MpscQueue<Integer> queue = new MpscQueue<>(1);

    @Operation
    public boolean offer(@Param(name = "n") int n) {
      return queue.offer(n);
    }

    @Operation
    public void offerBatchOfTwo(@Param(name = "n") int n) {
      queue.offerBatch(new Integer[] {n, -n}, 0, 2);
    }

    @Operation(nonParallelGroup = "consumer")
    public Integer relaxedPoll() {
      return queue.relaxedPoll();
    }

    @Operation(nonParallelGroup = "consumer")
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

  private final Subject subject = new Subject("MpscQueue", "segments of 1, 2, 4", "C6");

  @Test
  void everyPair_modelChecking() {
    subject.modelCheck(QueueOperations.class, Specification.class);
  }

  @Test
  void everyPair_stress() {
    subject.stress(QueueOperations.class, Specification.class);
  }

  /** No thread that was stopped anywhere keeps them from their end, whatever they return. */
  @Test
  void offerAndRelaxed_modelChecking_noneWaits() {
    MpmcArrayQueueLincheckTest.progressOnly(
        new Subject("MpscQueue", "offer and relaxed, progress alone", "C6"), NonBlocking.class);
  }
}
