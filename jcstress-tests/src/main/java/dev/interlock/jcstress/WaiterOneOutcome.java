package dev.interlock.jcstress;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.ZZ_Result;

/** Does exactly one of two ends win, and do both sides know which? */
public class WaiterOneOutcome {
  private WaiterOneOutcome() {}

  /** Grant against cancel. */
  @JCStressTest
  @Outcome(
      id = {"true, false", "false, true"},
      expect = ACCEPTABLE,
      desc = "One of them.")
  @Outcome(expect = FORBIDDEN, desc = "Both, or neither.")
  @State
  public static class GrantOrCancel {
    private final QuietWaiter waiter = new QuietWaiter();

    @Actor
    public void granter(ZZ_Result r) {
      r.r1 = waiter.grant();
    }

    @Actor
    public void caller(ZZ_Result r) {
      r.r2 = waiter.cancelPending();
    }
  }

  /** Take against give back. */
  @JCStressTest
  @Outcome(
      id = {"true, false", "false, true"},
      expect = ACCEPTABLE,
      desc = "One of them.")
  @Outcome(expect = FORBIDDEN, desc = "Both, or neither.")
  @State
  public static class TakeOrGiveBack {
    private final QuietWaiter waiter = new QuietWaiter();

    public TakeOrGiveBack() {
      waiter.grant();
    }

    @Actor
    public void taker(ZZ_Result r) {
      r.r1 = waiter.take();
    }

    @Actor
    public void canceller(ZZ_Result r) {
      r.r2 = waiter.giveBack();
    }
  }
}
