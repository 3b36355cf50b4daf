package dev.interlock.jcstress.litmus;

import static dev.interlock.jcstress.litmus.Answer.ALLOWED;
import static dev.interlock.jcstress.litmus.Answer.DEPENDS;
import static dev.interlock.jcstress.litmus.Answer.FORBIDDEN;

import java.lang.invoke.VarHandle;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.ZZ_Result;

/**
 * Dekker's entry: raise the own flag, go in if the other's is down. Can both go in?
 *
 * <pre>
 *  wantLeft = 1              wantRight = 1
 *  if (wantRight == 0) in    if (wantLeft == 0) in          both in?
 * </pre>
 *
 * <p>It is store buffering with a consequence: the pattern below every "write mine, then look at yours" in the
 * toolkit, such as going to sleep against a grant.
 */
public class Dekker {
  private static final String SHAPE = "Dekker";

  private Dekker() {}

  /** Plain flags. */
  @JCStressTest
  @Litmus(
      shape = SHAPE,
      mode = "plain",
      asked = "true, true",
      java = ALLOWED,
      x86 = ALLOWED,
      arm = ALLOWED)
  @Outcome(
      id = "true, true",
      expect = Expect.ACCEPTABLE_INTERESTING,
      desc = "Both are inside: no mutual exclusion.")
  @Outcome(expect = Expect.ACCEPTABLE, desc = "At most one is inside.")
  @State
  public static class Plain extends TwoWords {
    @Actor
    public void left(ZZ_Result r) {
      X.set(this, 1);
      r.r1 = (int) Y.get(this) == 0;
    }

    @Actor
    public void right(ZZ_Result r) {
      Y.set(this, 1);
      r.r2 = (int) X.get(this) == 0;
    }
  }

  /** Opaque flags. */
  @JCStressTest
  @Litmus(
      shape = SHAPE,
      mode = "opaque",
      asked = "true, true",
      java = ALLOWED,
      x86 = ALLOWED,
      arm = ALLOWED)
  @Outcome(
      id = "true, true",
      expect = Expect.ACCEPTABLE_INTERESTING,
      desc = "Both are inside: no mutual exclusion.")
  @Outcome(expect = Expect.ACCEPTABLE, desc = "At most one is inside.")
  @State
  public static class Opaque extends TwoWords {
    @Actor
    public void left(ZZ_Result r) {
      X.setOpaque(this, 1);
      r.r1 = (int) Y.getOpaque(this) == 0;
    }

    @Actor
    public void right(ZZ_Result r) {
      Y.setOpaque(this, 1);
      r.r2 = (int) X.getOpaque(this) == 0;
    }
  }

  /** Flags raised with release and read with acquire. */
  @JCStressTest
  @Litmus(
      shape = SHAPE,
      mode = "acquire/release",
      asked = "true, true",
      java = ALLOWED,
      x86 = ALLOWED,
      arm = DEPENDS,
      note =
          "Arm: STLR and a later LDAR stay in order; LDAPR for the one, or DMB and STR for the other, does not")
  @Outcome(
      id = "true, true",
      expect = Expect.ACCEPTABLE_INTERESTING,
      desc = "Both are inside: no mutual exclusion.")
  @Outcome(expect = Expect.ACCEPTABLE, desc = "At most one is inside.")
  @State
  public static class AcquireRelease extends TwoWords {
    @Actor
    public void left(ZZ_Result r) {
      X.setRelease(this, 1);
      r.r1 = (int) Y.getAcquire(this) == 0;
    }

    @Actor
    public void right(ZZ_Result r) {
      Y.setRelease(this, 1);
      r.r2 = (int) X.getAcquire(this) == 0;
    }
  }

  /** Volatile flags. */
  @JCStressTest
  @Litmus(
      shape = SHAPE,
      mode = "volatile",
      asked = "true, true",
      java = FORBIDDEN,
      x86 = FORBIDDEN,
      arm = FORBIDDEN)
  @Outcome(id = "true, true", expect = Expect.FORBIDDEN, desc = "Both are inside.")
  @Outcome(expect = Expect.ACCEPTABLE, desc = "At most one is inside.")
  @State
  public static class Volatile extends TwoWords {
    @Actor
    public void left(ZZ_Result r) {
      X.setVolatile(this, 1);
      r.r1 = (int) Y.getVolatile(this) == 0;
    }

    @Actor
    public void right(ZZ_Result r) {
      Y.setVolatile(this, 1);
      r.r2 = (int) X.getVolatile(this) == 0;
    }
  }

  /** Opaque flags with a full fence between them. */
  @JCStressTest
  @Litmus(
      shape = SHAPE,
      mode = "full fence",
      asked = "true, true",
      java = FORBIDDEN,
      x86 = FORBIDDEN,
      arm = FORBIDDEN)
  @Outcome(id = "true, true", expect = Expect.FORBIDDEN, desc = "Both are inside.")
  @Outcome(expect = Expect.ACCEPTABLE, desc = "At most one is inside.")
  @State
  public static class FullFences extends TwoWords {
    @Actor
    public void left(ZZ_Result r) {
      X.setOpaque(this, 1);
      VarHandle.fullFence();
      r.r1 = (int) Y.getOpaque(this) == 0;
    }

    @Actor
    public void right(ZZ_Result r) {
      Y.setOpaque(this, 1);
      VarHandle.fullFence();
      r.r2 = (int) X.getOpaque(this) == 0;
    }
  }
}
