package dev.interlock.jcstress;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE_INTERESTING;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import dev.interlock.collection.SpscRingBuffer;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.II_Result;
import org.openjdk.jcstress.infra.results.I_Result;

/** Does the consumer see what the producer did before, and the producer what the consumer did? */
public class SpscRingBufferPublication {
  private SpscRingBufferPublication() {}

  /** An element, and a field written before it was offered. */
  @JCStressTest
  @Outcome(id = "-1, -1", expect = ACCEPTABLE, desc = "Nothing there yet.")
  @Outcome(id = "1, 1", expect = ACCEPTABLE, desc = "The element, with what was written before.")
  @Outcome(expect = FORBIDDEN, desc = "The element without what was written before.")
  @State
  public static class Element {
    private final SpscRingBuffer<Payload> ring = new SpscRingBuffer<>(2);
    private int plain;

    @Actor
    public void producer() {
      plain = 1;
      ring.offer(new Payload(1));
    }

    @Actor
    public void consumer(II_Result r) {
      Payload payload = ring.poll();
      r.r1 = payload == null ? -1 : payload.plain;
      r.r2 = payload == null ? -1 : plain;
    }
  }

  /** What the consumer did before it freed the place that the producer then takes. */
  @JCStressTest
  @Outcome(id = "-1", expect = ACCEPTABLE, desc = "Full.")
  @Outcome(id = "1", expect = ACCEPTABLE, desc = "Free, with what the consumer wrote before.")
  @Outcome(expect = FORBIDDEN, desc = "Free, without what the consumer wrote before.")
  @State
  public static class Place {
    private final SpscRingBuffer<Payload> ring = new SpscRingBuffer<>(1);
    private int plain;

    public Place() {
      ring.offer(new Payload(1));
    }

    @Actor
    public void consumer() {
      plain = 1;
      ring.poll();
    }

    @Actor
    public void producer(I_Result r) {
      r.r1 = ring.offer(new Payload(2)) ? plain : -1;
    }
  }

  /** The counts: who sees that there is an element finds it by traversal, with what was before. */
  @JCStressTest
  @Outcome(id = "-1", expect = ACCEPTABLE, desc = "Empty.")
  @Outcome(id = "1", expect = ACCEPTABLE, desc = "The element, with what was written before.")
  @Outcome(expect = FORBIDDEN, desc = "Counted and not there, or there without what was before.")
  @State
  public static class Count {
    private final SpscRingBuffer<Payload> ring = new SpscRingBuffer<>(2);

    @Actor
    public void producer() {
      Payload payload = new Payload(0);
      payload.plain = 1;
      ring.offer(payload);
    }

    @Actor
    public void watcher(I_Result r) {
      if (ring.isEmpty()) {
        r.r1 = -1;
        return;
      }
      for (Payload payload : ring) {
        r.r1 = payload.plain;
      }
    }
  }

  /** The wrong mode: the same ring of one place, without release and acquire. */
  @JCStressTest
  @Outcome(
      id = {"-1", "1"},
      expect = ACCEPTABLE,
      desc = "As if it had been released.")
  @Outcome(expect = ACCEPTABLE_INTERESTING, desc = "What the release rules out; not on x86.")
  @State
  public static class ElementTwin {
    private final Payload[] places = new Payload[1];
    private int plain;

    @Actor
    public void producer() {
      plain = 1;
      places[0] = new Payload(1);
    }

    @Actor
    public void consumer(I_Result r) {
      Payload payload = places[0];
      r.r1 = payload == null ? -1 : plain * payload.plain;
    }
  }

  /** What the documentation warns of: two threads that each offer to one ring and poll the other. */
  @JCStressTest
  @Outcome(
      id = {"1, -1", "-1, 1", "1, 1"},
      expect = ACCEPTABLE,
      desc = "In some order.")
  @Outcome(
      id = "-1, -1",
      expect = ACCEPTABLE_INTERESTING,
      desc = "Both empty: releases do not order a store before a later load.")
  @Outcome(expect = FORBIDDEN, desc = "An element half published.")
  @State
  public static class NotSequentiallyConsistent {
    private final SpscRingBuffer<Payload> a = new SpscRingBuffer<>(1);
    private final SpscRingBuffer<Payload> b = new SpscRingBuffer<>(1);
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
}
