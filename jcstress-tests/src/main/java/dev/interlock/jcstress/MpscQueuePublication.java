package dev.interlock.jcstress;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE_INTERESTING;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import dev.interlock.collection.MpscQueue;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.II_Result;
import org.openjdk.jcstress.infra.results.I_Result;

/** Does the consumer see what a producer did before, within a segment and over its end? */
public class MpscQueuePublication {
  private MpscQueuePublication() {}

  /** An element, and a field written before it was offered. */
  @JCStressTest
  @Outcome(id = "-1, -1", expect = ACCEPTABLE, desc = "Nothing there yet.")
  @Outcome(id = "1, 1", expect = ACCEPTABLE, desc = "The element, with what was written before.")
  @Outcome(expect = FORBIDDEN, desc = "The element without what was written before.")
  @State
  public static class Element {
    private final MpscQueue<Payload> queue = new MpscQueue<>(2);
    private int plain;

    @Actor
    public void producer() {
      plain = 1;
      queue.offer(new Payload(1));
    }

    @Actor
    public void consumer(II_Result r) {
      Payload payload = queue.relaxedPoll();
      r.r1 = payload == null ? -1 : payload.plain;
      r.r2 = payload == null ? -1 : plain;
    }
  }

  /** The same for the first element of a new segment, while the consumer leaves the old one. */
  @JCStressTest
  @Outcome(id = "1, -1", expect = ACCEPTABLE, desc = "The second is not there yet.")
  @Outcome(id = "1, 2", expect = ACCEPTABLE, desc = "Both, in order.")
  @Outcome(expect = FORBIDDEN, desc = "Lost, out of order, or half published.")
  @State
  public static class NextSegment {
    private final MpscQueue<Payload> queue = new MpscQueue<>(1);

    public NextSegment() {
      queue.offer(new Payload(1));
    }

    @Actor
    public void producer() {
      queue.offer(new Payload(2));
    }

    @Actor
    public void consumer(II_Result r) {
      r.r1 = queue.poll().plain;
      Payload payload = queue.poll();
      r.r2 = payload == null ? -1 : payload.plain;
    }
  }

  /** The hand-shake of a mailbox: of a consumer that goes to sleep and a producer, one sees the other. */
  @JCStressTest
  @Outcome(
      id = {"0, 1", "1, 0", "1, 1"},
      expect = ACCEPTABLE,
      desc = "One saw the other.")
  @Outcome(expect = FORBIDDEN, desc = "The consumer sleeps, and nobody wakes it.")
  @State
  public static class Sleeper {
    private final MpscQueue<Payload> queue = new MpscQueue<>();
    private final Payload one = new Payload(1);
    private volatile boolean asleep;

    @Actor
    public void consumer(II_Result r) {
      asleep = true;
      r.r1 = queue.isEmpty() ? 0 : 1;
    }

    @Actor
    public void producer(II_Result r) {
      queue.offer(one);
      r.r2 = asleep ? 1 : 0;
    }
  }

  /** The wrong mode: a place that is filled and read plainly, in a new segment that is linked plainly. */
  @JCStressTest
  @Outcome(
      id = {"-1", "1"},
      expect = ACCEPTABLE,
      desc = "As if it had been released.")
  @Outcome(expect = ACCEPTABLE_INTERESTING, desc = "What the release rules out; not on x86.")
  @State
  public static class ElementTwin {
    private Payload[] places;

    @Actor
    public void producer() {
      Payload[] made = new Payload[1];
      made[0] = new Payload(1);
      places = made;
    }

    @Actor
    public void consumer(I_Result r) {
      Payload[] seen = places;
      Payload payload = seen == null ? null : seen[0];
      r.r1 = seen == null ? -1 : payload == null ? 0 : payload.plain;
    }
  }
}
