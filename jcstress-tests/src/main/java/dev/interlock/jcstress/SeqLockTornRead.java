package dev.interlock.jcstress;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE_INTERESTING;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import dev.interlock.sync.SeqLock;
import java.lang.invoke.ConstantBootstraps;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.Arrays;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.JJ_Result;
import org.openjdk.jcstress.infra.results.J_Result;

/** Does a reader of a sequence lock ever get words of different writes? */
public class SeqLockTornRead {
  private SeqLockTornRead() {}

  /** Copied, one writer. */
  @JCStressTest
  @Outcome(id = "0, 0", expect = ACCEPTABLE, desc = "Before.")
  @Outcome(id = "1, 1", expect = ACCEPTABLE, desc = "After.")
  @Outcome(expect = FORBIDDEN, desc = "A torn record.")
  @State
  public static class Copied {
    private final SeqLock record = SeqLock.ofLongs(2);

    @Actor
    public void writer() {
      record.write(1, 1);
    }

    @Actor
    public void reader(JJ_Result r) {
      long[] into = new long[2];
      record.read(into);
      r.r1 = into[0];
      r.r2 = into[1];
    }
  }

  /** So many words that the compiler copies several at once, in plain mode; while they are written twice. */
  @JCStressTest
  @Outcome(
      id = {"0, 0", "1, 0", "2, 0"},
      expect = ACCEPTABLE,
      desc = "A whole record.")
  @Outcome(expect = FORBIDDEN, desc = "A torn record.")
  @State
  public static class CopiedAtOnce {
    private static final int WORDS = 19;

    private final SeqLock record = SeqLock.ofLongs(WORDS);
    private final long[] into = new long[WORDS];

    @Actor
    public void writer() {
      long[] values = new long[WORDS];
      for (long i = 1; i <= 2; i++) {
        Arrays.fill(values, i);
        record.write(values);
      }
    }

    @Actor
    public void reader(JJ_Result r) {
      record.read(into);
      r.r1 = into[0];
      for (long word : into) {
        r.r2 |= word ^ r.r1;
      }
    }
  }

  /** An object of two words, by a function of the record. */
  @JCStressTest
  @Outcome(
      id = {"0, 0", "1, 1"},
      expect = ACCEPTABLE,
      desc = "A whole record.")
  @Outcome(expect = FORBIDDEN, desc = "A torn record.")
  @State
  public static class MadeOfWords {
    private final SeqLock record = SeqLock.ofLongs(2);

    @Actor
    public void writer() {
      record.write(1, 1);
    }

    @Actor
    public void reader(JJ_Result r) {
      long[] pair = record.read(w -> new long[] {w.get(0), w.get(1)});
      r.r1 = pair[0];
      r.r2 = pair[1];
    }
  }

  /** Read by a function, while the record is written several times. */
  @JCStressTest
  @Outcome(id = "0", expect = ACCEPTABLE, desc = "Whole records alone.")
  @Outcome(expect = FORBIDDEN, desc = "A torn record.")
  @State
  public static class ByFunction {
    private final SeqLock record = SeqLock.ofLongs(4);

    @Actor
    public void writer() {
      for (long i = 1; i <= 3; i++) {
        record.write(i, i, i, i);
      }
    }

    @Actor
    public void reader(J_Result r) {
      long torn = 0;
      for (int i = 0; i < 3; i++) {
        torn +=
            record.readLong(
                w -> (w.get(3) ^ w.get(0)) | (w.get(2) ^ w.get(0)) | (w.get(1) ^ w.get(0)));
      }
      r.r1 = torn;
    }
  }

  /** Two who update: neither loses what the other did. */
  @JCStressTest
  @Outcome(id = "1, 2", expect = ACCEPTABLE, desc = "Both updates.")
  @Outcome(id = "2, 1", expect = ACCEPTABLE, desc = "Both updates.")
  @Outcome(expect = FORBIDDEN, desc = "An update is lost.")
  @State
  public static class Updates {
    private final SeqLock record = SeqLock.ofLongs(2);

    private long step() {
      long[] seen = new long[1];
      record.update(
          w -> {
            seen[0] = w.get(0) == w.get(1) ? w.get(0) + 1 : -1;
            w.set(0, seen[0]);
            w.set(1, seen[0]);
          });
      return seen[0];
    }

    @Actor
    public void one(JJ_Result r) {
      r.r1 = step();
    }

    @Actor
    public void other(JJ_Result r) {
      r.r2 = step();
    }
  }

  /** What is shared by the twins: the lock in its simplest form, one writer. */
  abstract static class Twin {
    long sequence;
    long one;
    long other;
  }

  /**
   * X25, the twin without fences and with plain accesses: the compiler makes one load of the two of the
   * sequence, or moves it, and the look at the end compares nothing.
   */
  @JCStressTest
  @Outcome(
      id = {"0, 0", "1, 1", "-1, -1"},
      expect = ACCEPTABLE,
      desc = "Whole, or seen to be torn.")
  @Outcome(expect = ACCEPTABLE_INTERESTING, desc = "A torn record that passed.")
  @State
  public static class PlainTwin extends Twin {
    @Actor
    public void writer() {
      sequence = 1;
      one = 1;
      other = 1;
      sequence = 2;
    }

    @Actor
    public void reader(JJ_Result r) {
      long before = sequence;
      long a = one;
      long b = other;
      boolean whole = (before & 1) == 0 && sequence == before;
      r.r1 = whole ? a : -1;
      r.r2 = whole ? b : -1;
    }
  }

  /**
   * X25 with opaque accesses: each takes place, but in no order. x86 keeps loads in order among each other
   * and stores too, and so hides the fault unless the compiler shows it, which was not seen; Arm does not.
   */
  @JCStressTest
  @Outcome(
      id = {"0, 0", "1, 1", "-1, -1"},
      expect = ACCEPTABLE,
      desc = "Whole, or seen to be torn.")
  @Outcome(expect = ACCEPTABLE_INTERESTING, desc = "A torn record that passed.")
  @State
  public static class OpaqueTwin extends Twin {
    @Actor
    public void writer() {
      SEQUENCE.setOpaque(this, 1L);
      ONE.setOpaque(this, 1L);
      OTHER.setOpaque(this, 1L);
      SEQUENCE.setOpaque(this, 2L);
    }

    @Actor
    public void reader(JJ_Result r) {
      long before = (long) SEQUENCE.getOpaque(this);
      long a = (long) ONE.getOpaque(this);
      long b = (long) OTHER.getOpaque(this);
      boolean whole = (before & 1) == 0 && (long) SEQUENCE.getOpaque(this) == before;
      r.r1 = whole ? a : -1;
      r.r2 = whole ? b : -1;
    }
  }

  /**
   * X25 as it is mostly written wrong: release stores and acquire loads of the sequence, plain words, and no
   * fence. An acquire load lets what is before it come after it, a release store what is after it come
   * before it. Not seen on x86, which does neither; the compiler might.
   */
  @JCStressTest
  @Outcome(
      id = {"0, 0", "1, 1", "-1, -1"},
      expect = ACCEPTABLE,
      desc = "Whole, or seen to be torn.")
  @Outcome(expect = ACCEPTABLE_INTERESTING, desc = "A torn record that passed.")
  @State
  public static class ReleaseTwin extends Twin {
    @Actor
    public void writer() {
      SEQUENCE.setRelease(this, 1L);
      one = 1;
      other = 1;
      SEQUENCE.setRelease(this, 2L);
    }

    @Actor
    public void reader(JJ_Result r) {
      long before = (long) SEQUENCE.getAcquire(this);
      long a = one;
      long b = other;
      boolean whole = (before & 1) == 0 && (long) SEQUENCE.getAcquire(this) == before;
      r.r1 = whole ? a : -1;
      r.r2 = whole ? b : -1;
    }
  }

  // VarHandle mechanics
  private static final VarHandle SEQUENCE = handle("sequence");
  private static final VarHandle ONE = handle("one");
  private static final VarHandle OTHER = handle("other");

  private static VarHandle handle(String field) {
    return ConstantBootstraps.fieldVarHandle(
        MethodHandles.lookup(), field, VarHandle.class, Twin.class, long.class);
  }
}
