package dev.interlock.jcstress;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import dev.interlock.reclaim.HazardPointers;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.II_Result;

/** Does a reader that found its name at the source after publishing it keep it from being reclaimed? */
@JCStressTest
@Outcome(id = "1, 0", expect = ACCEPTABLE, desc = "The reader was first, and the name is kept.")
@Outcome(id = "0, 1", expect = ACCEPTABLE, desc = "The name was gone, and is reclaimed.")
@Outcome(id = "0, 0", expect = ACCEPTABLE, desc = "Gone, and kept a scan longer than needed.")
@Outcome(id = "1, 1", expect = FORBIDDEN, desc = "In use, and reclaimed.")
@State
public class HazardPublication {
  private final HazardPointers domain = HazardPointers.create(1);
  private final HazardPointers.Participant reader = domain.join();
  private final HazardPointers.Participant writer = domain.join();
  private volatile long source = 7;

  @Actor
  public void protect(II_Result r) {
    reader.publish(0, 7);
    r.r1 = source == 7 ? 1 : 0;
  }

  @Actor
  public void unlink(II_Result r) {
    source = 8;
    writer.retire(7, key -> r.r2 = 1);
    writer.scan();
  }
}
