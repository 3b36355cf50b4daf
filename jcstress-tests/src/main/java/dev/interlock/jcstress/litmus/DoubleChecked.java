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
 * Double-checked locking: the first look at a lazily made object is without the lock. Can it find an object
 * whose fields are not written yet?
 *
 * <pre>
 *  if (box == null)                  b = box
 *    synchronized                    if (b != null) r = b.value          0?
 *      if (box == null)
 *        box = new Box(1)
 * </pre>
 *
 * <p>It is message passing, with the reference as the flag. On x86 only the compiler can break it; and on Arm
 * it breaks at the writer, for the reader's second load depends on its first.
 */
public class DoubleChecked {
  private static final String SHAPE = "double-checked locking";

  private DoubleChecked() {}

  /** A plain reference. */
  @JCStressTest
  @Litmus(
      shape = SHAPE,
      mode = "plain",
      asked = "not 1, 1",
      java = ALLOWED,
      x86 = FORBIDDEN,
      arm = ALLOWED)
  @Outcome(id = "1, 1", expect = Expect.ACCEPTABLE, desc = "The object, complete.")
  @Outcome(expect = Expect.ACCEPTABLE_INTERESTING, desc = "An object without its content.")
  @State
  public static class Plain extends Lazy {
    @Actor
    public void left(II_Result r) {
      r.r1 = get().value;
    }

    @Actor
    public void right(II_Result r) {
      r.r2 = get().value;
    }

    private Box get() {
      Box seen = (Box) BOX.get(this);
      if (seen == null) {
        synchronized (this) {
          seen = (Box) box;
          if (seen == null) {
            seen = new Box(1);
            BOX.set(this, seen);
          }
        }
      }
      return seen;
    }
  }

  /** A plain reference to an object whose field is final: what the constructor wrote is seen. */
  @JCStressTest
  @Litmus(
      shape = SHAPE,
      mode = "plain, final field",
      asked = "not 1, 1",
      java = FORBIDDEN,
      x86 = FORBIDDEN,
      arm = FORBIDDEN)
  @Outcome(id = "1, 1", expect = Expect.ACCEPTABLE, desc = "The object, complete.")
  @Outcome(expect = Expect.FORBIDDEN, desc = "An object without its content.")
  @State
  public static class FinalField extends Lazy {
    @Actor
    public void left(II_Result r) {
      r.r1 = get().value;
    }

    @Actor
    public void right(II_Result r) {
      r.r2 = get().value;
    }

    private FinalBox get() {
      FinalBox seen = (FinalBox) BOX.get(this);
      if (seen == null) {
        synchronized (this) {
          seen = (FinalBox) box;
          if (seen == null) {
            seen = new FinalBox(1);
            BOX.set(this, seen);
          }
        }
      }
      return seen;
    }
  }

  /** An opaque reference. */
  @JCStressTest
  @Litmus(
      shape = SHAPE,
      mode = "opaque",
      asked = "not 1, 1",
      java = ALLOWED,
      x86 = FORBIDDEN,
      arm = ALLOWED)
  @Outcome(id = "1, 1", expect = Expect.ACCEPTABLE, desc = "The object, complete.")
  @Outcome(expect = Expect.ACCEPTABLE_INTERESTING, desc = "An object without its content.")
  @State
  public static class Opaque extends Lazy {
    @Actor
    public void left(II_Result r) {
      r.r1 = get().value;
    }

    @Actor
    public void right(II_Result r) {
      r.r2 = get().value;
    }

    private Box get() {
      Box seen = (Box) BOX.getOpaque(this);
      if (seen == null) {
        synchronized (this) {
          seen = (Box) box;
          if (seen == null) {
            seen = new Box(1);
            BOX.setOpaque(this, seen);
          }
        }
      }
      return seen;
    }
  }

  /** Published with release, read with acquire. */
  @JCStressTest
  @Litmus(
      shape = SHAPE,
      mode = "acquire/release",
      asked = "not 1, 1",
      java = FORBIDDEN,
      x86 = FORBIDDEN,
      arm = FORBIDDEN)
  @Outcome(id = "1, 1", expect = Expect.ACCEPTABLE, desc = "The object, complete.")
  @Outcome(expect = Expect.FORBIDDEN, desc = "An object without its content.")
  @State
  public static class AcquireRelease extends Lazy {
    @Actor
    public void left(II_Result r) {
      r.r1 = get().value;
    }

    @Actor
    public void right(II_Result r) {
      r.r2 = get().value;
    }

    private Box get() {
      Box seen = (Box) BOX.getAcquire(this);
      if (seen == null) {
        synchronized (this) {
          seen = (Box) box;
          if (seen == null) {
            seen = new Box(1);
            BOX.setRelease(this, seen);
          }
        }
      }
      return seen;
    }
  }

  /** A volatile reference. */
  @JCStressTest
  @Litmus(
      shape = SHAPE,
      mode = "volatile",
      asked = "not 1, 1",
      java = FORBIDDEN,
      x86 = FORBIDDEN,
      arm = FORBIDDEN)
  @Outcome(id = "1, 1", expect = Expect.ACCEPTABLE, desc = "The object, complete.")
  @Outcome(expect = Expect.FORBIDDEN, desc = "An object without its content.")
  @State
  public static class Volatile extends Lazy {
    @Actor
    public void left(II_Result r) {
      r.r1 = get().value;
    }

    @Actor
    public void right(II_Result r) {
      r.r2 = get().value;
    }

    private Box get() {
      Box seen = (Box) BOX.getVolatile(this);
      if (seen == null) {
        synchronized (this) {
          seen = (Box) box;
          if (seen == null) {
            seen = new Box(1);
            BOX.setVolatile(this, seen);
          }
        }
      }
      return seen;
    }
  }

  /** An opaque reference, a release fence before its store, an acquire fence after its load. */
  @JCStressTest
  @Litmus(
      shape = SHAPE,
      mode = "acquire and release fences",
      asked = "not 1, 1",
      java = FORBIDDEN,
      x86 = FORBIDDEN,
      arm = FORBIDDEN)
  @Outcome(id = "1, 1", expect = Expect.ACCEPTABLE, desc = "The object, complete.")
  @Outcome(expect = Expect.FORBIDDEN, desc = "An object without its content.")
  @State
  public static class AcquireReleaseFences extends Lazy {
    @Actor
    public void left(II_Result r) {
      r.r1 = get().value;
    }

    @Actor
    public void right(II_Result r) {
      r.r2 = get().value;
    }

    private Box get() {
      Box seen = (Box) BOX.getOpaque(this);
      VarHandle.acquireFence();
      if (seen == null) {
        synchronized (this) {
          seen = (Box) box;
          if (seen == null) {
            seen = new Box(1);
            VarHandle.releaseFence();
            BOX.setOpaque(this, seen);
          }
        }
      }
      return seen;
    }
  }
}
