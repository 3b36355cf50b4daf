package dev.interlock.jcstress;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE_INTERESTING;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import dev.interlock.channel.Channel;
import dev.interlock.future.Context;
import dev.interlock.future.Poll;
import dev.interlock.future.PollFuture;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.II_Result;

/** Does who receives an element see its plain fields, and what the sender wrote before? */
public class ChannelPublication {
  private ChannelPublication() {}

  /** What the cases have in common: one sends, one looks. */
  public abstract static class OneElement {
    final Channel<Payload> channel;
    int before;

    OneElement(Channel<Payload> channel) {
      this.channel = channel;
    }

    final void sendOne() {
      before = 1;
      channel.trySend(new Payload(1));
    }

    final void receiveOne(II_Result r) {
      Payload e = channel.tryReceive().orNull();
      r.r1 = e == null ? -1 : e.plain;
      r.r2 = e == null ? -1 : before;
    }
  }

  /** Through the ring of a bounded channel, with one lock at each end. */
  @JCStressTest
  @Outcome(id = "-1, -1", expect = ACCEPTABLE, desc = "Nothing there yet.")
  @Outcome(id = "1, 1", expect = ACCEPTABLE, desc = "Received, with all that came before.")
  @Outcome(expect = FORBIDDEN, desc = "An element without what came before.")
  @State
  public static class Bounded extends OneElement {
    public Bounded() {
      super(Channel.bounded(2));
    }

    @Actor
    public void sender() {
      sendOne();
    }

    @Actor
    public void receiver(II_Result r) {
      receiveOne(r);
    }
  }

  /** Through the chunks of an unbounded channel. */
  @JCStressTest
  @Outcome(id = "-1, -1", expect = ACCEPTABLE, desc = "Nothing there yet.")
  @Outcome(id = "1, 1", expect = ACCEPTABLE, desc = "Received, with all that came before.")
  @Outcome(expect = FORBIDDEN, desc = "An element without what came before.")
  @State
  public static class Unbounded extends OneElement {
    public Unbounded() {
      super(Channel.unbounded());
    }

    @Actor
    public void sender() {
      sendOne();
    }

    @Actor
    public void receiver(II_Result r) {
      receiveOne(r);
    }
  }

  /** From hand to hand in a rendezvous channel. */
  @JCStressTest
  @Outcome(id = "-1, -1", expect = ACCEPTABLE, desc = "Nothing there yet.")
  @Outcome(id = "1, 1", expect = ACCEPTABLE, desc = "Received, with all that came before.")
  @Outcome(expect = FORBIDDEN, desc = "An element without what came before.")
  @State
  public static class Rendezvous extends OneElement {
    private final Context context = new Context(() -> {});
    private final PollFuture<Payload> waiting = channel.receiveAsync();

    public Rendezvous() {
      super(Channel.rendezvous());
      waiting.poll(context);
    }

    @Actor
    public void sender() {
      sendOne();
    }

    @Actor
    public void receiver(II_Result r) {
      Poll<Payload> poll = waiting.poll(context);
      r.r1 = poll.isReady() ? poll.get().plain : -1;
      r.r2 = poll.isReady() ? before : -1;
    }
  }

  /** The place of an element is used again: the second must not overwrite the first, nor vanish. */
  @JCStressTest
  @Outcome(
      id = {"-1, -1", "-1, 1", "1, -1", "1, 2"},
      expect = ACCEPTABLE,
      desc = "In order, as far as they were there.")
  @Outcome(expect = FORBIDDEN, desc = "Out of order, twice, or empty.")
  @State
  public static class PlaceUsedAgain {
    private final Channel<Integer> channel = Channel.bounded(1);

    @Actor
    public void sender() {
      if (channel.trySend(1).isSent()) {
        channel.trySend(2);
      }
    }

    @Actor
    public void receiver(II_Result r) {
      r.r1 = orMinusOne(channel.tryReceive().orNull());
      r.r2 = orMinusOne(channel.tryReceive().orNull());
    }

    private static int orMinusOne(Integer e) {
      return e == null ? -1 : e;
    }
  }

  /** The same element through a plain field instead. */
  @JCStressTest
  @Outcome(
      id = {"-1, 0", "-1, 1", "1, 1"},
      expect = ACCEPTABLE,
      desc = "As through a channel.")
  @Outcome(expect = ACCEPTABLE_INTERESTING, desc = "An element without what came before.")
  @State
  public static class BoundedTwin {
    private Payload place;
    private int before;

    @Actor
    public void sender() {
      before = 1;
      place = new Payload(1);
    }

    @Actor
    public void receiver(II_Result r) {
      Payload e = place;
      r.r1 = e == null ? -1 : e.plain;
      r.r2 = before;
    }
  }
}
