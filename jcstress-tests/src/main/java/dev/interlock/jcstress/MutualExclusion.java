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
 * X24: the algorithms of Dekker and of Peterson, in full, with a section that counts in two steps. Both rest
 * on "write mine, then look at yours", and that is what release and acquire leave out: the write may still
 * be in the store buffer when the look is made. Volatile accesses exclude, acquire and release do not. The
 * bare pattern below them is the litmus test {@code Dekker}.
 *
 * <p>Each enters once. {@code 1, 2} and {@code 2, 1} are one after the other; {@code 1, 1} is a lost update:
 * both were inside.
 */
public class MutualExclusion {
  private MutualExclusion() {}

  /** What two threads, 0 and 1, share. */
  abstract static class Shared {
    int wants0;
    int wants1;
    int turn;
    int count;

    final int section() {
      return ++count;
    }
  }

  /** Dekker's, volatile. */
  @JCStressTest
  @Outcome(
      id = {"1, 2", "2, 1"},
      expect = ACCEPTABLE,
      desc = "One after the other.")
  @Outcome(expect = FORBIDDEN, desc = "Both inside.")
  @State
  public static class DekkerVolatile extends Shared {
    private int enter(VarHandle mine, VarHandle other, int me) {
      mine.setVolatile(this, 1);
      while ((int) other.getVolatile(this) == 1) {
        if ((int) TURN.getVolatile(this) != me) {
          mine.setVolatile(this, 0);
          while ((int) TURN.getVolatile(this) != me) {
            Thread.onSpinWait();
          }
          mine.setVolatile(this, 1);
        }
      }
      int counted = section();
      TURN.setVolatile(this, 1 - me);
      mine.setVolatile(this, 0);
      return counted;
    }

    @Actor
    public void zero(II_Result r) {
      r.r1 = enter(WANTS0, WANTS1, 0);
    }

    @Actor
    public void one(II_Result r) {
      r.r2 = enter(WANTS1, WANTS0, 1);
    }
  }

  /** The twin: acquire and release. */
  @JCStressTest
  @Outcome(
      id = {"1, 2", "2, 1"},
      expect = ACCEPTABLE,
      desc = "One after the other.")
  @Outcome(id = "1, 1", expect = ACCEPTABLE_INTERESTING, desc = "Both inside: an update is lost.")
  @Outcome(expect = FORBIDDEN, desc = "What no order of them gives.")
  @State
  public static class DekkerReleaseTwin extends Shared {
    private int enter(VarHandle mine, VarHandle other, int me) {
      mine.setRelease(this, 1);
      while ((int) other.getAcquire(this) == 1) {
        if ((int) TURN.getAcquire(this) != me) {
          mine.setRelease(this, 0);
          while ((int) TURN.getAcquire(this) != me) {
            Thread.onSpinWait();
          }
          mine.setRelease(this, 1);
        }
      }
      int counted = section();
      TURN.setRelease(this, 1 - me);
      mine.setRelease(this, 0);
      return counted;
    }

    @Actor
    public void zero(II_Result r) {
      r.r1 = enter(WANTS0, WANTS1, 0);
    }

    @Actor
    public void one(II_Result r) {
      r.r2 = enter(WANTS1, WANTS0, 1);
    }
  }

  /** Peterson's, volatile. */
  @JCStressTest
  @Outcome(
      id = {"1, 2", "2, 1"},
      expect = ACCEPTABLE,
      desc = "One after the other.")
  @Outcome(expect = FORBIDDEN, desc = "Both inside.")
  @State
  public static class PetersonVolatile extends Shared {
    private int enter(VarHandle mine, VarHandle other, int me) {
      mine.setVolatile(this, 1);
      TURN.setVolatile(this, 1 - me);
      while ((int) other.getVolatile(this) == 1 && (int) TURN.getVolatile(this) == 1 - me) {
        Thread.onSpinWait();
      }
      int counted = section();
      mine.setVolatile(this, 0);
      return counted;
    }

    @Actor
    public void zero(II_Result r) {
      r.r1 = enter(WANTS0, WANTS1, 0);
    }

    @Actor
    public void one(II_Result r) {
      r.r2 = enter(WANTS1, WANTS0, 1);
    }
  }

  /** The twin: acquire and release. */
  @JCStressTest
  @Outcome(
      id = {"1, 2", "2, 1"},
      expect = ACCEPTABLE,
      desc = "One after the other.")
  @Outcome(id = "1, 1", expect = ACCEPTABLE_INTERESTING, desc = "Both inside: an update is lost.")
  @Outcome(expect = FORBIDDEN, desc = "What no order of them gives.")
  @State
  public static class PetersonReleaseTwin extends Shared {
    private int enter(VarHandle mine, VarHandle other, int me) {
      mine.setRelease(this, 1);
      TURN.setRelease(this, 1 - me);
      while ((int) other.getAcquire(this) == 1 && (int) TURN.getAcquire(this) == 1 - me) {
        Thread.onSpinWait();
      }
      int counted = section();
      mine.setRelease(this, 0);
      return counted;
    }

    @Actor
    public void zero(II_Result r) {
      r.r1 = enter(WANTS0, WANTS1, 0);
    }

    @Actor
    public void one(II_Result r) {
      r.r2 = enter(WANTS1, WANTS0, 1);
    }
  }

  // VarHandle mechanics
  private static final VarHandle WANTS0 = handle("wants0");
  private static final VarHandle WANTS1 = handle("wants1");
  private static final VarHandle TURN = handle("turn");

  private static VarHandle handle(String field) {
    return ConstantBootstraps.fieldVarHandle(
        MethodHandles.lookup(), field, VarHandle.class, Shared.class, int.class);
  }
}
