package dev.interlock.lincheck;

import static dev.interlock.lincheck.OneScenarioKt.call;
import static dev.interlock.lincheck.OneScenarioKt.oneScenario;

import dev.interlock.collection.WorkStealingDeque;
import dev.interlock.verification.WorkStealingDequeSpecification;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicIntegerArray;
import org.jetbrains.lincheck.datastructures.IntGen;
import org.jetbrains.lincheck.datastructures.Operation;
import org.jetbrains.lincheck.datastructures.Param;
import org.jetbrains.lincheck.datastructures.Validate;
import org.junit.jupiter.api.Test;

/**
 * Every pair of operations of a work-stealing deque is linearizable; those of the owner stand on one
 * thread. The deque begins with two slots, so that scenarios grow it and come round to slots again.
 *
 * <p>The checker sees sequentially consistent executions only: the fences are the business of the
 * jcstress tests.
 */
class WorkStealingDequeLincheckTest {
  @Param(name = "x", gen = IntGen.class, conf = "1:9")
  public static class DequeOperations extends Operations {
    private final WorkStealingDeque<Integer> deque = WorkStealingDeque.create(2);

    @Operation(nonParallelGroup = "owner")
    public void push(@Param(name = "x") int x) {
      deque.push(x);
    }

    @Operation(nonParallelGroup = "owner")
    public void pushTwo(@Param(name = "x") int x) {
      deque.pushAll(List.of(x, -x));
    }

    @Operation(nonParallelGroup = "owner")
    public Integer pop() {
      return deque.pop();
    }

    @Operation(nonParallelGroup = "owner")
    public List<Integer> drainTwo() {
      List<Integer> drained = new ArrayList<>();
      deque.drain(drained::add, 2);
      return drained;
    }

    @Operation
    public Integer steal() {
      return deque.steal();
    }

    /** That it finds nothing says nothing, so it has to be without effect: then steal decides. */
    @Operation
    public Integer stealAfterRelaxedSteal() {
      Integer x = deque.relaxedSteal();
      return x != null ? x : deque.steal();
    }

    @Operation
    public int size() {
      return deque.size();
    }

    @Operation
    public boolean isEmpty() {
      return deque.isEmpty();
    }
  }

  public static class Specification {
    private final WorkStealingDequeSpecification deque = new WorkStealingDequeSpecification();

    public void push(int x) {
      deque.push(x);
    }

    public void pushTwo(int x) {
      deque.push(x);
      deque.push(-x);
    }

    public Integer pop() {
      return deque.pop();
    }

    public List<Integer> drainTwo() {
      return deque.drain(2);
    }

    public Integer steal() {
      return deque.steal();
    }

    public Integer stealAfterRelaxedSteal() {
      return deque.steal();
    }

    public int size() {
      return deque.size();
    }

    public boolean isEmpty() {
      return deque.isEmpty();
    }
  }

  /**
   * Batches are not one step: of {@code [1 2 3]} a batch may get 1 and 3 while a thief gets 2, which no
   * order of whole batches explains. What has to hold is that each element goes to one taker, that
   * batches keep the order, and that nobody is held up. So operations return nothing here, and the end
   * of an execution is looked at.
   */
  public static class BatchOperations extends Operations {
    private static final int MOST = 16;
    private final WorkStealingDeque<Integer> deque = WorkStealingDeque.create(2);
    private final AtomicIntegerArray taken = new AtomicIntegerArray(MOST);
    private int pushed;

    public BatchOperations() {
      pushTwo();
    }

    @Operation(nonParallelGroup = "owner")
    public void pushTwo() {
      deque.push(pushed++);
      deque.push(pushed++);
    }

    @Operation(nonParallelGroup = "owner")
    public void pop() {
      take(deque.pop());
    }

    @Operation(nonParallelGroup = "owner")
    public void drainTwo() {
      deque.drain(this::take, 2);
    }

    @Operation
    public void steal() {
      take(deque.steal());
    }

    @Operation
    public void stealBatch() {
      WorkStealingDeque<Integer> mine = WorkStealingDeque.create(2);
      int n = deque.stealBatchInto(mine);
      takeAll(mine, n);
    }

    @Operation
    public void stealBatchAndTake() {
      WorkStealingDeque<Integer> mine = WorkStealingDeque.create(2);
      take(deque.stealBatchAndTake(mine));
      takeAll(mine, mine.size());
    }

    private void takeAll(WorkStealingDeque<Integer> mine, int expected) {
      int last = -1;
      int n = 0;
      for (Integer x; (x = mine.steal()) != null; n++) {
        if (x <= last) {
          throw new IllegalStateException(x + " after " + last);
        }
        last = x;
        take(x);
      }
      if (n != expected) {
        throw new IllegalStateException(n + " came, " + expected + " were announced");
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
      deque.drain(this::take, MOST);
      for (int i = 0; i < pushed; i++) {
        if (taken.get(i) != 1) {
          throw new IllegalStateException(i + " was taken " + taken.get(i) + " times");
        }
      }
    }
  }

  public static class Anything {
    public void pushTwo() {}

    public void pop() {}

    public void drainTwo() {}

    public void steal() {}

    public void stealBatch() {}

    public void stealBatchAndTake() {}
  }

  private final Subject single = new Subject("Work-stealing deque", "one element", "C7");
  private final Subject batches = new Subject("Work-stealing deque", "batches", "C7");

  @Test
  void everyPair_modelChecking() {
    single.modelCheckLockFree(DequeOperations.class, Specification.class);
  }

  @Test
  void everyPair_stress() {
    single.stress(DequeOperations.class, Specification.class);
  }

  /** Whoever has seen a deque empty that nobody pushes to does not see an element after that. */
  @Test
  void drain_seenEmpty_staysEmpty() {
    oneScenario(
            DequeOperations.class,
            Specification.class,
            List.of(call("push", 5), call("drainTwo")),
            List.of(call("steal"), call("isEmpty")))
        .check(DequeOperations.class);
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
