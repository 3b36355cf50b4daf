package dev.interlock.lincheck;

import dev.interlock.collection.MichaelScottQueue;
import dev.interlock.verification.UnboundedQueueSpecification;
import java.util.ArrayList;
import java.util.List;
import org.jetbrains.lincheck.datastructures.IntGen;
import org.jetbrains.lincheck.datastructures.Operation;
import org.jetbrains.lincheck.datastructures.Param;
import org.junit.jupiter.api.Test;

/**
 * Every pair of operations of the linked queue is linearizable, and none of them waits for another.
 *
 * <p>{@code size} is not here: it is not one step, see {@link UnboundedTwinsTest}. Nor are iterators, which
 * are weakly consistent, and {@code drain} of more than one element, which is one step for each.
 */
class MichaelScottQueueLincheckTest {
  /** Small numbers, so that the same element is in the queue more than once. */
  @Param(name = "n", gen = IntGen.class, conf = "1:3")
  public static class QueueOperations extends Operations {
    private final MichaelScottQueue<Integer> queue = new MichaelScottQueue<>();

    @Operation
    public boolean offer(@Param(name = "n") int n) {
      return queue.offer(n);
    }

    @Operation
    public boolean addTwo(@Param(name = "n") int n) {
      return queue.addAll(List.of(n, n + 1));
    }

    @Operation
    public int fillTwo(@Param(name = "n") int n) {
      int[] next = {n};
      return queue.fill(() -> next[0]++, 2);
    }

    @Operation
    public Integer poll() {
      return queue.poll();
    }

    @Operation
    public List<Integer> drainOne() {
      List<Integer> taken = new ArrayList<>();
      queue.drain(taken::add, 1);
      return taken;
    }

    @Operation
    public Integer peek() {
      return queue.peek();
    }

    @Operation
    public boolean isEmpty() {
      return queue.isEmpty();
    }

    @Operation
    public boolean contains(@Param(name = "n") int n) {
      return queue.contains(n);
    }

    @Operation
    public boolean remove(@Param(name = "n") int n) {
      return queue.remove((Object) n);
    }
  }

  private final Subject subject = new Subject("MichaelScottQueue", "linked", "C2");

  @Test
  void everyPair_modelChecking() {
    subject.modelCheckLockFree(QueueOperations.class, UnboundedQueueSpecification.class);
  }

  @Test
  void everyPair_stress() {
    subject.stress(QueueOperations.class, UnboundedQueueSpecification.class);
  }
}
