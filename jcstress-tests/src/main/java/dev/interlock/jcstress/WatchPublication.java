package dev.interlock.jcstress;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE_INTERESTING;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import dev.interlock.diagnostics.DeadlockDetector;
import dev.interlock.diagnostics.SharedWatch;
import dev.interlock.diagnostics.Watch;
import java.util.List;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.I_Result;

/**
 * A thread held the object before, and has let it go; another takes it. Is the first one, which the watch
 * still knows, ever shown as the holder?
 */
public class WatchPublication {
  private static final DeadlockDetector DETECTOR = DeadlockDetector.create();
  private static final Thread BEFORE = new Thread("before");
  private static final Thread NOW = new Thread("now");

  private WatchPublication() {}

  private static int known(Object holder) {
    return holder == null ? 0 : holder == NOW ? 1 : 2;
  }

  private static int known(List<Object> sharers) {
    return sharers.isEmpty() ? 0 : known(sharers.get(0));
  }

  /** The one holder. */
  @JCStressTest
  @Outcome(id = "0", expect = ACCEPTABLE, desc = "Nobody yet.")
  @Outcome(id = "1", expect = ACCEPTABLE, desc = "The new holder.")
  @Outcome(expect = FORBIDDEN, desc = "The one from before.")
  @State
  public static class Holder {
    private final Watch watch = DETECTOR.watch(this, "watched");

    public Holder() {
      watch.acquired(BEFORE);
      watch.released();
    }

    @Actor
    public void taker() {
      watch.acquired(NOW);
    }

    @Actor
    public void looker(I_Result r) {
      r.r1 = known(watch.holder());
    }
  }

  /** The first of many. */
  @JCStressTest
  @Outcome(id = "0", expect = ACCEPTABLE, desc = "Nobody yet.")
  @Outcome(id = "1", expect = ACCEPTABLE, desc = "The new one.")
  @Outcome(expect = FORBIDDEN, desc = "The one from before.")
  @State
  public static class First {
    private final SharedWatch watch = DETECTOR.watchShared(this, "watched", 2);

    public First() {
      watch.shared(0, BEFORE, true);
      watch.released(0);
    }

    @Actor
    public void taker() {
      watch.shared(0, NOW, true);
    }

    @Actor
    public void looker(I_Result r) {
      r.r1 = known(watch.sharer(0));
    }
  }

  /** One in an object of its own, seen by the look at all of them. */
  @JCStressTest
  @Outcome(id = "0", expect = ACCEPTABLE, desc = "Nobody yet.")
  @Outcome(id = "1", expect = ACCEPTABLE, desc = "The new one.")
  @Outcome(expect = FORBIDDEN, desc = "The one from before.")
  @State
  public static class Cell {
    private final SharedWatch watch = DETECTOR.watchShared(this, "watched", 2);

    public Cell() {
      watch.shared(1, BEFORE, true);
      watch.released(1);
    }

    @Actor
    public void taker() {
      watch.shared(1, NOW, true);
    }

    @Actor
    public void looker(I_Result r) {
      r.r1 = known(watch.sharers());
    }
  }

  /** The wrong order: that somebody holds it is stored before who does. */
  @JCStressTest
  @Outcome(
      id = {"0", "1"},
      expect = ACCEPTABLE,
      desc = "As if it had been released.")
  @Outcome(id = "2", expect = ACCEPTABLE_INTERESTING, desc = "The one from before, as the holder.")
  @State
  public static class HolderTwin {
    private Thread holder = BEFORE;
    private volatile boolean held;

    @Actor
    public void taker() {
      held = true;
      holder = NOW;
    }

    @Actor
    public void looker(I_Result r) {
      r.r1 = known(held ? holder : null);
    }
  }
}
