package dev.interlock.jcstress;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE_INTERESTING;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import dev.interlock.future.Context;
import dev.interlock.future.PollFuture;
import dev.interlock.sync.Notify;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.IZ_Result;
import org.openjdk.jcstress.infra.results.I_Result;

/** Does who consumes a notification see what came before it, and is none missed? */
public class NotifyPublication {
  private NotifyPublication() {}

  /** A notification that was kept. */
  @JCStressTest
  @Outcome(id = "-1", expect = ACCEPTABLE, desc = "Not notified yet.")
  @Outcome(id = "1", expect = ACCEPTABLE, desc = "Notified, with what came before.")
  @Outcome(expect = FORBIDDEN, desc = "Notified without what came before.")
  @State
  public static class Kept {
    private final Notify notify = Notify.create();
    private int plain;

    @Actor
    public void notifier() {
      plain = 1;
      notify.notifyOne();
    }

    @Actor
    public void consumer(I_Result r) {
      r.r1 = notify.tryAwait() ? plain : -1;
    }
  }

  /** One that was granted to a future in the queue, by either way of notifying. */
  @JCStressTest
  @Outcome(id = "-1", expect = ACCEPTABLE, desc = "Not notified yet.")
  @Outcome(id = "1", expect = ACCEPTABLE, desc = "Notified, with what came before.")
  @Outcome(expect = FORBIDDEN, desc = "Notified without what came before.")
  @State
  public static class Granted {
    private final Notify notify = Notify.create();
    private final Context context = new Context(() -> {});
    private final PollFuture<Void> queued = notify.awaitAsync();
    private int plain;

    public Granted() {
      queued.poll(context);
    }

    @Actor
    public void notifier() {
      plain = 1;
      notify.notifyWaiters();
    }

    @Actor
    public void waiter(I_Result r) {
      r.r1 = queued.poll(context).isReady() ? plain : -1;
    }
  }

  /**
   * Two that are kept as one: who consumes them either sees what came before the second, or finds that one
   * kept afterwards.
   */
  @JCStressTest
  @Outcome(id = "0, true", expect = ACCEPTABLE, desc = "Consumed the first; the second is kept.")
  @Outcome(id = "1, false", expect = ACCEPTABLE, desc = "Consumed both in one.")
  @Outcome(id = "1, true", expect = ACCEPTABLE, desc = "Between the write and the second.")
  @Outcome(expect = FORBIDDEN, desc = "The second is missed.")
  @State
  public static class Merged {
    private final Notify notify = Notify.create();
    private int plain;

    public Merged() {
      notify.notifyOne();
    }

    @Actor
    public void notifier() {
      plain = 1;
      notify.notifyOne();
    }

    @Actor
    public void consumer(IZ_Result r) {
      r.r1 = notify.tryAwait() ? plain : -1;
    }

    @Arbiter
    public void after(IZ_Result r) {
      r.r2 = notify.isNotified();
    }
  }

  /** The same with a notifier that writes nothing when it finds one kept. */
  @JCStressTest
  @Outcome(id = "0, true", expect = ACCEPTABLE, desc = "Consumed the first; the second is kept.")
  @Outcome(id = "1, false", expect = ACCEPTABLE, desc = "Consumed both in one.")
  @Outcome(id = "1, true", expect = ACCEPTABLE, desc = "Between the write and the second.")
  @Outcome(id = "0, false", expect = ACCEPTABLE_INTERESTING, desc = "The second is missed.")
  @State
  public static class MergedTwin {
    private final Notify notify = Notify.create();
    private int plain;

    public MergedTwin() {
      notify.notifyOne();
    }

    @Actor
    public void notifier() {
      plain = 1;
      if (!notify.isNotified()) {
        notify.notifyOne();
      }
    }

    @Actor
    public void consumer(IZ_Result r) {
      r.r1 = notify.tryAwait() ? plain : -1;
    }

    @Arbiter
    public void after(IZ_Result r) {
      r.r2 = notify.isNotified();
    }
  }
}
