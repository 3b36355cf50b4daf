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
 * Coherence of one location (CoRR): one thread writes a word, another reads it twice. Can the second read be
 * older than the first?
 *
 * <pre>
 *  x = 1      r1 = x
 *             r2 = x          1, 0?
 * </pre>
 *
 * <p>No processor of today does that, but the memory model lets a compiler do it with plain reads. The reader
 * here has two names for the same object, so that the compiler does not know that it reads one word twice,
 * and feels free to change the order. It tells plain from opaque, on x86 too.
 */
public class Coherence {
  private static final String SHAPE = "coherence of one location";

  private Coherence() {}

  /** Plain accesses. */
  @JCStressTest
  @Litmus(
      shape = SHAPE,
      mode = "plain",
      asked = "1, 0",
      java = ALLOWED,
      x86 = FORBIDDEN,
      arm = FORBIDDEN)
  @Outcome(
      id = "1, 0",
      expect = Expect.ACCEPTABLE_INTERESTING,
      desc = "The second read is older than the first.")
  @Outcome(expect = Expect.ACCEPTABLE, desc = "One after the other, in some order.")
  @State
  public static class Plain extends Aliased {
    @Actor
    public void writer() {
      X.set(one, 1);
    }

    @Actor
    public void reader(II_Result r) {
      TwoWords a = one;
      TwoWords b = same;
      a.touched = 1; // a null check for each name, out of the way
      b.touched = 1;
      r.r1 = (int) X.get(a);
      r.r2 = (int) X.get(b);
    }
  }

  /** Opaque accesses of one word are in one order that all agree on. */
  @JCStressTest
  @Litmus(
      shape = SHAPE,
      mode = "opaque",
      asked = "1, 0",
      java = FORBIDDEN,
      x86 = FORBIDDEN,
      arm = FORBIDDEN)
  @Outcome(
      id = "1, 0",
      expect = Expect.FORBIDDEN,
      desc = "The second read is older than the first.")
  @Outcome(expect = Expect.ACCEPTABLE, desc = "One after the other, in some order.")
  @State
  public static class Opaque extends Aliased {
    @Actor
    public void writer() {
      X.setOpaque(one, 1);
    }

    @Actor
    public void reader(II_Result r) {
      TwoWords a = one;
      TwoWords b = same;
      a.touched = 1; // a null check for each name, out of the way
      b.touched = 1;
      r.r1 = (int) X.getOpaque(a);
      r.r2 = (int) X.getOpaque(b);
    }
  }

  /** Acquire and release include it. */
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
      desc = "The second read is older than the first.")
  @Outcome(expect = Expect.ACCEPTABLE, desc = "One after the other, in some order.")
  @State
  public static class AcquireRelease extends Aliased {
    @Actor
    public void writer() {
      X.setRelease(one, 1);
    }

    @Actor
    public void reader(II_Result r) {
      TwoWords a = one;
      TwoWords b = same;
      a.touched = 1; // a null check for each name, out of the way
      b.touched = 1;
      r.r1 = (int) X.getAcquire(a);
      r.r2 = (int) X.getAcquire(b);
    }
  }

  /** And so does volatile. */
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
      desc = "The second read is older than the first.")
  @Outcome(expect = Expect.ACCEPTABLE, desc = "One after the other, in some order.")
  @State
  public static class Volatile extends Aliased {
    @Actor
    public void writer() {
      X.setVolatile(one, 1);
    }

    @Actor
    public void reader(II_Result r) {
      TwoWords a = one;
      TwoWords b = same;
      a.touched = 1; // a null check for each name, out of the way
      b.touched = 1;
      r.r1 = (int) X.getVolatile(a);
      r.r2 = (int) X.getVolatile(b);
    }
  }

  /** Plain reads with an acquire fence between them. */
  @JCStressTest
  @Litmus(
      shape = SHAPE,
      mode = "acquire fence",
      asked = "1, 0",
      java = FORBIDDEN,
      x86 = FORBIDDEN,
      arm = FORBIDDEN)
  @Outcome(
      id = "1, 0",
      expect = Expect.FORBIDDEN,
      desc = "The second read is older than the first.")
  @Outcome(expect = Expect.ACCEPTABLE, desc = "One after the other, in some order.")
  @State
  public static class AcquireFence extends Aliased {
    @Actor
    public void writer() {
      X.set(one, 1);
    }

    @Actor
    public void reader(II_Result r) {
      TwoWords a = one;
      TwoWords b = same;
      a.touched = 1; // a null check for each name, out of the way
      b.touched = 1;
      r.r1 = (int) X.get(a);
      VarHandle.acquireFence();
      r.r2 = (int) X.get(b);
    }
  }
}
