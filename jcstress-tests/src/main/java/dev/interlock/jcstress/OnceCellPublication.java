package dev.interlock.jcstress;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE_INTERESTING;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import dev.interlock.sync.OnceCell;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.II_Result;
import org.openjdk.jcstress.infra.results.I_Result;

/**
 * Double-checked locking. Is an object that was made once, and is found without a lock, complete? Its fields
 * are plain and many, so that a compiler that may publish it early has something to write late.
 */
public class OnceCellPublication {
  private OnceCellPublication() {}

  /** So large that its initialisation is more than one store. */
  static final class Large {
    int a;
    int b;
    int c;
    int d;
    int e;
    int f;
    int g;
    int h;

    Large(int value) {
      a = value;
      b = value;
      c = value;
      d = value;
      e = value;
      f = value;
      g = value;
      h = value;
    }

    /** 8 for a complete one. */
    int sum() {
      return a + b + c + d + e + f + g + h;
    }
  }

  /** Two who ask, one of whom makes it. */
  @JCStressTest
  @Outcome(id = "8, 8", expect = ACCEPTABLE, desc = "Both have it, complete.")
  @Outcome(expect = FORBIDDEN, desc = "An object without its content.")
  @State
  public static class GetOrInit {
    private final OnceCell<Large> cell = OnceCell.create();

    @Actor
    public void one(II_Result r) {
      r.r1 = cell.getOrInitUninterruptibly(() -> new Large(1)).sum();
    }

    @Actor
    public void other(II_Result r) {
      r.r2 = cell.getOrInitUninterruptibly(() -> new Large(1)).sum();
    }
  }

  /** One who sets it, one who only looks. */
  @JCStressTest
  @Outcome(id = "-1", expect = ACCEPTABLE, desc = "Not there yet.")
  @Outcome(id = "8", expect = ACCEPTABLE, desc = "There, complete.")
  @Outcome(expect = FORBIDDEN, desc = "An object without its content.")
  @State
  public static class SetAndTryGet {
    private final OnceCell<Large> cell = OnceCell.create();

    @Actor
    public void setter() {
      cell.set(new Large(1));
    }

    @Actor
    public void looker(I_Result r) {
      Large found = cell.tryGet();
      r.r1 = found == null ? -1 : found.sum();
    }
  }

  /** What an initialiser wrote before it failed is seen by the next. */
  @JCStressTest
  @Outcome(
      id = {"1, 2", "2, 1"},
      expect = ACCEPTABLE,
      desc = "The first failed, the second saw its count.")
  @Outcome(expect = FORBIDDEN, desc = "A count was lost between two initialisers.")
  @State
  public static class Retry {
    private final OnceCell<Integer> cell = OnceCell.create();
    private int runs;

    private int ask() {
      try {
        return cell.getOrInitUninterruptibly(
            () -> {
              if (++runs == 1) {
                throw new IllegalArgumentException();
              }
              return runs;
            });
      } catch (IllegalArgumentException failed) {
        return 1;
      }
    }

    @Actor
    public void one(II_Result r) {
      r.r1 = ask();
    }

    @Actor
    public void other(II_Result r) {
      r.r2 = ask();
    }
  }

  /**
   * X20, the twin: double-checked locking over a plain field. x86 keeps stores in order, so only the
   * compiler can show the fault there: by storing the reference before the fields.
   */
  @JCStressTest
  @Outcome(id = "8, 8", expect = ACCEPTABLE, desc = "Both have it, complete.")
  @Outcome(expect = ACCEPTABLE_INTERESTING, desc = "An object without its content.")
  @State
  public static class PlainTwin {
    private Large found;

    private Large get() {
      Large seen = found;
      if (seen == null) {
        synchronized (this) {
          seen = found;
          if (seen == null) {
            seen = new Large(1);
            found = seen;
          }
        }
      }
      return seen;
    }

    @Actor
    public void one(II_Result r) {
      r.r1 = get().sum();
    }

    @Actor
    public void other(II_Result r) {
      r.r2 = get().sum();
    }
  }

  /**
   * X20 with the field read twice, once for the look and once for the result, where nothing says that the
   * second read does not see less than the first. Not seen on x86 either, which keeps loads in order; a
   * compiler may turn the two around, and this one has not.
   */
  @JCStressTest
  @Outcome(id = "8, 8", expect = ACCEPTABLE, desc = "Both have it, complete.")
  @Outcome(
      id = {"0, 8", "8, 0"},
      expect = ACCEPTABLE_INTERESTING,
      desc = "Found by the first read, gone by the second.")
  @Outcome(expect = ACCEPTABLE_INTERESTING, desc = "An object without its content.")
  @State
  public static class TwoReadsTwin {
    private Large found;
    private TwoReadsTwin alias = this; // another name of this object, to the compiler

    private Large get() {
      if (found == null) {
        synchronized (this) {
          if (found == null) {
            found = new Large(1);
          }
        }
      }
      return alias.found;
    }

    private int sum() {
      Large seen = get();
      return seen == null ? 0 : seen.sum();
    }

    @Actor
    public void one(II_Result r) {
      r.r1 = sum();
    }

    @Actor
    public void other(II_Result r) {
      r.r2 = sum();
    }
  }
}
