package dev.interlock.jcstress;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import dev.interlock.reclaim.HazardPointers;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.I_Result;

/** A protected name is copied to a higher slot, and the lower one cleared: does every scan find it? */
@JCStressTest
@Outcome(id = "0", expect = ACCEPTABLE, desc = "Kept: a slot named it all the time.")
@Outcome(id = "1", expect = FORBIDDEN, desc = "Missed by a scan between the two slots.")
@State
public class HazardCopy {
  private final HazardPointers domain = HazardPointers.create(2);
  private final HazardPointers.Participant user = domain.join();
  private final HazardPointers.Participant writer = domain.join();

  public HazardCopy() {
    user.publish(0, 7);
    writer.retire(7, key -> {});
  }

  @Actor
  public void copy() {
    user.publish(1, 7);
    user.clear(0);
  }

  @Actor
  public void scan(I_Result r) {
    r.r1 = writer.scan();
  }
}
