package dev.interlock.jcstress;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import dev.interlock.reclaim.EpochDomain;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.II_Result;

/** Does what a pinned reader found stay, however often others collect? */
@JCStressTest
@Outcome(id = "1, 0", expect = ACCEPTABLE, desc = "The reader was first, and the thing is kept.")
@Outcome(id = "0, 1", expect = ACCEPTABLE, desc = "The thing was gone, and is reclaimed.")
@Outcome(id = "0, 0", expect = ACCEPTABLE, desc = "Gone, and kept longer than needed.")
@Outcome(id = "1, 1", expect = FORBIDDEN, desc = "In use, and reclaimed.")
@State
public class EpochPin {
  private final EpochDomain domain = EpochDomain.create();
  private final EpochDomain.Participant reader = domain.join();
  private final EpochDomain.Participant writer = domain.join();
  private volatile long source = 7;

  @Actor
  public void pin(II_Result r) {
    reader.pin(); // and stays so
    r.r1 = source == 7 ? 1 : 0;
  }

  @Actor
  public void unlink(II_Result r) {
    source = 8;
    writer.defer(7, key -> r.r2 = 1);
    writer.collect();
    writer.collect();
    writer.collect();
  }
}
