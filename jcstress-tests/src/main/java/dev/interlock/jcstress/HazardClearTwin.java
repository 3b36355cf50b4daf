package dev.interlock.jcstress;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE_INTERESTING;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.II_Result;

/**
 * {@link HazardClear} and {@link EpochUnpin}, reduced to their words: the slot is cleared, or the pin ended,
 * by a plain store and looked at by a plain load, so that the compiler may move the last use behind it.
 */
@JCStressTest
@Outcome(
    id = {"1, 0", "1, 1"},
    expect = ACCEPTABLE,
    desc = "As with release and acquire.")
@Outcome(
    id = {"2, 0", "2, 1", "1, -1", "2, -1"},
    expect = ACCEPTABLE_INTERESTING,
    desc = "Reclaimed under the user's hands, or its last write not seen.")
@State
public class HazardClearTwin {
  private long slot = 7;
  private int read = 1;
  private int written;

  @Actor
  public void use(II_Result r) {
    written = 1;
    r.r1 = read; // made 2 once it is reclaimed
    slot = 0;
  }

  @Actor
  public void reclaim(II_Result r) {
    r.r2 = 0;
    if (slot == 0) {
      read = 2;
      r.r2 = written == 0 ? -1 : written;
    }
  }
}
