package dev.interlock.jcstress;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE_INTERESTING;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import dev.interlock.collection.WorkStealingDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.III_Result;
import org.openjdk.jcstress.infra.results.II_Result;

/** Does each element go to one taker, when owner and thieves meet at the last ones? */
public class DequeLastElement {
  private DequeLastElement() {}

  private static int orZero(Integer x) {
    return x == null ? 0 : x;
  }

  /** Two elements, the owner takes one, a thief two: the owner has to see that the thief was there. */
  @JCStressTest
  @Outcome(id = "2, 1, 0", expect = ACCEPTABLE, desc = "One each.")
  @Outcome(id = "0, 1, 2", expect = ACCEPTABLE, desc = "Both to the thief.")
  @Outcome(expect = FORBIDDEN, desc = "One twice, or lost.")
  @State
  public static class Two {
    private final WorkStealingDeque<Integer> deque = WorkStealingDeque.create(2);

    public Two() {
      deque.pushAll(List.of(1, 2));
    }

    @Actor
    public void owner(III_Result r) {
      r.r1 = orZero(deque.pop());
    }

    @Actor
    public void thief(III_Result r) {
      r.r2 = orZero(deque.steal());
      r.r3 = orZero(deque.steal());
    }
  }

  /** Two thieves, who may come between the owner's look and its store. */
  @JCStressTest
  @Outcome(
      id = {"2, 1, 0", "2, 0, 1", "0, 1, 2", "0, 2, 1"},
      expect = ACCEPTABLE,
      desc = "Each to one.")
  @Outcome(expect = FORBIDDEN, desc = "One twice, or lost.")
  @State
  public static class TwoThieves {
    private final WorkStealingDeque<Integer> deque = WorkStealingDeque.create(2);

    public TwoThieves() {
      deque.pushAll(List.of(1, 2));
    }

    @Actor
    public void owner(III_Result r) {
      r.r1 = orZero(deque.pop());
    }

    @Actor
    public void thief(III_Result r) {
      r.r2 = orZero(deque.steal());
    }

    @Actor
    public void otherThief(III_Result r) {
      r.r3 = orZero(deque.steal());
    }
  }

  /** The only element. */
  @JCStressTest
  @Outcome(
      id = {"1, 0", "0, 1"},
      expect = ACCEPTABLE,
      desc = "To one of them.")
  @Outcome(expect = FORBIDDEN, desc = "Twice, or lost.")
  @State
  public static class One {
    private final WorkStealingDeque<Integer> deque = WorkStealingDeque.create(2);

    public One() {
      deque.push(1);
    }

    @Actor
    public void owner(II_Result r) {
      r.r1 = orZero(deque.pop());
    }

    @Actor
    public void thief(II_Result r) {
      r.r2 = orZero(deque.steal());
    }
  }

  /** The owner takes a batch, a thief as many as it gets; the digits are what each got, in order. */
  @JCStressTest
  @Outcome(
      id = {"321, 0", "32, 1", "3, 12", "0, 123"},
      expect = ACCEPTABLE,
      desc = "Each to one, in the order of their ends.")
  @Outcome(expect = FORBIDDEN, desc = "One twice, lost, or out of order.")
  @State
  public static class Batch {
    private final WorkStealingDeque<Integer> deque = WorkStealingDeque.create(2);

    public Batch() {
      deque.pushAll(List.of(1, 2, 3));
    }

    @Actor
    public void owner(II_Result r) {
      List<Integer> drained = new ArrayList<>();
      deque.drain(drained::add, 3);
      r.r1 = drained.stream().reduce(0, (n, x) -> 10 * n + x);
    }

    @Actor
    public void thief(II_Result r) {
      int n = 0;
      for (Integer x; (x = deque.steal()) != null; ) {
        n = 10 * n + x;
      }
      r.r2 = n;
    }
  }

  /** {@link Two} with an owner whose store of bottom does not come before its read of top. */
  @JCStressTest
  @Outcome(
      id = {"2, 1, 0", "0, 1, 2"},
      expect = ACCEPTABLE,
      desc = "As with the fence.")
  @Outcome(
      id = "2, 1, 2",
      expect = ACCEPTABLE_INTERESTING,
      desc = "The last one twice: what StoreLoad rules out.")
  @Outcome(expect = FORBIDDEN, desc = "Not even the twin does that.")
  @State
  public static class FencelessTwin {
    private final int[] slots = {1, 2};
    private final AtomicInteger top = new AtomicInteger();
    private final AtomicInteger bottom = new AtomicInteger(2);

    @Actor
    public void owner(III_Result r) {
      int b = bottom.getPlain() - 1;
      bottom.setRelease(b);
      int t = top.getAcquire();
      if (t < b) {
        r.r1 = slots[b];
      } else if (t == b) {
        r.r1 = top.compareAndSet(t, t + 1) ? slots[b] : 0;
        bottom.setRelease(b + 1);
      } else {
        bottom.setRelease(b + 1);
      }
    }

    @Actor
    public void thief(III_Result r) {
      r.r2 = steal();
      r.r3 = steal();
    }

    private int steal() {
      for (; ; ) {
        int t = top.get();
        if (t >= bottom.get()) {
          return 0;
        }
        int x = slots[t];
        if (top.compareAndSet(t, t + 1)) {
          return x;
        }
      }
    }
  }
}
