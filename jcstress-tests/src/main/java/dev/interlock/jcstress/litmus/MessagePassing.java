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
 * Message passing: data first, then a flag; the reader looks at the flag, then at the data. Can it see the flag
 * and miss the data?
 *
 * <pre>
 *  x = 1          r1 = flag
 *  flag = 1       r2 = x          1, 0?
 * </pre>
 *
 * <p>It tells opaque from acquire/release, and both halves of the pair are needed. On x86 only the compiler
 * can break it, since that processor keeps stores among themselves in order, and loads too.
 */
public class MessagePassing {
  private static final String SHAPE = "message passing";

  private MessagePassing() {}

  /** A plain flag. */
  @JCStressTest
  @Litmus(
      shape = SHAPE,
      mode = "plain",
      asked = "1, 0",
      java = ALLOWED,
      x86 = FORBIDDEN,
      arm = ALLOWED)
  @Outcome(
      id = "1, 0",
      expect = Expect.ACCEPTABLE_INTERESTING,
      desc = "The flag is seen, and what was written before it is not.")
  @Outcome(expect = Expect.ACCEPTABLE, desc = "One after the other, in some order.")
  @State
  public static class Plain extends TwoWords {
    @Actor
    public void writer() {
      X.set(this, 1);
      Y.set(this, 1);
    }

    @Actor
    public void reader(II_Result r) {
      r.r1 = (int) Y.get(this);
      r.r2 = (int) X.get(this);
    }
  }

  /** An opaque flag: it is written and read once each, and orders nothing else. */
  @JCStressTest
  @Litmus(
      shape = SHAPE,
      mode = "opaque",
      asked = "1, 0",
      java = ALLOWED,
      x86 = FORBIDDEN,
      arm = ALLOWED)
  @Outcome(
      id = "1, 0",
      expect = Expect.ACCEPTABLE_INTERESTING,
      desc = "The flag is seen, and what was written before it is not.")
  @Outcome(expect = Expect.ACCEPTABLE, desc = "One after the other, in some order.")
  @State
  public static class Opaque extends TwoWords {
    @Actor
    public void writer() {
      X.set(this, 1);
      Y.setOpaque(this, 1);
    }

    @Actor
    public void reader(II_Result r) {
      r.r1 = (int) Y.getOpaque(this);
      r.r2 = (int) X.get(this);
    }
  }

  /** A release store and an opaque load: half of the pair. */
  @JCStressTest
  @Litmus(
      shape = SHAPE,
      mode = "release store alone",
      asked = "1, 0",
      java = ALLOWED,
      x86 = FORBIDDEN,
      arm = ALLOWED)
  @Outcome(
      id = "1, 0",
      expect = Expect.ACCEPTABLE_INTERESTING,
      desc = "The flag is seen, and what was written before it is not.")
  @Outcome(expect = Expect.ACCEPTABLE, desc = "One after the other, in some order.")
  @State
  public static class ReleaseAlone extends TwoWords {
    @Actor
    public void writer() {
      X.set(this, 1);
      Y.setRelease(this, 1);
    }

    @Actor
    public void reader(II_Result r) {
      r.r1 = (int) Y.getOpaque(this);
      r.r2 = (int) X.get(this);
    }
  }

  /** An opaque store and an acquire load: the other half. */
  @JCStressTest
  @Litmus(
      shape = SHAPE,
      mode = "acquire load alone",
      asked = "1, 0",
      java = ALLOWED,
      x86 = FORBIDDEN,
      arm = ALLOWED)
  @Outcome(
      id = "1, 0",
      expect = Expect.ACCEPTABLE_INTERESTING,
      desc = "The flag is seen, and what was written before it is not.")
  @Outcome(expect = Expect.ACCEPTABLE, desc = "One after the other, in some order.")
  @State
  public static class AcquireAlone extends TwoWords {
    @Actor
    public void writer() {
      X.set(this, 1);
      Y.setOpaque(this, 1);
    }

    @Actor
    public void reader(II_Result r) {
      r.r1 = (int) Y.getAcquire(this);
      r.r2 = (int) X.get(this);
    }
  }

  /** A release store that an acquire load sees publishes what came before it. */
  @JCStressTest
  @Litmus(
      shape = SHAPE,
      mode = "acquire/release",
      asked = "1, 0",
      java = FORBIDDEN,
      x86 = FORBIDDEN,
      arm = FORBIDDEN)
  @Outcome(
      id = "1, 0",
      expect = Expect.FORBIDDEN,
      desc = "The flag is seen, and what was written before it is not.")
  @Outcome(expect = Expect.ACCEPTABLE, desc = "One after the other, in some order.")
  @State
  public static class AcquireRelease extends TwoWords {
    @Actor
    public void writer() {
      X.set(this, 1);
      Y.setRelease(this, 1);
    }

    @Actor
    public void reader(II_Result r) {
      r.r1 = (int) Y.getAcquire(this);
      r.r2 = (int) X.get(this);
    }
  }

  /** A volatile flag. */
  @JCStressTest
  @Litmus(
      shape = SHAPE,
      mode = "volatile",
      asked = "1, 0",
      java = FORBIDDEN,
      x86 = FORBIDDEN,
      arm = FORBIDDEN)
  @Outcome(
      id = "1, 0",
      expect = Expect.FORBIDDEN,
      desc = "The flag is seen, and what was written before it is not.")
  @Outcome(expect = Expect.ACCEPTABLE, desc = "One after the other, in some order.")
  @State
  public static class Volatile extends TwoWords {
    @Actor
    public void writer() {
      X.set(this, 1);
      Y.setVolatile(this, 1);
    }

    @Actor
    public void reader(II_Result r) {
      r.r1 = (int) Y.getVolatile(this);
      r.r2 = (int) X.get(this);
    }
  }

  /** An opaque flag, a release fence before its store, an acquire fence after its load. */
  @JCStressTest
  @Litmus(
      shape = SHAPE,
      mode = "acquire and release fences",
      asked = "1, 0",
      java = FORBIDDEN,
      x86 = FORBIDDEN,
      arm = FORBIDDEN)
  @Outcome(
      id = "1, 0",
      expect = Expect.FORBIDDEN,
      desc = "The flag is seen, and what was written before it is not.")
  @Outcome(expect = Expect.ACCEPTABLE, desc = "One after the other, in some order.")
  @State
  public static class AcquireReleaseFences extends TwoWords {
    @Actor
    public void writer() {
      X.set(this, 1);
      VarHandle.releaseFence();
      Y.setOpaque(this, 1);
    }

    @Actor
    public void reader(II_Result r) {
      r.r1 = (int) Y.getOpaque(this);
      VarHandle.acquireFence();
      r.r2 = (int) X.get(this);
    }
  }

  /** The narrowest fences that suffice here. */
  @JCStressTest
  @Litmus(
      shape = SHAPE,
      mode = "store-store and load-load fences",
      asked = "1, 0",
      java = FORBIDDEN,
      x86 = FORBIDDEN,
      arm = FORBIDDEN)
  @Outcome(
      id = "1, 0",
      expect = Expect.FORBIDDEN,
      desc = "The flag is seen, and what was written before it is not.")
  @Outcome(expect = Expect.ACCEPTABLE, desc = "One after the other, in some order.")
  @State
  public static class StoreStoreLoadLoadFences extends TwoWords {
    @Actor
    public void writer() {
      X.set(this, 1);
      VarHandle.storeStoreFence();
      Y.setOpaque(this, 1);
    }

    @Actor
    public void reader(II_Result r) {
      r.r1 = (int) Y.getOpaque(this);
      VarHandle.loadLoadFence();
      r.r2 = (int) X.get(this);
    }
  }

  /** Full fences in both places. */
  @JCStressTest
  @Litmus(
      shape = SHAPE,
      mode = "full fences",
      asked = "1, 0",
      java = FORBIDDEN,
      x86 = FORBIDDEN,
      arm = FORBIDDEN)
  @Outcome(
      id = "1, 0",
      expect = Expect.FORBIDDEN,
      desc = "The flag is seen, and what was written before it is not.")
  @Outcome(expect = Expect.ACCEPTABLE, desc = "One after the other, in some order.")
  @State
  public static class FullFences extends TwoWords {
    @Actor
    public void writer() {
      X.set(this, 1);
      VarHandle.fullFence();
      Y.setOpaque(this, 1);
    }

    @Actor
    public void reader(II_Result r) {
      r.r1 = (int) Y.getOpaque(this);
      VarHandle.fullFence();
      r.r2 = (int) X.get(this);
    }
  }
}
