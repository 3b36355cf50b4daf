package dev.interlock.jcstress;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import dev.interlock.PoisonedException;
import dev.interlock.future.Context;
import dev.interlock.future.Poll;
import dev.interlock.future.PollFuture;
import dev.interlock.sync.Mutex;
import dev.interlock.sync.MutexGuard;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.II_Result;
import org.openjdk.jcstress.infra.results.I_Result;

/**
 * Does who takes a poisoned mutex over see all that its failed holder wrote, and who is refused all of the
 * cause? As {@link RwLockPoisoning}.
 */
public class MutexPoisoning {
  private MutexPoisoning() {}

  /** Who takes it over. */
  @JCStressTest
  @Outcome(id = "-1, -1", expect = ACCEPTABLE, desc = "Not poisoned yet.")
  @Outcome(id = "1, 1", expect = ACCEPTABLE, desc = "Taken over, with what was written.")
  @Outcome(expect = FORBIDDEN, desc = "Taken over without what was written.")
  @State
  public static class Recovery {
    private final Mutex<Payload> mutex = Mutex.builder().poisoning().of(new Payload(0));
    private final MutexGuard<Payload> held = mutex.tryLock();
    private int plain;

    @Actor
    public void fails() {
      held.get().plain = 1;
      plain = 1;
      held.poison(new HalfWay());
    }

    @Actor
    public void recovers(II_Result r) {
      MutexGuard<Payload> guard = mutex.tryRecover();
      r.r1 = guard == null ? -1 : guard.get().plain;
      r.r2 = guard == null ? -1 : plain;
    }
  }

  /** Who comes and is refused, and then asks for the cause. */
  @JCStressTest
  @Outcome(
      id = {"-1, -1", "-1, 1", "1, 1"},
      expect = ACCEPTABLE,
      desc = "Not poisoned yet, or told all of the cause.")
  @Outcome(expect = FORBIDDEN, desc = "Let in, or told half of the cause or none.")
  @State
  public static class Cause {
    private final Mutex<Payload> mutex = Mutex.builder().poisoning().of(new Payload(0));
    private final MutexGuard<Payload> held = mutex.tryLock();

    @Actor
    public void fails() {
      held.poison(new HalfWay());
    }

    @Actor
    public void comes(II_Result r) {
      try {
        r.r1 = mutex.tryLock() == null ? -1 : -3;
      } catch (PoisonedException refused) {
        r.r1 = HalfWay.seenIn(refused.getCause());
      }
      Throwable cause = mutex.poisonCause();
      r.r2 = cause == null ? -1 : HalfWay.seenIn(cause);
    }
  }

  /** A future in the queue that is refused. */
  @JCStressTest
  @Outcome(id = "-1", expect = ACCEPTABLE, desc = "Not refused yet.")
  @Outcome(id = "1", expect = ACCEPTABLE, desc = "Refused, and told all of the cause.")
  @Outcome(expect = FORBIDDEN, desc = "Let in, or told half of the cause or none.")
  @State
  public static class RefusedWaiter {
    private final Mutex<Payload> mutex = Mutex.builder().poisoning().of(new Payload(0));
    private final MutexGuard<Payload> held = mutex.tryLock();
    private final Context context = new Context(() -> {});
    private final PollFuture<MutexGuard<Payload>> queued = mutex.lockAsync();

    public RefusedWaiter() {
      queued.poll(context);
    }

    @Actor
    public void fails() {
      held.poison(new HalfWay());
    }

    @Actor
    public void waiter(I_Result r) {
      try {
        Poll<MutexGuard<Payload>> poll = queued.poll(context);
        r.r1 = poll.isReady() ? -3 : -1;
      } catch (PoisonedException refused) {
        r.r1 = HalfWay.seenIn(refused.getCause());
      }
    }
  }
}
