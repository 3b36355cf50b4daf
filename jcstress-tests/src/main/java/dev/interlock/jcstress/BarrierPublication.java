package dev.interlock.jcstress;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE_INTERESTING;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import dev.interlock.future.Context;
import dev.interlock.future.PollFuture;
import dev.interlock.sync.Barrier;
import dev.interlock.sync.BarrierBrokenException;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.II_Result;
import org.openjdk.jcstress.infra.results.I_Result;
import org.openjdk.jcstress.infra.results.ZZ_Result;

/** Does every party see what the others did before they arrived, and is a round one decision? */
public class BarrierPublication {
  private BarrierPublication() {}

  /** What the leader did is seen by a party that waits. */
  @JCStressTest
  @Outcome(id = "-1", expect = ACCEPTABLE, desc = "Not let go yet.")
  @Outcome(id = "1", expect = ACCEPTABLE, desc = "Let go, with what came before.")
  @Outcome(expect = FORBIDDEN, desc = "Let go without what came before.")
  @State
  public static class LeaderToOthers {
    private final Barrier barrier = Barrier.of(2);
    private final Context context = new Context(() -> {});
    private final PollFuture<Barrier.Passage> queued = barrier.awaitAsync();
    private int plain;

    public LeaderToOthers() {
      queued.poll(context);
    }

    @Actor
    public void leader() {
      plain = 1;
      barrier.tryAwait();
    }

    @Actor
    public void party(I_Result r) {
      r.r1 = queued.poll(context).isReady() ? plain : -1;
    }
  }

  /** Two threads that meet see what the other did before, whether they sleep or not. */
  @JCStressTest
  @Outcome(id = "1, 1", expect = ACCEPTABLE, desc = "Each with what the other did before.")
  @Outcome(expect = FORBIDDEN, desc = "Let go without what came before.")
  @State
  public static class ThreadsMeet {
    private final Barrier barrier = Barrier.of(2);
    private int one;
    private int other;

    @Actor
    public void one(II_Result r) {
      one = 1;
      barrier.awaitUninterruptibly();
      r.r1 = other;
    }

    @Actor
    public void other(II_Result r) {
      other = 1;
      barrier.awaitUninterruptibly();
      r.r2 = one;
    }
  }

  /** The same with a look before they meet: that orders nothing. */
  @JCStressTest
  @Outcome(
      id = {"0, 1", "1, 0", "1, 1"},
      expect = ACCEPTABLE,
      desc = "One of them was first.")
  @Outcome(id = "0, 0", expect = ACCEPTABLE_INTERESTING, desc = "Both looked before the writes.")
  @State
  public static class ThreadsMeetTwin {
    private final Barrier barrier = Barrier.of(2);
    private int one;
    private int other;

    @Actor
    public void one(II_Result r) {
      one = 1;
      r.r1 = other;
      barrier.awaitUninterruptibly();
    }

    @Actor
    public void other(II_Result r) {
      other = 1;
      r.r2 = one;
      barrier.awaitUninterruptibly();
    }
  }

  /** A break and a party that is counted: it passes never, and fails always. */
  @JCStressTest
  @Outcome(id = "true, true", expect = ACCEPTABLE, desc = "It fails, whichever came first.")
  @Outcome(expect = FORBIDDEN, desc = "It passed alone, or the break did nothing.")
  @State
  public static class ArriveOrBreak {
    private final Barrier barrier = Barrier.of(2);

    @Actor
    public void party(ZZ_Result r) {
      try {
        barrier.awaitUninterruptibly();
      } catch (BarrierBrokenException expected) {
        r.r1 = true;
      }
    }

    @Actor
    public void breaker(ZZ_Result r) {
      r.r2 = barrier.breakBarrier();
    }
  }

  /** What the action did is seen by a party that waits. */
  @JCStressTest
  @Outcome(id = "-1", expect = ACCEPTABLE, desc = "Not let go yet.")
  @Outcome(id = "1", expect = ACCEPTABLE, desc = "Let go, with what the action did.")
  @Outcome(expect = FORBIDDEN, desc = "Let go without it.")
  @State
  public static class ActionToOthers {
    private final Barrier barrier = Barrier.of(2, round -> act());
    private final Context context = new Context(() -> {});
    private final PollFuture<Barrier.Passage> queued = barrier.awaitAsync();
    private int plain;

    public ActionToOthers() {
      queued.poll(context);
    }

    private void act() {
      plain = 1;
    }

    @Actor
    public void leader() {
      barrier.tryAwait();
    }

    @Actor
    public void party(I_Result r) {
      r.r1 = queued.poll(context).isReady() ? plain : -1;
    }
  }

  /** What a party did before it arrived is seen by the leader. */
  @JCStressTest
  @Outcome(id = "-1", expect = ACCEPTABLE, desc = "Somebody is missing.")
  @Outcome(id = "1", expect = ACCEPTABLE, desc = "The last, with what came before.")
  @Outcome(expect = FORBIDDEN, desc = "The last, without what came before.")
  @State
  public static class OthersToLeader {
    private final Barrier barrier = Barrier.of(2);
    private final Context context = new Context(() -> {});
    private final PollFuture<Barrier.Passage> arrival = barrier.awaitAsync();
    private int plain;

    @Actor
    public void party() {
      plain = 1;
      arrival.poll(context);
    }

    @Actor
    public void leader(I_Result r) {
      r.r1 = barrier.tryAwait() != null ? plain : -1;
    }
  }

  /** The same with a leader that looks at what was written first: that orders nothing. */
  @JCStressTest
  @Outcome(
      id = {"-1, 0", "-1, 1", "1, 1"},
      expect = ACCEPTABLE,
      desc = "As if it had arrived first.")
  @Outcome(
      id = "1, 0",
      expect = ACCEPTABLE_INTERESTING,
      desc = "The last, and it looked before the write.")
  @State
  public static class OthersToLeaderTwin {
    private final Barrier barrier = Barrier.of(2);
    private final Context context = new Context(() -> {});
    private final PollFuture<Barrier.Passage> arrival = barrier.awaitAsync();
    private int plain;

    @Actor
    public void party() {
      plain = 1;
      arrival.poll(context);
    }

    @Actor
    public void leader(II_Result r) {
      r.r2 = plain;
      r.r1 = barrier.tryAwait() != null ? 1 : -1;
    }
  }

  /** A party that is dropped has not arrived, or it counted; both sides agree. */
  @JCStressTest
  @Outcome(
      id = {"true, false", "false, true"},
      expect = ACCEPTABLE,
      desc = "One of them.")
  @Outcome(expect = FORBIDDEN, desc = "A round with a party too few, or nobody's.")
  @State
  public static class CancelOrTrip {
    private final Barrier barrier = Barrier.of(2);
    private final PollFuture<Barrier.Passage> queued = barrier.awaitAsync();

    public CancelOrTrip() {
      queued.poll(new Context(() -> {}));
    }

    @Actor
    public void canceller(ZZ_Result r) {
      r.r1 = queued.cancel();
    }

    @Actor
    public void leader(ZZ_Result r) {
      r.r2 = barrier.tryAwait() != null;
    }
  }
}
