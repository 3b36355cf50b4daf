package dev.interlock.jcstress;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE_INTERESTING;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import dev.interlock.atomic.PaddedAtomicLong;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.JI_Result;

/** Does a padded word carry what was written before it, in the modes that promise so? */
public class PaddedPublication {
  private PaddedPublication() {}

  /** Release and acquire. */
  @JCStressTest
  @Outcome(
      id = {"0, 0", "0, 1"},
      expect = ACCEPTABLE,
      desc = "Not set yet.")
  @Outcome(id = "1, 1", expect = ACCEPTABLE, desc = "Set, and what came before is seen.")
  @Outcome(id = "1, 0", expect = FORBIDDEN, desc = "Set, and what came before is not there.")
  @State
  public static class Release {
    private final PaddedAtomicLong flag = new PaddedAtomicLong();
    private int payload;

    @Actor
    public void writer() {
      payload = 1;
      flag.setRelease(1);
    }

    @Actor
    public void reader(JI_Result r) {
      r.r1 = flag.getAcquire();
      r.r2 = payload;
    }
  }

  /** The twin: opaque promises nothing about the payload. */
  @JCStressTest
  @Outcome(
      id = {"0, 0", "0, 1"},
      expect = ACCEPTABLE,
      desc = "Not set yet.")
  @Outcome(id = "1, 1", expect = ACCEPTABLE, desc = "Set, and what came before is seen.")
  @Outcome(
      id = "1, 0",
      expect = ACCEPTABLE_INTERESTING,
      desc = "Set, and what came before is not there.")
  @State
  public static class Opaque {
    private final PaddedAtomicLong flag = new PaddedAtomicLong();
    private int payload;

    @Actor
    public void writer() {
      payload = 1;
      flag.setOpaque(1);
    }

    @Actor
    public void reader(JI_Result r) {
      r.r1 = flag.getOpaque();
      r.r2 = payload;
    }
  }
}
