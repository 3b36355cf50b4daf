package dev.interlock.jcstress;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE_INTERESTING;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import dev.interlock.future.Context;
import dev.interlock.future.PollFuture;
import dev.interlock.sync.Semaphore;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.I_Result;

/** Does who takes a permit see what was written before its release? */
public class SemaphorePublication {
  private SemaphorePublication() {}

  /** A permit that is free. */
  @JCStressTest
  @Outcome(id = "-1", expect = ACCEPTABLE, desc = "No permit yet.")
  @Outcome(id = "1", expect = ACCEPTABLE, desc = "A permit, with what came before.")
  @Outcome(expect = FORBIDDEN, desc = "A permit without what came before.")
  @State
  public static class Free {
    private final Semaphore semaphore = Semaphore.of(0);
    private int plain;

    @Actor
    public void releaser() {
      plain = 1;
      semaphore.release();
    }

    @Actor
    public void acquirer(I_Result r) {
      r.r1 = semaphore.tryAcquire() ? plain : -1;
    }
  }

  /** The same with a reader that does not acquire, but looks at the number first. */
  @JCStressTest
  @Outcome(id = "0", expect = ACCEPTABLE, desc = "Before.")
  @Outcome(id = "1", expect = ACCEPTABLE, desc = "After.")
  @Outcome(
      id = "2",
      expect = ACCEPTABLE_INTERESTING,
      desc = "The write is seen before its release.")
  @State
  public static class FreeTwin {
    private final Semaphore semaphore = Semaphore.of(0);
    private int plain;

    @Actor
    public void releaser() {
      plain = 1;
      semaphore.release();
    }

    @Actor
    public void reader(I_Result r) {
      int seen = plain;
      r.r1 = seen == 1 && semaphore.availablePermits() == 0 ? 2 : seen;
    }
  }

  /** A permit that is granted to a future in the queue. */
  @JCStressTest
  @Outcome(id = "-1", expect = ACCEPTABLE, desc = "Not granted yet.")
  @Outcome(id = "1", expect = ACCEPTABLE, desc = "Granted, with what came before.")
  @Outcome(expect = FORBIDDEN, desc = "Granted without what came before.")
  @State
  public static class Granted {
    private final Semaphore semaphore = Semaphore.of(0);
    private final Context context = new Context(() -> {});
    private final PollFuture<Void> queued = semaphore.acquireAsync();
    private int plain;

    public Granted() {
      queued.poll(context);
    }

    @Actor
    public void releaser() {
      plain = 1;
      semaphore.release();
    }

    @Actor
    public void waiter(I_Result r) {
      r.r1 = queued.poll(context).isReady() ? plain : -1;
    }
  }
}
