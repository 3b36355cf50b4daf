package dev.interlock.jcstress;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE_INTERESTING;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.II_Result;

/** {@link WaiterGrantPublication} with a caller that looks at the item and not at the state. */
@JCStressTest
@Outcome(
    id = {"-1, 0", "1, 1"},
    expect = ACCEPTABLE,
    desc = "As if it had looked at the state.")
@Outcome(id = "-1, 1", expect = ACCEPTABLE, desc = "Between the two writes.")
@Outcome(expect = ACCEPTABLE_INTERESTING, desc = "What the state rules out.")
@State
public class WaiterGrantPublicationTwin {
  private final QuietWaiter waiter = new QuietWaiter();
  private int before;

  @Actor
  public void granter() {
    before = 1;
    waiter.grant(new Payload(1));
  }

  @Actor
  public void caller(II_Result r) {
    Payload item = (Payload) waiter.item();
    r.r1 = item == null ? -1 : item.plain;
    r.r2 = before;
  }
}
