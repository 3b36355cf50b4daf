package dev.interlock.lincheck;

import dev.interlock.collection.MpmcUnboundedQueue;
import dev.interlock.verification.UnboundedQueueSpecification;
import java.util.ArrayList;
import java.util.List;
import org.jetbrains.lincheck.datastructures.IntGen;
import org.jetbrains.lincheck.datastructures.Operation;
import org.jetbrains.lincheck.datastructures.Param;
import org.junit.jupiter.api.Test;

/**
 * Every pair of operations of the queue of arrays is linearizable, and none of them waits for another. The
 * arrays have one place, or two, so that segments come and go and arrays are used again in a handful of
 * operations.
 *
 * <p>With {@code size}, where nobody removes: beside a removal it is not one step (see {@link
 * UnboundedTwinsTest}). Not here: iterators, which are weakly consistent; and batches of more than one
 * element, which are one step for each.
 */
class MpmcUnboundedQueueLincheckTest {
  /** Small numbers, so that the same element is in the queue more than once. */
  @Param(name = "n", gen = IntGen.class, conf = "1:3")
  public abstract static class QueueOperations extends Operations {
    private final MpmcUnboundedQueue<Integer> queue;

    QueueOperations(int places) {
      queue = new MpmcUnboundedQueue<>(places);
    }

    @Operation
    public boolean offer(@Param(name = "n") int n) {
      return queue.offer(n);
    }

    @Operation
    public int fillOne(@Param(name = "n") int n) {
      return queue.fill(() -> n, 1);
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

  /** One place. */
  @Param(name = "n", gen = IntGen.class, conf = "1:3")
  public static class OnePlace extends QueueOperations {
    public OnePlace() {
      super(1);
    }
  }

  /** Two places. */
  @Param(name = "n", gen = IntGen.class, conf = "1:3")
  public static class TwoPlaces extends QueueOperations {
    public TwoPlaces() {
      super(2);
    }
  }

  /** What is one step where nobody removes, and the relaxed forms. Arrays of two places. */
  @Param(name = "n", gen = IntGen.class, conf = "1:3")
  public static class Sized extends Operations {
    private final MpmcUnboundedQueue<Integer> queue = new MpmcUnboundedQueue<>(2);

    @Operation
    public boolean offer(@Param(name = "n") int n) {
      return queue.relaxedOffer(n);
    }

    @Operation
    public Integer poll() {
      return queue.relaxedPoll();
    }

    @Operation
    public Integer peek() {
      return queue.relaxedPeek();
    }

    @Operation
    public int size() {
      return queue.size();
    }
  }

  private final Subject one = new Subject("MpmcUnboundedQueue", "arrays of 1", "C5");
  private final Subject two = new Subject("MpmcUnboundedQueue", "arrays of 2", "C5");
  private final Subject sized = new Subject("MpmcUnboundedQueue", "size, relaxed forms", "C5");

  @Test
  void onePlace_everyPair_modelChecking() {
    one.modelCheckLockFree(OnePlace.class, UnboundedQueueSpecification.class);
  }

  @Test
  void onePlace_everyPair_stress() {
    one.stress(OnePlace.class, UnboundedQueueSpecification.class);
  }

  @Test
  void twoPlaces_everyPair_modelChecking() {
    two.modelCheckLockFree(TwoPlaces.class, UnboundedQueueSpecification.class);
  }

  @Test
  void twoPlaces_everyPair_stress() {
    two.stress(TwoPlaces.class, UnboundedQueueSpecification.class);
  }

  @Test
  void sized_everyPair_modelChecking() {
    sized.modelCheckLockFree(Sized.class, UnboundedQueueSpecification.class);
  }

  @Test
  void sized_everyPair_stress() {
    sized.stress(Sized.class, UnboundedQueueSpecification.class);
  }
}
