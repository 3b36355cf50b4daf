package dev.interlock.jcstress;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE_INTERESTING;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import dev.interlock.collection.WorkStealingDeque;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.II_Result;

/** A thief clears its slot late: does it ever wipe the element that the owner put there meanwhile? */
public class DequeSlotReuse {
  private DequeSlotReuse() {}

  /** The owner comes round to the slot of the stolen element, and pushes the very same object. */
  @JCStressTest
  @Outcome(id = "1, 1", expect = ACCEPTABLE, desc = "Both were there, whoever took them.")
  @Outcome(expect = FORBIDDEN, desc = "An element was wiped, or came twice.")
  @State
  public static class Right {
    private static final Integer X = 1;
    private final WorkStealingDeque<Integer> deque = WorkStealingDeque.create(2);
    private int popped;
    private int stolen;

    public Right() {
      deque.push(X);
    }

    @Actor
    public void owner() {
      for (int i = 0; i < 4; i++) { // the slots of two elements, twice over
        deque.push(X);
        popped += deque.pop() == null ? 0 : 1;
      }
    }

    @Actor
    public void thief() {
      stolen += deque.steal() == null ? 0 : 1;
    }

    @Arbiter
    public void count(II_Result r) {
      int left = 0;
      while (deque.steal() != null) {
        left++;
      }
      r.r1 = popped + stolen + left == 5 ? 1 : popped + stolen + left;
      r.r2 = deque.isEmpty() ? 1 : 0;
    }
  }

  /** The same with an owner that writes into the slot without looking whether it has been cleared. */
  @JCStressTest
  @Outcome(
      id = {"1, 1", "0, 1"},
      expect = ACCEPTABLE,
      desc = "As with the look.")
  @Outcome(
      id = "1, 0",
      expect = ACCEPTABLE_INTERESTING,
      desc = "Wiped: what looking at the slot rules out.")
  @State
  public static class BlindPushTwin {
    private final AtomicReferenceArray<Integer> slots = new AtomicReferenceArray<>(1);
    private final AtomicInteger top = new AtomicInteger();

    public BlindPushTwin() {
      slots.set(0, 1);
    }

    @Actor
    public void owner() {
      if (top.get() == 1) {
        slots.set(0, 2);
      }
    }

    @Actor
    public void thief(II_Result r) {
      top.compareAndSet(0, 1);
      slots.set(0, null);
    }

    @Arbiter
    public void look(II_Result r) {
      r.r1 = 1;
      r.r2 = slots.get(0) == null ? 0 : 1;
    }
  }
}
