package dev.interlock.jcstress;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE_INTERESTING;

import java.lang.invoke.ConstantBootstraps;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.II_Result;

/**
 * {@link HazardRecordHandOver} and {@link EpochRecordHandOver}, reduced to their words: the record is given
 * up by a plain store, so that the compiler may move the last change of the list behind it. It has not been
 * seen to do so on x86.
 */
@JCStressTest
@Outcome(
    id = {"0, 0", "1, 1"},
    expect = ACCEPTABLE,
    desc = "Not given up yet, or with its list.")
@Outcome(
    id = "1, 0",
    expect = ACCEPTABLE_INTERESTING,
    desc = "Claimed with the list as it was before: a name is lost.")
@State
public class HazardRecordHandOverTwin {
  private static final int IDLE = 0;
  private static final int ACTIVE = 1;

  private int state = ACTIVE;
  private int size;

  @Actor
  public void leave() {
    size = 1;
    state = IDLE;
  }

  @Actor
  public void claim(II_Result r) {
    if (STATE.compareAndSet(this, IDLE, ACTIVE)) {
      r.r1 = 1;
      r.r2 = size;
    }
  }

  // VarHandle mechanics
  private static final VarHandle STATE =
      ConstantBootstraps.fieldVarHandle(
          MethodHandles.lookup(),
          "state",
          VarHandle.class,
          HazardRecordHandOverTwin.class,
          int.class);
}
