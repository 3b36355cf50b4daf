package dev.interlock.jcstress;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE_INTERESTING;

import dev.interlock.reclaim.HazardPointers;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.I_Result;

/** {@link HazardCopy} the wrong way round: from a higher slot to a lower one, against the scan. */
@JCStressTest
@Outcome(id = "0", expect = ACCEPTABLE, desc = "Kept: a slot named it all the time.")
@Outcome(
    id = "1",
    expect = ACCEPTABLE_INTERESTING,
    desc = "Missed: the scan had read the lower slot before the copy.")
@State
public class HazardCopyTwin {
  private final HazardPointers domain = HazardPointers.create(2);
  private final HazardPointers.Participant user = domain.join();
  private final HazardPointers.Participant writer = domain.join();

  public HazardCopyTwin() {
    user.publish(1, 7);
    writer.retire(7, key -> {});
  }

  @Actor
  public void copy() {
    user.publish(0, 7);
    user.clear(1);
  }

  @Actor
  public void scan(I_Result r) {
    r.r1 = writer.scan();
  }
}
