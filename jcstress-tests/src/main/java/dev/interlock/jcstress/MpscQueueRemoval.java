package dev.interlock.jcstress;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import dev.interlock.collection.MpscQueue;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.I_Result;

/**
 * A removal from the middle moves the elements in front of it and then frees the places they came from. Who
 * goes over the queue meanwhile sees none of them twice; the digits are what it saw. The moves in the wrong
 * mode: {@link SpscRingBufferRemoval.TraversalTwin}.
 */
@JCStressTest
@Outcome(
    id = {"123", "12"},
    expect = ACCEPTABLE,
    desc = "Before or after.")
@Outcome(expect = FORBIDDEN, desc = "An element twice, or one left out.")
@State
public class MpscQueueRemoval {
  private final MpscQueue<Payload> queue = new MpscQueue<>();
  private final Payload three = new Payload(3);

  /** Three elements are there. */
  public MpscQueueRemoval() {
    queue.offer(new Payload(1));
    queue.offer(new Payload(2));
    queue.offer(three);
  }

  @Actor
  public void consumer() {
    queue.remove(three);
  }

  @Actor
  public void watcher(I_Result r) {
    int n = 0;
    for (Payload payload : queue) {
      n = 10 * n + payload.plain;
    }
    r.r1 = n;
  }
}
