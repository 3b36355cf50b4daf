package dev.interlock.jcstress;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE_INTERESTING;

import dev.interlock.reclaim.OffHeapSlab;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.II_Result;

/** {@link OffHeapSlabVolatile} with plain accesses to the words, which are for a slot of one's own. */
@JCStressTest
@Outcome(
    id = {"0, 1", "1, 0", "1, 1"},
    expect = ACCEPTABLE,
    desc = "One of them came second and saw the other.")
@Outcome(
    id = "0, 0",
    expect = ACCEPTABLE_INTERESTING,
    desc = "Neither saw the other: a write that its own next read overtook.")
@State
public class OffHeapSlabVolatileTwin {
  private final OffHeapSlab slab = OffHeapSlab.create(1, 2);
  private final long slot = slab.acquire();

  public OffHeapSlabVolatileTwin() {
    slab.set(slot, 0, 0);
    slab.set(slot, 1, 0);
  }

  @Actor
  public void first(II_Result r) {
    slab.set(slot, 0, 1);
    r.r1 = (int) slab.get(slot, 1);
  }

  @Actor
  public void second(II_Result r) {
    slab.set(slot, 1, 1);
    r.r2 = (int) slab.get(slot, 0);
  }
}
