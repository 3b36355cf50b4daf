package dev.interlock.jcstress;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import dev.interlock.collection.MpmcUnboundedQueue;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.I_Result;

/**
 * The hint where a producer begins is written by a release store, behind the place that it speaks of, and read
 * with acquire. Were it seen before that place is filled, an element would be put behind a blank place, where
 * its own producer does not find it. No twin in the wrong mode: to x86 a release store is a plain one, and the
 * compiler moves nothing over the compare-and-set before it. The order mutants are those of {@code
 * MpmcUnboundedQueue$Segment.note} and {@code filled}; the hint that is written first in the source is the model
 * checker's {@code EarlyHintQueue}.
 */
@JCStressTest
@Outcome(id = "1", expect = ACCEPTABLE, desc = "The queue has an element, and is not empty.")
@Outcome(id = "0", expect = FORBIDDEN, desc = "Empty to who has just put something in.")
@State
public class MpmcUnboundedHint {
  private final MpmcUnboundedQueue<Payload> queue = new MpmcUnboundedQueue<>(4);

  @Actor
  public void first() {
    queue.offer(new Payload(1));
  }

  @Actor
  public void second(I_Result r) {
    queue.offer(new Payload(2));
    r.r1 = queue.poll() == null ? 0 : 1;
  }
}
