package dev.interlock.jcstress;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE_INTERESTING;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import dev.interlock.sync.ClhLock;
import dev.interlock.sync.McsLock;
import dev.interlock.sync.SpinGuard;
import dev.interlock.sync.SpinLock;
import dev.interlock.sync.SpinningLock;
import dev.interlock.sync.TicketLock;
import java.lang.invoke.ConstantBootstraps;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.II_Result;

/** Does who takes a spin lock see all that was written under it, and is it alone? */
public class SpinLockPublication {
  private SpinLockPublication() {}

  /** Two words that are changed together; who finds them different, or loses a step, was not alone. */
  abstract static class Section {
    private final SpinningLock lock;
    private int one;
    private int other;

    Section(SpinningLock lock) {
      this.lock = lock;
    }

    final int step() {
      int sum = 0;
      for (int i = 0; i < 2; i++) {
        try (SpinGuard held = lock.lock()) {
          if (one != other) {
            return -1;
          }
          one++;
          other++;
          sum = other;
        }
      }
      return sum;
    }
  }

  /** The lock of one word. */
  @JCStressTest
  @Outcome(
      id = {"2, 4", "4, 2", "3, 4", "4, 3"},
      expect = ACCEPTABLE,
      desc = "Four steps, one after the other.")
  @Outcome(expect = FORBIDDEN, desc = "Both inside, or a step that was not seen.")
  @State
  public static class Spin extends Section {
    public Spin() {
      super(SpinLock.create());
    }

    @Actor
    public void one(II_Result r) {
      r.r1 = step();
    }

    @Actor
    public void other(II_Result r) {
      r.r2 = step();
    }
  }

  /** The lock by tickets. */
  @JCStressTest
  @Outcome(
      id = {"2, 4", "4, 2", "3, 4", "4, 3"},
      expect = ACCEPTABLE,
      desc = "Four steps, one after the other.")
  @Outcome(expect = FORBIDDEN, desc = "Both inside, or a step that was not seen.")
  @State
  public static class Ticket extends Section {
    public Ticket() {
      super(TicketLock.create());
    }

    @Actor
    public void one(II_Result r) {
      r.r1 = step();
    }

    @Actor
    public void other(II_Result r) {
      r.r2 = step();
    }
  }

  /** The lock by Mellor-Crummey and Scott, each thread with a handle that it uses twice. */
  @JCStressTest
  @Outcome(
      id = {"2, 4", "4, 2", "3, 4", "4, 3"},
      expect = ACCEPTABLE,
      desc = "Four steps, one after the other.")
  @Outcome(expect = FORBIDDEN, desc = "Both inside, or a step that was not seen.")
  @State
  public static class Mcs {
    private final McsLock lock = McsLock.create();
    private final McsLock.Handle first = lock.handle();
    private final McsLock.Handle second = lock.handle();
    private int one;
    private int other;

    private int step(McsLock.Handle handle) {
      int sum = 0;
      for (int i = 0; i < 2; i++) {
        try (SpinGuard held = handle.lock()) {
          if (one != other) {
            return -1;
          }
          one++;
          other++;
          sum = other;
        }
      }
      return sum;
    }

    @Actor
    public void one(II_Result r) {
      r.r1 = step(first);
    }

    @Actor
    public void other(II_Result r) {
      r.r2 = step(second);
    }
  }

  /** The lock by Craig, Landin and Hagersten, each thread with a handle that it uses twice. */
  @JCStressTest
  @Outcome(
      id = {"2, 4", "4, 2", "3, 4", "4, 3"},
      expect = ACCEPTABLE,
      desc = "Four steps, one after the other.")
  @Outcome(expect = FORBIDDEN, desc = "Both inside, or a step that was not seen.")
  @State
  public static class Clh {
    private final ClhLock lock = ClhLock.create();
    private final ClhLock.Handle first = lock.handle();
    private final ClhLock.Handle second = lock.handle();
    private int one;
    private int other;

    private int step(ClhLock.Handle handle) {
      int sum = 0;
      for (int i = 0; i < 2; i++) {
        try (SpinGuard held = handle.lock()) {
          if (one != other) {
            return -1;
          }
          one++;
          other++;
          sum = other;
        }
      }
      return sum;
    }

    @Actor
    public void one(II_Result r) {
      r.r1 = step(first);
    }

    @Actor
    public void other(II_Result r) {
      r.r2 = step(second);
    }
  }

  /**
   * The twin of the release: an opaque unlock lets the section move out behind it. Not seen on x86: the
   * compiler has not moved it, and the processor keeps stores in order.
   */
  @JCStressTest
  @Outcome(
      id = {"0, 0", "1, 1"},
      expect = ACCEPTABLE,
      desc = "Before or after the section.")
  @Outcome(expect = ACCEPTABLE_INTERESTING, desc = "A section seen in parts.")
  @State
  public static class OpaqueUnlockTwin {
    private int word;
    private int one;
    private int other;

    private void lock() {
      while (!WORD.weakCompareAndSetPlain(this, 0, 1)) {
        Thread.onSpinWait();
      }
    }

    private void unlock() {
      WORD.setOpaque(this, 0);
    }

    @Actor
    public void writer() {
      lock();
      one = 1;
      other = 1;
      unlock();
    }

    @Actor
    public void reader(II_Result r) {
      lock();
      r.r1 = one;
      r.r2 = other;
      unlock();
    }

    // VarHandle mechanics
    private static final VarHandle WORD =
        ConstantBootstraps.fieldVarHandle(
            MethodHandles.lookup(), "word", VarHandle.class, OpaqueUnlockTwin.class, int.class);
  }
}
