package dev.interlock.lincheck;

import dev.interlock.collection.Injector;
import dev.interlock.collection.WorkStealingDeque;
import java.util.ArrayDeque;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicIntegerArray;
import org.jetbrains.lincheck.datastructures.IntGen;
import org.jetbrains.lincheck.datastructures.Operation;
import org.jetbrains.lincheck.datastructures.Param;
import org.jetbrains.lincheck.datastructures.Validate;
import org.junit.jupiter.api.Test;

/**
 * Every pair of operations of an injector is linearizable, first in, first out. A segment has two slots,
 * so that scenarios cross from one to the next.
 *
 * <p>Left out, because they are not one step, with what shows it: {@code size}, iteration and the bulk
 * removals (of {@code [a b]} a walk has counted a; a is polled, c is offered; the walk counts b and c:
 * three, where never more than two were), and batches of more than one element by {@code fill} and {@code
 * drain}, one step for each. Batches into a deque are looked at in {@link BatchOperations}.
 */
class InjectorLincheckTest {
  @Param(name = "x", gen = IntGen.class, conf = "1:3")
  public static class InjectorOperations extends Operations {
    private final Injector<Integer> injector = Injector.create(2);

    @Operation
    public boolean offer(@Param(name = "x") int x) {
      return injector.offer(x);
    }

    @Operation
    public int fillOne(@Param(name = "x") int x) {
      return injector.fill(() -> x, 1);
    }

    @Operation
    public Integer poll() {
      return injector.poll();
    }

    @Operation
    public Integer drainOne() {
      AtomicInteger taken = new AtomicInteger(-1);
      return injector.drain(taken::set, 1) == 1 ? taken.get() : null;
    }

    @Operation
    public Integer peek() {
      return injector.peek();
    }

    @Operation
    public boolean isEmpty() {
      return injector.isEmpty();
    }

    @Operation
    public boolean contains(@Param(name = "x") int x) {
      return injector.contains(x);
    }

    @Operation
    public boolean remove(@Param(name = "x") int x) {
      return injector.remove(x);
    }
  }

  public static class Specification {
    private final ArrayDeque<Integer> queue = new ArrayDeque<>();

    public boolean offer(int x) {
      return queue.offer(x);
    }

    public int fillOne(int x) {
      return queue.offer(x) ? 1 : 0;
    }

    public Integer poll() {
      return queue.poll();
    }

    public Integer drainOne() {
      return queue.poll();
    }

    public Integer peek() {
      return queue.peek();
    }

    public boolean isEmpty() {
      return queue.isEmpty();
    }

    public boolean contains(int x) {
      return queue.contains(x);
    }

    public boolean remove(int x) {
      return queue.remove(x);
    }
  }

  /** Batches, a row of single polls: each element goes to one taker. See the deque's test. */
  public static class BatchOperations extends Operations {
    private static final int MOST = 20;
    private final Injector<Integer> injector = Injector.create(2);
    private final AtomicIntegerArray taken = new AtomicIntegerArray(MOST);
    private final AtomicInteger offered = new AtomicInteger();

    public BatchOperations() {
      offer();
      offer();
    }

    @Operation
    public void offer() {
      injector.offer(offered.getAndIncrement());
    }

    @Operation
    public void stealBatch() {
      WorkStealingDeque<Integer> mine = WorkStealingDeque.create(2);
      int n = injector.stealBatchInto(mine);
      for (int i = 0; i < n; i++) {
        take(mine.pop());
      }
      if (!mine.isEmpty()) {
        throw new IllegalStateException("more came than were announced");
      }
    }

    @Operation
    public void stealBatchAndTake() {
      WorkStealingDeque<Integer> mine = WorkStealingDeque.create(2);
      take(injector.stealBatchAndTake(mine));
      for (Integer x; (x = mine.pop()) != null; ) {
        take(x);
      }
    }

    private void take(Integer x) {
      if (x != null) {
        taken.incrementAndGet(x);
      }
    }

    /** Every element was taken once, or is there once. */
    @Validate
    public void nothingLostNothingTwice() {
      for (Integer x; (x = injector.poll()) != null; ) {
        take(x);
      }
      for (int i = 0; i < offered.get(); i++) {
        if (taken.get(i) != 1) {
          throw new IllegalStateException(i + " was taken " + taken.get(i) + " times");
        }
      }
    }
  }

  public static class Anything {
    public void offer() {}

    public void stealBatch() {}

    public void stealBatchAndTake() {}
  }

  private final Subject single = new Subject("Injector", "one element", "C7");
  private final Subject batches = new Subject("Injector", "batches", "C7");

  @Test
  void everyPair_modelChecking() {
    single.modelCheckLockFree(InjectorOperations.class, Specification.class);
  }

  @Test
  void everyPair_stress() {
    single.stress(InjectorOperations.class, Specification.class);
  }

  @Test
  void batches_modelChecking() {
    batches.modelCheckLockFree(BatchOperations.class, Anything.class);
  }

  @Test
  void batches_stress() {
    batches.stress(BatchOperations.class, Anything.class);
  }
}
