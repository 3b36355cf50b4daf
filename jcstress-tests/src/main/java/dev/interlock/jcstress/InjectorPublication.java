package dev.interlock.jcstress;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import dev.interlock.collection.Injector;
import dev.interlock.collection.WorkStealingDeque;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.II_Result;

/**
 * Does who polls an element see its plain fields, and is each polled once? What reading a slot without
 * acquire would do is shown by {@link DequePublication.PlainBottomTwin}: the payload without its field. Slots
 * are filled by compare-and-set; the order mutants {@code Injector$Segment.get} and {@code .cas} weaken both
 * ends, to the same instructions on x86.
 */
public class InjectorPublication {
  private InjectorPublication() {}

  /** Through a slot. */
  @JCStressTest
  @Outcome(id = "-1, -1", expect = ACCEPTABLE, desc = "Nothing there yet.")
  @Outcome(id = "1, 1", expect = ACCEPTABLE, desc = "Polled, with all that came before.")
  @Outcome(expect = FORBIDDEN, desc = "An element without what came before.")
  @State
  public static class Slot {
    private final Injector<Payload> injector = Injector.create(2);
    private int before;

    @Actor
    public void producer() {
      before = 1;
      injector.offer(new Payload(1));
    }

    @Actor
    public void consumer(II_Result r) {
      Payload e = injector.poll();
      r.r1 = e == null ? -1 : e.plain;
      r.r2 = e == null ? -1 : before;
    }
  }

  /** A slot that a consumer has closed: the producer takes another, and nothing is lost. */
  @JCStressTest
  @Outcome(id = "1, 1", expect = ACCEPTABLE, desc = "Each once.")
  @Outcome(expect = FORBIDDEN, desc = "Lost, or twice.")
  @State
  public static class ClosedSlot {
    private final Injector<Integer> injector = Injector.create(1);
    private final WorkStealingDeque<Integer> deque = WorkStealingDeque.create(2);
    private int ones;
    private int twos;

    @Actor
    public void one() {
      injector.offer(1);
    }

    @Actor
    public void two() {
      injector.offer(2);
    }

    @Actor
    public void consumer() {
      injector.stealBatchInto(deque);
    }

    @Arbiter
    public void count(II_Result r) {
      for (Integer x; (x = deque.pop()) != null; ) {
        add(x);
      }
      for (Integer x; (x = injector.poll()) != null; ) {
        add(x);
      }
      r.r1 = ones;
      r.r2 = twos;
    }

    private void add(int x) {
      if (x == 1) {
        ones++;
      } else {
        twos++;
      }
    }
  }
}
