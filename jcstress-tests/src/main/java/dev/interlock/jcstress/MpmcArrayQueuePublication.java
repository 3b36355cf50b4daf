package dev.interlock.jcstress;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE_INTERESTING;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import dev.interlock.collection.MpmcArrayQueue;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.II_Result;
import org.openjdk.jcstress.infra.results.I_Result;

/** Do stamps publish elements and free places? */
public class MpmcArrayQueuePublication {
  private MpmcArrayQueuePublication() {}

  /** An element, and a field written before it was offered. */
  @JCStressTest
  @Outcome(id = "-1, -1", expect = ACCEPTABLE, desc = "Nothing there yet.")
  @Outcome(id = "1, 1", expect = ACCEPTABLE, desc = "The element, with what was written before.")
  @Outcome(expect = FORBIDDEN, desc = "The element without what was written before.")
  @State
  public static class Element {
    private final MpmcArrayQueue<Payload> queue = new MpmcArrayQueue<>(2);
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

  /** What a consumer did before it freed the place that a producer then takes. */
  @JCStressTest
  @Outcome(id = "-1", expect = ACCEPTABLE, desc = "Full.")
  @Outcome(id = "1", expect = ACCEPTABLE, desc = "Free, with what the consumer wrote before.")
  @Outcome(expect = FORBIDDEN, desc = "Free, without what the consumer wrote before.")
  @State
  public static class Place {
    private final MpmcArrayQueue<Payload> queue = new MpmcArrayQueue<>(1);
    private int plain;

    public Place() {
      queue.offer(new Payload(1));
    }

    @Actor
    public void consumer() {
      plain = 1;
      queue.poll();
    }

    @Actor
    public void producer(I_Result r) {
      r.r1 = queue.relaxedOffer(new Payload(2)) ? plain : -1;
    }
  }

  /** A peek beside a poll and the offer that takes the place again: the one or the other, or nothing. */
  @JCStressTest
  @Outcome(
      id = {"1", "2", "-1"},
      expect = ACCEPTABLE,
      desc = "The first, the second, or empty.")
  @Outcome(expect = FORBIDDEN, desc = "An element half published.")
  @State
  public static class Peek {
    private final MpmcArrayQueue<Payload> queue = new MpmcArrayQueue<>(1);

    public Peek() {
      queue.offer(new Payload(1));
    }

    @Actor
    public void replacer() {
      queue.poll();
      queue.offer(new Payload(2));
    }

    @Actor
    public void peeker(I_Result r) {
      Payload payload = queue.peek();
      r.r1 = payload == null ? -1 : payload.plain;
    }
  }

  /** Unlike the single-producer ring: of two who offer here and poll there, one finds something. */
  @JCStressTest
  @Outcome(
      id = {"1, -1", "-1, 1", "1, 1"},
      expect = ACCEPTABLE,
      desc = "In some order.")
  @Outcome(expect = FORBIDDEN, desc = "Both empty, or an element half published.")
  @State
  public static class SequentiallyConsistent {
    private final MpmcArrayQueue<Payload> a = new MpmcArrayQueue<>(1);
    private final MpmcArrayQueue<Payload> b = new MpmcArrayQueue<>(1);
    private final Payload one = new Payload(1);

    @Actor
    public void first(II_Result r) {
      a.offer(one);
      Payload payload = b.poll();
      r.r1 = payload == null ? -1 : payload.plain;
    }

    @Actor
    public void second(II_Result r) {
      b.offer(one);
      Payload payload = a.poll();
      r.r2 = payload == null ? -1 : payload.plain;
    }
  }

  /** The wrong mode: a stamp that is written and read plainly. */
  @JCStressTest
  @Outcome(
      id = {"-1", "1"},
      expect = ACCEPTABLE,
      desc = "As if it had been released.")
  @Outcome(expect = ACCEPTABLE_INTERESTING, desc = "What the release rules out; not on x86.")
  @State
  public static class ElementTwin {
    private Payload element = new Payload(0);
    private int stamp;

    @Actor
    public void producer() {
      element = new Payload(1);
      stamp = 1;
    }

    @Actor
    public void consumer(I_Result r) {
      r.r1 = stamp == 1 ? element.plain : -1;
    }
  }
}
