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
import org.openjdk.jcstress.infra.results.II_Result;

/**
 * Store buffering: each side writes its word and reads the other's. Can both miss the store of the other?
 *
 * <pre>
 *  x = 1      y = 1
 *  r1 = y     r2 = x          0, 0?
 * </pre>
 *
 * <p>The one reordering that every common processor does: the store waits in a buffer while the load goes
 * ahead. It tells acquire/release from volatile, on x86 too.
 */
public class StoreBuffering {
  private static final String SHAPE = "store buffering";

  private StoreBuffering() {}

  /** Plain accesses. */
  @JCStressTest
  @Litmus(
      shape = SHAPE,
      mode = "plain",
      asked = "0, 0",
      java = ALLOWED,
      x86 = ALLOWED,
      arm = ALLOWED)
  @Outcome(
      id = "0, 0",
      expect = Expect.ACCEPTABLE_INTERESTING,
      desc = "Both loads overtook the stores before them.")
  @Outcome(expect = Expect.ACCEPTABLE, desc = "One after the other, in some order.")
  @State
  public static class Plain extends TwoWords {
    @Actor
    public void left(II_Result r) {
      X.set(this, 1);
      r.r1 = (int) Y.get(this);
    }

    @Actor
    public void right(II_Result r) {
      Y.set(this, 1);
      r.r2 = (int) X.get(this);
    }
  }

  /** Opaque accesses. */
  @JCStressTest
  @Litmus(
      shape = SHAPE,
      mode = "opaque",
      asked = "0, 0",
      java = ALLOWED,
      x86 = ALLOWED,
      arm = ALLOWED)
  @Outcome(
      id = "0, 0",
      expect = Expect.ACCEPTABLE_INTERESTING,
      desc = "Both loads overtook the stores before them.")
  @Outcome(expect = Expect.ACCEPTABLE, desc = "One after the other, in some order.")
  @State
  public static class Opaque extends TwoWords {
    @Actor
    public void left(II_Result r) {
      X.setOpaque(this, 1);
      r.r1 = (int) Y.getOpaque(this);
    }

    @Actor
    public void right(II_Result r) {
      Y.setOpaque(this, 1);
      r.r2 = (int) X.getOpaque(this);
    }
  }

  /** A release store, then an acquire load: neither keeps a store before a load. */
  @JCStressTest
  @Litmus(
      shape = SHAPE,
      mode = "acquire/release",
      asked = "0, 0",
      java = ALLOWED,
      x86 = ALLOWED,
      arm = DEPENDS,
      note =
          "Arm: STLR and a later LDAR stay in order; LDAPR for the one, or DMB and STR for the other, does not")
  @Outcome(
      id = "0, 0",
      expect = Expect.ACCEPTABLE_INTERESTING,
      desc = "Both loads overtook the stores before them.")
  @Outcome(expect = Expect.ACCEPTABLE, desc = "One after the other, in some order.")
  @State
  public static class AcquireRelease extends TwoWords {
    @Actor
    public void left(II_Result r) {
      X.setRelease(this, 1);
      r.r1 = (int) Y.getAcquire(this);
    }

    @Actor
    public void right(II_Result r) {
      Y.setRelease(this, 1);
      r.r2 = (int) X.getAcquire(this);
    }
  }

  /** Volatile accesses are in one total order. */
  @JCStressTest
  @Litmus(
      shape = SHAPE,
      mode = "volatile",
      asked = "0, 0",
      java = FORBIDDEN,
      x86 = FORBIDDEN,
      arm = FORBIDDEN)
  @Outcome(
      id = "0, 0",
      expect = Expect.FORBIDDEN,
      desc = "Two stores, both missed by the other side.")
  @Outcome(expect = Expect.ACCEPTABLE, desc = "One after the other, in some order.")
  @State
  public static class Volatile extends TwoWords {
    @Actor
    public void left(II_Result r) {
      X.setVolatile(this, 1);
      r.r1 = (int) Y.getVolatile(this);
    }

    @Actor
    public void right(II_Result r) {
      Y.setVolatile(this, 1);
      r.r2 = (int) X.getVolatile(this);
    }
  }

  /** Opaque accesses with a release and an acquire fence between them: not enough. */
  @JCStressTest
  @Litmus(
      shape = SHAPE,
      mode = "acquire and release fences",
      asked = "0, 0",
      java = ALLOWED,
      x86 = ALLOWED,
      arm = DEPENDS,
      note =
          "Arm: ordered where a release fence is a DMB ISH, which is a full one; not where it is ISHLD and ISHST")
  @Outcome(
      id = "0, 0",
      expect = Expect.ACCEPTABLE_INTERESTING,
      desc = "Both loads overtook the stores before them.")
  @Outcome(expect = Expect.ACCEPTABLE, desc = "One after the other, in some order.")
  @State
  public static class AcquireReleaseFences extends TwoWords {
    @Actor
    public void left(II_Result r) {
      X.setOpaque(this, 1);
      VarHandle.releaseFence();
      VarHandle.acquireFence();
      r.r1 = (int) Y.getOpaque(this);
    }

    @Actor
    public void right(II_Result r) {
      Y.setOpaque(this, 1);
      VarHandle.releaseFence();
      VarHandle.acquireFence();
      r.r2 = (int) X.getOpaque(this);
    }
  }

  /** Opaque accesses with a full fence between them. */
  @JCStressTest
  @Litmus(
      shape = SHAPE,
      mode = "full fence",
      asked = "0, 0",
      java = FORBIDDEN,
      x86 = FORBIDDEN,
      arm = FORBIDDEN)
  @Outcome(
      id = "0, 0",
      expect = Expect.FORBIDDEN,
      desc = "Two stores, both missed by the other side.")
  @Outcome(expect = Expect.ACCEPTABLE, desc = "One after the other, in some order.")
  @State
  public static class FullFences extends TwoWords {
    @Actor
    public void left(II_Result r) {
      X.setOpaque(this, 1);
      VarHandle.fullFence();
      r.r1 = (int) Y.getOpaque(this);
    }

    @Actor
    public void right(II_Result r) {
      Y.setOpaque(this, 1);
      VarHandle.fullFence();
      r.r2 = (int) X.getOpaque(this);
    }
  }
}
