package dev.interlock.jcstress;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE_INTERESTING;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import dev.interlock.future.Context;
import dev.interlock.future.PollFuture;
import dev.interlock.sync.CountDownLatch;
import dev.interlock.sync.WaitGroup;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.III_Result;
import org.openjdk.jcstress.infra.results.II_Result;
import org.openjdk.jcstress.infra.results.I_Result;

/** Does who is let through see what all who counted did before? */
public class CountedGatePublication {
  private CountedGatePublication() {}

  /** Two count, the latch is looked at. */
  @JCStressTest
  @Outcome(id = "-1, -1", expect = ACCEPTABLE, desc = "Not open yet.")
  @Outcome(id = "1, 1", expect = ACCEPTABLE, desc = "Open, with what both did.")
  @Outcome(expect = FORBIDDEN, desc = "Open without it.")
  @State
  public static class OpenLatch {
    private final CountDownLatch latch = CountDownLatch.of(2);
    private int first;
    private int second;

    @Actor
    public void firstCounter() {
      first = 1;
      latch.countDown();
    }

    @Actor
    public void secondCounter() {
      second = 1;
      latch.countDown();
    }

    @Actor
    public void reader(II_Result r) {
      boolean open = latch.isOpen();
      r.r1 = open ? first : -1;
      r.r2 = open ? second : -1;
    }
  }

  /** The same with a reader that looks at the latch last: that orders nothing. */
  @JCStressTest
  @Outcome(id = "0, 0, 1", expect = ACCEPTABLE_INTERESTING, desc = "Open, and it sees nothing.")
  @Outcome(
      id = {"0, 1, 1", "1, 0, 1"},
      expect = ACCEPTABLE_INTERESTING,
      desc = "Open, and it sees half.")
  @Outcome(expect = ACCEPTABLE, desc = "As if it had looked at the latch first, or not open.")
  @State
  public static class OpenLatchTwin {
    private final CountDownLatch latch = CountDownLatch.of(2);
    private int first;
    private int second;

    @Actor
    public void firstCounter() {
      first = 1;
      latch.countDown();
    }

    @Actor
    public void secondCounter() {
      second = 1;
      latch.countDown();
    }

    @Actor
    public void reader(III_Result r) {
      r.r1 = first;
      r.r2 = second;
      r.r3 = latch.isOpen() ? 1 : 0;
    }
  }

  /** Somebody waits: the step to zero grants it. */
  @JCStressTest
  @Outcome(id = "-1, -1", expect = ACCEPTABLE, desc = "Not let through yet.")
  @Outcome(id = "1, 1", expect = ACCEPTABLE, desc = "Let through, with what both did.")
  @Outcome(expect = FORBIDDEN, desc = "Let through without it.")
  @State
  public static class GrantedAtLatch {
    private final CountDownLatch latch = CountDownLatch.of(2);
    private final Context context = new Context(() -> {});
    private final PollFuture<Void> queued = latch.awaitAsync();
    private int first;
    private int second;

    public GrantedAtLatch() {
      queued.poll(context);
    }

    @Actor
    public void firstCounter() {
      first = 1;
      latch.countDown();
    }

    @Actor
    public void secondCounter() {
      second = 1;
      latch.countDown();
    }

    @Actor
    public void waiter(II_Result r) {
      boolean ready = queued.poll(context).isReady();
      r.r1 = ready ? first : -1;
      r.r2 = ready ? second : -1;
    }
  }

  /** The last member leaves a group; another may join right after it. */
  @JCStressTest
  @Outcome(id = "-1", expect = ACCEPTABLE, desc = "Not let through yet.")
  @Outcome(id = "1", expect = ACCEPTABLE, desc = "Let through, with what the member did.")
  @Outcome(expect = FORBIDDEN, desc = "Let through without it.")
  @State
  public static class GrantedAtGroup {
    private final WaitGroup group = WaitGroup.create();
    private final Context context = new Context(() -> {});
    private final PollFuture<Void> queued = group.awaitAsync();
    private int plain;

    public GrantedAtGroup() {
      group.add();
      queued.poll(context);
    }

    @Actor
    public void member() {
      plain = 1;
      group.done();
      group.add();
    }

    @Actor
    public void waiter(I_Result r) {
      r.r1 = queued.poll(context).isReady() ? plain : -1;
    }
  }
}
