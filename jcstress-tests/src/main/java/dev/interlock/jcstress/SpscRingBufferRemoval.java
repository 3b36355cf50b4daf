package dev.interlock.jcstress;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE_INTERESTING;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import dev.interlock.collection.SpscRingBuffer;
import java.lang.invoke.ConstantBootstraps;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.I_Result;

/**
 * A removal from the middle moves the elements in front of it one place on and then frees the first. Who
 * goes over the ring meanwhile sees none of them twice, and a producer finds no place free that is not.
 */
public class SpscRingBufferRemoval {
  private SpscRingBufferRemoval() {}

  /** The digits are what the watcher saw. */
  @JCStressTest
  @Outcome(
      id = {"123", "12"},
      expect = ACCEPTABLE,
      desc = "Before or after.")
  @Outcome(expect = FORBIDDEN, desc = "An element twice, or one left out.")
  @State
  public static class Traversal {
    private final SpscRingBuffer<Payload> ring = new SpscRingBuffer<>(4);
    private final Payload three = new Payload(3);

    /** Three elements are there. */
    public Traversal() {
      ring.offer(new Payload(1));
      ring.offer(new Payload(2));
      ring.offer(three);
    }

    @Actor
    public void consumer() {
      ring.remove(three);
    }

    @Actor
    public void watcher(I_Result r) {
      int n = 0;
      for (Payload payload : ring) {
        n = 10 * n + payload.plain;
      }
      r.r1 = n;
    }
  }

  /** A full ring: the producer is refused, or takes the place that became free, behind the others. */
  @JCStressTest
  @Outcome(
      id = {"12", "124"},
      expect = ACCEPTABLE,
      desc = "Refused, or behind those that were left.")
  @Outcome(expect = FORBIDDEN, desc = "An element overwritten, or out of order.")
  @State
  public static class Place {
    private final SpscRingBuffer<Payload> ring = new SpscRingBuffer<>(3);
    private final Payload three = new Payload(3);

    /** The ring is full. */
    public Place() {
      ring.offer(new Payload(1));
      ring.offer(new Payload(2));
      ring.offer(three);
    }

    @Actor
    public void consumer() {
      ring.remove(three);
    }

    @Actor
    public void producer() {
      ring.offer(new Payload(4));
    }

    @Arbiter
    public void rest(I_Result r) {
      int n = 0;
      for (Payload payload = ring.poll(); payload != null; payload = ring.poll()) {
        n = 10 * n + payload.plain;
      }
      r.r1 = n;
    }
  }

  /**
   * The wrong mode: the same moves between two counts, all of it plain. The compiler keeps the later of the
   * two counts alone, so that the watcher does not notice.
   */
  @JCStressTest
  @Outcome(
      id = {"123", "12", "0"},
      expect = ACCEPTABLE,
      desc = "Before, after, or noticed.")
  @Outcome(
      expect = ACCEPTABLE_INTERESTING,
      desc = "An element twice, which the order of count and moves rules out.")
  @State
  public static class TraversalTwin {
    private final int[] places = {1, 2, 3};
    private int removals;

    @Actor
    public void consumer() {
      removals++;
      places[2] = places[1];
      places[1] = places[0];
      places[0] = 0;
      removals++;
    }

    @Actor
    public void watcher(I_Result r) {
      int before = (int) REMOVALS.getVolatile(this);
      int n = 0;
      for (int i = 0; i < 3; i++) {
        int seen = (int) PLACE.getAcquire(places, i);
        n = seen == 0 ? n : 10 * n + seen;
      }
      boolean quiet = (before & 1) == 0 && (int) REMOVALS.getVolatile(this) == before;
      r.r1 = quiet ? n : 0;
    }

    // VarHandle mechanics
    private static final VarHandle PLACE = MethodHandles.arrayElementVarHandle(int[].class);
    private static final VarHandle REMOVALS =
        ConstantBootstraps.fieldVarHandle(
            MethodHandles.lookup(), "removals", VarHandle.class, TraversalTwin.class, int.class);
  }
}
