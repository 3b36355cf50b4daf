package dev.interlock.lincheck;

import dev.interlock.collection.SpscRingBuffer;
import dev.interlock.verification.RingSpecification;
import java.util.ArrayList;
import java.util.List;
import org.jetbrains.lincheck.datastructures.IntGen;
import org.jetbrains.lincheck.datastructures.Operation;
import org.jetbrains.lincheck.datastructures.Param;
import org.junit.jupiter.api.Test;

/**
 * Every pair of operations of the single-producer ring is linearizable, and none waits for another. Those of
 * the producer stand on one thread, those of the consumer on another; any thread asks for the size.
 *
 * <p>Not here: traversal, which is weakly consistent, and batches of more than one element, which are one
 * step for each. The checker sees sequentially consistent executions only; what the releases publish is the
 * business of jcstress.
 */
class SpscRingBufferLincheckTest {
  @Param(name = "n", gen = IntGen.class, conf = "1:3")
  public abstract static class RingOperations extends Operations {
    private final SpscRingBuffer<Integer> ring;

    RingOperations(int capacity) {
      ring = new SpscRingBuffer<>(capacity);
    }

    @Operation(nonParallelGroup = "producer")
    public boolean offer(@Param(name = "n") int n) {
      return ring.offer(n);
    }

    @Operation(nonParallelGroup = "producer")
    public int fillOne(@Param(name = "n") int n) {
      return ring.fill(() -> n, 1);
    }

    @Operation(nonParallelGroup = "producer")
    public int offerBatchOfOne(@Param(name = "n") int n) {
      return ring.offerBatch(new Integer[] {n}, 0, 1);
    }

    @Operation(nonParallelGroup = "consumer")
    public Integer pollBatchOfOne() {
      Integer[] one = new Integer[1];
      return ring.pollBatch(one, 0, 1) == 1 ? one[0] : null;
    }

    @Operation(nonParallelGroup = "consumer")
    public Integer poll() {
      return ring.poll();
    }

    @Operation(nonParallelGroup = "consumer")
    public List<Integer> drainOne() {
      List<Integer> drained = new ArrayList<>();
      ring.drain(drained::add, 1);
      return drained;
    }

    @Operation(nonParallelGroup = "consumer")
    public Integer peek() {
      return ring.peek();
    }

    @Operation(nonParallelGroup = "consumer")
    public boolean remove(@Param(name = "n") int n) {
      return ring.remove((Object) n);
    }

    @Operation
    public int size() {
      return ring.size();
    }

    @Operation
    public boolean isEmpty() {
      return ring.isEmpty();
    }
  }

  /** One place. */
  public static class One extends RingOperations {
    public One() {
      super(1);
    }
  }

  public static class OneSpecification extends RingSpecification {
    public OneSpecification() {
      super(1);
    }
  }

  /** Three places, one element away from the end of a lap. */
  public static class Three extends RingOperations {
    public Three() {
      super(3);
      for (int n = 0; n < 2; n++) {
        offer(n);
        poll();
      }
    }
  }

  public static class ThreeSpecification extends RingSpecification {
    public ThreeSpecification() {
      super(3);
    }
  }

  private final Subject one = new Subject("SpscRingBuffer", "capacity 1", "C3");
  private final Subject three = new Subject("SpscRingBuffer", "capacity 3", "C3");

  @Test
  void one_everyPair_modelChecking() {
    one.modelCheckLockFree(One.class, OneSpecification.class);
  }

  @Test
  void three_everyPair_modelChecking() {
    three.modelCheckLockFree(Three.class, ThreeSpecification.class);
  }

  @Test
  void three_everyPair_stress() {
    three.stress(Three.class, ThreeSpecification.class);
  }
}
