package dev.interlock.jcstress;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import dev.interlock.reclaim.HazardPointers;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.II_Result;

/** A record goes from who leaves to who helps or joins: is everything in its list called back, once? */
@JCStressTest
@Outcome(id = "3, 0", expect = ACCEPTABLE, desc = "Each once, nothing pending.")
@Outcome(expect = FORBIDDEN, desc = "Lost or called twice.")
@State
public class HazardRecordHandOver {
  private final HazardPointers domain = HazardPointers.create(1);
  private final HazardPointers.Participant keeper = domain.join();
  private final HazardPointers.Participant leaver = domain.join();
  private int first;
  private int second;
  private int third;

  public HazardRecordHandOver() {
    keeper.publish(0, 1);
    leaver.retire(1, key -> first++);
    leaver.retire(2, key -> second++);
  }

  @Actor
  public void leave() {
    leaver.close();
  }

  @Actor
  public void joinAndScan() {
    keeper.clear(0);
    try (HazardPointers.Participant other = domain.join()) {
      other.retire(3, key -> third++);
      other.scan();
    }
    domain.scan();
  }

  @Arbiter
  public void count(II_Result r) {
    domain.scan();
    r.r1 = first + second + third;
    r.r2 = (int) domain.figures().pending();
  }
}
