package dev.interlock.jcstress;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import dev.interlock.collection.MpmcUnboundedQueue;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.II_Result;

/**
 * One element, which one thread removes and another polls. The remover says that it is there before it looks
 * whether the place is claimed, the consumer claims before it looks for removers: one sees the other. In the
 * wrong mode: {@link MpmcUnboundedRemovalTwin}.
 */
@JCStressTest
@Outcome(
    id = {"1, 0", "0, 1"},
    expect = ACCEPTABLE,
    desc = "To one of them.")
@Outcome(expect = FORBIDDEN, desc = "To both, or to neither.")
@State
public class MpmcUnboundedRemoval {
  private final MpmcUnboundedQueue<Payload> queue = new MpmcUnboundedQueue<>(2);
  private final Payload one = new Payload(1);

  /** One element is there. */
  public MpmcUnboundedRemoval() {
    queue.offer(one);
  }

  @Actor
  public void remover(II_Result r) {
    r.r1 = queue.remove(one) ? 1 : 0;
  }

  @Actor
  public void consumer(II_Result r) {
    r.r2 = queue.poll() == null ? 0 : 1;
  }
}
