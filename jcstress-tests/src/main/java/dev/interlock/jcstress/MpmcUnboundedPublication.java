package dev.interlock.jcstress;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE_INTERESTING;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import dev.interlock.collection.MpmcUnboundedQueue;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.I_Result;

/** Cells are read with acquire: does who finds an element see what was written before it was put in? */
public class MpmcUnboundedPublication {
  private MpmcUnboundedPublication() {}

  /** A cell of an array that is there. */
  @JCStressTest
  @Outcome(id = "-1", expect = ACCEPTABLE, desc = "Nothing there yet.")
  @Outcome(id = "7", expect = ACCEPTABLE, desc = "The element, whole.")
  @Outcome(expect = FORBIDDEN, desc = "An element without what came before it.")
  @State
  public static class Cell {
    private final MpmcUnboundedQueue<Payload> queue = new MpmcUnboundedQueue<>(2);

    @Actor
    public void producer() {
      queue.offer(new Payload(7));
    }

    @Actor
    public void consumer(I_Result r) {
      Payload taken = queue.relaxedPoll();
      r.r1 = taken == null ? -1 : taken.plain;
    }
  }

  /** The first cell of a new segment, which is written plainly before the segment is appended. */
  @JCStressTest
  @Outcome(id = "-1", expect = ACCEPTABLE, desc = "Nothing there yet.")
  @Outcome(id = "7", expect = ACCEPTABLE, desc = "The element, whole.")
  @Outcome(expect = FORBIDDEN, desc = "An element without what came before it.")
  @State
  public static class NewSegment {
    private final MpmcUnboundedQueue<Payload> queue = new MpmcUnboundedQueue<>(1);

    /** The first segment is full, and emptied. */
    public NewSegment() {
      queue.offer(new Payload(0));
      queue.poll();
    }

    @Actor
    public void producer() {
      queue.offer(new Payload(7));
    }

    @Actor
    public void consumer(I_Result r) {
      Payload taken = queue.relaxedPoll();
      r.r1 = taken == null ? -1 : taken.plain;
    }
  }

  /** A cell that is written and read in the wrong mode. On x86 the compiler alone could show it. */
  @JCStressTest
  @Outcome(
      id = {"-1", "7"},
      expect = ACCEPTABLE,
      desc = "As if by release and acquire.")
  @Outcome(expect = ACCEPTABLE_INTERESTING, desc = "An element without what came before it.")
  @State
  public static class CellTwin {
    private static final VarHandle CELL = MethodHandles.arrayElementVarHandle(Object[].class);
    private final Object[] cells = new Object[2];
    private int before;

    @Actor
    public void producer() {
      before = 7;
      CELL.setOpaque(cells, 1, this);
    }

    @Actor
    public void consumer(I_Result r) {
      r.r1 = CELL.getOpaque(cells, 1) == null ? -1 : before;
    }
  }
}
