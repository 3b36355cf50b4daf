package dev.interlock.jcstress.litmus;

import static dev.interlock.jcstress.litmus.Answer.ALLOWED;
import static dev.interlock.jcstress.litmus.Answer.FORBIDDEN;

import java.lang.invoke.VarHandle;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.IIII_Result;

/**
 * Independent reads of independent writes (IRIW): two threads write a word each, two others read both, in
 * opposite orders. Can the readers disagree about which store came first?
 *
 * <pre>
 *  x = 1    y = 1    r1 = x    r3 = y
 *                    r2 = y    r4 = x          1, 0, 1, 0?
 * </pre>
 *
 * <p>It tells acquire/release from volatile where a store may become visible to one processor before another:
 * IBM Power. On x86, and on Arm since its revised model, all processors see a store at once. The harness
 * needs four processors for it.
 */
public class IndependentReads {
  private static final String SHAPE = "independent reads of independent writes";

  private IndependentReads() {}

  /** Plain accesses. */
  @JCStressTest
  @Litmus(
      shape = SHAPE,
      mode = "plain",
      asked = "1, 0, 1, 0",
      java = ALLOWED,
      x86 = FORBIDDEN,
      arm = ALLOWED)
  @Outcome(
      id = "1, 0, 1, 0",
      expect = Expect.ACCEPTABLE_INTERESTING,
      desc = "The readers saw the two stores in opposite orders.")
  @Outcome(expect = Expect.ACCEPTABLE, desc = "The readers agree, or saw too little to differ.")
  @State
  public static class Plain extends TwoWords {
    @Actor
    public void writerOfX() {
      X.set(this, 1);
    }

    @Actor
    public void writerOfY() {
      Y.set(this, 1);
    }

    @Actor
    public void readerOfX(IIII_Result r) {
      r.r1 = (int) X.get(this);
      r.r2 = (int) Y.get(this);
    }

    @Actor
    public void readerOfY(IIII_Result r) {
      r.r3 = (int) Y.get(this);
      r.r4 = (int) X.get(this);
    }
  }

  /** Opaque accesses. */
  @JCStressTest
  @Litmus(
      shape = SHAPE,
      mode = "opaque",
      asked = "1, 0, 1, 0",
      java = ALLOWED,
      x86 = FORBIDDEN,
      arm = ALLOWED)
  @Outcome(
      id = "1, 0, 1, 0",
      expect = Expect.ACCEPTABLE_INTERESTING,
      desc = "The readers saw the two stores in opposite orders.")
  @Outcome(expect = Expect.ACCEPTABLE, desc = "The readers agree, or saw too little to differ.")
  @State
  public static class Opaque extends TwoWords {
    @Actor
    public void writerOfX() {
      X.setOpaque(this, 1);
    }

    @Actor
    public void writerOfY() {
      Y.setOpaque(this, 1);
    }

    @Actor
    public void readerOfX(IIII_Result r) {
      r.r1 = (int) X.getOpaque(this);
      r.r2 = (int) Y.getOpaque(this);
    }

    @Actor
    public void readerOfY(IIII_Result r) {
      r.r3 = (int) Y.getOpaque(this);
      r.r4 = (int) X.getOpaque(this);
    }
  }

  /** Each reader sees the two in order, and the orders may differ. */
  @JCStressTest
  @Litmus(
      shape = SHAPE,
      mode = "acquire/release",
      asked = "1, 0, 1, 0",
      java = ALLOWED,
      x86 = FORBIDDEN,
      arm = FORBIDDEN)
  @Outcome(
      id = "1, 0, 1, 0",
      expect = Expect.ACCEPTABLE_INTERESTING,
      desc = "The readers saw the two stores in opposite orders.")
  @Outcome(expect = Expect.ACCEPTABLE, desc = "The readers agree, or saw too little to differ.")
  @State
  public static class AcquireRelease extends TwoWords {
    @Actor
    public void writerOfX() {
      X.setRelease(this, 1);
    }

    @Actor
    public void writerOfY() {
      Y.setRelease(this, 1);
    }

    @Actor
    public void readerOfX(IIII_Result r) {
      r.r1 = (int) X.getAcquire(this);
      r.r2 = (int) Y.getAcquire(this);
    }

    @Actor
    public void readerOfY(IIII_Result r) {
      r.r3 = (int) Y.getAcquire(this);
      r.r4 = (int) X.getAcquire(this);
    }
  }

  /** All agree on one order of volatile accesses. */
  @JCStressTest
  @Litmus(
      shape = SHAPE,
      mode = "volatile",
      asked = "1, 0, 1, 0",
      java = FORBIDDEN,
      x86 = FORBIDDEN,
      arm = FORBIDDEN)
  @Outcome(
      id = "1, 0, 1, 0",
      expect = Expect.FORBIDDEN,
      desc = "The readers saw the two stores in opposite orders.")
  @Outcome(expect = Expect.ACCEPTABLE, desc = "The readers agree, or saw too little to differ.")
  @State
  public static class Volatile extends TwoWords {
    @Actor
    public void writerOfX() {
      X.setVolatile(this, 1);
    }

    @Actor
    public void writerOfY() {
      Y.setVolatile(this, 1);
    }

    @Actor
    public void readerOfX(IIII_Result r) {
      r.r1 = (int) X.getVolatile(this);
      r.r2 = (int) Y.getVolatile(this);
    }

    @Actor
    public void readerOfY(IIII_Result r) {
      r.r3 = (int) Y.getVolatile(this);
      r.r4 = (int) X.getVolatile(this);
    }
  }

  /** Opaque accesses with a full fence between the two loads. */
  @JCStressTest
  @Litmus(
      shape = SHAPE,
      mode = "full fence",
      asked = "1, 0, 1, 0",
      java = FORBIDDEN,
      x86 = FORBIDDEN,
      arm = FORBIDDEN)
  @Outcome(
      id = "1, 0, 1, 0",
      expect = Expect.FORBIDDEN,
      desc = "The readers saw the two stores in opposite orders.")
  @Outcome(expect = Expect.ACCEPTABLE, desc = "The readers agree, or saw too little to differ.")
  @State
  public static class FullFences extends TwoWords {
    @Actor
    public void writerOfX() {
      X.setOpaque(this, 1);
    }

    @Actor
    public void writerOfY() {
      Y.setOpaque(this, 1);
    }

    @Actor
    public void readerOfX(IIII_Result r) {
      r.r1 = (int) X.getOpaque(this);
      VarHandle.fullFence();
      r.r2 = (int) Y.getOpaque(this);
    }

    @Actor
    public void readerOfY(IIII_Result r) {
      r.r3 = (int) Y.getOpaque(this);
      VarHandle.fullFence();
      r.r4 = (int) X.getOpaque(this);
    }
  }
}
