package dev.interlock.jcstress;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE_INTERESTING;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import dev.interlock.diagnostics.DeadlockDetector;
import dev.interlock.diagnostics.Watch;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.I_Result;

/**
 * A thread held an object before, has let it go, and takes another; somebody else takes a third one in its
 * name meanwhile. Is that one ever taken to be within the object from before?
 */
public class HoldingsPublication {
  private HoldingsPublication() {}

  /** The detector, asked by an order that was there before. */
  @JCStressTest
  @Outcome(id = "0", expect = ACCEPTABLE, desc = "Within nothing, or within the new one.")
  @Outcome(expect = FORBIDDEN, desc = "Within the one from before.")
  @State
  public static class Named {
    private int found;
    private final DeadlockDetector detector =
        DeadlockDetector.builder().lockOrder().onLockOrderViolation(report -> found++).build();
    private final Watch before = detector.watch(this, "before");
    private final Watch now = detector.watch(this, "now");
    private final Watch third = detector.watch(this, "third");
    private volatile Thread taker;

    public Named() {
      Thread maker = Thread.currentThread();
      third.acquired(maker);
      before.acquired(maker);
      before.released();
      third.released();
    }

    @Actor
    public void taker() {
      Thread me = Thread.currentThread();
      before.acquired(me);
      before.released();
      taker = me;
      now.acquired(me);
      now.released();
    }

    @Actor
    public void other(I_Result r) {
      Thread party = taker;
      if (party != null) {
        third.acquired(party);
        third.released();
      }
      r.r1 = found;
    }
  }

  /** The wrong order: that the thread holds something is stored before what it holds. */
  @JCStressTest
  @Outcome(id = "0", expect = ACCEPTABLE, desc = "Nothing, or the new one.")
  @Outcome(id = "1", expect = ACCEPTABLE_INTERESTING, desc = "The one from before.")
  @State
  public static class NamedTwin {
    private static final Object BEFORE = new Object();
    private static final Object NOW = new Object();

    private Object bottom = BEFORE;
    private volatile boolean held;

    @Actor
    public void taker() {
      held = true;
      bottom = NOW;
    }

    @Actor
    public void other(I_Result r) {
      r.r1 = held && bottom == BEFORE ? 1 : 0;
    }
  }
}
