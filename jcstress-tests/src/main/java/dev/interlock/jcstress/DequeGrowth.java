package dev.interlock.jcstress;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE_INTERESTING;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import dev.interlock.collection.WorkStealingDeque;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.III_Result;
import org.openjdk.jcstress.infra.results.I_Result;

/** Does a thief that meets a new array find in it what was copied? */
public class DequeGrowth {
  private DequeGrowth() {}

  private static int plainOf(Payload e) {
    return e == null ? 0 : e.plain;
  }

  /** The third push makes the array grow under the thief. */
  @JCStressTest
  @Outcome(
      id = {"1, 2, 0", "1, 2, 3"},
      expect = ACCEPTABLE,
      desc = "In order, as far as they were there.")
  @Outcome(expect = FORBIDDEN, desc = "An element was lost in the copy, or was not whole.")
  @State
  public static class Right {
    private final WorkStealingDeque<Payload> deque = WorkStealingDeque.create(2);

    public Right() {
      deque.push(new Payload(1));
      deque.push(new Payload(2));
    }

    @Actor
    public void owner() {
      deque.push(new Payload(3));
    }

    @Actor
    public void thief(III_Result r) {
      r.r1 = plainOf(deque.steal());
      r.r2 = plainOf(deque.steal());
      r.r3 = plainOf(deque.steal());
    }
  }

  /** A copy that is published by a plain write. */
  @JCStressTest
  @Outcome(id = "1", expect = ACCEPTABLE, desc = "As with release.")
  @Outcome(expect = ACCEPTABLE_INTERESTING, desc = "The copy was not there yet.")
  @State
  public static class PlainArrayTwin {
    private Payload[] array = {new Payload(1)};

    @Actor
    public void owner() {
      Payload[] next = new Payload[2];
      next[0] = array[0];
      array = next;
    }

    @Actor
    public void thief(I_Result r) {
      r.r1 = plainOf(array[0]);
    }
  }
}
