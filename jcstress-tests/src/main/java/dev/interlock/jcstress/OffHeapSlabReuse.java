package dev.interlock.jcstress;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import dev.interlock.reclaim.OffHeapSlab;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.II_Result;

/**
 * The only slot of a slab goes from one holder to the next: is what the first did before the release
 * over, its plain accesses to the record and its writes elsewhere, when the second has the slot?
 *
 * <p>There is no twin: a slot goes through two compare-and-sets, on its header and on the free list, which are
 * locked instructions on x86 in every mode. That they are volatile is in the order mutants {@code
 * SlabMemory$Direct.compareAndSet#0} and {@code OffHeapSlab$FreeList.cas#0}.
 */
@JCStressTest
@Outcome(id = "1, 0", expect = ACCEPTABLE, desc = "Not released yet.")
@Outcome(id = "1, 1", expect = ACCEPTABLE, desc = "Given out again after the last use.")
@Outcome(expect = FORBIDDEN, desc = "Two holders at the same time, or a write that is not seen.")
@State
public class OffHeapSlabReuse {
  private final OffHeapSlab slab = OffHeapSlab.create(1, 1);
  private final long slot = slab.acquire();
  private int plain;

  public OffHeapSlabReuse() {
    slab.set(slot, 0, 1);
  }

  @Actor
  public void holder(II_Result r) {
    plain = 1;
    r.r1 = (int) slab.get(slot, 0); // the next holder makes it 2
    slab.release(slot);
  }

  @Actor
  public void next(II_Result r) {
    long mine = slab.tryAcquire();
    r.r2 = 0;
    if (mine != OffHeapSlab.NONE) {
      slab.set(mine, 0, 2);
      r.r2 = plain == 0 ? -1 : plain;
    }
  }
}
