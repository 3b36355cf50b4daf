package dev.interlock.jcstress;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE_INTERESTING;

import java.lang.invoke.ConstantBootstraps;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.II_Result;

/** {@link HazardPublication}, reduced to its two words, with a release store in place of the swap. */
@JCStressTest
@Outcome(
    id = {"1, 0", "0, 1", "0, 0"},
    expect = ACCEPTABLE,
    desc = "As with the swap.")
@Outcome(
    id = "1, 1",
    expect = ACCEPTABLE_INTERESTING,
    desc = "In use, and reclaimed: the look was made before the hazard could be seen.")
@State
public class HazardPublicationTwin {
  private volatile long hazard;
  private volatile long source = 7;

  @Actor
  public void protect(II_Result r) {
    HAZARD.setRelease(this, 7L);
    r.r1 = source == 7 ? 1 : 0;
  }

  @Actor
  public void unlink(II_Result r) {
    source = 8;
    r.r2 = hazard == 7 ? 0 : 1;
  }

  // VarHandle mechanics
  private static final VarHandle HAZARD =
      ConstantBootstraps.fieldVarHandle(
          MethodHandles.lookup(),
          "hazard",
          VarHandle.class,
          HazardPublicationTwin.class,
          long.class);
}
