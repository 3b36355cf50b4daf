package dev.interlock.jcstress;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import dev.interlock.reclaim.HazardPointers;
import dev.interlock.reclaim.OffHeapQueue;
import dev.interlock.reclaim.OffHeapSlab;
import dev.interlock.reclaim.OffHeapStack;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.II_Result;

/**
 * Whoever takes an element has its record, which is written plainly, and all that was written before it.
 *
 * <p>There is no twin: what publishes are compare-and-sets, which are locked instructions on x86 in every
 * mode, so the wrong one cannot be seen there. That they are volatile is in the order mutants {@code
 * PaddedHandle.cas#0} and {@code SlabMemory$Direct.compareAndSet#0}.
 */
public class OffHeapPublication {
  private OffHeapPublication() {}

  /** Of the stack. */
  @JCStressTest
  @Outcome(id = "-1, -1", expect = ACCEPTABLE, desc = "Nothing there yet.")
  @Outcome(id = "7, 1", expect = ACCEPTABLE, desc = "The element, with what was written before.")
  @Outcome(expect = FORBIDDEN, desc = "Half of it.")
  @State
  public static class Stack {
    private final OffHeapStack stack =
        OffHeapStack.on(OffHeapSlab.create(2, 1), HazardPointers.create(2));
    private int plain;

    @Actor
    public void producer() {
      plain = 1;
      stack.push(7);
    }

    @Actor
    public void consumer(II_Result r) {
      r.r1 = (int) stack.popOr(-1);
      r.r2 = r.r1 == -1 ? -1 : plain;
    }
  }

  /** Of the queue. */
  @JCStressTest
  @Outcome(id = "-1, -1", expect = ACCEPTABLE, desc = "Nothing there yet.")
  @Outcome(id = "7, 1", expect = ACCEPTABLE, desc = "The element, with what was written before.")
  @Outcome(expect = FORBIDDEN, desc = "Half of it.")
  @State
  public static class Queue {
    private final OffHeapQueue queue =
        OffHeapQueue.on(OffHeapSlab.create(2, 1), HazardPointers.create(2));
    private int plain;

    @Actor
    public void producer() {
      plain = 1;
      queue.offer(7);
    }

    @Actor
    public void consumer(II_Result r) {
      r.r1 = (int) queue.pollOr(-1);
      r.r2 = r.r1 == -1 ? -1 : plain;
    }
  }
}
