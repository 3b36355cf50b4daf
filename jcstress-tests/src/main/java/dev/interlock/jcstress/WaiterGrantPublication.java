package dev.interlock.jcstress;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.II_Result;

/** Does the caller that takes a grant see its item, and what the granter wrote before? */
@JCStressTest
@Outcome(id = "-1, -1", expect = ACCEPTABLE, desc = "Not granted yet.")
@Outcome(id = "1, 1", expect = ACCEPTABLE, desc = "Granted, with all that came before.")
@Outcome(expect = FORBIDDEN, desc = "A grant without its item, or without what came before.")
@State
public class WaiterGrantPublication {
  private final QuietWaiter waiter = new QuietWaiter();
  private int before;

  @Actor
  public void granter() {
    before = 1;
    waiter.grant(new Payload(1));
  }

  @Actor
  public void caller(II_Result r) {
    if (waiter.take()) {
      r.r1 = ((Payload) waiter.item()).plain;
      r.r2 = before;
    } else {
      r.r1 = -1;
      r.r2 = -1;
    }
  }
}
