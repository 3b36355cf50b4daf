package dev.interlock.jcstress.litmus;

import static dev.interlock.jcstress.litmus.Answer.ALLOWED;
import static dev.interlock.jcstress.litmus.Answer.FORBIDDEN;

import java.lang.invoke.VarHandle;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.II_Result;

/**
 * Load buffering: each side reads one word and then writes the other. Can both read what the other writes
 * afterwards?
 *
 * <pre>
 *  r1 = x      r2 = y
 *  y = 1       x = 1          1, 1?
 * </pre>
 *
 * <p>A store would have to go ahead of a load. Few processors do that although the Arm architecture allows it;
 * compilers may.
 */
public class LoadBuffering {
  private static final String SHAPE = "load buffering";

  private LoadBuffering() {}

  /** Plain accesses. */
  @JCStressTest
  @Litmus(
      shape = SHAPE,
      mode = "plain",
      asked = "1, 1",
      java = ALLOWED,
      x86 = FORBIDDEN,
      arm = ALLOWED)
  @Outcome(
      id = "1, 1",
      expect = Expect.ACCEPTABLE_INTERESTING,
      desc = "Both loads saw stores that come after the other load.")
  @Outcome(expect = Expect.ACCEPTABLE, desc = "One after the other, in some order.")
  @State
  public static class Plain extends TwoWords {
    @Actor
    public void left(II_Result r) {
      r.r1 = (int) X.get(this);
      Y.set(this, 1);
    }

    @Actor
    public void right(II_Result r) {
      r.r2 = (int) Y.get(this);
      X.set(this, 1);
    }
  }

  /** Opaque accesses. */
  @JCStressTest
  @Litmus(
      shape = SHAPE,
      mode = "opaque",
      asked = "1, 1",
      java = ALLOWED,
      x86 = FORBIDDEN,
      arm = ALLOWED)
  @Outcome(
      id = "1, 1",
      expect = Expect.ACCEPTABLE_INTERESTING,
      desc = "Both loads saw stores that come after the other load.")
  @Outcome(expect = Expect.ACCEPTABLE, desc = "One after the other, in some order.")
  @State
  public static class Opaque extends TwoWords {
    @Actor
    public void left(II_Result r) {
      r.r1 = (int) X.getOpaque(this);
      Y.setOpaque(this, 1);
    }

    @Actor
    public void right(II_Result r) {
      r.r2 = (int) Y.getOpaque(this);
      X.setOpaque(this, 1);
    }
  }

  /** An acquire load stays before what follows it. */
  @JCStressTest
  @Litmus(
      shape = SHAPE,
      mode = "acquire/release",
      asked = "1, 1",
      java = FORBIDDEN,
      x86 = FORBIDDEN,
      arm = FORBIDDEN)
  @Outcome(
      id = "1, 1",
      expect = Expect.FORBIDDEN,
      desc = "Both loads saw stores that come after the other load.")
  @Outcome(expect = Expect.ACCEPTABLE, desc = "One after the other, in some order.")
  @State
  public static class AcquireRelease extends TwoWords {
    @Actor
    public void left(II_Result r) {
      r.r1 = (int) X.getAcquire(this);
      Y.setRelease(this, 1);
    }

    @Actor
    public void right(II_Result r) {
      r.r2 = (int) Y.getAcquire(this);
      X.setRelease(this, 1);
    }
  }

  /** Volatile accesses. */
  @JCStressTest
  @Litmus(
      shape = SHAPE,
      mode = "volatile",
      asked = "1, 1",
      java = FORBIDDEN,
      x86 = FORBIDDEN,
      arm = FORBIDDEN)
  @Outcome(
      id = "1, 1",
      expect = Expect.FORBIDDEN,
      desc = "Both loads saw stores that come after the other load.")
  @Outcome(expect = Expect.ACCEPTABLE, desc = "One after the other, in some order.")
  @State
  public static class Volatile extends TwoWords {
    @Actor
    public void left(II_Result r) {
      r.r1 = (int) X.getVolatile(this);
      Y.setVolatile(this, 1);
    }

    @Actor
    public void right(II_Result r) {
      r.r2 = (int) Y.getVolatile(this);
      X.setVolatile(this, 1);
    }
  }

  /** Opaque accesses with an acquire fence after the load. */
  @JCStressTest
  @Litmus(
      shape = SHAPE,
      mode = "acquire fence",
      asked = "1, 1",
      java = FORBIDDEN,
      x86 = FORBIDDEN,
      arm = FORBIDDEN)
  @Outcome(
      id = "1, 1",
      expect = Expect.FORBIDDEN,
      desc = "Both loads saw stores that come after the other load.")
  @Outcome(expect = Expect.ACCEPTABLE, desc = "One after the other, in some order.")
  @State
  public static class AcquireFences extends TwoWords {
    @Actor
    public void left(II_Result r) {
      r.r1 = (int) X.getOpaque(this);
      VarHandle.acquireFence();
      Y.setOpaque(this, 1);
    }

    @Actor
    public void right(II_Result r) {
      r.r2 = (int) Y.getOpaque(this);
      VarHandle.acquireFence();
      X.setOpaque(this, 1);
    }
  }

  /** Opaque accesses with a full fence between them. */
  @JCStressTest
  @Litmus(
      shape = SHAPE,
      mode = "full fence",
      asked = "1, 1",
      java = FORBIDDEN,
      x86 = FORBIDDEN,
      arm = FORBIDDEN)
  @Outcome(
      id = "1, 1",
      expect = Expect.FORBIDDEN,
      desc = "Both loads saw stores that come after the other load.")
  @Outcome(expect = Expect.ACCEPTABLE, desc = "One after the other, in some order.")
  @State
  public static class FullFences extends TwoWords {
    @Actor
    public void left(II_Result r) {
      r.r1 = (int) X.getOpaque(this);
      VarHandle.fullFence();
      Y.setOpaque(this, 1);
    }

    @Actor
    public void right(II_Result r) {
      r.r2 = (int) Y.getOpaque(this);
      VarHandle.fullFence();
      X.setOpaque(this, 1);
    }
  }
}
