package dev.interlock.jcstress;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import dev.interlock.collection.MichaelScottQueue;
import java.util.List;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.II_Result;

/**
 * Is a node published whole, although its element and its link are written plainly? Who finds it has the
 * element, with what was written before it was offered, and the whole chain behind it. No twin in the wrong
 * mode: what publishes is a compare-and-set, a locked instruction on x86 in every mode. The order mutants
 * {@code MichaelScottQueue$Node.casNext} weaken it; what a plain link would do is in {@link
 * MpmcUnboundedPublication.CellTwin}.
 */
public class MichaelScottPublication {
  private MichaelScottPublication() {}

  /** One element. */
  @JCStressTest
  @Outcome(id = "-1, 0", expect = ACCEPTABLE, desc = "Nothing there yet.")
  @Outcome(id = "7, 7", expect = ACCEPTABLE, desc = "The element, whole.")
  @Outcome(expect = FORBIDDEN, desc = "An element without what came before it.")
  @State
  public static class Element {
    private final MichaelScottQueue<Payload> queue = new MichaelScottQueue<>();

    @Actor
    public void producer() {
      queue.offer(new Payload(7));
    }

    @Actor
    public void consumer(II_Result r) {
      Payload first = queue.peek();
      Payload taken = queue.poll();
      r.r1 = taken == null ? -1 : taken.plain;
      r.r2 = first == null ? (taken == null ? 0 : 7) : first.plain;
    }
  }

  /** Two in one step: who has the first has the second behind it. */
  @JCStressTest
  @Outcome(id = "-1, -1", expect = ACCEPTABLE, desc = "Nothing there yet.")
  @Outcome(id = "1, 2", expect = ACCEPTABLE, desc = "Both.")
  @Outcome(expect = FORBIDDEN, desc = "One of them, or one that is not whole.")
  @State
  public static class Chain {
    private final MichaelScottQueue<Payload> queue = new MichaelScottQueue<>();
    private final List<Payload> both = List.of(new Payload(1), new Payload(2));

    @Actor
    public void producer() {
      queue.addAll(both);
    }

    @Actor
    public void consumer(II_Result r) {
      Payload first = queue.poll();
      Payload second = first == null ? null : queue.poll();
      r.r1 = first == null ? -1 : first.plain;
      r.r2 = second == null ? -1 : second.plain;
    }
  }
}
