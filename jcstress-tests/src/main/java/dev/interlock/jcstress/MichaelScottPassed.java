package dev.interlock.jcstress;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import dev.interlock.collection.MichaelScottQueue;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.III_Result;

/**
 * A node that head has passed is linked to itself by a release store, while others still stand on it: a
 * producer whose tail it was, a consumer that reads it as head. Neither may lose an element over it. No twin
 * in the wrong mode: a release store is a plain one to x86, and stands between two compare-and-sets, over which
 * the compiler moves nothing. The order mutant is {@code MichaelScottQueue$Node.pass}; a link that is cut the
 * wrong way is the model checker's {@code CutLinkQueue}.
 */
@JCStressTest
@Outcome(
    id = {"1, 2, -1", "1, -1, 2", "2, 1, -1", "-1, 1, 2"},
    expect = ACCEPTABLE,
    desc = "Each element once.")
@Outcome(expect = FORBIDDEN, desc = "An element lost, or given twice.")
@State
public class MichaelScottPassed {
  private final MichaelScottQueue<Integer> queue = new MichaelScottQueue<>();

  /** One element is there. */
  public MichaelScottPassed() {
    queue.offer(1);
  }

  private static int numberOf(Integer element) {
    return element == null ? -1 : element;
  }

  @Actor
  public void producer() {
    queue.offer(2);
  }

  @Actor
  public void one(III_Result r) {
    r.r1 = numberOf(queue.poll());
  }

  @Actor
  public void other(III_Result r) {
    r.r2 = numberOf(queue.poll());
  }

  @Arbiter
  public void rest(III_Result r) {
    r.r3 = numberOf(queue.poll());
  }
}
