package dev.interlock.jcstress;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import dev.interlock.reclaim.EpochDomain;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.II_Result;

/**
 * Is the last use under a pin over when the callback of what was used runs? Its twin is {@link
 * HazardClearTwin}: the words are the same.
 */
@JCStressTest
@Outcome(id = "1, 0", expect = ACCEPTABLE, desc = "Still pinned: nothing was reclaimed.")
@Outcome(id = "1, 1", expect = ACCEPTABLE, desc = "Reclaimed after the last use.")
@Outcome(expect = FORBIDDEN, desc = "Reclaimed under the user's hands, or its last write not seen.")
@State
public class EpochUnpin {
  private final EpochDomain domain = EpochDomain.create();
  private final EpochDomain.Participant user = domain.join();
  private final EpochDomain.Participant writer = domain.join();
  private final EpochDomain.Guard guard = user.pin();
  private int read = 1;
  private int written;

  public EpochUnpin() {
    writer.defer(7, key -> {});
  }

  @Actor
  public void use(II_Result r) {
    written = 1;
    r.r1 = read; // made 2 once it is reclaimed
    guard.close();
  }

  @Actor
  public void reclaim(II_Result r) {
    r.r2 = 0;
    writer.collect();
    if (writer.collect() == 1) {
      read = 2;
      r.r2 = written == 0 ? -1 : written;
    }
  }
}
