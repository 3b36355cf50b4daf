package dev.interlock.jcstress;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import dev.interlock.collection.MpmcArrayQueue;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.II_Result;

/**
 * A removal ends with a store of head, which lets the consumers in again. It comes before what the caller
 * does next: who wrote before that finds the element gone. In the wrong mode: {@link
 * MpmcArrayQueueRemovalTwin}.
 */
@JCStressTest
@Outcome(
    id = {"0, 0", "1, 0", "1, 1"},
    expect = ACCEPTABLE,
    desc = "In some order.")
@Outcome(
    id = "0, 1",
    expect = FORBIDDEN,
    desc = "Removed before the flag was set, and counted afterwards.")
@Outcome(expect = FORBIDDEN, desc = "There never were so many.")
@State
public class MpmcArrayQueueRemoval {
  private final MpmcArrayQueue<Payload> queue = new MpmcArrayQueue<>(2);
  private final Payload one = new Payload(1);
  private volatile int flag;

  /** One element is there. */
  public MpmcArrayQueueRemoval() {
    queue.offer(one);
  }

  @Actor
  public void remover(II_Result r) {
    queue.remove(one);
    r.r1 = flag;
  }

  @Actor
  public void counter(II_Result r) {
    flag = 1;
    r.r2 = queue.size();
  }
}
