package dev.interlock.jcstress;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.II_Result;

/** The build, not the toolkit: two volatile stores are never both missed by the other side. */
@JCStressTest
@Outcome(id = "0, 0", expect = Expect.FORBIDDEN, desc = "volatile accesses are totally ordered")
@Outcome(expect = Expect.ACCEPTABLE, desc = "any interleaving")
@State
public class StoreBuffering {
  volatile int x;
  volatile int y;

  @Actor
  public void left(II_Result r) {
    x = 1;
    r.r1 = y;
  }

  @Actor
  public void right(II_Result r) {
    y = 1;
    r.r2 = x;
  }
}
