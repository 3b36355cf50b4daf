package dev.interlock.jcstress;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import dev.interlock.reclaim.HazardPointers;
import dev.interlock.reclaim.ReclamationFigures;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.III_Result;

/**
 * Two retire at the same time while one looks: what is reclaimed never exceeds what is retired, and the last
 * of those who count together has seen them all, so the peak is what was pending.
 */
@JCStressTest
@Outcome(
    id = {"0, 2, 2", "1, 2, 2", "2, 2, 2"},
    expect = ACCEPTABLE,
    desc = "Seen before, between or after; in the end both are counted, also in the peak.")
@Outcome(expect = FORBIDDEN, desc = "A count that was lost, or a peak that missed one.")
@State
public class ReclamationFiguresPeak {
  private final HazardPointers domain = HazardPointers.create(1);
  private final HazardPointers.Participant one = domain.join();
  private final HazardPointers.Participant two = domain.join();

  @Actor
  public void first() {
    one.retire(1, key -> {});
  }

  @Actor
  public void second() {
    two.retire(2, key -> {});
  }

  @Actor
  public void look(III_Result r) {
    ReclamationFigures figures = domain.figures();
    r.r1 = (int) figures.pending();
  }

  @Arbiter
  public void after(III_Result r) {
    ReclamationFigures figures = domain.figures();
    r.r2 = (int) figures.pending();
    r.r3 = (int) figures.peak();
  }
}
