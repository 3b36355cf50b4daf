package dev.interlock.jcstress;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import dev.interlock.reclaim.EpochDomain;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.II_Result;

/**
 * A record goes from who leaves to who helps or joins: is everything in its list called back, once?
 * Its twin is {@link HazardRecordHandOverTwin}: the protocol is the same.
 */
@JCStressTest
@Outcome(id = "3, 0", expect = ACCEPTABLE, desc = "Each once, nothing pending.")
@Outcome(expect = FORBIDDEN, desc = "Lost or called twice.")
@State
public class EpochRecordHandOver {
  private final EpochDomain domain = EpochDomain.create();
  private final EpochDomain.Participant keeper = domain.join();
  private final EpochDomain.Participant leaver = domain.join();
  private final EpochDomain.Guard guard = keeper.pin();
  private int first;
  private int second;
  private int third;

  public EpochRecordHandOver() {
    leaver.defer(1, n -> first++);
    leaver.defer(2, n -> second++);
  }

  @Actor
  public void leave() {
    leaver.close();
  }

  @Actor
  public void joinAndCollect() {
    guard.close();
    try (EpochDomain.Participant other = domain.join()) {
      other.defer(3, n -> third++);
      other.collect();
    }
    domain.collect();
  }

  @Arbiter
  public void count(II_Result r) {
    domain.collect();
    domain.collect();
    domain.collect();
    r.r1 = first + second + third;
    r.r2 = (int) domain.figures().pending();
  }
}
