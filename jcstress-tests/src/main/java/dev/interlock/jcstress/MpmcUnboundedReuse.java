package dev.interlock.jcstress;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import dev.interlock.collection.MpmcUnboundedQueue;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.II_Result;

/**
 * A consumer leaves its cell by a release store, and the array is used again: does the mark of a consumer
 * ever land in the next life of the cell, on an element? Both threads turn a queue of arrays with one place
 * over several times, so that every array is used again while the other may still be leaving it. No twin in
 * the wrong mode: to x86 a release store is a plain one. The order mutant is {@code
 * MpmcUnboundedQueue$Segment.leave}; arrays used again too early are the model checker's {@code
 * HastyReuseQueue}.
 */
@JCStressTest
@Outcome(id = "36, 0", expect = ACCEPTABLE, desc = "All that was put in has come out, once.")
@Outcome(expect = FORBIDDEN, desc = "An element lost under a mark, or given twice.")
@State
public class MpmcUnboundedReuse {
  private static final int ROUNDS = 4;

  private final MpmcUnboundedQueue<Integer> queue = new MpmcUnboundedQueue<>(1);
  private int one;
  private int other;

  private int turnOver(int first) {
    int sum = 0;
    for (int i = 0; i < ROUNDS; i++) {
      queue.offer(first + i);
      Integer taken = queue.poll();
      sum += taken == null ? 0 : taken;
    }
    return sum;
  }

  @Actor
  public void one() {
    one = turnOver(1);
  }

  @Actor
  public void other() {
    other = turnOver(1 + ROUNDS);
  }

  @Arbiter
  public void rest(II_Result r) {
    int sum = one + other;
    for (Integer left = queue.poll(); left != null; left = queue.poll()) {
      sum += left;
    }
    r.r1 = sum;
    r.r2 = queue.size();
  }
}
