package dev.interlock.jcstress;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE_INTERESTING;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import dev.interlock.collection.WorkStealingDeque;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.II_Result;

/** Does a thief see the fields of what it steals, and what its owner wrote before the push? */
public class DequePublication {
  private DequePublication() {}

  /** The deque itself: the slot is opaque, {@code bottom} a release. */
  @JCStressTest
  @Outcome(id = "-1, -1", expect = ACCEPTABLE, desc = "Nothing there yet.")
  @Outcome(id = "1, 1", expect = ACCEPTABLE, desc = "Stolen, with all that came before.")
  @Outcome(expect = FORBIDDEN, desc = "An element without what came before.")
  @State
  public static class Right {
    private final WorkStealingDeque<Payload> deque = WorkStealingDeque.create(2);
    private int before;

    @Actor
    public void owner() {
      before = 1;
      deque.push(new Payload(1));
    }

    @Actor
    public void thief(II_Result r) {
      Payload e = deque.steal();
      r.r1 = e == null ? -1 : e.plain;
      r.r2 = e == null ? -1 : before;
    }
  }

  /** The same with a {@code bottom} that is written and read without order. */
  @JCStressTest
  @Outcome(
      id = {"-1, -1", "1, 1"},
      expect = ACCEPTABLE,
      desc = "As with release.")
  @Outcome(expect = ACCEPTABLE_INTERESTING, desc = "What release rules out.")
  @State
  public static class PlainBottomTwin {
    private final Payload[] slots = new Payload[2];
    private int bottom;
    private int before;

    @Actor
    public void owner() {
      before = 1;
      slots[0] = new Payload(1);
      bottom = 1;
    }

    @Actor
    public void thief(II_Result r) {
      if (bottom == 0) {
        r.r1 = -1;
        r.r2 = -1;
      } else {
        Payload e = slots[0];
        r.r1 = e == null ? -2 : e.plain;
        r.r2 = before;
      }
    }
  }
}
