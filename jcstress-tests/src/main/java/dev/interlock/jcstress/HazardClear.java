package dev.interlock.jcstress;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import dev.interlock.reclaim.HazardPointers;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.II_Result;

/**
 * Is the last use of a protected thing over when its callback runs? The thing is two plain fields, one
 * written by the user before it clears, one overwritten by who reclaims.
 */
@JCStressTest
@Outcome(id = "1, 0", expect = ACCEPTABLE, desc = "Still protected: nothing was reclaimed.")
@Outcome(id = "1, 1", expect = ACCEPTABLE, desc = "Reclaimed after the last use.")
@Outcome(expect = FORBIDDEN, desc = "Reclaimed under the user's hands, or its last write not seen.")
@State
public class HazardClear {
  private final HazardPointers domain = HazardPointers.create(1);
  private final HazardPointers.Participant user = domain.join();
  private final HazardPointers.Participant writer = domain.join();
  private int read = 1;
  private int written;

  public HazardClear() {
    user.publish(0, 7);
    writer.retire(7, key -> {});
  }

  @Actor
  public void use(II_Result r) {
    written = 1;
    r.r1 = read; // made 2 once it is reclaimed
    user.clear(0);
  }

  @Actor
  public void reclaim(II_Result r) {
    r.r2 = 0;
    if (writer.scan() == 1) {
      read = 2;
      r.r2 = written == 0 ? -1 : written;
    }
  }
}
