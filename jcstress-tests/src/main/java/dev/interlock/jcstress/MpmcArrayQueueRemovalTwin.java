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
 * {@link MpmcArrayQueueRemoval} in the wrong mode: the consumers are let in again by a release store, which
 * may come after the load behind it.
 */
@JCStressTest
@Outcome(
    id = {"0, 0", "1, 0", "1, 1"},
    expect = ACCEPTABLE,
    desc = "In some order.")
@Outcome(
    id = "0, 1",
    expect = ACCEPTABLE_INTERESTING,
    desc = "Removed before the flag was set, and counted afterwards.")
@Outcome(expect = FORBIDDEN, desc = "There never were so many.")
@State
public class MpmcArrayQueueRemovalTwin {
  private final int tail = 1;
  private volatile int head;
  private volatile int flag;

  @Actor
  public void remover(II_Result r) {
    HEAD.setRelease(this, 1);
    r.r1 = flag;
  }

  @Actor
  public void counter(II_Result r) {
    flag = 1;
    r.r2 = tail - head;
  }

  // VarHandle mechanics
  private static final VarHandle HEAD =
      ConstantBootstraps.fieldVarHandle(
          MethodHandles.lookup(),
          "head",
          VarHandle.class,
          MpmcArrayQueueRemovalTwin.class,
          int.class);
}
