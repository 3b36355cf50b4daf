package dev.interlock.jcstress;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE_INTERESTING;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import java.lang.invoke.ConstantBootstraps;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.II_Result;

/**
 * {@link MpmcUnboundedRemoval} in the wrong mode: the remover says that it is there by a release store, and
 * may look whether the place is claimed before anybody hears it.
 */
@JCStressTest
@Outcome(
    id = {"1, 0", "0, 1"},
    expect = ACCEPTABLE,
    desc = "To one of them.")
@Outcome(id = "1, 1", expect = ACCEPTABLE_INTERESTING, desc = "To both.")
@Outcome(expect = FORBIDDEN, desc = "To neither.")
@State
public class MpmcUnboundedRemovalTwin {
  private static final int GONE = 0;

  private final int[] cell = {1};

  private volatile int taken;

  private volatile int interior;

  @Actor
  public void remover(II_Result r) {
    INTERIOR.setRelease(this, 1);
    r.r1 = taken == 0 && CELL.compareAndSet(cell, 0, 1, GONE) ? 1 : 0;
  }

  @Actor
  public void consumer(II_Result r) {
    TAKEN.getAndAdd(this, 1);
    if (interior != 0) {
      r.r2 = CELL.compareAndSet(cell, 0, 1, GONE) ? 1 : 0;
    } else {
      CELL.setRelease(cell, 0, GONE); // claimed, and nobody there: it need not look
      r.r2 = 1;
    }
  }

  // VarHandle mechanics
  private static final VarHandle TAKEN =
      ConstantBootstraps.fieldVarHandle(
          MethodHandles.lookup(),
          "taken",
          VarHandle.class,
          MpmcUnboundedRemovalTwin.class,
          int.class);
  private static final VarHandle INTERIOR =
      ConstantBootstraps.fieldVarHandle(
          MethodHandles.lookup(),
          "interior",
          VarHandle.class,
          MpmcUnboundedRemovalTwin.class,
          int.class);
  private static final VarHandle CELL = MethodHandles.arrayElementVarHandle(int[].class);
}
