package dev.interlock.jcstress;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE_INTERESTING;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.II_Result;

/** {@link TreiberStackClear} in the wrong mode: cleared by a release store, after which a load may come first. */
@JCStressTest
@Outcome(
    id = {"0, 0", "0, 1", "1, 0"},
    expect = ACCEPTABLE,
    desc = "In some order.")
@Outcome(
    id = "1, 1",
    expect = ACCEPTABLE_INTERESTING,
    desc = "Each saw what the other had cleared before.")
@Outcome(expect = FORBIDDEN, desc = "There never were so many.")
@State
public class TreiberStackClearTwin {
  private final Object[] a = {this};
  private final Object[] b = {this};

  @Actor
  public void first(II_Result r) {
    TOP.setRelease(a, 0, null);
    r.r1 = TOP.getVolatile(b, 0) == null ? 0 : 1;
  }

  @Actor
  public void second(II_Result r) {
    TOP.setRelease(b, 0, null);
    r.r2 = TOP.getVolatile(a, 0) == null ? 0 : 1;
  }

  // VarHandle mechanics
  private static final VarHandle TOP = MethodHandles.arrayElementVarHandle(Object[].class);
}
